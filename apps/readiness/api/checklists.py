"""Whole checklists: begun, read, reviewed and submitted, and the questions themselves."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.catalog.models import Service
from apps.catalog.queries import service as service_by_slug
from apps.core.api import SLUG, Nothing, Pages, body, filters
from apps.core.errors import InvalidInputError
from apps.core.statements import or_404
from apps.core.text import words_in
from apps.readiness import queries, transitions
from apps.readiness.api import shapes
from apps.readiness.models import Assessment, Edition, Kind

AREA = OpenApiParameter("key", str, "path", description="The key of an area, such as REL.")


class WholeChecklist(Pages):
    """A checklist in its own order; the shipped ones fit on one page."""

    ordering = "position"
    page_size = 200


class ChecklistViewSet(viewsets.GenericViewSet[Service]):
    """The checklists of one service."""

    queryset = Service.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG

    @extend_schema(responses=shapes.AssessmentOut, methods=["GET"])
    @extend_schema(request=shapes.StartInput, responses={201: shapes.AssessmentOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"], url_path="green-light")
    def green_light(self, request: Request, slug: str) -> Response:
        """Show the green-light conversation, or start it."""
        if request.method == "GET":
            return Response(_shown(_found(request, slug, Kind.CONVERSATION)))
        service, values = service_by_slug(slug), body(request, shapes.StartInput)
        transitions.start_green_light(service, by=actor(request), at=timezone.now(), **values)
        return Response(_shown(_found(request, slug, Kind.CONVERSATION)), status=201)

    @extend_schema(responses=shapes.AssessmentOut)
    @action(detail=True)
    def readiness(self, request: Request, slug: str) -> Response:
        """Show the ten areas, counted; an older checklist if none is being answered."""
        return Response(_shown(_found(request, slug, Kind.READINESS)))

    @extend_schema(
        responses=shapes.AnswerRow(many=True),
        parameters=[shapes.AnswerFilters],
    )
    @action(detail=True, pagination_class=WholeChecklist)
    def answers(self, request: Request, slug: str) -> Response:
        """List the answers that apply, in the checklist's order; `kind` is readiness unless said."""
        asked = filters(request, shapes.AnswerFilters)
        kind = asked.pop("kind", Kind.READINESS)
        found: Any = queries.answer_rows(slug, kind, **asked)  # not the view's own rows
        rows: list[Any] = self.paginate_queryset(found) or []
        return self.get_paginated_response([queries.as_listed(row) for row in rows])

    @extend_schema(request=Nothing, responses=shapes.AssessmentOut)
    @action(detail=True, methods=["post"], url_path="readiness/submit")
    def submit(self, request: Request, slug: str) -> Response:
        """Say that the checklist is ready to be walked through; it freezes nothing."""
        found = _found(request, slug, Kind.READINESS)
        transitions.submit(found, by=actor(request), at=timezone.now())
        return Response(_shown(_found(request, slug, Kind.READINESS)))

    @extend_schema(request=shapes.ReturnInput, responses=shapes.AssessmentOut)
    @action(detail=True, methods=["post"], url_path="readiness/return")
    def return_answers(self, request: Request, slug: str) -> Response:
        """Return some items to their owners, as a reviewer."""
        found, said = _found(request, slug, Kind.READINESS), body(request, shapes.ReturnInput)
        answers = {answer.item: answer for answer in queries.answers_of(found)}
        if unknown := [item for item in said["items"] if item not in answers]:
            message = f"There is no item {unknown[0][:12]} in this checklist."
            raise InvalidInputError(message, field="items")
        chosen = [answers[item] for item in said.pop("items")]
        transitions.return_answers(chosen, by=actor(request), at=timezone.now(), **said)
        return Response(_shown(found))

    @extend_schema(request=shapes.VerdictInput, responses=shapes.VerdictOut, parameters=[AREA])
    @action(detail=True, methods=["put"], url_path="readiness/areas/(?P<key>[^/]+)/verdict")
    def verdict(self, request: Request, slug: str, key: str) -> Response:
        """Give a verdict on an area; the own earlier one is replaced."""
        found, values = _found(request, slug, Kind.READINESS), body(request, shapes.VerdictInput)
        area = queries.area(found, words_in(key, limit=10).upper())
        given = transitions.give_verdict(area, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.VerdictOut(given).data)


def _found(request: Request, slug: str, kind: str) -> Assessment:
    return or_404(queries.assessment(slug, kind, reader=person(request)))


def _shown(found: Assessment) -> dict[str, Any]:
    shown = {name: getattr(found, name) for name in ("id", "kind", "opened_at", "submitted_at", "closed_at")}
    areas = shapes.AreaOut(queries.area_rows(found), many=True).data
    return shown | {"edition": found.edition.number, "areas": areas}


class EditionViewSet(viewsets.GenericViewSet[Edition]):
    """The checklists themselves, to read before anybody has to answer them."""

    queryset = Edition.objects.none()
    lookup_field = "key"
    lookup_value_regex = SLUG

    def get_queryset(self) -> QuerySet[Edition]:
        return Edition.objects.defer("content")

    @extend_schema(responses=shapes.EditionRow(many=True))
    def list(self, request: Request) -> Response:
        """List every edition of every checklist, the newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(shapes.EditionRow(page, many=True).data)

    @extend_schema(responses=shapes.EditionOut, parameters=[shapes.EditionFilters])
    def retrieve(self, request: Request, key: str) -> Response:
        """Show a checklist with its questions: the newest edition, unless one is named."""
        edition = queries.edition(key, filters(request, shapes.EditionFilters).get("edition"))
        return Response(shapes.EditionOut(edition).data)
