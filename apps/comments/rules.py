"""What can be said. Pure: no queries, no clock, no writes."""

from datetime import timedelta
from typing import Final

from apps.accounts.models import Actor, User
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.core.text import clean_text

LONGEST: Final = 10_000
SAID_AGAIN: Final = timedelta(minutes=1)  # the same words of the same person are one comment for so long


def clean_comment(text: str) -> str:
    """Return the words without space around them; refuse to say nothing, or a book."""
    clean = clean_text(text, field="text", limit=LONGEST).strip()
    if not clean:
        message = "Write something first."
        raise InvalidInputError(message, field="text")
    return clean


def speaker(by: Actor) -> User:
    """Return the person who talks; refuse the system."""
    if by.person is None:
        message = "Only people write comments."
        raise NotPermittedError(message)
    return by.person
