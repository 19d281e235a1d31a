"""What leadership looks at: how a cycle is negotiated, where it is stuck. Of units, never of persons."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.okrs.models import Cycle, Finding, Loan, Negotiation, No, Objective, Stage, State
from apps.okrs.queries.finding import readable
from apps.okrs.queries.findings import present, visible_findings
from apps.okrs.queries.negotiation_measures import asks_of, measures_of, moves_of, undecided
from apps.okrs.rules.negotiation_measures import Measures
from apps.okrs.rules.overview import Figure, Pair, figures_of

CYCLES: Final = 4
MOST: Final = 60


@dataclass(frozen=True)
class Waiting:
    """One team that owes answers to another."""

    owes: Team
    to: Team
    count: int
    since: date
    negotiations: list[Negotiation] = field(default_factory=list)


@dataclass(frozen=True)
class Balance:
    """What a team lent and borrowed over four cycles, in person-weeks."""

    team: str
    lent: Decimal
    borrowed: Decimal

    @property
    def net(self) -> Decimal:
        """Return what it gave more than it got."""
        return self.lent - self.borrowed


@dataclass(frozen=True)
class Overview:
    """The page of leadership."""

    waiting: list[Waiting]
    undecided: list[Pair]  # three rounds without agreement, both last terms side by side
    measures: Measures
    figures: list[Figure]
    loans: list[Loan]  # of this cycle
    hidden_loans: frozenset[int]  # of those, the ones for something that the reader may not see
    balances: list[Balance]  # over four
    findings: list[Finding]
    nos: list[No]


def leadership(cycle: Cycle, *, person: User, on: date) -> Overview:
    """Return how a cycle is negotiated. Eight queries, however many teams there are."""
    seen = readable(person, on=on).values("pk")
    asks = list(asks_of(cycle).filter(Q(objective=None) | Q(objective__in=seen)))
    moves = moves_of(asks)
    measures = measures_of(cycle, asks, moves)
    loans = lending(cycle)
    ours = [one for one in loans if one.lender.cycle_id == cycle.pk]
    shown = {one.pk for one in asks}
    grave = visible_findings(person, on=on).open().filter(cycle=cycle, severity=Finding.Severity.HIGH)
    nos = No.objects.filter(decided_at__date__gte=cycle.starts_on, decided_at__date__lte=cycle.ends_on)
    nos = nos.filter(Q(objective=None) | Q(objective__in=seen))
    nos = nos.select_related("team", "requester", "holder", "metric")
    return Overview(
        waiting=_waiting(asks),
        undecided=undecided(asks, moves),
        measures=measures,
        figures=figures_of(measures),
        loans=ours,
        hidden_loans=frozenset(one.pk for one in ours if one.negotiation_id not in shown),
        balances=balances(loans),
        findings=list(present(grave)[:MOST]),
        nos=list(nos.order_by("-pk")[:MOST]),
    )


def _waiting(rows: Iterable[Negotiation]) -> list[Waiting]:
    pairs: dict[tuple[int, int], list[Negotiation]] = defaultdict(list)
    for one in rows:
        if one.stage == Stage.OPEN and one.owes is not None:
            pairs[one.owes.pk, one.other(one.owes.pk).pk].append(one)
    found = []
    for several in pairs.values():
        owes = several[0].owes
        if owes is not None:
            first = min(one.opened_at for one in several if one.opened_at is not None)
            found.append(Waiting(owes, several[0].other(owes.pk), len(several), first.date(), several))
    return sorted(found, key=lambda one: (one.since, -one.count))


def lending(cycle: Cycle) -> list[Loan]:
    """Return the loans that stand in four cycles up to this one: who lends is seen over a year. One query."""
    until = Cycle.objects.filter(starts_on__lte=cycle.starts_on).order_by("-starts_on")
    rows = Loan.objects.filter(lender__cycle__in=until.values("pk")[:CYCLES], ended_on=None)
    return list(rows.select_related("lender__team", "borrower__team", "negotiation").order_by("pk"))


def balances(loans: list[Loan]) -> list[Balance]:
    """Return the balance of each team that lent or borrowed; they sum to nought. No query."""
    lent: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for one in loans:
        lent[one.lender.team.name] += one.person_weeks
        got[one.borrower.team.name] += one.person_weeks
    return [Balance(name, lent[name], got[name]) for name in sorted({*lent, *got})]


def stopped(cycle: Cycle) -> list[Objective]:
    """Return what was stopped in a cycle and everybody may read. One query."""
    rows = Objective.objects.filter(cycle=cycle, state=State.STOPPED, visibility="open")
    return list(rows.select_related("team").order_by("pk"))
