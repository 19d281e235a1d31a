"""Quarters that come and go as files, for programs: lists, tables of objectives, whole quarters."""

from collections.abc import Mapping
from typing import IO, Any, Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.http import actor, person
from apps.catalog.queries import team as team_of
from apps.core.api import CSV, NUMBER, SLUG, CsvRenderer, Input, Nothing, body, filters, one
from apps.core.errors import InvalidInputError
from apps.core.limits import CarefulJSONParser, whole
from apps.core.text import LONGEST_LINE, clean_line, clean_text
from apps.jobs.http import JobOut
from apps.jobs.models import Job
from apps.jobs.queries import visible
from apps.okrs import http, imports, queries, rules, transitions
from apps.okrs.models import Cycle, Objective, Quarter
from apps.okrs.queries.sheets import SheetPreview, SheetRow

JSON: Final = "application/json"
SLUG_IN_PATH = OpenApiParameter("slug", str, "path", description="A quarter's slug.")
TEAM_IN_PATH = OpenApiParameter("team", str, "path", description="The team's slug.")
GONE = OpenApiResponse(description="The portal's disk has lost the file: ask for it to be written anew.")
NO_ROOM = OpenApiResponse(description="The portal's disk is full; nothing was kept.")
NO_TABLE = OpenApiResponse(description="Tables are text/csv, or JSON that holds one as text.")


class CsvParser(BaseParser):
    """Takes a table as it is; the other way is JSON that holds it as text."""

    media_type = CSV

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Return the text of the table, whatever wrote it."""
        return {"text": imports.text_of(whole(stream))}


class WholeParser(BaseParser):
    """Takes JSON byte by byte: the file of a quarter is known by its digest, and read by a worker."""

    media_type = JSON

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, bytes]:
        """Return the bytes."""
        return {"content": whole(stream)}


class SheetInput(Input):
    """A table of objectives as CSV; the first line names the columns."""

    text = serializers.CharField(trim_whitespace=False)


class SheetFilters(Input):
    """Whether a table is only looked at."""

    preview = serializers.BooleanField(required=False, help_text="1: write nothing, say what would happen.")


class RestoreFilters(Input):
    """What a file is called."""

    name = serializers.CharField(required=False, max_length=LONGEST_LINE, help_text="The name of the file.")


class SheetProblemOut(serializers.Serializer[imports.Wrong]):
    """What is wrong in one cell; without a column, in the line as a whole."""

    line = serializers.IntegerField()
    column = serializers.CharField()
    message = serializers.CharField()


class SheetRowOut(serializers.Serializer[SheetRow]):
    """One objective of a table: what would happen to it, and what the rules remark."""

    line = serializers.IntegerField(source="objective.line")
    title = serializers.CharField(source="objective.title")
    key_results = serializers.SerializerMethodField()
    is_new = serializers.BooleanField()
    is_known = serializers.BooleanField(help_text="The quarter has it already; it stays as it is.")
    remarks = serializers.ListField(child=serializers.CharField())

    def get_key_results(self, row: SheetRow) -> list[str]:
        """Return their sentences."""
        return [one.title for one in row.objective.key_results]


class SheetOut(serializers.Serializer[Any]):
    """What a table brings: the drafts that were written, or would be."""

    lines = serializers.IntegerField()
    rows = SheetRowOut(many=True)
    problems = SheetProblemOut(many=True)
    ignored = serializers.ListField(child=serializers.CharField(), help_text="Columns that are not read.")
    remarks = serializers.ListField(child=serializers.CharField(), help_text="About the quarter as a whole.")
    written = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of new drafts.")


class CycleListView(APIView):
    """The organisation's quarter as a list."""

    renderer_classes = (JSONRenderer, CsvRenderer)

    @extend_schema(
        operation_id="okrs_cycles_list_csv",
        parameters=[SLUG_IN_PATH],
        responses={(200, CSV): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Take the quarter along as CSV, a line for each key result; history says who did."""
        cycle = queries.cycle_of(slug)
        return http.list_file(request, cycle, None, "csv", to=person(request), by=actor(request))


class QuarterListView(APIView):
    """A team's quarter as a list."""

    renderer_classes = (JSONRenderer, CsvRenderer)

    @extend_schema(
        operation_id="okrs_cycles_teams_list_csv",
        parameters=[SLUG_IN_PATH, TEAM_IN_PATH],
        responses={(200, CSV): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, slug: str, team: str) -> HttpResponse:
        """Take one team's quarter along as CSV, a line for each key result; history says who did."""
        cycle, of = queries.cycle_of(slug), team_of(team)
        return http.list_file(request, cycle, of, "csv", to=person(request), by=actor(request))


class QuarterFileView(APIView):
    """A whole quarter as one file."""

    @extend_schema(
        operation_id="okrs_cycles_export_file",
        parameters=[SLUG_IN_PATH],
        responses={(200, JSON): OpenApiTypes.OBJECT, 410: GONE},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Download the file that the last export wrote, as an administrator; history says who did."""
        by = actor(request)
        rules.check_may_carry_quarters(by)
        return http.quarter_file(queries.cycle_of(slug), by=by)


class CycleFilesViewSet(viewsets.GenericViewSet[Cycle]):
    """What a worker writes of a quarter, and what a team brings into one."""

    queryset = Cycle.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG

    @extend_schema(request=Nothing, responses={202: JobOut})
    @action(detail=True, methods=["post"])
    def export(self, request: Request, slug: str) -> Response:
        """Ask for the whole quarter as one file, as an administrator; the job says when it is there."""
        by = actor(request)
        rules.check_may_carry_quarters(by)
        found = queries.cycle_of(slug)
        body(request, Nothing)
        return Response(JobOut(transitions.ask_export(found, by=by, at=timezone.now())).data, status=202)

    @extend_schema(
        request={JSON: SheetInput, CSV: OpenApiTypes.STR},
        responses={200: SheetOut, 201: SheetOut, 415: NO_TABLE},
        parameters=[TEAM_IN_PATH, SheetFilters],
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=f"teams/(?P<team>{SLUG})/sheet",
        parser_classes=[CarefulJSONParser, CsvParser],
    )
    def sheet(self, request: Request, slug: str, team: str) -> Response:
        """Write a table of objectives down as drafts, all of it or nothing; a preview names every problem."""
        quarter, by = queries.quarter(slug, team), actor(request)
        rules.check_may_draft(by, quarter.team)
        rules.check_open_cycle(quarter.cycle)
        is_preview = filters(request, SheetFilters).get("preview", False)
        said = body(request, SheetInput)["text"]
        text = clean_text(said, field="text", limit=imports.LONGEST_SHEET)
        found = queries.sheet_preview(quarter, text)
        if is_preview:
            return _sheet(found, [])
        _check_right(found)
        return _sheet(found, _written(quarter, found, request))


def _check_right(found: SheetPreview) -> None:
    """Refuse a table with the first thing that is wrong in it."""
    if found.wrong:
        first, more = found.wrong[0], len(found.wrong) - 1
        place = f"Line {first.line}, {first.column}" if first.column else f"Line {first.line}"
        rest = f" {more} more: a preview names them all." if more else ""
        message = f"{place}: {first.message} Nothing was written.{rest}"
        raise InvalidInputError(message, field="text")


def _written(quarter: Quarter, found: SheetPreview, request: Request) -> list[Objective]:
    if not found.wanted:
        return []
    return transitions.write_sheet(quarter, objectives=found.wanted, by=actor(request), at=timezone.now())


def _sheet(found: SheetPreview, written: list[Objective]) -> Response:
    shown = {
        "lines": found.sheet.lines,
        "rows": found.rows,
        "problems": found.wrong,
        "ignored": found.sheet.ignored,
        "remarks": found.remarks,
        "written": [one.pk for one in written],
    }
    return Response(SheetOut(shown).data, status=201 if written else 200)


class RestoreViewSet(viewsets.GenericViewSet[Job]):
    """Files of quarters that come back: a worker looks at one, and writes it once somebody says so."""

    queryset = Job.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(
        request={JSON: OpenApiTypes.OBJECT},
        responses={202: JobOut, 507: NO_ROOM},
        parameters=[RestoreFilters],
    )
    def create(self, request: Request) -> Response:
        """Take the file of a quarter as it is, as an administrator; the job says what it would bring."""
        by = actor(request)
        rules.check_may_carry_quarters(by)
        said = filters(request, RestoreFilters).get("name", "quarter.json")
        name = clean_line(said, field="name")
        content = request.data.get("content", b"") if isinstance(request.data, dict) else b""
        if not imports.may_be_quarter(content):
            message = "The body is not the JSON file of a quarter."
            raise ParseError(message)
        job = transitions.ask_restore(content, name=name, by=by, at=timezone.now())
        return Response(JobOut(job).data, status=202)

    @extend_schema(request=Nothing, responses={202: JobOut})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Let a worker write the file of a job that says it can be restored, whole or not at all."""
        by = actor(request)
        rules.check_may_carry_quarters(by)
        looked = one(visible(person(request).audiences).filter(kind=transitions.RESTORE), pk)
        body(request, Nothing)
        job = transitions.confirm_restore(looked, by=by, at=timezone.now())
        return Response(JobOut(job).data, status=202)

    def get_parsers(self) -> list[BaseParser]:
        """Take the bytes of a new file, and JSON for everything else."""
        return [WholeParser()] if self.action_map.get("post") == "create" else [CarefulJSONParser()]


FILE_ROUTES: Final = [
    ("okrs/cycles", CycleFilesViewSet, "okr-files"),
    ("okrs/restores", RestoreViewSet, "okr-restore"),
]
FILE_PATHS: Final = [  # of files: their addresses end as files do
    path("okrs/cycles/<slug:slug>/list.csv", CycleListView.as_view(), name="okr_cycle_list"),
    path("okrs/cycles/<slug:slug>/teams/<slug:team>/list.csv", QuarterListView.as_view(), name="okr_list"),
    path("okrs/cycles/<slug:slug>/export/quarter.json", QuarterFileView.as_view(), name="okr_quarter_file"),
]
