"""Whether this process was asked to end: long work finishes what is in its hand and gives the rest back."""

from threading import Event

_asked = Event()


def ask() -> None:
    """Ask; portal.celery does, in each process of a worker that ends."""
    _asked.set()


def is_asked() -> bool:
    """Tell whether to stop at the next whole step: between two messages, between two parts of a job."""
    return _asked.is_set()


def forget() -> None:
    """Take it back; tests do."""
    _asked.clear()
