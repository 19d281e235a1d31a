"""What leadership looks at: how a cycle is negotiated, where it is stuck. Of units, never of persons."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.statements import statement
from apps.okrs.models import Cycle, Finding, Loan, Negotiation, No, Objective, Stage, State
from apps.okrs.queries.finding import reader, seen_by
from apps.okrs.queries.findings import present
from apps.okrs.queries.negotiation_measures import Ask, asks_in, measures_of, undecided
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
    negotiations: list[int] = field(default_factory=list)  # by key


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
    figures: list[Figure]
    loans: list[Loan]  # of this cycle
    balances: list[Balance]  # over four
    findings: list[Finding]
    nos: list[No]


def leadership(cycle: Cycle, *, person: User, on: date) -> Overview:
    """Return how a cycle is negotiated. Eight queries, rare cases four more, for any number of teams."""
    who = reader(person, on=on)
    asks = [Ask(*row) for row in _asks(**who, cycle_id=cycle.pk)]
    loans = lending(cycle)
    return Overview(
        waiting=_waiting(asks),
        undecided=undecided(asks),
        figures=figures_of(measures_of(cycle, asks)),
        loans=[one for one in loans if one.lender.cycle_id == cycle.pk],
        balances=balances(loans),
        findings=_grave(**who, cycle_id=cycle.pk),
        nos=_nos(**who, since=cycle.starts_on, until=cycle.ends_on),
    )


def _about(
    rows: QuerySet[Any], *names: str, reader_teams: list[int] | None, on: date | None
) -> QuerySet[Any]:
    """Leave out what is about an objective that the reader may not see."""
    if reader_teams is None:
        return rows
    seen = seen_by(reader_teams=reader_teams, on=on).values("pk")
    return rows.filter(*(Q(**{name: None}) | Q(**{f"{name}__in": seen}) for name in names))


@statement()
def _asks(*, reader_teams: list[int] | None, on: date | None, cycle_id: int) -> QuerySet[Negotiation, Any]:
    rows = Negotiation.objects.filter(cycle=cycle_id)
    return asks_in(_about(rows, "objective", reader_teams=reader_teams, on=on))


@statement()
def _grave(*, reader_teams: list[int] | None, on: date | None, cycle_id: int) -> QuerySet[Finding]:
    rows = Finding.objects.open().filter(cycle=cycle_id, severity=Finding.Severity.HIGH)
    rows = _about(rows, "objective", "other_objective", reader_teams=reader_teams, on=on)
    return present(rows).defer("evidence")[:MOST]


@statement()
def _nos(*, reader_teams: list[int] | None, on: date | None, since: date, until: date) -> QuerySet[No]:
    rows = No.objects.filter(decided_at__date__gte=since, decided_at__date__lte=until)
    rows = _about(rows, "objective", reader_teams=reader_teams, on=on)
    return rows.select_related("team", "requester", "holder", "metric").order_by("-pk")[:MOST]


def _waiting(rows: Iterable[Ask]) -> list[Waiting]:
    """Return who waits for whom, the longest first. One query."""
    pairs: dict[tuple[int, int], list[Ask]] = defaultdict(list)
    for one in rows:
        if one.stage == Stage.OPEN and one.owes_id is not None:
            pairs[one.owes_id, one.other(one.owes_id)].append(one)
    teams = {one.pk: one for one in _teams(ids=sorted({pk for pair in pairs for pk in pair}))}
    found = []
    for (owes, to), several in pairs.items():
        first = min(one.opened_at for one in several if one.opened_at is not None)
        ids = [one.pk for one in several]
        found.append(Waiting(teams[owes], teams[to], len(several), first.date(), ids))
    return sorted(found, key=lambda one: (one.since, -one.count))


@statement()
def _teams(*, ids: list[int]) -> QuerySet[Team]:
    return Team.objects.filter(pk__in=ids).only("name", "slug")


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
