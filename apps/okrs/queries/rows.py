"""All rows of one cycle that the rules look at: the number of queries does not grow with them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.db.models import Q

from apps.catalog.models import Team
from apps.comments.models import Comment
from apps.okrs.models import (
    EXITS,
    Act,
    AlignmentLink,
    Allocation,
    CapacityPlan,
    CheckInItem,
    Cycle,
    KeyResult,
    Loan,
    MetricTension,
    Move,
    Negotiation,
    NegotiationKind,
    No,
    NoException,
    Objective,
    Quarter,
    Stage,
    State,
)
from apps.okrs.queries.finding import root_team
from apps.okrs.rules.capacity import Ledger
from apps.okrs.rules.ranks import order_of

ZERO: Final = Decimal(0)
UNPLANNED: Final = (*EXITS, State.IDEA)  # an idea is not judged, and what was left is left
ASKED_OF: Final = (NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN)
STANDING: Final = (Stage.OPEN, Stage.AGREED, Stage.REPORTED)
CYCLES_BACK: Final = 6


@dataclass
class Hands:
    """The person-weeks of one team in one cycle."""

    has_plan: bool = False
    upkeep_share: Decimal | None = None
    load: Decimal | None = None
    free: Decimal = ZERO  # before what others ask for


@dataclass
class Rows:
    """One cycle, by keys."""

    cycle: Cycle
    on: date
    root_id: int | None
    quarters: dict[int, Quarter]  # by team
    objectives: dict[int, Objective]
    key_results: dict[int, list[KeyResult]]  # by objective, those that were not dropped
    hands: dict[int, Hands] = field(default_factory=dict)  # by team
    links: list[AlignmentLink] = field(default_factory=list)  # from these objectives
    links_here: list[AlignmentLink] = field(default_factory=list)  # to these objectives, from wherever
    negotiations: list[Negotiation] = field(default_factory=list)
    nos: list[No] = field(default_factory=list)
    passed: set[tuple[int, int]] = field(default_factory=set)  # objective and no: logged as an exception
    tensions: dict[int, dict[int, str]] = field(default_factory=dict)
    confidence: dict[int, int] = field(default_factory=dict)  # the first one that was given
    targets: dict[tuple[int, int], list[Decimal | None]] = field(default_factory=dict)  # team, metric
    answered: set[int] = field(default_factory=set)  # objectives that their team countered or commented on

    def is_open(self, objective: Objective) -> bool:
        """Tell whether everybody may read an objective: what other teams are told names no others."""
        return objective.is_open(on=self.on)

    def place(self, team_id: int, objective_id: int) -> int | None:
        """Return the rank of an objective in a team's order, from 1."""
        order = self.order(team_id)
        return order.index(objective_id) + 1 if objective_id in order else None

    @property
    def elsewhere(self) -> dict[int, Objective]:
        """Return the objectives of other cycles to which links lead."""
        aims = [one.to_objective for one in self.links]
        aims += [one.to_key_result.objective for one in self.links if one.to_key_result]
        return {one.pk: one for one in aims if one is not None}

    def no(self, pk: int) -> No:
        """Return one of the nos."""
        return next(one for one in self.nos if one.pk == pk)

    def team(self, pk: int) -> Team:
        """Return a team that has a page or an objective here."""
        quarter = self.quarters.get(pk)
        return (
            quarter.team
            if quarter
            else next(one.team for one in self.objectives.values() if one.team_id == pk)
        )

    def order(self, team_id: int | None) -> list[int]:
        """Return a team's objectives, the most important first, in the order that its page shows."""
        quarter = self.quarters.get(team_id or 0)
        return order_of(quarter.ordered_ids, self.by_team.get(quarter.team_id, ())) if quarter else []

    @cached_property
    def by_team(self) -> dict[int, list[int]]:
        """Return the objectives of each team by key."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in self.objectives.values():
            found[one.team_id].append(one.pk)
        return found


def rows_of(cycle: Cycle, *, on: date) -> Rows:
    """Return everything about one cycle. Seventeen queries at most, however many teams there are."""
    root = root_team()
    wanted = Objective.objects.filter(cycle=cycle).exclude(state__in=UNPLANNED)
    related = ("team", "authored_by", "accountable", "strategy_item")
    objectives = {one.pk: one for one in wanted.select_related(*related).order_by("pk")}
    key_results: dict[int, list[KeyResult]] = {pk: [] for pk in objectives}
    sentences = KeyResult.objects.filter(objective__in=wanted.values("pk"), dropped_on=None)
    for one in sentences.select_related("metric").order_by("position", "pk"):
        key_results[one.objective_id].append(one)
    quarters = Quarter.objects.filter(cycle=cycle).select_related("team")
    rows = Rows(
        cycle=cycle,
        on=on,
        root_id=root.pk if root else None,
        quarters={one.team_id: one for one in quarters},
        objectives=objectives,
        key_results=key_results,
    )
    _add_hands(rows)
    _add_ties(rows)
    _add_nos(rows)
    _add_measures(rows)
    _add_answers(rows)
    return rows


def _add_hands(rows: Rows) -> None:
    """Add what each team has, promises, lends and borrows. Four queries."""
    team_of = {quarter.pk: team_id for team_id, quarter in rows.quarters.items()}
    here = {"quarter__cycle": rows.cycle}
    plans = {team_of[plan.quarter_id]: plan for plan in CapacityPlan.objects.filter(**here)}
    promised: dict[int, Decimal] = defaultdict(Decimal)
    own: dict[int, Decimal] = defaultdict(Decimal)  # promised to nobody else
    for quarter_id, weeks, negotiation_id in Allocation.objects.filter(**here).values_list(
        "quarter_id", "person_weeks", "negotiation_id"
    ):
        promised[team_of[quarter_id]] += weeks
        own[team_of[quarter_id]] += ZERO if negotiation_id else weeks
    lent: dict[int, Decimal] = defaultdict(Decimal)
    gained: dict[int, Decimal] = defaultdict(Decimal)
    loans = Loan.objects.filter(lender__cycle=rows.cycle, ended_on=None)
    for lender_id, borrower_id, weeks, ramp in loans.values_list(
        "lender__team", "borrower__team", "person_weeks", "ramp"
    ):
        lent[lender_id] += weeks
        gained[borrower_id] += weeks * (1 - ramp)
    for team_id in rows.quarters:
        plan = plans.get(team_id)
        if plan is None:
            rows.hands[team_id] = Hands()
            continue
        whole = Ledger.of_sums(plan, promised=promised[team_id], lent=lent[team_id], gained=gained[team_id])
        # What it lent and promised to others is what others ask of it: the check counts that against this.
        free = whole.available + lent[team_id] - own[team_id]
        rows.hands[team_id] = Hands(has_plan=True, upkeep_share=plan.upkeep_share, load=whole.rho, free=free)


def _add_ties(rows: Rows) -> None:
    """Add links and negotiations. Three queries."""
    ends = ("objective__team", "to_objective__team", "to_key_result__objective__team", "to_strategy_item")
    links = AlignmentLink.objects.select_related(*ends).order_by("pk")
    rows.links = list(links.filter(objective__cycle=rows.cycle).exclude(objective__state__in=UNPLANNED))
    arriving = Q(to_objective__cycle=rows.cycle) | Q(to_key_result__objective__cycle=rows.cycle)
    rows.links_here = list(links.filter(arriving).exclude(objective__state__in=UNPLANNED))
    asks = Negotiation.objects.filter(cycle=rows.cycle, kind__in=ASKED_OF).exclude(
        stage__in=[Stage.DRAFT, Stage.VOID]
    )
    related = ("initiator", "counterpart", "objective__team", "key_result__objective__team", "terms")
    rows.negotiations = list(asks.select_related(*related).order_by("pk"))


def _add_nos(rows: Rows) -> None:
    """Add the nos that stand, and the exceptions to them. Two queries."""
    rows.nos = list(No.objects.active().select_related("team", "objective").order_by("pk"))
    logged = NoException.objects.filter(objective__cycle=rows.cycle)
    rows.passed = set(logged.values_list("objective_id", "no_id"))


def _add_measures(rows: Rows) -> None:
    """Add tensions, first confidences, and the targets of earlier cycles. Four queries."""
    for tension in MetricTension.objects.select_related("a", "b"):
        rows.tensions.setdefault(tension.a_id, {})[tension.b_id] = tension.b.name
        rows.tensions.setdefault(tension.b_id, {})[tension.a_id] = tension.a.name
    given = CheckInItem.objects.filter(
        key_result__objective__cycle=rows.cycle,
        confidence__isnull=False,
        check_in__team_check_in__published_at__isnull=False,
    )
    newest_first = given.order_by("-check_in__team_check_in__on_date", "-pk")
    rows.confidence = {
        pk: level
        for pk, level in newest_first.values_list("key_result_id", "confidence")
        if level is not None
    }
    before = Cycle.objects.filter(starts_on__lt=rows.cycle.starts_on).order_by("-starts_on")
    earlier = list(before.values_list("pk", flat=True)[:CYCLES_BACK])
    old = KeyResult.objects.filter(objective__cycle__in=earlier, metric__isnull=False, dropped_on=None)
    old = old.exclude(objective__state__in=[*EXITS - {State.STOPPED}, State.IDEA])
    for cycle_id, team_id, metric_id, target in old.order_by("pk").values_list(
        "objective__cycle", "objective__team", "metric_id", "target"
    ):
        row = rows.targets.setdefault((team_id, metric_id or 0), [None] * len(earlier))
        row[earlier.index(cycle_id or 0)] = target


def _add_answers(rows: Rows) -> None:
    """Add which objectives written elsewhere were answered by their own team. Two queries, or none."""
    foreign = {pk: one.team_id for pk, one in rows.objectives.items() if one.authored_by_id != one.team_id}
    if not foreign:
        return
    moved = Move.objects.filter(negotiation__objective__in=foreign, act=Act.COUNTER)
    rows.answered |= _own(moved.values_list("negotiation__objective_id", "team_id"), foreign)
    said = Comment.objects.filter(thread__subject_type="objective", thread__subject_id__in=list(foreign))
    spoke = said.values_list("thread__subject_id", "author__team_ids")
    rows.answered |= {pk for pk, teams in spoke if foreign[pk] in teams}


def _own(pairs: Iterable[Any], foreign: dict[int, int]) -> set[int]:
    return {pk for pk, team_id in pairs if foreign[pk] == team_id}


def period(key_result: KeyResult, cycle: Cycle) -> tuple[date, date]:
    """Return the days of a key result; without own ones it runs as long as its cycle."""
    return key_result.starts_on or cycle.starts_on, key_result.ends_on or cycle.ends_on
