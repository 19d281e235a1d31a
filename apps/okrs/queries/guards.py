"""What stands between an objective and its next state; asked by steps, under their locks, and by forms."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from apps.okrs.models import (
    AlignmentLink,
    Allocation,
    CapacityPlan,
    Finding,
    Loan,
    Negotiation,
    NegotiationKind,
    Objective,
    Participant,
    Quarter,
    Stage,
    Waiver,
)
from apps.okrs.queries.findings import blocking_of
from apps.okrs.rules.capacity_line import Promise, promise_of
from apps.okrs.rules.steps import Blocker

WEEKS = DecimalField(max_digits=15, decimal_places=4)
KEPT = (Stage.AGREED, Stage.REPORTED, Stage.CLOSED)


def others_of(objective: Objective) -> list[str]:
    """Return the names of who must agree to an objective as well. Two queries."""
    names = set()
    links = AlignmentLink.objects.filter(objective=objective, kind=AlignmentLink.Kind.CONTRIBUTES)
    for link in links.select_related(
        "to_objective__team", "to_key_result__objective__team", "to_strategy_item"
    ):
        whole = link.to_objective or (link.to_key_result.objective if link.to_key_result else None)
        if whole is None:
            names.add("leadership")
        elif whole.team_id != objective.team_id:
            names.add(whole.team.name)
    owners = Participant.objects.filter(objective=objective, part=Participant.Part.OWNER)
    names |= set(owners.exclude(team=objective.team_id).values_list("team__name", flat=True))
    return sorted(names)


def has_open_negotiation(objective: Objective) -> bool:
    """Tell whether somebody owes an answer about an objective itself. One query."""
    kinds = [NegotiationKind.OBJECTIVE, NegotiationKind.CHANGE, NegotiationKind.TARGET]
    rows = Negotiation.objects.filter(objective=objective, kind__in=kinds, stage=Stage.OPEN)
    return rows.exists()


def blockers(objective: Objective) -> list[Blocker]:
    """Return what stands against beginning the work: findings, missing promises. One to four queries."""
    found = [Blocker(row.code, row.message, row.get_absolute_url()) for row in blocking_of(objective)]
    needs = AlignmentLink.objects.filter(objective=objective, kind=AlignmentLink.Kind.DEPENDS_ON)
    needs = needs.select_related("to_objective__team", "to_key_result__objective__team")
    wanted = {}
    for link in needs.order_by("pk"):
        whole = link.to_objective or (link.to_key_result.objective if link.to_key_result else None)
        if whole is not None and whole.team_id != objective.team_id:
            wanted[whole.team_id] = whole.team.name
    if not wanted:
        return found
    promised = Negotiation.objects.filter(
        objective=objective, kind=NegotiationKind.CONTRIBUTION, stage__in=KEPT
    ).values_list("counterpart_id", "initiator_id")
    sides = {team_id for pair in promised for team_id in pair}
    accepted = Finding.objects.filter(objective=objective, code="K5", state=Finding.State.ACCEPTED).exists()
    missing = [] if accepted else [name for team_id, name in wanted.items() if team_id not in sides]
    return found + [Blocker("K5", f"{name} has not promised what this depends on.") for name in missing]


def promise(quarter: Quarter, *, on: date) -> Promise | None:
    """Return what a team has promised of what it has; nothing without a plan. One query."""
    if not quarter.pk:
        return None
    allocated = Allocation.objects.filter(quarter=OuterRef("quarter"))
    lent = Loan.objects.filter(lender=OuterRef("quarter"), ended_on=None)
    borrowed = Loan.objects.filter(borrower=OuterRef("quarter"), ended_on=None)
    waived = Waiver.objects.filter(quarter=OuterRef("quarter"), expires_on__gte=on).order_by("-up_to")
    plan = (
        CapacityPlan.objects.filter(quarter=quarter)
        .annotate(
            promised=_sum(allocated, "quarter", F("person_weeks")),
            lent=_sum(lent, "lender", F("person_weeks")),
            gained=_sum(borrowed, "borrower", F("person_weeks") * (1 - F("ramp"))),
            allowed=Subquery(waived.values("up_to")[:1]),
        )
        .first()
    )
    if plan is None:
        return None
    return promise_of(plan, promised=plan.promised, lent=plan.lent, gained=plan.gained, up_to=plan.allowed)


def _sum(rows: QuerySet[Any], group: str, what: Combinable) -> Coalesce:
    """Return the sum over some rows of one quarter; nought of none."""
    summed = rows.order_by().values(group).annotate(sum=Sum(what, output_field=WEEKS)).values("sum")
    return Coalesce(Subquery(summed), Value(Decimal(0)), output_field=WEEKS)
