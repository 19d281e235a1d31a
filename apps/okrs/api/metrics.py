"""Metrics: what teams measure, and how values come in."""

from contextlib import suppress
from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    SLUG,
    Nothing,
    PreconditionFailedError,
    body,
    filters,
    number,
    revision_asked,
    with_revision,
)
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.api import measuring_shapes as shapes
from apps.okrs.api.finding import today
from apps.okrs.http import noted
from apps.okrs.models import Metric, ValueSource

DAY = OpenApiParameter("day", date, "path", description="Such as 2026-03-24.")
TENSION = OpenApiParameter("tension", int, "path")
DESCRIBED = (
    "name",
    "unit",
    "unit_kind",
    "good",
    "numerator",
    "denominator",
    "lower_bound",
    "upper_bound",
    "cadence_days",
    "source",
    "segment",
)


class MetricViewSet(viewsets.GenericViewSet[Metric]):
    """Numbers that teams keep, longer than any quarter lasts."""

    queryset = Metric.objects.none()
    lookup_field = "key"
    lookup_value_regex = SLUG

    @extend_schema(responses=shapes.MetricRow(many=True), parameters=[shapes.MetricFilters])
    def list(self, request: Request) -> Response:
        """List the metrics in use with their newest values, or the archived ones."""
        asked = filters(request, shapes.MetricFilters)
        rows: Any = queries.metrics(
            person(request),
            on=today(request),
            search=asked.get("q", ""),
            team_ids=person(request).team_ids if asked.get("mine") else None,
            is_archived=asked.get("archived", False),
        )
        page: list[Any] = self.paginate_queryset(rows) or []
        return self.get_paginated_response([shapes.metric_out(row) for row in page])

    @extend_schema(responses=shapes.MetricOut)
    def retrieve(self, request: Request, key: str) -> Response:
        """Show a metric; its ETag is what a change names."""
        return _shown(request, key)

    @extend_schema(request=shapes.MetricInput, responses={201: shapes.MetricOut})
    def create(self, request: Request) -> Response:
        """Write a metric of an own team down; its key stays as it is."""
        values = body(request, shapes.MetricInput)
        made = transitions.create_metric(values.pop("team"), by=actor(request), at=timezone.now(), **values)
        return _shown(request, made.key, status=201)

    @extend_schema(
        request=shapes.MetricFields(partial=True), responses=shapes.MetricOut, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, key: str) -> Response:
        """Change what a metric says of itself."""
        found = queries.metric(key)
        revision = revision_asked(request, present=found.revision)
        said = body(request, shapes.MetricFields, partial=True)
        changes = {name: getattr(found, name) for name in DESCRIBED} | said
        match transitions.edit_metric(
            found, revision=revision, changes=changes, by=actor(request), at=timezone.now()
        ):
            case Saved():
                return _shown(request, key)
            case Conflict(theirs):
                raise PreconditionFailedError(_in_full(request, theirs), revision=theirs.revision)

    @extend_schema(request=Nothing, responses=shapes.MetricOut)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, key: str) -> Response:
        """Take no more values; what was recorded stays."""
        found, _nothing = queries.metric(key), body(request, Nothing)
        transitions.archive_metric(found, by=actor(request), at=timezone.now())
        return _shown(request, key)

    @extend_schema(request=Nothing, responses=shapes.MetricOut)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, key: str) -> Response:
        """Take values again."""
        found, _nothing = queries.metric(key), body(request, Nothing)
        transitions.restore_metric(found, by=actor(request), at=timezone.now())
        return _shown(request, key)

    @extend_schema(responses=shapes.ValueOut(many=True), parameters=[shapes.ValueFilters], methods=["GET"])
    @extend_schema(request=shapes.ValuesInput, responses=shapes.RecordedOut, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def values(self, request: Request, key: str) -> Response:
        """List the values of a metric, the one recorded last first, or record many at once."""
        found = queries.metric(key)
        if request.method == "POST":
            return _recorded(request, found)
        asked = filters(request, shapes.ValueFilters)
        rows: Any = queries.all_values_of(
            found.pk,
            since=asked.get("since"),
            until=asked.get("until"),
            is_whole=asked.get("corrected", False),
        )
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes.ValueOut(page, many=True).data)

    @extend_schema(request=shapes.ValueInput, responses=shapes.ValueOut, parameters=[DAY])
    @action(detail=True, methods=["put"], url_path="values/(?P<day>[-0-9]{1,20})")
    def value(self, request: Request, key: str, day: str) -> Response:
        """Say what a metric was on one date; the same again changes nothing, another number corrects it.

        It takes no If-Match: a correction supersedes and keeps what stood there, so that nothing is lost.
        """
        found, values = queries.metric(key), body(request, shapes.ValueInput)
        kept = transitions.record_value(
            found, on_date=_day(day), source=ValueSource.API, by=actor(request), at=timezone.now(), **values
        )
        return Response(shapes.ValueOut(kept).data)

    @extend_schema(request=shapes.PasteInput, responses=shapes.PastedOut)
    @action(detail=True, methods=["post"])
    def paste(self, request: Request, key: str) -> Response:
        """Record two columns of a spreadsheet; what cannot be recorded is left out and named."""
        found, said = queries.metric(key), body(request, shapes.PasteInput)
        by = actor(request)
        rules.check_may_keep(by, found.team)
        preview = queries.preview(found, said["text"], today=today(request))
        kept = transitions.record_values(found, values=preview.values, by=by, at=timezone.now())
        left_out = [
            {"line": row.line.number, "text": row.line.text, "problem": row.problem}
            for row in preview.rows
            if row.problem
        ]
        return Response({"recorded": len(kept), "left_out": left_out})

    @extend_schema(request=shapes.TensionInput, responses={201: shapes.TensionOut})
    @action(detail=True, methods=["post"])
    def tensions(self, request: Request, key: str) -> Response:
        """Say that pushing this metric may harm another."""
        found, values = queries.metric(key), body(request, shapes.TensionInput)
        made = transitions.declare_tension(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.tension_out(made, found), status=201)

    @extend_schema(request=None, responses={204: None}, parameters=[TENSION])
    @action(detail=True, methods=["delete"], url_path=f"tensions/(?P<tension>{NUMBER})")
    def tension(self, request: Request, key: str, tension: str) -> Response:
        """Say that a tension no longer holds."""
        wanted = number(tension)
        row = next((one for one in queries.tensions_of(queries.metric(key)) if one.pk == wanted), None)
        if row is None:
            raise Http404
        transitions.end_tension(row, by=actor(request), at=timezone.now())
        return Response(status=204)


def _day(text: str) -> date:
    found: date | None = None
    with suppress(ValueError):
        found = date.fromisoformat(text)
    if found is None or found.isoformat() != text:  # weeks and days without hyphens are no addresses
        message = "Name a day of the calendar, such as 2026-03-24."
        raise InvalidInputError(message, field="on_date")
    return found


def _recorded(request: Request, found: Metric) -> Response:
    values: dict[Any, Any] = {}
    for row in body(request, shapes.ValuesInput)["values"]:
        if row["on_date"] in values:
            message = f"{row['on_date']} stands there twice."
            raise InvalidInputError(message, field="values")
        values[row["on_date"]] = row["value"]
    kept = transitions.record_values(
        found, values=values, source=ValueSource.API, by=actor(request), at=timezone.now()
    )
    return Response({"recorded": len(kept)})


def _in_full(request: Request, found: Metric) -> dict[str, Any]:
    reader, on = person(request), today(request)
    row = queries.with_newest(Metric.objects.select_related("team"), person=reader, on=on).get(pk=found.pk)
    used = queries.key_results_on(found, person=reader, on=on)
    noted([one.objective for one in used], by=actor(request))
    tensions = [shapes.tension_out(one, found) for one in queries.tensions_of(found)]
    return shapes.metric_out(row) | {"key_results": [one.pk for one in used], "tensions": tensions}


def _shown(request: Request, key: str, *, status: int = 200) -> Response:
    shown = _in_full(request, queries.metric(key))
    return with_revision(shown, revision=shown["revision"], status=status)
