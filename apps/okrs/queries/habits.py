"""The habits of teams in a quarter: what moves their priorities, and whether they plan projects."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.statements import statement
from apps.okrs.models import (
    EXITS,
    Act,
    CapacityPlan,
    Cycle,
    CycleState,
    KeyResult,
    Negotiation,
    Objective,
    RankChange,
    RankSnapshot,
    State,
    TargetChange,
    Verdict,
)
from apps.okrs.queries.finding import Reader, reader, root_team, seen_by
from apps.okrs.queries.negotiation_measures import KEPT, Ask, dictated
from apps.okrs.queries.ranking import HIDDEN
from apps.okrs.rules import lash, ranks
from apps.okrs.rules.capacity import Ledger
from apps.okrs.rules.habits import Goal, Habits, Line, Yes
from apps.okrs.rules.lash import Part
from apps.okrs.rules.negotiating import giver_of
from apps.okrs.rules.numbers import ZERO
from apps.okrs.rules.signs import CYCLES, Sign

COSTLIEST: Final = 3


@dataclass(frozen=True)
class Row:
    """The habits of a team, or of all of them together."""

    team: Team | None
    parts: list[Part]
    signs: list[Sign]


@dataclass(frozen=True)
class Costly:
    """One change of an order, with how much it moved, 0 to 1."""

    change: RankChange
    cost: Decimal
    moves: list[str]


@dataclass(frozen=True)
class HabitsPage:
    """The teams that have goals in a quarter, all of them together first; and what moved most."""

    rows: list[Row]
    costliest: list[Costly]


def habits(cycle: Cycle, *, person: User, on: date) -> HabitsPage:
    """Return what a reader may know of the habits of a quarter.

    Nine queries for any number of teams, three more where goals were accepted at once.
    """
    who = reader(person, on=on)
    goals = _by_team(Goal(*row) for row in _goals(**who, until=cycle.starts_on))
    moved = costliest(changes_in(cycle_id=cycle.pk))
    ranked = {pk for change, _cost in moved for pk in (*change.before, *change.after)}
    titles = dict.fromkeys(ranked, HIDDEN) | dict(_titles(**who, ids=sorted(ranked)))
    found = [Costly(change, cost, ranks.flips(change.before, change.after, titles)) for change, cost in moved]
    return HabitsPage(rows=_rows(cycle, goals, who), costliest=found)


def costliest(changes: Iterable[RankChange]) -> list[tuple[RankChange, Decimal]]:
    """Return the changes that moved most, each with its cost; of equals the first given. No query."""
    costs = [(one, lash.cost(one.before, one.after)) for one in changes]
    return sorted((one for one in costs if one[1]), key=lambda one: -one[1])[:COSTLIEST]


def parts_of_all(cycle: Cycle, *, on: date) -> list[Part]:
    """Return the parts of all teams together, as everybody may know them. Seven to ten queries."""
    everybody = Reader(reader_teams=[], on=on)
    goals = _by_team(Goal(*row) for row in _goals(**everybody, until=cycle.starts_on))
    return next((one.parts for one in _rows(cycle, goals, everybody)), [])


def _by_team(goals: Iterable[Goal]) -> dict[int, list[Goal]]:
    found = defaultdict(list)
    for one in goals:
        found[one.team_id].append(one)
    return found


def _rows(cycle: Cycle, goals: dict[int, list[Goal]], who: Reader) -> list[Row]:
    teams = _teams(cycle_id=cycle.pk)
    if not teams:
        return []
    lines, yeses = defaultdict(list), defaultdict(list)
    for row in _lines(**who, cycle_id=cycle.pk):
        line = Line(*row)
        lines[line.objective_id].append(line)
    kept = _kept(**who, cycle_id=cycle.pk)
    for one in kept:
        on = one.accepted_at.date() if one.accepted_at else None
        yeses[giver_of(one).pk].append(Yes(one.kind, on, one.displaced))
    asks = [Ask(one.pk, one.kind, one.stage, one.rounds, one.objective_id, None, None) for one in kept]
    root = root_team()
    counted = Habits(
        cycle_id=cycle.pk,
        begins=None if cycle.state == CycleState.PLANNING else cycle.starts_on,
        goals=goals,
        lines=lines,
        yeses=yeses,
        dictated=dictated(cycle, asks),
        orders=_orders(cycle),
        weights={one.quarter.team_id: _own(one) for one in _plans(cycle_id=cycle.pk)},
        root=root.pk if root else None,
    )
    rows = [Row(team, counted.parts({team.pk}), counted.signs({team.pk})) for team in teams]
    everybody = {team.pk for team in teams}
    return [Row(None, counted.parts(everybody), counted.signs(everybody)), *rows]


def _own(plan: CapacityPlan) -> Decimal:
    return Ledger.of(plan, allocated=(), lent=ZERO, borrowed=()).own


@statement()
def _goals(*, reader_teams: list[int] | None, on: date | None, until: date) -> QuerySet[Any, Any]:
    cycles = Cycle.objects.filter(starts_on__lte=until).order_by("-starts_on").values("pk")[:CYCLES]
    changed = TargetChange.objects.filter(key_result__objective=OuterRef("pk"))
    dropped = KeyResult.objects.filter(objective=OuterRef("pk"), dropped_on__isnull=False)
    stopped = Q(state=State.STOPPED) | Q(verdict__in=[Verdict.CHANGE, Verdict.STOP])
    rows = seen_by(reader_teams=reader_teams, on=on).filter(cycle__in=cycles)
    rows = rows.exclude(state__in=EXITS - {State.STOPPED})
    rows = rows.annotate(was_touched=stopped | Q(Exists(changed)) | Q(Exists(dropped)))
    return rows.order_by("pk").values_list(*Goal._fields)


@statement()
def _titles(
    *, reader_teams: list[int] | None, on: date | None, ids: list[int]
) -> QuerySet[Objective, tuple[int, str]]:
    """Return the titles of what was ranked, also of what has left the order since."""
    return seen_by(reader_teams=reader_teams, on=on).filter(pk__in=ids).values_list("pk", "title")


@statement()
def _lines(*, reader_teams: list[int] | None, on: date | None, cycle_id: int) -> QuerySet[Any, Any]:
    seen = seen_by(reader_teams=reader_teams, on=on).filter(cycle=cycle_id).values("pk")
    return KeyResult.objects.filter(objective__in=seen).order_by("pk").values_list(*Line._fields)


@statement()
def _kept(*, reader_teams: list[int] | None, on: date | None, cycle_id: int) -> QuerySet[Any]:
    seen = seen_by(reader_teams=reader_teams, on=on).values("pk")
    rows = Negotiation.objects.filter(Q(objective=None) | Q(objective__in=seen), cycle=cycle_id)
    rows = rows.filter(stage__in=sorted(KEPT)).select_related(
        "initiator", "counterpart", "objective", "changes"
    )
    return rows.annotate(accepted_at=Max("moves__at", filter=Q(moves__act=Act.ACCEPT))).order_by("pk")


@statement()
def _plans(*, cycle_id: int) -> QuerySet[CapacityPlan]:
    return CapacityPlan.objects.filter(quarter__cycle=cycle_id).select_related("quarter").order_by("pk")


@statement()
def _snapshots(*, cycle_id: int) -> QuerySet[RankSnapshot, Any]:
    rows = RankSnapshot.objects.filter(quarter__cycle=cycle_id).order_by("week_on")
    return rows.values_list("quarter__team", "ordered_ids")


def _orders(cycle: Cycle) -> dict[int, list[list[int]]]:
    """Return the weekly orders of each team, oldest first. One query."""
    orders = defaultdict(list)
    for team, ids in _snapshots(cycle_id=cycle.pk):
        orders[team].append(ids)
    return orders


@statement()
def _teams(*, cycle_id: int) -> QuerySet[Team]:
    goals = Objective.objects.filter(cycle=cycle_id, agreed_at__isnull=False).values("team")
    return Team.objects.filter(pk__in=goals).only("name", "slug").order_by("name", "pk")


@statement()
def changes_in(*, cycle_id: int) -> QuerySet[RankChange]:
    """Return the changes of orders that have a reason, the newest first. One query."""
    rows = RankChange.objects.filter(quarter__cycle=cycle_id).order_by("-at", "-pk")
    return rows.select_related("quarter__team", "quarter__cycle")
