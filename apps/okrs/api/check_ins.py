"""What teams say of their objectives every two weeks, and what waits for whom."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, in_person, person
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    Nothing,
    PreconditionFailedError,
    StaleError,
    body,
    filters,
    number,
    revision_asked,
    with_revision,
)
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.api import measuring_shapes as shapes
from apps.okrs.api.finding import today
from apps.okrs.http import noted
from apps.okrs.models import TeamCheckIn


class CheckInViewSet(viewsets.GenericViewSet[TeamCheckIn]):
    """Check-ins: typed as a draft, published once, put right by another one, acknowledged."""

    queryset = TeamCheckIn.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=shapes.CheckInRow(many=True), parameters=[shapes.CheckInFilters])
    def list(self, request: Request) -> Response:
        """List check-ins, the newest first; drafts are their team's alone."""
        asked = filters(request, shapes.CheckInFilters)
        page = self.paginate_queryset(queries.check_ins(person(request), **asked)) or []
        return self.get_paginated_response([shapes.check_in_row(row) for row in page])

    @extend_schema(responses=shapes.CheckInOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show a check-in; the ETag of a draft is what a save names."""
        return _shown(request, number(pk))

    @extend_schema(request=shapes.CheckInBegun, responses={201: shapes.CheckInOut})
    def create(self, request: Request) -> Response:
        """Begin the draft of a team in a quarter; there is one at most."""
        values = body(request, shapes.CheckInBegun)
        quarter = queries.quarter(values.pop("cycle").slug, values.pop("team").slug)
        draft, by, at = shapes.draft_of(values), actor(request), timezone.now()
        match transitions.save_check_in(quarter, draft=draft, revision=0, by=by, at=at):
            case Saved(begun):
                return _shown(request, begun.pk, status=201)
            case Conflict(theirs):
                raise StaleError(_in_full(request, _found(request, theirs.pk)))

    @extend_schema(request=shapes.CheckInInput, responses=shapes.CheckInOut, parameters=[IF_MATCH])
    def update(self, request: Request, pk: str) -> Response:
        """Save a draft if it is still the one that was read."""
        found = _found(request, number(pk))
        _check_may_speak(request, found)
        rules.check_is_draft(found)
        revision = revision_asked(request, present=found.revision)
        draft = shapes.draft_of(body(request, shapes.CheckInInput))
        by, at = actor(request), timezone.now()
        return _saved(
            request,
            found,
            transitions.save_check_in(found.quarter, draft=draft, revision=revision, by=by, at=at),
        )

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Throw a draft away."""
        transitions.discard_check_in(_found(request, number(pk)), by=actor(request), at=timezone.now())
        return Response(status=204)

    @extend_schema(request=Nothing, responses=shapes.CheckInOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Publish a draft, in person: its values are recorded, and its numbers stay as they are."""
        found, _nothing = _found(request, number(pk)), body(request, Nothing)
        _check_may_speak(request, found)
        revision = revision_asked(request, present=found.revision)
        by, at = actor(request), timezone.now()
        return _saved(request, found, transitions.publish_check_in(found, revision=revision, by=by, at=at))

    @extend_schema(request=Nothing, responses={201: shapes.CheckInOut})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """Begin another check-in that takes the place of a published one."""
        found, _nothing = _found(request, number(pk)), body(request, Nothing)
        begun = transitions.correct_check_in(found, by=actor(request), at=timezone.now())
        return _shown(request, begun.pk, status=201)

    @extend_schema(request=Nothing, responses=shapes.CheckInOut)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say, as a reviewer and in person, that one has read it."""
        found, _nothing = _found(request, number(pk)), body(request, Nothing)
        transitions.acknowledge_check_in(found, by=actor(request), at=timezone.now())
        return _shown(request, found.pk)


class WaitingViewSet(viewsets.GenericViewSet[TeamCheckIn]):
    """What waits for the person who asks."""

    queryset = TeamCheckIn.objects.none()
    pagination_class = None

    @extend_schema(responses=shapes.WaitingOut(many=True))
    def list(self, request: Request) -> Response:
        """List what My work has of goals: check-ins to write and to read, answers, nos, findings."""
        found = queries.waiting_for(in_person(request), now=timezone.now())
        return Response(shapes.WaitingOut(found, many=True).data)


def _check_may_speak(request: Request, found: TeamCheckIn) -> None:
    by = actor(request)
    rules.check_may_speak(by, found.quarter.team, queries.scope_of(found.quarter, by=by))


def _found(request: Request, pk: int) -> TeamCheckIn:
    return queries.draft_to_change(pk, person=person(request))


def _in_full(request: Request, found: TeamCheckIn) -> dict[str, Any]:
    scope = None if found.published_at else queries.scope_of(found.quarter, by=actor(request))
    for name in rules.SQUARES if scope is not None else ():
        setattr(found, name, "")  # the team's alone until it publishes them
    lines = queries.said_lines(found, person=person(request), on=today(request), scope=scope)
    noted([line.objective for line in lines], by=actor(request))
    return shapes.check_in_out(found, lines, queries.correction_of(found))


def _shown(request: Request, pk: int, *, status: int = 200) -> Response:
    found = _found(request, pk)
    return with_revision(_in_full(request, found), revision=found.revision, status=status)


def _saved(
    request: Request, found: TeamCheckIn, result: Saved[TeamCheckIn] | Conflict[TeamCheckIn]
) -> Response:
    if isinstance(result, Saved):
        return _shown(request, result.row.pk)
    theirs = _found(request, found.pk)
    raise PreconditionFailedError(_in_full(request, theirs), revision=theirs.revision)
