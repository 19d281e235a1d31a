"""What activity stores: events, the seals that chain them, and what was seen when somebody followed them."""

from apps.activity.models.checks import ChainCheck
from apps.activity.models.events import (
    LONGEST_AUTHOR,
    PERSON,
    AppendOnlyError,
    AppendOnlyQuerySet,
    Audience,
    Author,
    Event,
    EventKind,
    EventQuerySet,
    Subject,
)
from apps.activity.models.seals import BEFORE_ALL, EventSeal, UnsealedEvent

__all__ = [
    "BEFORE_ALL",
    "LONGEST_AUTHOR",
    "PERSON",
    "AppendOnlyError",
    "AppendOnlyQuerySet",
    "Audience",
    "Author",
    "ChainCheck",
    "Event",
    "EventKind",
    "EventQuerySet",
    "EventSeal",
    "Subject",
    "UnsealedEvent",
]
