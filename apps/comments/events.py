"""What can happen in conversations."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class Said(EventKind):
    """Somebody wrote a comment; its words stand in the thread, not here."""

    verb = "comments.said"
    sentence = "{actor} wrote about {subject}"
    about = "OPS-07 of Parcel Tracking"
    icon = "message"
    example = {"comment_id": 7}

    comment_id: int
