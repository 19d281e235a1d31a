"""Which days somebody can mean: the rest is a slip of the keys, and calendars break on it."""

from datetime import date
from typing import Final

from apps.core.errors import InvalidInputError

EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 1, 1)


def check_day(day: date, *, field: str) -> None:
    """Refuse what lies outside this century."""
    if not EARLIEST <= day <= LATEST:
        message = "The date lies too far away."
        raise InvalidInputError(message, field=field)
