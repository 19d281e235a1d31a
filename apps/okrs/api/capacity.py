"""A team's person-weeks in one quarter: the plan, what it is promised to, loans and waivers."""

from collections.abc import Container, Iterable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import PersonOut, actor, person
from apps.core.api import (
    IF_MATCH,
    LARGEST_KEY,
    NUMBER,
    SLUG,
    Input,
    PreconditionFailedError,
    body,
    number,
    revision_asked,
    with_revision,
)
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.okrs import queries, transitions
from apps.okrs.api.finding import today
from apps.okrs.api.negotiation_shapes import LedgerOut
from apps.okrs.models import Allocation, CapacityPlan, Cycle, Loan, Quarter, Waiver
from apps.okrs.queries import CapacityPage

TEAM_IN_PATH = OpenApiParameter("team", str, "path", description="The team's slug.")
PROMISE = OpenApiParameter("promise", int, "path")
CAPACITY = f"teams/(?P<team>{SLUG})/capacity"
HIDDEN = "…"  # the label of an objective that the person may not read


class PlanInput(Input):
    """People, weeks, and what never becomes a promise; shares are parts of one."""

    people = serializers.DecimalField(5, 1, help_text="In full-time equivalents.")
    weeks = serializers.DecimalField(4, 1)
    upkeep_share = serializers.DecimalField(4, 3, help_text="Keeps the lights on, 0.25; it has no default.")
    leave_share = serializers.DecimalField(4, 3, required=False, help_text="Leave and absence; else 0.")


class PromiseInput(Input):
    """Person-weeks for an objective, for upkeep or for repair; an objective has them once."""

    person_weeks = serializers.DecimalField(7, 2)
    kind = serializers.ChoiceField(Allocation.Kind.choices, required=False)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of our own, not the serializer's
        required=False, allow_blank=True, help_text="For what; needed without an objective."
    )
    objective = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY)


class WeeksInput(Input):
    """Other person-weeks for the same."""

    person_weeks = serializers.DecimalField(7, 2)


class WaiverInput(Input):
    """More than the team has, until a day."""

    up_to = serializers.DecimalField(4, 2, help_text="Of what it has: 1.15 is 15 % more.")
    expires_on = serializers.DateField()
    reason = serializers.CharField()


class PlanOut(serializers.ModelSerializer[CapacityPlan]):
    """What a team plans with."""

    class Meta:
        model = CapacityPlan
        fields = ["people", "weeks", "upkeep_share", "leave_share"]
        read_only_fields = fields


class PromiseOut(serializers.ModelSerializer[Allocation]):
    """Person-weeks that a team promises to something."""

    class Meta:
        model = Allocation
        fields = ["id", "kind", "label", "objective", "negotiation", "person_weeks"]
        read_only_fields = fields


class LoanOut(serializers.ModelSerializer[Loan]):
    """Person-weeks of one team that work for another."""

    lender = serializers.CharField(source="lender.team.slug")
    borrower = serializers.CharField(source="borrower.team.slug")
    negotiation = serializers.IntegerField(source="negotiation_id", allow_null=True)  # hidden: none

    class Meta:
        model = Loan
        fields = ["id", "negotiation", "lender", "borrower", "key_result", "person_weeks"]
        fields += ["starts_on", "ends_on", "ramp", "return_note", "instead_of", "ended_on"]
        read_only_fields = fields


def shown_loans(loans: Iterable[Loan], *, hidden: Container[int]) -> list[dict[str, Any]]:
    """Return loans as LoanOut; of those for something that the person may not read, the numbers alone."""
    rows: list[dict[str, Any]] = [dict(LoanOut(one).data) for one in loans]
    for one in rows:
        if one["id"] in hidden:
            one |= {"negotiation": None, "key_result": None, "return_note": "", "instead_of": ""}
    return rows


class WaiverOut(serializers.ModelSerializer[Waiver]):
    """Somebody allowed a team to promise more than it has."""

    approver = PersonOut()

    class Meta:
        model = Waiver
        fields = ["id", "up_to", "expires_on", "reason", "approver", "at"]
        read_only_fields = fields


class CapacityOut(serializers.Serializer[Any]):
    """A team's person-weeks in one quarter; its ETag is what a change of the plan names."""

    team = serializers.CharField()
    cycle = serializers.CharField()
    plan = PlanOut(allow_null=True)
    ledger = LedgerOut(allow_null=True)
    promises = PromiseOut(many=True)
    loans_in = LoanOut(many=True)
    loans_out = LoanOut(many=True)
    waivers = WaiverOut(many=True)


class CapacityViewSet(viewsets.GenericViewSet[Cycle]):
    """What teams have, and what they promise."""

    queryset = Cycle.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG
    pagination_class = None

    @extend_schema(responses=CapacityOut, parameters=[TEAM_IN_PATH], methods=["GET"])
    @extend_schema(
        request=PlanInput, responses=CapacityOut, parameters=[TEAM_IN_PATH, IF_MATCH], methods=["PUT"]
    )
    @action(detail=True, methods=["get", "put"], url_path=CAPACITY)
    def capacity(self, request: Request, slug: str, team: str) -> Response:
        """Show a team's person-weeks with all their parts; save the plan, as a lead."""
        quarter = queries.quarter(slug, team)
        if request.method == "GET":
            return _shown(request, quarter)
        present = _revision(_page(request, quarter))
        revision = revision_asked(request, present=present)
        values = body(request, PlanInput)
        match transitions.plan_capacity(
            quarter, revision=revision, by=actor(request), at=timezone.now(), **values
        ):
            case Saved():
                return _shown(request, queries.quarter(slug, team))
            case Conflict(theirs):
                raise PreconditionFailedError(_in_full(_page(request, quarter)), revision=theirs.revision)

    @extend_schema(request=PromiseInput, responses={201: PromiseOut}, parameters=[TEAM_IN_PATH])
    @action(detail=True, methods=["post"], url_path=f"{CAPACITY}/promises")
    def promises(self, request: Request, slug: str, team: str) -> Response:
        """Promise person-weeks to something, as a lead."""
        quarter, values = queries.quarter(slug, team), body(request, PromiseInput)
        if pk := values.pop("objective", None):
            rows = _page(request, quarter).objectives
            values["objective"] = next((one for one in rows if one.pk == pk), None)
            if values["objective"] is None:
                message = f"That objective is not one of {quarter.team} in {quarter.cycle}."
                raise InvalidInputError(message, field="objective")
        made = transitions.promise_weeks(quarter, by=actor(request), at=timezone.now(), **values)
        return Response(PromiseOut(made).data, status=201)

    @extend_schema(
        request=WeeksInput, responses=PromiseOut, parameters=[TEAM_IN_PATH, PROMISE], methods=["PUT"]
    )
    @extend_schema(
        request=None, responses={204: None}, parameters=[TEAM_IN_PATH, PROMISE], methods=["DELETE"]
    )
    @action(detail=True, methods=["put", "delete"], url_path=f"{CAPACITY}/promises/(?P<promise>{NUMBER})")
    def promise(self, request: Request, slug: str, team: str, promise: str) -> Response:
        """Promise more or fewer person-weeks to the same, or take them back."""
        found = queries.allocation(number(promise), queries.quarter(slug, team))
        by, at = actor(request), timezone.now()
        if request.method == "DELETE":
            transitions.free_weeks(found, by=by, at=at)
            return Response(status=204)
        changed = transitions.change_weeks(found, by=by, at=at, **body(request, WeeksInput))
        return Response(PromiseOut(changed).data)

    @extend_schema(request=WaiverInput, responses={201: WaiverOut}, parameters=[TEAM_IN_PATH])
    @action(detail=True, methods=["post"], url_path=f"{CAPACITY}/waivers")
    def waivers(self, request: Request, slug: str, team: str) -> Response:
        """Allow a team to promise more than it has, as a lead of the organisation."""
        quarter, values = queries.quarter(slug, team), body(request, WaiverInput)
        made = transitions.waive(quarter, by=actor(request), at=timezone.now(), **values)
        return Response(WaiverOut(made).data, status=201)


def _page(request: Request, quarter: Quarter) -> CapacityPage:
    return queries.capacity_page(quarter, person=person(request), on=today(request))


def _revision(page: CapacityPage) -> int:
    return page.plan.revision if page.plan else 0


def _shown(request: Request, quarter: Quarter) -> Response:
    page = _page(request, quarter)
    return with_revision(_in_full(page), revision=_revision(page))


def _in_full(page: CapacityPage) -> dict[str, Any]:
    promises = PromiseOut(page.allocations, many=True).data
    for one in promises:
        if one["id"] in page.hidden:
            one |= {"label": HIDDEN, "objective": None, "negotiation": None}
    return {
        "team": page.quarter.team.slug,
        "cycle": page.quarter.cycle.slug,
        "plan": PlanOut(page.plan).data if page.plan else None,
        "ledger": LedgerOut(page.ledger).data if page.ledger else None,
        "promises": promises,
        "loans_in": shown_loans(page.loans_in, hidden=page.hidden_loans),
        "loans_out": shown_loans(page.loans_out, hidden=page.hidden_loans),
        "waivers": WaiverOut(page.waivers, many=True).data,
    }
