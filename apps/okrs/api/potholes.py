"""The candidates of a team's quarter: gaps and accepted risks of its services."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import SLUG, Input, body
from apps.okrs import queries, transitions
from apps.okrs.api.finding import today
from apps.okrs.models import Cycle, Pothole

TEAM_IN_PATH = OpenApiParameter("team", str, "path", description="The team's slug.")
POTHOLES = f"teams/(?P<team>{SLUG})/potholes"


class TakeInput(Input):
    """A candidate that becomes the draft of an objective."""

    key = serializers.CharField(max_length=100)
    title = serializers.CharField(help_text="As an objective.")


class LeaveInput(Input):
    """A candidate that is left, and why."""

    key = serializers.CharField(max_length=100)
    reason = serializers.CharField()


class LeaveAllInput(Input):
    """Why none of them is taken."""

    reason = serializers.CharField()


class CandidateOut(serializers.Serializer[Any]):
    """Something that a team may want to take up."""

    key = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()
    service_name = serializers.CharField()
    url = serializers.CharField()


class PotholeOut(serializers.ModelSerializer[Pothole]):
    """What a team did with a candidate: taken up by an objective, or left with a reason."""

    class Meta:
        model = Pothole
        fields = ["key", "title", "url", "objective", "reason", "person_name", "at"]
        read_only_fields = fields


class PotholesOut(serializers.Serializer[Any]):
    """The candidates of a quarter: open ones, and what was done with the others."""

    open = CandidateOut(many=True)
    taken = PotholeOut(many=True)
    left = PotholeOut(many=True)
    no = serializers.IntegerField(source="no.pk", allow_null=True)


class PotholeViewSet(viewsets.GenericViewSet[Cycle]):
    """What a team may take up when it plans a quarter."""

    queryset = Cycle.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG
    pagination_class = None

    @extend_schema(responses=PotholesOut, parameters=[TEAM_IN_PATH])
    @action(detail=True, url_path=POTHOLES)
    def potholes(self, request: Request, slug: str, team: str) -> Response:
        """Show the gaps and accepted risks of a team's services, and what was done with them."""
        return _shown(request, slug, team)

    @extend_schema(request=TakeInput, responses=PotholesOut, parameters=[TEAM_IN_PATH])
    @action(detail=True, methods=["post"], url_path=f"{POTHOLES}/take")
    def take_pothole(self, request: Request, slug: str, team: str) -> Response:
        """Take a candidate up as the draft of an objective."""
        quarter, values = queries.quarter(slug, team), body(request, TakeInput)
        transitions.take_pothole(quarter, by=actor(request), at=timezone.now(), **values)
        return _shown(request, slug, team)

    @extend_schema(request=LeaveInput, responses=PotholesOut, parameters=[TEAM_IN_PATH])
    @action(detail=True, methods=["post"], url_path=f"{POTHOLES}/leave")
    def leave_pothole(self, request: Request, slug: str, team: str) -> Response:
        """Leave a candidate for this quarter, with a reason."""
        quarter, values = queries.quarter(slug, team), body(request, LeaveInput)
        transitions.leave_pothole(quarter, by=actor(request), at=timezone.now(), **values)
        return _shown(request, slug, team)

    @extend_schema(request=LeaveAllInput, responses=PotholesOut, parameters=[TEAM_IN_PATH])
    @action(detail=True, methods=["post"], url_path=f"{POTHOLES}/leave-all")
    def leave_all_potholes(self, request: Request, slug: str, team: str) -> Response:
        """Take none of them, as a lead: a recorded no."""
        quarter, values = queries.quarter(slug, team), body(request, LeaveAllInput)
        transitions.leave_all_potholes(quarter, by=actor(request), at=timezone.now(), **values)
        return _shown(request, slug, team)


def _shown(request: Request, slug: str, team: str) -> Response:
    page = queries.potholes(queries.quarter(slug, team))
    taken = [one.objective_id for one in page.taken if one.objective_id is not None]
    rows = queries.readable(person(request), on=today(request))
    seen = set(rows.filter(pk__in=taken).values_list("pk", flat=True))
    data: dict[str, Any] = PotholesOut(page).data
    for one in data["taken"]:
        one["objective"] = one["objective"] if one["objective"] in seen else None
    return Response(data)
