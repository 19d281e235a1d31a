"""What can happen to the strategy, and at an offsite."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class StrategyWritten(EventKind):
    """A sentence of the strategy was written."""

    verb = "okrs.strategy_written"
    sentence = "{actor} wrote {subject} under {horizon}"
    example = {"horizon": "later"}

    horizon: str


@dataclass(frozen=True)
class StrategyEdited(EventKind):
    """A sentence of the strategy was changed."""

    verb = "okrs.strategy_edited"
    sentence = "{actor} changed {subject}"
    example = {"before": {"theme": "Reach"}, "after": {"theme": "Trust"}}

    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class StrategyRevalidated(EventKind):
    """Somebody asked whether a sentence of the strategy still holds."""

    verb = "okrs.strategy_revalidated"
    sentence = "{actor} looked at {subject} again: {verdict}"
    example = {"verdict": "still holds"}

    verdict: str


@dataclass(frozen=True)
class OffsitePrepared(EventKind):
    """The pack for leadership's offsite was frozen."""

    verb = "okrs.offsite_prepared"
    sentence = "{actor} prepared {subject}"
    example = {"sections": 8}

    sections: int


@dataclass(frozen=True)
class OffsitePrinted(EventKind):
    """The pack was laid out as a PDF."""

    verb = "okrs.offsite_printed"
    sentence = "{actor} printed {subject}, {pages} pages"
    example = {"pages": 6}

    pages: int


@dataclass(frozen=True)
class DecisionMade(EventKind):
    """Something was decided at the offsite."""

    verb = "okrs.decision_made"
    sentence = "{actor} wrote down at {subject}: {text} {owner}, by {due_on}"
    example = {"text": "Stop the second region.", "owner": "Ada Lind", "due_on": "2027-01-15"}

    text: str
    owner: str
    due_on: str


@dataclass(frozen=True)
class DecisionDone(EventKind):
    """What was decided at an offsite is carried out."""

    verb = "okrs.decision_done"
    sentence = "{actor} carried out from {subject}: {text}"
    example = {"text": "Stop the second region."}

    text: str
