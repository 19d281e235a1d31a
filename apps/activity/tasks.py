"""What beat runs for history; each new event also wakes it."""

from celery import shared_task

from apps.activity import transitions
from apps.core.wake import wake


@shared_task(name="activity.seal")
def seal() -> None:
    """Every minute, and when woken. Safe to repeat, also side by side: one sealer works at a time."""
    if transitions.seal():
        wake("activity.seal")  # one batch a run, so that other tasks have their turn
