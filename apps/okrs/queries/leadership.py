"""What leadership looks at: how a cycle is negotiated, where it is stuck. Of units, never of persons."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.statements import statement
from apps.okrs.models import Cycle, Finding, Loan, Negotiation, No, Stage
from apps.okrs.queries.finding import reader, seen_by
from apps.okrs.queries.negotiation_measures import Ask, asks_in, measures_of, undecided
from apps.okrs.rules.negotiation_measures import Measures
from apps.okrs.rules.overview import Figure, Pair, figures_of

CYCLES: Final = 4
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
MOST: Final = 60
_TEAM: Final = ("name", "slug")
# What the page and the API show of each row.
SHOWN_OF_FINDING: Final = (
    *("code", "severity", "is_blocking", "cycle", "other_objective", "message", "state"),
    *("resolution", "reason", "decided_at", "found_at", "gone_at"),
    *("objective__title", "key_result__title", "decided_by__name"),
    *(f"{side}__{name}" for side in ("team", "other_team") for name in _TEAM),
)
SHOWN_OF_NO: Final = (
    *("kind", "state", "what", "reason_code", "reason", "decided_at", "until_on", "reopen_when"),
    *("threshold_way", "threshold", "negotiation", "objective", "state_reason"),
    *("holder__name", "metric__key", "metric__name", "metric__unit"),
    *(f"{side}__{name}" for side in ("team", "requester") for name in _TEAM),
)
SHOWN_OF_LOAN: Final = (
    *("negotiation", "key_result", "person_weeks", "starts_on", "ends_on", "ramp"),
    *("return_note", "instead_of", "ended_on", "lender__cycle"),
    *(f"{side}__team__{name}" for side in ("lender", "borrower") for name in _TEAM),
)


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
    measures: Measures
    figures: list[Figure]
    loans: list[Loan]  # of this cycle
    hidden_loans: frozenset[int]  # of those, the ones for something that the reader may not see
    balances: list[Balance]  # over four
    findings: list[Finding]
    nos: list[No]


def leadership(cycle: Cycle, *, person: User, on: date) -> Overview:
    """Return how a cycle is negotiated. Eight queries, rare cases four more, for any number of teams."""
    who = reader(person, on=on)
    asks = [Ask(*row) for row in _asks(**who, cycle_id=cycle.pk)]
    measures = measures_of(cycle, asks)
    loans = lending(cycle)
    ours = [one for one in loans if one.lender.cycle_id == cycle.pk]
    shown = {one.pk for one in asks}
    return Overview(
        waiting=_waiting(_open(**who, cycle_id=cycle.pk)),
        undecided=undecided(asks),
        measures=measures,
        figures=figures_of(measures),
        loans=ours,
        hidden_loans=frozenset(one.pk for one in ours if one.negotiation_id not in shown),
        balances=balances(loans),
        findings=_grave(**who, cycle_id=cycle.pk),
        nos=_nos(**who, cycle_id=cycle.pk, since=cycle.starts_on, until=cycle.ends_on),
    )


def _about(rows: Rows, *names: str, reader_teams: list[int] | None, on: date | None) -> Rows:
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
    rows: QuerySet[Any] = Finding.objects.open().filter(cycle=cycle_id, severity=Finding.Severity.HIGH)
    rows = _about(rows.filter(gone_at=None), "objective", "other_objective", reader_teams=reader_teams, on=on)
    first = rows.order_by("code", "pk").values("pk")[:MOST]  # all of them are as grave
    found = Finding.objects.filter(pk__in=first).order_by("code", "pk")
    found = found.select_related("team", "other_team", "objective", "key_result", "decided_by")
    return found.only(*SHOWN_OF_FINDING)


def said_for(cycle_id: int, *, since: date, until: date) -> Q:
    """Pick the nos of a cycle: those to what was asked for it or stands in it; free ones by their day.

    Most of what is asked for a quarter is answered before it begins.
    """
    is_free = Q(negotiation=None) & (Q(objective=None) | Q(objective__cycle=None))
    in_it = Q(negotiation__cycle=cycle_id) | Q(negotiation=None, objective__cycle=cycle_id)
    return in_it | (is_free & Q(decided_at__date__gte=since, decided_at__date__lte=until))


@statement()
def _nos(
    *, reader_teams: list[int] | None, on: date | None, cycle_id: int, since: date, until: date
) -> QuerySet[No]:
    rows: QuerySet[Any] = No.objects.filter(said_for(cycle_id, since=since, until=until))
    rows = _about(rows, "objective", reader_teams=reader_teams, on=on)
    rows = rows.select_related("team", "requester", "holder", "metric").only(*SHOWN_OF_NO)
    return rows.order_by("-pk")[:MOST]


def _waiting(rows: Iterable[Negotiation]) -> list[Waiting]:
    """Return who waits for whom, the longest first. No query."""
    pairs: dict[tuple[int, int], list[Negotiation]] = defaultdict(list)
    for one in rows:
        if one.owes is not None:
            pairs[one.owes.pk, one.other(one.owes.pk).pk].append(one)
    found = []
    for several in pairs.values():
        owes = several[0].owes
        if owes is not None:
            first = min(one.opened_at for one in several if one.opened_at is not None)
            ids = [one.pk for one in several]
            found.append(Waiting(owes, several[0].other(owes.pk), len(several), first.date(), ids))
    return sorted(found, key=lambda one: (one.since, -one.count))


@statement()
def _open(*, reader_teams: list[int] | None, on: date | None, cycle_id: int) -> QuerySet[Negotiation]:
    rows: QuerySet[Any] = Negotiation.objects.filter(cycle=cycle_id, stage=Stage.OPEN)
    rows = _about(rows, "objective", reader_teams=reader_teams, on=on)
    sides = ("owes", "initiator", "counterpart")
    shown = [f"{side}__{name}" for side in sides for name in _TEAM]
    return rows.select_related(*sides).only("opened_at", *shown).order_by("pk")


def lending(cycle: Cycle) -> list[Loan]:
    """Return the loans that stand in four cycles up to this one: who lends is seen over a year. One query."""
    return _lending(until=cycle.starts_on)


@statement()
def _lending(*, until: date) -> QuerySet[Loan]:
    cycles = Cycle.objects.filter(starts_on__lte=until).order_by("-starts_on").values("pk")[:CYCLES]
    rows = Loan.objects.filter(lender__cycle__in=cycles, ended_on=None)
    return rows.select_related("lender__team", "borrower__team").only(*SHOWN_OF_LOAN).order_by("pk")


def balances(loans: list[Loan]) -> list[Balance]:
    """Return the balance of each team that lent or borrowed; they sum to nought. No query."""
    lent: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for one in loans:
        lent[one.lender.team.name] += one.person_weeks
        got[one.borrower.team.name] += one.person_weeks
    return [Balance(name, lent[name], got[name]) for name in sorted({*lent, *got})]
