"""How much a program may send, and how often: counted by the minute, in each process for itself."""

from collections.abc import Mapping
from time import time
from typing import IO, TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # rest_framework.views reads the classes of this file while it is imported itself
    from rest_framework.views import APIView

MINUTE: Final = 60


class PerMinute:
    """Counts in whole minutes of the clock: one small number each, however many ask."""

    def __init__(self, most: int) -> None:
        self.most = most

    def lets_in(self, who: str) -> bool:
        """Count one more; tell whether it is still within the limit."""
        key = f"limit:{who}:{int(time()) // MINUTE}"
        counts = caches["process"]
        counts.add(key, 0, timeout=2 * MINUTE)
        try:
            return counts.incr(key) <= self.most
        except ValueError:  # the cache was emptied in between
            return True


def next_minute() -> int:
    """Return the seconds until a new minute is counted."""
    return MINUTE - int(time()) % MINUTE


class Throttle(BaseThrottle):
    """Refuses with 429 what one person's program asks too often."""

    def allow_request(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 -- DRF's signature
        """Count by token, else by person."""
        token = request.auth
        who = f"token:{token.pk}" if token else f"person:{request.user.pk}"
        return PerMinute(settings.API_REQUESTS_PER_MINUTE).lets_in(who)

    def wait(self) -> int:
        """Return what Retry-After says."""
        return next_minute()


class CarefulJSONParser(JSONParser):
    """Reads JSON; what is nested without end is refused like any other nonsense."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401 -- it is JSON
        """Refuse what Python would not get out of."""
        try:
            return super().parse(stream, media_type, dict(parser_context or {}))
        except RecursionError as error:
            message = "JSON parse error: nested too deeply."
            raise ParseError(message) from error


def whole(stream: IO[bytes]) -> bytes:
    """Return all bytes of a body that is not JSON; refuse what is larger than any request may be.

    Raises:
        RequestDataTooBig: there are more than UPLOAD_LIMIT; the rest is not read.

    """
    content = stream.read(settings.UPLOAD_LIMIT + 1)
    if len(content) > settings.UPLOAD_LIMIT:
        message = f"A request brings at most {settings.UPLOAD_LIMIT} bytes."
        raise RequestDataTooBig(message)
    return content
