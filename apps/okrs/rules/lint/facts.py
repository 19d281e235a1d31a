"""What the lint looks at, and what it has to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from apps.okrs.rules.fingerprints import About, fingerprint
from apps.okrs.rules.lint.catalogue import RULE, Level

METRIC, MAINTAIN, MILESTONE = "metric", "maintain", "milestone"
COMMITMENT, MOONSHOT = "commitment", "moonshot"
PERCENT: Final = "percent"
LAGGING: Final = "lagging"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The thresholds; settings may give others."""

    objectives: int = 3
    objectives_of_organisation: int = 5
    fewest_key_results: int = 2
    most_key_results: int = 5
    words: int = 20
    sure: Decimal = Decimal(9)
    wish: Decimal = Decimal(2)
    load: Decimal = Decimal("0.8")
    cycles_unmoved: int = 3
    share_of_commitments: Decimal = Decimal("0.25")
    share_of_cycle: Decimal = Decimal("0.5")  # the longest pause between two values
    days_for_baseline: int = 28


DEFAULTS: Final = Limits()


@dataclass(frozen=True, kw_only=True)
class MetricFacts:
    """A metric, with the names of those that it is in tension with."""

    id: int
    name: str
    unit_kind: str = ""
    denominator: str = ""
    lower_bound: Decimal | None = None
    upper_bound: Decimal | None = None
    cadence_days: int | None = None
    tensions: Mapping[int, str] = field(default_factory=dict)  # key and name of the other metric

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """Return the limits of its values; those of a percentage are 0 and 100 unless stated."""
        if self.unit_kind != PERCENT:
            return self.lower_bound, self.upper_bound
        low = Decimal(0) if self.lower_bound is None else self.lower_bound
        return low, Decimal(100) if self.upper_bound is None else self.upper_bound


@dataclass(frozen=True, kw_only=True)
class KeyResultFacts:
    """A key result that is open; one that is only a sentence has no metric and no target."""

    id: int
    title: str
    kind: str = METRIC
    metric: MetricFacts | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ambition: str = ""  # empty: that of the objective
    indicator: str = ""
    guardrail_for: int | None = None
    confidence: Decimal | None = None  # the first one that was given
    earlier_targets: tuple[Decimal | None, ...] = ()  # for the same metric in the cycles before, newest first

    @property
    def about(self) -> About:
        """Name the row."""
        return About("key_result", self.id)


@dataclass(frozen=True, kw_only=True)
class ObjectiveFacts:
    """An objective of the cycle: no idea, and nothing that was declined, deferred, withdrawn or stopped."""

    id: int
    title: str
    instead_of: str = ""
    ambition: str = ""
    accountable: tuple[str, ...] = ()
    owner: str = ""
    author: str = ""  # the unit that wrote it; empty where the owner did
    is_answered: bool = False  # the owner countered it or commented on it
    has_evidence: bool = False
    has_begun: bool = False  # nothing can be held back before a start that lies behind
    key_results: tuple[KeyResultFacts, ...] = ()

    @property
    def about(self) -> About:
        """Name the row."""
        return About("objective", self.id)


@dataclass(frozen=True, kw_only=True)
class UnitFacts:
    """A unit in one cycle."""

    id: int
    name: str
    is_organisation: bool = False
    load: Decimal | None = None  # allocations through effective capacity
    has_plan: bool = False
    upkeep_share: Decimal | None = None  # keeping the lights on
    objectives: tuple[ObjectiveFacts, ...] = ()

    @property
    def about(self) -> About:
        """Name the row."""
        return About("unit", self.id)


@dataclass(frozen=True)
class Remark:
    """What a rule has to say about one row, with the values that it saw."""

    rule: str
    level: Level
    message: str
    about: About
    fingerprint: str
    salient: Mapping[str, object]


def remark(code: str, about: About, message: str, level: Level | None = None, **salient: object) -> Remark:
    """Make a remark of a rule; its values are part of its fingerprint."""
    return Remark(
        code, level or RULE[code].level, message, about, fingerprint(code, [about], salient), salient
    )
