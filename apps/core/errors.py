"""The refusals that the domain can answer with; each carries its HTTP status, and what to do about it."""

from collections.abc import Iterator
from http import HTTPStatus


class DomainError(Exception):
    """A request that was understood and refused. The message is shown to the person."""

    status = HTTPStatus.CONFLICT
    code = "refused"
    title = "That did not happen"
    advice = "Read `detail`: it says what stands in the way."


class InvalidMoveError(DomainError):
    """The object is not in a state from which this step is possible."""

    code = "invalid-move"
    title = "Not possible now"
    advice = "Look at the object again: somebody may have taken the step already, or another one comes first."


class NotPermittedError(DomainError):
    """The person may not take this step."""

    status = HTTPStatus.FORBIDDEN
    code = "not-permitted"
    title = "Not yours to decide"
    advice = "Ask who may: `detail` says whose step it is. The same request will not be answered otherwise."


class InvalidInputError(DomainError):
    """A value cannot be kept; `field` says which one, in the words of the form."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid-input"
    title = "That cannot be kept"
    advice = "Change the value that `errors` names, and send it again."

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class LinkForgedError(DomainError):
    """A signed link that we have not written."""

    status = HTTPStatus.NOT_FOUND
    code = "unknown-link"
    title = "This link leads nowhere"
    advice = "Take the link from its mail as it is, in one piece."


class LinkExpiredError(DomainError):
    """A signed link whose time is over."""

    status = HTTPStatus.GONE
    code = "expired-link"
    title = "This link is too old"
    advice = "Ask for a new one."


def kinds_of_refusal() -> list[type[DomainError]]:
    """Return one class for each code, the general one first: what the help explains."""
    found: dict[str, type[DomainError]] = {}
    for kind in _with_heirs(DomainError):
        found.setdefault(kind.code, kind)
    general, *rest = found.values()
    return [general, *sorted(rest, key=lambda kind: kind.code)]


def _with_heirs(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for heir in kind.__subclasses__():
        yield from _with_heirs(heir)
