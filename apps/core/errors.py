"""The refusals that the domain can answer with; each carries its HTTP status."""

from http import HTTPStatus


class DomainError(Exception):
    """A request that was understood and refused. The message is shown to the person."""

    status = HTTPStatus.CONFLICT
    code = "refused"
    title = "That did not happen"


class InvalidMoveError(DomainError):
    """The object is not in a state from which this step is possible."""

    code = "invalid-move"
    title = "Not possible now"


class NotPermittedError(DomainError):
    """The person may not take this step."""

    status = HTTPStatus.FORBIDDEN
    code = "not-permitted"
    title = "Not yours to decide"


class InvalidInputError(DomainError):
    """A value cannot be kept; `field` says which one, in the words of the form."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid-input"
    title = "That cannot be kept"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class LinkForgedError(DomainError):
    """A signed link that we have not written."""

    status = HTTPStatus.NOT_FOUND
    code = "unknown-link"
    title = "This link leads nowhere"


class LinkExpiredError(DomainError):
    """A signed link whose time is over."""

    status = HTTPStatus.GONE
    code = "expired-link"
    title = "This link is too old"
