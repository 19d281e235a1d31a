"""What the checks between plans look at, and the draft of a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apps.okrs.rules.findings.catalogue import CHECK, Kind, Severity
from apps.okrs.rules.fingerprints import About, fingerprint


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The thresholds; settings may give others."""

    contention: Decimal = Decimal(1)
    high_contention: Decimal = Decimal("1.25")
    top: int = 3  # of the team that needs
    held: int = 3  # what the team that gives can hold, where it states no limit


DEFAULTS: Final = Limits()


@dataclass(frozen=True, kw_only=True)
class Party:
    """One side of a finding: a row with the names to show."""

    about: About
    title: str
    unit: str = ""

    def __str__(self) -> str:
        return f"“{self.title}” of {self.unit}" if self.unit else f"“{self.title}”"


@dataclass(frozen=True, kw_only=True)
class Push:
    """A key result that moves a metric within a period."""

    party: Party
    metric_id: int
    metric: str
    baseline: Decimal
    target: Decimal
    starts_on: date
    ends_on: date

    @property
    def is_up(self) -> bool:
        """Tell the direction; baseline and target differ by constraint."""
        return self.target > self.baseline

    def overlaps(self, other: "Push") -> bool:
        """Tell whether both move at least one day together."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


@dataclass(frozen=True, kw_only=True)
class Demand:
    """An open or agreed request to a team."""

    negotiation_id: int
    claimant: Party
    person_weeks: Decimal
    rank: int | None = None  # in the organisation's order


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A team, what it has left, and who asks for it."""

    party: Party
    free: Decimal
    demands: tuple[Demand, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DependencyFacts:
    """One objective that depends on another unit's work; the state is that of their negotiation."""

    link_id: int
    consumer: Party
    provider: Party
    state: str
    is_locked: bool = False  # the cycle is
    consumer_rank: int | None = None
    provider_rank: int | None = None  # of the work in the provider's order; none: it is not in there
    provider_count: int = 0
    provider_limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class NoFacts:
    """A no that is active."""

    party: Party  # with `what` as title
    decided_by: str
    decided_on: date
    reason: str
    until: str = ""  # "Q4 2027", "1 October 2027"; empty where it ends by its condition
    metric_id: int | None = None
    dependency_id: int | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An objective, key result or request that a no may concern."""

    party: Party
    metric_ids: frozenset[int] = frozenset()
    dependency_ids: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Thread:
    """What ties a key result of the organisation, or a unit's objective, to the rest."""

    party: Party
    is_of_organisation: bool = False
    links: int = 0
    contribution: str = ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that one run looks at."""

    pushes: tuple[Push, ...] = ()
    providers: tuple[Provider, ...] = ()
    dependencies: tuple[DependencyFacts, ...] = ()
    nos: tuple[NoFacts, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    threads: tuple[Thread, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A finding as it would be stored; its evidence is plain JSON."""

    code: str
    kind: Kind
    severity: Severity
    left: Party
    right: Party | None
    message: str
    evidence: Mapping[str, object]
    fingerprint: str


def draft(
    code: str,
    sides: tuple[Party, Party | None],
    message: str,
    *,
    evidence: Mapping[str, object],
    salient: Mapping[str, object],
    severity: Severity | None = None,
) -> Draft:
    """Make a draft of a check; what is salient decides whether a dismissed one returns."""
    left, right = sides
    check = CHECK[code]
    about = [side.about for side in sides if side]
    digest = fingerprint(code, about, salient)
    return Draft(code, check.kind, severity or check.severity, left, right, message, evidence, digest)
