"""What can happen until a meeting has been held."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class Prepared(EventKind):
    """A lead took a service from green-light into its preparation for production."""

    verb = "walkthroughs.prepared"
    sentence = "{actor} began to prepare {service} for production, with a walkthrough about {planned_on}"
    icon = "road"
    example = {"service": "Parcel Tracking", "planned_on": "2026-12-02", "gaps": ["GL-07"]}

    service: str
    planned_on: str
    gaps: list[str]  # green-light questions without an answer


@dataclass(frozen=True)
class Planned(EventKind):
    """Somebody planned a walkthrough without a time yet."""

    verb = "walkthroughs.planned"
    sentence = "{actor} planned {subject} for about {planned_on}"
    about = "the walkthrough of Parcel Tracking"
    icon = "calendar-event"
    example = {"planned_on": "2026-12-02"}

    planned_on: str


@dataclass(frozen=True)
class Scheduled(EventKind):
    """The walkthrough got its time, place and panel, and its risk was frozen."""

    verb = "walkthroughs.scheduled"
    sentence = "{actor} scheduled {subject} for {when}"
    about = "the walkthrough of Parcel Tracking"
    icon = "calendar-event"
    example = {
        "when": "Wed 2 December 2026, 14:00 Stockholm",
        "starts_at": "2026-12-02T13:00:00+00:00",
        "minutes": 80,
        "place": "Room 4",
        "risk": "high",
        "panel": [{"capacity": "peer", "person": "Priya Nair"}],
    }

    when: str
    starts_at: str
    minutes: int
    place: str
    risk: str
    panel: list[dict[str, str]]


@dataclass(frozen=True)
class Moved(EventKind):
    """The meeting has another time, length or place."""

    verb = "walkthroughs.moved"
    sentence = "{actor} moved {subject} to {when}"
    about = "the walkthrough of Parcel Tracking"
    icon = "calendar-event"
    example = {
        "when": "Thu 3 December 2026, 14:00 Stockholm",
        "before": {"starts_at": "2026-12-02T13:00:00+00:00", "minutes": 80, "place": "Room 4"},
        "after": {"starts_at": "2026-12-03T13:00:00+00:00", "minutes": 80, "place": "Room 4"},
    }

    when: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class Cancelled(EventKind):
    """The walkthrough will not be, or did not count."""

    verb = "walkthroughs.cancelled"
    sentence = "{actor} cancelled {subject}: {reason}"
    about = "the walkthrough of Parcel Tracking"
    icon = "circle-x"
    example = {"reason": "The team waits for the new event store."}

    reason: str


@dataclass(frozen=True)
class Replied(EventKind):
    """Somebody answered an invitation."""

    verb = "walkthroughs.replied"
    sentence = "{actor} replied “{label}” to {subject}"
    became = "reply"
    about = "the walkthrough of Parcel Tracking"
    icon = "mail"
    example = {"label": "Comes", "reply": "yes", "note": "", "before": ""}

    label: str
    reply: str
    note: str
    before: str


@dataclass(frozen=True)
class AskedAgain(EventKind):
    """Somebody asked the silent ones for a reply."""

    verb = "walkthroughs.asked_again"
    sentence = "{actor} asked {people} again to reply for {subject}"
    about = "the walkthrough of Parcel Tracking"
    icon = "bell"
    example = {"people": "Dmitri Volkov"}

    people: str


@dataclass(frozen=True)
class SeatTaken(EventKind):
    """Somebody got a seat that was empty."""

    verb = "walkthroughs.seat_taken"
    sentence = "{actor} seated {person} as {capacity} at {subject}"
    about = "the walkthrough of Parcel Tracking"
    icon = "user-check"
    example = {"person": "Priya Nair", "capacity": "peer"}

    person: str
    capacity: str


@dataclass(frozen=True)
class SeatReplaced(EventKind):
    """Somebody else takes a seat."""

    verb = "walkthroughs.seat_replaced"
    sentence = "{actor} gave the {capacity} seat of {before} at {subject} to {after}"
    about = "the walkthrough of Parcel Tracking"
    icon = "arrows-exchange"
    example = {"capacity": "peer", "before": "Dmitri Volkov", "after": "Priya Nair"}

    capacity: str
    before: str
    after: str


@dataclass(frozen=True)
class Begun(EventKind):
    """The meeting began."""

    verb = "walkthroughs.begun"
    sentence = "{actor} began {subject}"
    about = "the walkthrough of Parcel Tracking"
    icon = "player-play"
    example = {}


@dataclass(frozen=True)
class NotesEdited(EventKind):
    """Somebody changed the minutes."""

    verb = "walkthroughs.notes_edited"
    sentence = "{actor} edited the minutes of {subject}"
    about = "the walkthrough of Parcel Tracking"
    icon = "pencil"
    example = {"before": "", "after": "The restore was shown live."}

    before: str
    after: str


@dataclass(frozen=True)
class FollowUpAdded(EventKind):
    """Something is to be done after the walkthrough."""

    verb = "walkthroughs.follow_up_added"
    sentence = "{actor} noted {number} at {subject}: {text}"
    about = "the walkthrough of Parcel Tracking"
    icon = "flag"
    example = {
        "number": "F-3",
        "text": "Name a second person for the night rota.",
        "item": "OPS-07",
        "owner": "Ana Lind",
        "due_on": "2026-12-09",
        "must_fix": True,
    }

    number: str
    text: str
    item: str
    owner: str
    due_on: str
    must_fix: bool


@dataclass(frozen=True)
class FollowUpDone(EventKind):
    """A follow-up is done."""

    verb = "walkthroughs.follow_up_done"
    sentence = "{actor} finished {number} of {subject}"
    about = "the walkthrough of Parcel Tracking"
    icon = "check"
    example = {"number": "F-3", "note": "Tomas is on the rota."}

    number: str
    note: str


@dataclass(frozen=True)
class Held(EventKind):
    """The meeting ended; signatures are waited for."""

    verb = "walkthroughs.held"
    sentence = "{actor} ended {subject}; {waiting} signatures are waited for"
    about = "the walkthrough of Parcel Tracking"
    icon = "player-stop"
    example = {"waiting": 4}

    waiting: int
