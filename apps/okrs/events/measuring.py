"""What can happen to metrics and their values, to check-ins, and at the end of an objective.

Grades stay on the pages of goals: no event carries one.
"""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class MetricCreated(EventKind):
    """A team wrote down a number that it wants to watch."""

    verb = "okrs.metric_created"
    sentence = "{actor} created the metric {subject}"
    example = {"key": "where-is-it-calls", "unit": "calls a week"}

    key: str
    unit: str


@dataclass(frozen=True)
class MetricEdited(EventKind):
    """What a metric says of itself changed; its values did not."""

    verb = "okrs.metric_edited"
    sentence = "{actor} changed {fields} of the metric {subject}"
    example = {"fields": "unit", "changes": {"unit": ["calls", "calls a week"]}}

    fields: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class MetricArchived(EventKind):
    """A metric takes no more values; what was recorded stays."""

    verb = "okrs.metric_archived"
    sentence = "{actor} archived the metric {subject}"
    example = {}


@dataclass(frozen=True)
class MetricRestored(EventKind):
    """An archived metric takes values again."""

    verb = "okrs.metric_restored"
    sentence = "{actor} brought the metric {subject} back"
    example = {}


@dataclass(frozen=True)
class TensionDeclared(EventKind):
    """Somebody said that pushing one metric may harm another."""

    verb = "okrs.tension_declared"
    sentence = "{actor} declared a tension between {subject} and {other}"
    example = {"other": "Night pages", "note": "Faster releases wake more people"}

    other: str
    note: str


@dataclass(frozen=True)
class TensionEnded(EventKind):
    """A tension between two metrics no longer holds."""

    verb = "okrs.tension_ended"
    sentence = "{actor} ended the tension between {subject} and {other}"
    example = {"other": "Night pages"}

    other: str


@dataclass(frozen=True)
class ValueRecorded(EventKind):
    """A metric has a value for a date; an older one for the same date is kept as corrected."""

    verb = "okrs.value_recorded"
    sentence = "{actor} recorded {value} for {on_date} in {subject}"
    example = {"on_date": "2026-11-23", "value": "6900", "before": "7100", "source": "manual"}

    on_date: str
    value: str
    before: str  # empty where the date had none
    source: str


@dataclass(frozen=True)
class ValuesPasted(EventKind):
    """Several values of one metric came in at once."""

    verb = "okrs.values_pasted"
    sentence = "{actor} pasted values into {subject}: {count} from {first} to {last}"
    example = {"count": 13, "corrected": 2, "first": "2026-10-05", "last": "2026-12-28"}

    count: int
    corrected: int
    first: str
    last: str


@dataclass(frozen=True)
class TermsChanged(EventKind):
    """How a key result is measured changed: before the agreement by its team, after it for a reason."""

    verb = "okrs.terms_changed"
    sentence = "{actor} changed {names} of {subject}"
    example = {
        "names": "target",
        "changes": {"target": ["5000", "6000"]},
        "why": "external",
        "reason": "The phone system counts both markets now.",
    }

    names: str
    changes: dict[str, Any]
    why: str  # empty before the agreement
    reason: str


@dataclass(frozen=True)
class CheckInPublished(EventKind):
    """A team said how its quarter goes."""

    verb = "okrs.check_in_published"
    sentence = "{actor} published {subject} for {on_date}"
    example = {"on_date": "2026-11-23", "objectives": 2, "corrects": None}

    on_date: str
    objectives: int
    corrects: int | None


@dataclass(frozen=True)
class ObjectiveStatusSaid(EventKind):
    """A check-in says how one objective goes, and what its numbers hinted at."""

    verb = "okrs.status_said"
    sentence = "{actor} says of {subject}: {status}"
    example = {"status": "at risk", "hint": "off track", "on_date": "2026-11-23"}

    status: str
    hint: str  # empty where the numbers hint at nothing
    on_date: str


@dataclass(frozen=True)
class CheckInDiscarded(EventKind):
    """A draft was thrown away."""

    verb = "okrs.check_in_discarded"
    sentence = "{actor} discarded the draft of {subject}"
    example = {}


@dataclass(frozen=True)
class CheckInAcknowledged(EventKind):
    """A reviewer has read a check-in."""

    verb = "okrs.check_in_acknowledged"
    sentence = "{actor} acknowledged {subject}"
    example = {}


@dataclass(frozen=True)
class ReadInConfidence(EventKind):
    """An administrator read an objective that is not open to everyone."""

    verb = "okrs.read_in_confidence"
    sentence = "{actor} read {subject}, which is not open to everyone"
    example = {"visibility": "restricted"}

    visibility: str


@dataclass(frozen=True)
class KeyResultGraded(EventKind):
    """A team graded one of its key results; the grade stands on its objective's page alone."""

    verb = "okrs.key_result_graded"
    sentence = "{actor} graded {subject}"
    example = {"is_first": True}

    is_first: bool


@dataclass(frozen=True)
class ObjectiveClosed(EventKind):
    """A team looked back at an objective and said what becomes of it."""

    verb = "okrs.objective_closed"
    sentence = "{actor} closed {subject}: {verdict}"
    example = {"verdict": "keep", "note": "The calls fell; the next third needs the couriers."}

    verdict: str
    note: str
