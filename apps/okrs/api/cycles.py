"""Quarters of the calendar, each team's page in one, and the order on it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import (
    IF_MATCH,
    SLUG,
    Input,
    Nothing,
    Pages,
    PreconditionFailedError,
    body,
    revision_asked,
    with_revision,
)
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.api import goal_inputs as inputs
from apps.okrs.api import goal_shapes as shapes
from apps.okrs.api.finding import today
from apps.okrs.models import Cycle, Quarter

TEAM = OpenApiParameter("team", str, "path", description="The team's slug.")
IN_IT = f"teams/(?P<team>{SLUG})"


class WholeTeams(Pages):
    """Each row is a page of its own."""

    page_size = 20


class CycleViewSet(viewsets.GenericViewSet[Cycle]):
    """Quarters, and what each team means to reach in one."""

    queryset = Cycle.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG

    @extend_schema(responses=shapes.CycleOut(many=True))
    def list(self, request: Request) -> Response:
        """List the quarters, the one laid out last first."""
        page = self.paginate_queryset(Cycle.objects.all())
        return self.get_paginated_response(shapes.CycleOut(page, many=True).data)

    @extend_schema(responses=shapes.CycleOut)
    def retrieve(self, request: Request, slug: str) -> Response:
        """Show one quarter."""
        return Response(shapes.CycleOut(queries.cycle_of(slug)).data)

    @extend_schema(request=Nothing, responses=shapes.CycleOut)
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, slug: str) -> Response:
        """Make a planned quarter the active one, as a lead of the organisation's team."""
        return self._turn(request, slug, transitions.begin_cycle)

    @extend_schema(request=Nothing, responses=shapes.CycleOut)
    @action(detail=True, methods=["post"], url_path="begin-grading")
    def begin_grading(self, request: Request, slug: str) -> Response:
        """End the work of a quarter: what is active is graded now."""
        return self._turn(request, slug, transitions.begin_cycle_grading)

    @extend_schema(request=Nothing, responses=shapes.CycleOut)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, slug: str) -> Response:
        """Close a graded quarter; what is kept or changed is carried into the next as a draft."""
        return self._turn(request, slug, transitions.close_cycle)

    @extend_schema(request=inputs.WhyInput, responses=shapes.CycleOut)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, slug: str) -> Response:
        """Put a closed quarter back into grading, as an administrator."""
        return self._turn(request, slug, transitions.reopen_cycle, inputs.WhyInput)

    @extend_schema(responses=shapes.QuarterOut(many=True))
    @action(detail=True, pagination_class=WholeTeams)
    def teams(self, request: Request, slug: str) -> Response:
        """Show the quarter of the organisation, team by team, with scores and their coverage."""
        on, found = today(request), queries.cycle_of(slug)
        rows: Any = queries.quarters(found)  # not the view's own rows
        page: list[Any] = self.paginate_queryset(rows) or []
        return self.get_paginated_response(_quarters(request, page, on=on))

    @extend_schema(responses=shapes.QuarterOut, parameters=[TEAM])
    @action(detail=True, url_path=IN_IT)
    def team(self, request: Request, slug: str, team: str) -> Response:
        """Show one team's quarter; its ETag is what another order or sentence names."""
        return _shown(request, _page(slug, team))

    @extend_schema(request=inputs.TowardInput, responses=shapes.QuarterOut, parameters=[TEAM, IF_MATCH])
    @action(detail=True, methods=["put"], url_path=f"{IN_IT}/toward")
    def toward(self, request: Request, slug: str, team: str) -> Response:
        """Say what a team's quarter serves; the same sentence is never a conflict."""
        found = _page(slug, team)
        is_fresh = revision_asked(request, present=found.revision) == found.revision
        values = body(request, inputs.TowardInput)
        mark = rules.mark_of(found.toward) if is_fresh else -1  # what the page names instead of a revision
        match transitions.say_toward(found, revision=mark, by=actor(request), at=timezone.now(), **values):
            case Saved():
                return _shown(request, _page(slug, team))
            case Conflict():
                raise _stale(request, _page(slug, team))

    @extend_schema(responses=shapes.OrderOut, parameters=[TEAM], methods=["GET"])
    @extend_schema(
        request=inputs.OrderInput, responses=shapes.OrderOut, parameters=[TEAM, IF_MATCH], methods=["PUT"]
    )
    @action(detail=True, methods=["get", "put"], url_path=f"{IN_IT}/order")
    def order(self, request: Request, slug: str, team: str) -> Response:
        """Show the order of a team's objectives with its past, or put them into another one."""
        found = _page(slug, team)
        if request.method == "PUT":
            revision = revision_asked(request, present=found.revision)
            values = body(request, inputs.OrderInput)
            result = transitions.rank(
                found, revision=revision, by=actor(request), at=timezone.now(), **values
            )
            found = _page(slug, team)
            if isinstance(result, Conflict):
                raise PreconditionFailedError(_order(request, found), revision=found.revision)
        return with_revision(_order(request, found), revision=found.revision)

    def _turn(
        self, request: Request, slug: str, step: Callable[..., Cycle], kind: type[Input] = Nothing
    ) -> Response:
        found, values = queries.cycle_of(slug), body(request, kind)
        turned = step(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.CycleOut(turned).data)


def _page(slug: str, team: str) -> Quarter:
    return queries.quarter(slug, team)


def _quarters(request: Request, pages: list[Quarter], *, on: date) -> list[dict[str, Any]]:
    found = queries.objectives_of(pages, person=person(request), on=on)
    counted = iter(queries.counted([one for _page, rows in found for one in rows], on=on))
    return [shapes.quarter_out(page, [next(counted) for _one in rows]) for page, rows in found]


def _shown(request: Request, found: Quarter) -> Response:
    (shown,) = _quarters(request, [found], on=today(request))
    return with_revision(shown, revision=found.revision)


def _stale(request: Request, found: Quarter) -> PreconditionFailedError:
    (shown,) = _quarters(request, [found], on=today(request))
    return PreconditionFailedError(shown, revision=found.revision)


def _order(request: Request, found: Quarter) -> dict[str, Any]:
    return shapes.order_out(queries.orders(found, person=person(request), on=today(request)))
