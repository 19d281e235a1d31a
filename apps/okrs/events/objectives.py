"""What can happen to an objective that its team decides alone."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class ObjectiveWritten(EventKind):
    """Somebody of the team wrote down a new objective."""

    verb = "okrs.objective_written"
    sentence = "{actor} wrote {subject} for {cycle}"
    example = {"cycle": "Q4 2026", "key_results": 3}

    cycle: str
    key_results: int


@dataclass(frozen=True)
class ObjectiveEdited(EventKind):
    """The sentences of a draft changed; the older words are kept here."""

    verb = "okrs.objective_edited"
    sentence = "{actor} changed the words of {subject}"
    example = {
        "before": {"title": "Fewer calls"},
        "after": {"title": "Receivers stop calling us to ask where their parcel is"},
    }

    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True)
class ObjectiveCorrected(EventKind):
    """An administrator corrected the words of what is agreed, and said why."""

    verb = "okrs.objective_corrected"
    sentence = "{actor} corrected {subject}: {reason}"
    example = {"before": {"title": "Recievers stop calling"}, "after": {}, "reason": "A slip of the keys."}

    before: dict[str, str]
    after: dict[str, str]
    reason: str


@dataclass(frozen=True)
class ObjectiveDetailed(EventKind):
    """Owner, ambition, tags or who may read it changed."""

    verb = "okrs.objective_detailed"
    sentence = "{actor} changed {names} of {subject}"
    example = {"names": "owner and ambition", "after": {"accountable": "Ada Lind", "ambition": "moonshot"}}

    names: str
    after: dict[str, Any]


@dataclass(frozen=True)
class TowardSaid(EventKind):
    """The team said in one sentence what its quarter serves."""

    verb = "okrs.toward_said"
    sentence = "{actor} wrote what {subject} works toward"
    example = {"before": "", "after": "Anyone waiting for a parcel knows where it is, and is right."}

    before: str
    after: str


@dataclass(frozen=True)
class Parked(EventKind):
    """A draft became an idea again, or an idea a draft."""

    verb = "okrs.objective_parked"
    sentence = "{actor} made {subject} {state}"
    example = {"state": "an idea again"}

    state: str


@dataclass(frozen=True)
class Withdrawn(EventKind):
    """The team took an objective back before anybody was bound to it."""

    verb = "okrs.objective_withdrawn"
    sentence = "{actor} withdrew {subject}"
    example = {"reason": "It is part of the courier app now."}

    reason: str


@dataclass(frozen=True)
class Deferred(EventKind):
    """The team put an objective off: not now, but on a horizon."""

    verb = "okrs.objective_deferred"
    sentence = "{actor} deferred {subject} to {horizon}: {reason}"
    example = {"horizon": "later", "reason": "The scanner contract ends in March."}

    horizon: str
    reason: str


@dataclass(frozen=True)
class TakenUp(EventKind):
    """Something out of the backlog came into a quarter as a draft."""

    verb = "okrs.objective_taken_up"
    sentence = "{actor} took {subject} up for {cycle}"
    example = {"cycle": "Q4 2026"}

    cycle: str


@dataclass(frozen=True)
class Adopted(EventKind):
    """A lead agreed to an objective that concerns no other team."""

    verb = "okrs.objective_adopted"
    sentence = "{actor} adopted {subject} for {cycle}"
    example = {"cycle": "Q4 2026"}

    cycle: str


@dataclass(frozen=True)
class Activated(EventKind):
    """Work on an agreed objective began; what stood against it was passed with a reason."""

    verb = "okrs.objective_activated"
    sentence = "{actor} made {subject} active"
    example = {"over": [{"code": "L2", "message": "It has no baseline.", "reason": "Measured from Monday."}]}

    over: list[dict[str, str]]


@dataclass(frozen=True)
class Stopped(EventKind):
    """The team stopped an objective; what was promised to it is free again."""

    verb = "okrs.objective_stopped"
    sentence = "{actor} stopped {subject}: {reason}"
    example = {"reason": "The supplier does it now.", "frees": "Two people until March", "person_weeks": "9"}

    reason: str
    frees: str
    person_weeks: str


@dataclass(frozen=True)
class ObjectiveGrading(EventKind):
    """Work on an objective ended; now it is graded."""

    verb = "okrs.objective_grading_begun"
    sentence = "{actor} began the grading of {subject}"
    example = {}


@dataclass(frozen=True)
class BackToWork(EventKind):
    """The grading of an objective was broken off: work on it goes on."""

    verb = "okrs.objective_back_to_work"
    sentence = "{actor} took {subject} back from grading to work"
    example = {}
