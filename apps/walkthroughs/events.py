"""What can happen to walkthroughs."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class Prepared(EventKind):
    """A lead took a service from green-light into its preparation for production."""

    verb = "walkthroughs.prepared"
    sentence = "{actor} began to prepare {service} for production, with a walkthrough about {planned_on}"
    example = {"service": "Parcel Tracking", "planned_on": "2026-12-02", "gaps": ["GL-07"]}

    service: str
    planned_on: str
    gaps: list[str]  # green-light questions without an answer


@dataclass(frozen=True)
class Planned(EventKind):
    """Somebody planned a walkthrough without a time yet."""

    verb = "walkthroughs.planned"
    sentence = "{actor} planned {subject} for about {planned_on}"
    example = {"planned_on": "2026-12-02"}

    planned_on: str


@dataclass(frozen=True)
class Scheduled(EventKind):
    """The walkthrough got its time, place and panel, and its risk was frozen."""

    verb = "walkthroughs.scheduled"
    sentence = "{actor} scheduled {subject} for {when}"
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
    example = {"reason": "The team waits for the new event store."}

    reason: str


@dataclass(frozen=True)
class Replied(EventKind):
    """Somebody answered an invitation."""

    verb = "walkthroughs.replied"
    sentence = "{actor} replied “{label}” to {subject}"
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
    example = {"people": "Dmitri Volkov"}

    people: str


@dataclass(frozen=True)
class SeatTaken(EventKind):
    """Somebody got a seat that was empty."""

    verb = "walkthroughs.seat_taken"
    sentence = "{actor} seated {person} as {capacity} at {subject}"
    example = {"person": "Priya Nair", "capacity": "peer"}

    person: str
    capacity: str


@dataclass(frozen=True)
class SeatReplaced(EventKind):
    """Somebody else takes a seat."""

    verb = "walkthroughs.seat_replaced"
    sentence = "{actor} gave the {capacity} seat of {before} at {subject} to {after}"
    example = {"capacity": "peer", "before": "Dmitri Volkov", "after": "Priya Nair"}

    capacity: str
    before: str
    after: str


@dataclass(frozen=True)
class Begun(EventKind):
    """The meeting began."""

    verb = "walkthroughs.begun"
    sentence = "{actor} began {subject}"
    example = {}


@dataclass(frozen=True)
class NotesEdited(EventKind):
    """Somebody changed the minutes."""

    verb = "walkthroughs.notes_edited"
    sentence = "{actor} edited the minutes of {subject}"
    example = {"before": "", "after": "The restore was shown live."}

    before: str
    after: str


@dataclass(frozen=True)
class FollowUpAdded(EventKind):
    """Something is to be done after the walkthrough."""

    verb = "walkthroughs.follow_up_added"
    sentence = "{actor} noted {number} at {subject}: {text}"
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
    example = {"number": "F-3", "note": "Tomas is on the rota."}

    number: str
    note: str


@dataclass(frozen=True)
class Held(EventKind):
    """The meeting ended; signatures are waited for."""

    verb = "walkthroughs.held"
    sentence = "{actor} ended {subject}; {waiting} signatures are waited for"
    example = {"waiting": 4}

    waiting: int


@dataclass(frozen=True)
class Signed(EventKind):
    """A seat signed: approved, with conditions, objected or vetoed."""

    verb = "walkthroughs.signed"
    sentence = "{actor} signed {subject} as {capacity}: {label}"
    example = {
        "capacity": "peer",
        "label": "Approve",
        "decision": "approve",
        "note": "",
        "content": "9f86d081884c7d65",
        "before": "",
    }

    capacity: str
    label: str
    decision: str
    note: str
    content: str  # the beginning of the snapshot's sha256
    before: str


@dataclass(frozen=True)
class SignatureConfirmed(EventKind):
    """A signer looked at what changed and stands by the signature."""

    verb = "walkthroughs.signature_confirmed"
    sentence = "{actor} confirmed the signature for {subject} after {changes} changes"
    example = {"changes": 3, "worse": ["REL-03: in place became gap"], "content": "9f86d081884c7d65"}

    changes: int
    worse: list[str]
    content: str


@dataclass(frozen=True)
class VetoRaised(EventKind):
    """An expert seat stops the launch."""

    verb = "walkthroughs.veto_raised"
    sentence = "{actor} vetoed the launch of {service}: {reason}"
    example = {
        "service": "Parcel Tracking",
        "reason": "Customer addresses leave the region.",
        "items": ["SEC-04"],
        "lifted_by_what": "The store is in the region.",
        "review_on": "2026-12-16",
    }

    service: str
    reason: str
    items: list[str]
    lifted_by_what: str
    review_on: str


@dataclass(frozen=True)
class VetoKept(EventKind):
    """The author of a veto looked at it again and keeps it."""

    verb = "walkthroughs.veto_kept"
    sentence = "{actor} keeps the veto on {service} until {review_on}: {note}"
    example = {"service": "Parcel Tracking", "note": "The move is half done.", "review_on": "2026-12-30"}

    service: str
    note: str
    review_on: str


@dataclass(frozen=True)
class VetoLifted(EventKind):
    """A veto no longer stands."""

    verb = "walkthroughs.veto_lifted"
    sentence = "{actor} lifted the veto of {author} on {service}: {reason}"
    example = {"author": "Sam Okoro", "service": "Parcel Tracking", "reason": "The store has moved."}

    author: str
    service: str
    reason: str


@dataclass(frozen=True)
class Decided(EventKind):
    """Every required seat has signed."""

    verb = "walkthroughs.decided"
    sentence = "{actor} signed last: {subject} is decided, {label}"
    example = {"label": "approved with conditions", "decision": "conditions", "before": ""}

    label: str
    decision: str
    before: str


@dataclass(frozen=True)
class RiskFrozenAnew(EventKind):
    """Enablement let a changed risk count for a walkthrough."""

    verb = "walkthroughs.risk_frozen"
    sentence = "{actor} let the risk of {subject} count as {after}"
    example = {"before": "high", "after": "medium"}

    before: str
    after: str


@dataclass(frozen=True)
class Launched(EventKind):
    """The service went live."""

    verb = "walkthroughs.launched"
    sentence = "{actor} launched {service}"
    example = {"service": "Parcel Tracking", "look_back_on": "2027-01-13", "follow_ups": ["OPS-07"]}

    service: str
    look_back_on: str
    follow_ups: list[str]  # items that were planned, and are now followed up


@dataclass(frozen=True)
class LaunchedOver(EventKind):
    """The service went live although conditions were not met."""

    verb = "walkthroughs.launched_over"
    sentence = "{actor} launched {service} over {titles}: {reason}"
    example = {
        "service": "Parcel Tracking",
        "titles": "“No objection stands”",
        "reason": "The season starts on Monday; Priya's point is F-2.",
        "over": [{"code": "no_objection", "title": "No objection stands", "reason": "Priya Nair objects."}],
        "look_back_on": "2027-01-13",
        "follow_ups": ["OPS-07"],
    }

    service: str
    titles: str
    reason: str
    over: list[dict[str, str]]
    look_back_on: str
    follow_ups: list[str]


@dataclass(frozen=True)
class MovedBack(EventKind):
    """A service went back by one phase."""

    verb = "walkthroughs.moved_back"
    sentence = "{actor} moved {subject} back to {phase}: {reason}"
    example = {"phase": "green-light", "reason": "The sponsor changed."}

    phase: str
    reason: str


@dataclass(frozen=True)
class Archived(EventKind):
    """A service is no longer in use."""

    verb = "walkthroughs.archived"
    sentence = "{actor} archived {subject}: {reason}"
    example = {"reason": "Replaced by Tracking 2."}

    reason: str


@dataclass(frozen=True)
class Restored(EventKind):
    """An archived service is in use again."""

    verb = "walkthroughs.restored"
    sentence = "{actor} restored {subject} into {phase}: {reason}"
    example = {"phase": "playground", "reason": "The experiment goes on."}

    phase: str
    reason: str


@dataclass(frozen=True)
class ReportPrinted(EventKind):
    """The worker finished a report; the content is the snapshot that it shows."""

    verb = "walkthroughs.report_printed"
    sentence = "{actor} printed the report of {subject}, {pages} pages"
    example = {"pages": 9, "content": "3f9c2a71e05d88b4"}

    pages: int
    content: str


@dataclass(frozen=True)
class ReportAsked(EventKind):
    """Somebody asked for the report."""

    verb = "walkthroughs.report_asked"
    sentence = "{actor} asked for the report of {subject}"
    example = {}
