"""What a team has promised of what it has: with its page, and for the guard of a step."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from apps.okrs.models import Allocation, Loan, Quarter, Waiver
from apps.okrs.rules.capacity_line import Promise, promise_of

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


def promised_by(quarter: Quarter) -> Promise | None:
    """Return what came with `with_promise`; nothing without a plan. No query."""
    plan = getattr(quarter, "capacity", None) if quarter.pk else None
    if plan is None:
        return None
    sums: Any = quarter
    return promise_of(plan, promised=sums.promised, lent=sums.lent, gained=sums.gained, up_to=sums.allowed)


def promise(quarter: Quarter, *, on: date) -> Promise | None:
    """Return what a team has promised of what it has; nothing without a plan. One query."""
    found = with_promise(Quarter.objects.filter(pk=quarter.pk), on=on).first()
    return promised_by(found) if found else None


def _sum(rows: QuerySet[Any], group: str, what: Combinable) -> Coalesce:
    """Return the sum over some rows of one quarter; nought of none."""
    summed = rows.order_by().values(group).annotate(sum=Sum(what, output_field=WEEKS)).values("sum")
    return Coalesce(Subquery(summed), Value(Decimal(0)), output_field=WEEKS)
