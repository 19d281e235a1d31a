"""What a team has promised of what it has: with its page, and for the guard of a step."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from apps.core.statements import statement
from apps.okrs.models import Allocation, Loan, Quarter, Waiver
from apps.okrs.rules.capacity import Ledger

WEEKS = DecimalField(max_digits=12, decimal_places=4)


def with_promise(rows: QuerySet[Quarter], *, on: date | None = None) -> QuerySet[Quarter]:
    """Add the plan and its sums to quarters, and what a waiver allows on a day."""
    allocated = Allocation.objects.filter(quarter=OuterRef("pk"))
    lent = Loan.objects.filter(lender=OuterRef("pk"), ended_on=None)
    borrowed = Loan.objects.filter(borrower=OuterRef("pk"), ended_on=None)
    waived = Waiver.objects.filter(quarter=OuterRef("pk"), expires_on__gte=on or date.max).order_by("-up_to")
    return rows.select_related("team", "cycle", "capacity").annotate(
        promised=_sum(allocated, "quarter", F("person_weeks")),
        lent=_sum(lent, "lender", F("person_weeks")),
        gained=_sum(borrowed, "borrower", F("person_weeks") * (1 - F("ramp"))),
        allowed=Subquery(waived.values("up_to")[:1]),
    )


def promised_by(quarter: Quarter) -> Ledger | None:
    """Return what came with `with_promise`; nothing without a plan. No query."""
    plan = getattr(quarter, "capacity", None) if quarter.pk else None
    if plan is None:
        return None
    sums: Any = quarter
    return Ledger.of_sums(
        plan, promised=sums.promised, lent=sums.lent, gained=sums.gained, up_to=sums.allowed
    )


def promise(quarter: Quarter, *, on: date) -> Ledger | None:
    """Return what a team has promised of what it has; nothing without a plan. One query."""
    found = with_promise(Quarter.objects.filter(pk=quarter.pk), on=on).first()
    return promised_by(found) if found else None


def ledgers_beside(team_ids: Collection[int], *, cycle_id: int) -> dict[int, Ledger]:
    """Return what some teams have and promised in a cycle, as far as they have a plan. One query, or none."""
    rows = _planned(team_ids=sorted(team_ids), cycle_id=cycle_id) if team_ids else []
    found = {one.team_id: promised_by(one) for one in rows}
    return {team_id: ledger for team_id, ledger in found.items() if ledger is not None}


@statement()
def _planned(*, team_ids: list[int], cycle_id: int) -> QuerySet[Quarter]:
    return with_promise(Quarter.objects.filter(team__in=team_ids, cycle=cycle_id, capacity__isnull=False))


def _sum(rows: QuerySet[Any], group: str, what: Combinable) -> Coalesce:
    """Return the sum over some rows of one quarter; nought of none."""
    summed = rows.order_by().values(group).annotate(sum=Sum(what, output_field=WEEKS)).values("sum")
    return Coalesce(Subquery(summed), Value(Decimal(0)), output_field=WEEKS)
