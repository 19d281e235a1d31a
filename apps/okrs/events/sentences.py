"""What can happen to a key result before it is graded."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class KeyResultWritten(EventKind):
    """Somebody added key results to an objective."""

    verb = "okrs.key_result_written"
    sentence = "{actor} wrote key results of {subject}"
    example = {"titles": ["Half of all receivers open the tracking page"]}

    titles: list[str]


@dataclass(frozen=True)
class KeyResultEdited(EventKind):
    """The sentence of a key result changed."""

    verb = "okrs.key_result_edited"
    sentence = "{actor} changed the words of {subject}"
    example = {"before": "Fewer pages", "after": "Pages at night fall from 14 to 3 a month"}

    before: str
    after: str


@dataclass(frozen=True)
class KeyResultMeasured(EventKind):
    """How a key result is measured, its owner or its ambition changed."""

    verb = "okrs.key_result_measured"
    sentence = "{actor} changed {names} of {subject}"
    example = {"names": "baseline and target", "after": {"baseline": "9400", "target": "5000"}}

    names: str
    after: dict[str, Any]


@dataclass(frozen=True)
class KeyResultDropped(EventKind):
    """The team dropped a key result: it no longer counts, and stays to be seen with its reason."""

    verb = "okrs.key_result_dropped"
    sentence = "{actor} dropped {subject}: {reason}"
    example = {"reason": "The phone system no longer counts these calls."}

    reason: str


@dataclass(frozen=True)
class MilestoneChanged(EventKind):
    """A milestone was added, changed, reached or removed."""

    verb = "okrs.milestone_changed"
    sentence = "{actor} {what} the milestone “{title}” of {subject}"
    example = {"what": "reached", "title": "Both markets see tracking", "evidence_url": "https://example.org"}

    what: str
    title: str
    evidence_url: str
