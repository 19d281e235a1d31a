"""The moves of a service that walkthroughs decide about."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor
from apps.catalog.models import Service
from apps.catalog.queries import service as service_by_slug
from apps.core.api import SLUG, Nothing, body
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.api import shapes


class RoadViewSet(viewsets.GenericViewSet[Service]):
    """Prepare, launch, and the ways back."""

    queryset = Service.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG

    @extend_schema(request=Nothing, responses={201: shapes.WalkthroughOut})
    @action(detail=True, methods=["post"])
    def prepare(self, request: Request, slug: str) -> Response:
        """Begin the preparation for production: the ten areas open, and a walkthrough is planned."""
        by, now = actor(request), timezone.now()
        planned = transitions.prepare(service_by_slug(slug), by=by, at=now)
        return Response(shapes.in_full(planned.pk, by=by, now=now), status=201)

    @extend_schema(responses=shapes.WalkthroughRow(many=True), methods=["GET"])
    @extend_schema(request=Nothing, responses={201: shapes.WalkthroughOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def walkthroughs(self, request: Request, slug: str) -> Response:
        """List the walkthroughs of a service, the newest first, or plan one more."""
        service = service_by_slug(slug)
        if request.method == "GET":
            rows: Any = queries.of_service(service)  # the view's own rows are services
            page: Any = self.paginate_queryset(rows)
            return self.get_paginated_response(shapes.WalkthroughRow(page, many=True).data)
        by, now = actor(request), timezone.now()
        planned = transitions.plan(service, by=by, at=now)
        return Response(shapes.in_full(planned.pk, by=by, now=now), status=201)

    @extend_schema(responses=shapes.GateOut, methods=["GET"])
    @extend_schema(request=shapes.LaunchInput, responses={201: shapes.LaunchOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def launch(self, request: Request, slug: str) -> Response:
        """Show the gate, or launch: through it, or over it with a reason where the risk allows."""
        service, now = service_by_slug(slug), timezone.now()
        if request.method == "GET":
            return Response(shapes.GateOut(queries.launch_gate(service, now=now)).data)
        values = body(request, shapes.LaunchInput)
        launched = transitions.launch(service, by=actor(request), at=now, **values)
        return Response(shapes.LaunchOut(launched).data, status=201)

    @extend_schema(request=shapes.ReasonInput, responses=shapes.PhaseOut)
    @action(detail=True, methods=["post"], url_path="move-back")
    def move_back(self, request: Request, slug: str) -> Response:
        """Move a service back by one phase, never from live."""
        return self._moved(request, slug, transitions.move_back)

    @extend_schema(request=shapes.ReasonInput, responses=shapes.PhaseOut)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, slug: str) -> Response:
        """Put a service away: meetings are cancelled, reminders stop."""
        return self._moved(request, slug, transitions.archive)

    @extend_schema(request=shapes.ReasonInput, responses=shapes.PhaseOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, slug: str) -> Response:
        """Take a service out of the archive, into the phase that it had."""
        return self._moved(request, slug, transitions.restore)

    def _moved(self, request: Request, slug: str, step: Callable[..., Service]) -> Response:
        service, values = service_by_slug(slug), body(request, shapes.ReasonInput)
        moved = step(service, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.PhaseOut(moved).data)
