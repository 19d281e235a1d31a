"""What activity stores: events, and the seals that chain them."""

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
from apps.activity.models.seals import EventSeal, UnsealedEvent

__all__ = [
    "LONGEST_AUTHOR",
    "PERSON",
    "AppendOnlyError",
    "AppendOnlyQuerySet",
    "Audience",
    "Author",
    "Event",
    "EventKind",
    "EventQuerySet",
    "EventSeal",
    "Subject",
    "UnsealedEvent",
]
