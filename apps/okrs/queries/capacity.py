"""Person-weeks of teams, with the rows that they are made of."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.core.statements import first, statement
from apps.okrs.models import Allocation, CapacityPlan, Loan, Negotiation, Objective, Quarter, Waiver
from apps.okrs.queries.finding import readable
from apps.okrs.rules.capacity import Borrowed, Ledger
from apps.okrs.rules.numbers import ZERO, plain


def ledgers(quarter_ids: Collection[int], *, on: date) -> dict[int, Ledger]:
    """Return the ledgers of the quarters that have a plan, by quarter. Four queries, however many."""
    ids = [pk for pk in quarter_ids if pk is not None]
    return _ledgers_of(_plans_of(ids=ids), on=on)


def _ledgers_of(plans: Collection[CapacityPlan], *, on: date) -> dict[int, Ledger]:
    """Return the ledgers of plans by quarter. Three queries, or none without a plan."""
    if not plans:
        return {}
    ids = [plan.quarter_id for plan in plans]
    allocated: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    lent: dict[int, Decimal] = defaultdict(Decimal)
    borrowed: dict[int, list[Borrowed]] = defaultdict(list)
    for pk, kind, weeks in _allocated(ids=ids):
        allocated[pk].append((kind, weeks))
    for lender, borrower, weeks, ramp in _standing(ids=ids):
        lent[lender] += weeks
        borrowed[borrower].append(Borrowed(weeks, ramp))
    waivers: dict[int, Decimal] = {}
    for pk, up_to in _waived(ids=ids, on=on):
        waivers[pk] = max(up_to, waivers.get(pk, up_to))
    return {
        plan.quarter_id: Ledger.of(
            plan,
            allocated=allocated[plan.quarter_id],
            lent=lent[plan.quarter_id],
            borrowed=borrowed[plan.quarter_id],
            up_to=waivers.get(plan.quarter_id),
        )
        for plan in plans
    }


@statement()
def _plans_of(*, ids: list[int]) -> QuerySet[CapacityPlan]:
    return CapacityPlan.objects.filter(quarter__in=ids)


@statement()
def _allocated(*, ids: list[int]) -> QuerySet[Allocation, tuple[int, str, Decimal]]:
    return Allocation.objects.filter(quarter__in=ids).values_list("quarter_id", "kind", "person_weeks")


@statement()
def _standing(*, ids: list[int]) -> QuerySet[Loan, tuple[int, int, Decimal, Decimal]]:
    """Return the loans of either side: both ledgers read the one row."""
    rows = Loan.objects.filter(Q(lender__in=ids) | Q(borrower__in=ids), ended_on=None)
    return rows.values_list("lender_id", "borrower_id", "person_weeks", "ramp")


@statement()
def _waived(*, ids: list[int], on: date) -> QuerySet[Waiver, tuple[int, Decimal]]:
    return Waiver.objects.filter(quarter__in=ids, expires_on__gte=on).values_list("quarter_id", "up_to")


def ledger(quarter: Quarter, *, on: date) -> Ledger | None:
    """Return the ledger of one quarter; none without a plan. Four queries, or one."""
    return ledgers([quarter.pk], on=on).get(quarter.pk)


def ledgers_of_teams(
    team_ids: Iterable[int], *, cycle_id: int, on: date
) -> dict[int, tuple[Quarter, Ledger | None]]:
    """Return quarter and ledger of some teams in one cycle, by team. Four queries at most."""
    quarters = {one.team_id: one for one in _quarters(team_ids=list(team_ids), cycle_id=cycle_id)}
    plans = [getattr(one, "capacity", None) for one in quarters.values()]
    found = _ledgers_of([plan for plan in plans if plan is not None], on=on)
    return {team_id: (one, found.get(one.pk)) for team_id, one in quarters.items()}


@statement()
def _quarters(*, team_ids: list[int], cycle_id: int) -> QuerySet[Quarter]:
    return Quarter.objects.filter(team__in=team_ids, cycle=cycle_id).select_related("capacity")


@dataclass
class CapacityPage:
    """A team's person-weeks in one cycle, each number with its parts."""

    quarter: Quarter
    plan: CapacityPlan | None
    ledger: Ledger | None
    allocations: list[Allocation] = field(default_factory=list)
    loans_in: list[Loan] = field(default_factory=list)
    loans_out: list[Loan] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    objectives: list[Objective] = field(default_factory=list)  # that still may get person-weeks
    hidden: frozenset[int] = frozenset()  # allocations for something that the reader may not see
    hidden_loans: frozenset[int] = frozenset()  # and loans

    @property
    def kinds(self) -> list[tuple[str, str, str]]:
        """Return kind, its words and its sum, for those that have any."""
        if self.ledger is None:
            return []
        sums = [(kind, self.ledger.of_kind(kind)) for kind in Allocation.Kind]
        return [(kind.value, str(kind.label), plain(weeks)) for kind, weeks in sums if weeks]


def capacity_page(quarter: Quarter, *, person: User, on: date) -> CapacityPage:
    """Return the page of a quarter's person-weeks. Five queries."""
    if quarter.pk is None:
        return CapacityPage(quarter, None, None)
    plan = first(_plans_of(ids=[quarter.pk]))
    allocations = _allocations(quarter_id=quarter.pk)
    shown = _loans(quarter_id=quarter.pk)
    waivers = _waivers(quarter_id=quarter.pk)
    mine = readable(person, on=on).filter(team=quarter.team_id, cycle=quarter.cycle_id).alive()
    objectives = list(mine.order_by("pk"))
    seen = {one.pk for one in objectives}
    return CapacityPage(
        quarter=quarter,
        plan=plan,
        ledger=_ledger_of(plan, allocations, shown, waivers, on=on) if plan else None,
        allocations=allocations,
        loans_in=[one for one in shown if one.borrower_id == quarter.pk],
        loans_out=[one for one in shown if one.lender_id == quarter.pk],
        waivers=waivers,
        objectives=objectives,
        hidden=frozenset(
            one.pk
            for one in allocations
            if (
                one.objective is not None
                and one.objective_id not in seen
                and not one.objective.is_open(on=on)
            )
            or _is_between_others(one.negotiation, person, on=on)
        ),
        hidden_loans=frozenset(one.pk for one in shown if _is_between_others(one.negotiation, person, on=on)),
    )


@statement()
def _allocations(*, quarter_id: int) -> QuerySet[Allocation]:
    rows = Allocation.objects.filter(quarter=quarter_id)
    return rows.select_related("objective", "negotiation__objective").order_by("pk")


@statement()
def _loans(*, quarter_id: int) -> QuerySet[Loan]:
    rows = Loan.objects.filter(Q(lender=quarter_id) | Q(borrower=quarter_id))
    sides = ("lender__team", "lender__cycle", "borrower__team", "borrower__cycle")
    return rows.select_related(*sides, "negotiation__objective", "key_result").order_by("pk")


@statement()
def _waivers(*, quarter_id: int) -> QuerySet[Waiver]:
    return Waiver.objects.filter(quarter=quarter_id).select_related("approver").order_by("-pk")


def _is_between_others(negotiation: Negotiation | None, person: User, *, on: date) -> bool:
    """Tell whether somebody belongs to no side of what is agreed about an objective that is not open."""
    if negotiation is None or negotiation.objective is None or person.is_admin:
        return False
    sides = {negotiation.initiator_id, negotiation.counterpart_id}
    return not negotiation.objective.is_open(on=on) and sides.isdisjoint(person.team_ids)


def _ledger_of(
    plan: CapacityPlan,
    allocations: Iterable[Allocation],
    loans: Iterable[Loan],
    waivers: Iterable[Waiver],
    *,
    on: date,
) -> Ledger:
    """Return the ledger of rows that a page has loaded already."""
    standing = [one for one in loans if one.ended_on is None]
    lent = [one.person_weeks for one in standing if one.lender_id == plan.quarter_id]
    return Ledger.of(
        plan,
        allocated=[(one.kind, one.person_weeks) for one in allocations],
        lent=sum(lent, ZERO),
        borrowed=[
            Borrowed(one.person_weeks, one.ramp) for one in standing if one.borrower_id == plan.quarter_id
        ],
        up_to=max((one.up_to for one in waivers if one.expires_on >= on), default=None),
    )


def allocation(pk: int, quarter: Quarter) -> Allocation:
    """Return one allocation of a quarter, or 404. One query."""
    return get_object_or_404(
        Allocation.objects.select_related("quarter__team", "quarter__cycle"), pk=pk, quarter=quarter
    )
