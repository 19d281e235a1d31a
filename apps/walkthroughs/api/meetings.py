"""One walkthrough from its plan to its report."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, in_person, person
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    Input,
    Nothing,
    PreconditionFailedError,
    StaleError,
    body,
    filters,
    number,
    revision_asked,
    with_revision,
)
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.core.text import words_in
from apps.jobs.http import JobOut
from apps.readiness.queries import area as area_of
from apps.walkthroughs import http, queries, rules, transitions
from apps.walkthroughs.api import shapes
from apps.walkthroughs.models import Seat, SignOff, Walkthrough

GONE = OpenApiResponse(description="The portal's disk has lost the file: ask for the report anew.")
AREA = OpenApiParameter("key", str, "path", description="The key of an area, such as REL.")


class PdfRenderer(JSONRenderer):
    """Lets a program ask for a PDF; a refusal comes as JSON all the same."""

    media_type = "application/pdf"
    format = "pdf"


class WalkthroughViewSet(viewsets.GenericViewSet[Walkthrough]):
    """The meetings in which peers walk through a service."""

    queryset = Walkthrough.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(
        responses=shapes.WalkthroughRow(many=True),
        parameters=[shapes.WalkthroughFilters],
    )
    def list(self, request: Request) -> Response:
        """List the walkthroughs that are coming, or those that `show` names, the newest first."""
        asked = queries.Filters(**filters(request, shapes.WalkthroughFilters))
        rows = queries.filtered(person(request), asked, now=timezone.now())
        return self.get_paginated_response(
            shapes.WalkthroughRow(self.paginate_queryset(rows), many=True).data
        )

    @extend_schema(responses=shapes.WalkthroughOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show a walkthrough; its ETag is what a change of the minutes names."""
        return _shown(request, pk)

    @extend_schema(responses=shapes.ProposedOut(many=True))
    @action(detail=True, pagination_class=None)
    def proposal(self, request: Request, pk: str) -> Response:
        """Propose a panel: a seat for everybody whom the risk asks for, each with the reason."""
        return Response(shapes.ProposedOut(queries.propose_panel(_find(pk).service), many=True).data)

    @extend_schema(responses=shapes.ContentOut)
    @action(detail=True)
    def content(self, request: Request, pk: str) -> Response:
        """Show what a signature would be about, as it is now."""
        content = queries.content(_find(pk))
        return Response({"sha256": rules.digest(content), "content": content})

    @extend_schema(request=shapes.ScheduleInput, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"])
    def schedule(self, request: Request, pk: str) -> Response:
        """Give it a time, a place and a panel, and invite everybody."""
        found, values = _find(pk), body(request, shapes.ScheduleInput)
        panel = [rules.Place(**place) for place in values.pop("panel")]
        transitions.schedule(found, panel=panel, by=actor(request), at=timezone.now(), **values)
        return _shown(request, pk)

    @extend_schema(request=shapes.TimeInput, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Give the meeting another time or place; everybody is asked anew."""
        return self._step(request, pk, transitions.move, shapes.TimeInput)

    @extend_schema(request=shapes.ReasonInput, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Call the meeting off; calendars are told."""
        return self._step(request, pk, transitions.cancel, shapes.ReasonInput)

    @extend_schema(request=Nothing, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, pk: str) -> Response:
        """Ask everybody who has not replied, at most once a day."""
        return self._step(request, pk, transitions.ask_again)

    @extend_schema(request=Nothing, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"], url_path="freeze-risk")
    def freeze_risk(self, request: Request, pk: str) -> Response:
        """Let the present risk count, as enablement."""
        return self._step(request, pk, transitions.freeze_risk)

    @extend_schema(request=shapes.SeatInput, responses={201: shapes.SeatOut})
    @action(detail=True, methods=["post"])
    def seats(self, request: Request, pk: str) -> Response:
        """Seat one more person."""
        found, values = _find(pk), body(request, shapes.SeatInput)
        seat = transitions.add_seat(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.SeatOut(seat).data, status=201)

    @extend_schema(request=shapes.ReplyInput, responses=shapes.SeatOut)
    @action(detail=True, methods=["put"])
    def reply(self, request: Request, pk: str) -> Response:
        """Reply for the own seat; a later reply replaces the earlier."""
        seat, values = _own_seat(request, pk), body(request, shapes.ReplyInput)
        seat = transitions.reply(seat, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.SeatOut(seat).data)

    @extend_schema(request=Nothing, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"])
    def begin(self, request: Request, pk: str) -> Response:
        """Open the meeting."""
        return self._step(request, pk, transitions.begin)

    @extend_schema(request=Nothing, responses=shapes.WalkthroughOut)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """End the meeting; from now on signatures are waited for."""
        return self._step(request, pk, transitions.hold)

    @extend_schema(request=shapes.NotesInput, responses=shapes.WalkthroughOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["put"])
    def notes(self, request: Request, pk: str) -> Response:
        """Save the minutes if they are still those that were read."""
        found, by, now = _find(pk), actor(request), timezone.now()
        revision = revision_asked(request, present=found.notes_revision)
        values = body(request, shapes.NotesInput)
        match transitions.edit_notes(found, revision=revision, by=by, at=now, **values):
            case Saved():
                return _shown(request, pk)
            case Conflict(theirs):
                current = shapes.in_full(theirs.pk, by=by, now=now)
                raise PreconditionFailedError(current, revision=theirs.notes_revision)

    @extend_schema(request=shapes.MeetingVerdictInput, responses=shapes.WalkthroughOut, parameters=[AREA])
    @action(detail=True, methods=["put"], url_path="verdicts/(?P<key>[^/]+)")
    def verdict(self, request: Request, pk: str, key: str) -> Response:
        """Give a verdict on one area in the meeting."""
        found, values = _find(pk), body(request, shapes.MeetingVerdictInput)
        area = area_of(found.assessment, words_in(key, limit=10).upper())
        transitions.say_verdict(found, area=area, by=actor(request), at=timezone.now(), **values)
        return _shown(request, pk)

    @extend_schema(request=shapes.FollowUpInput, responses={201: shapes.FollowUpOut})
    @action(detail=True, methods=["post"], url_path="follow-ups")
    def follow_ups(self, request: Request, pk: str) -> Response:
        """Note what is to be done, by whom and until when."""
        found, values = _find(pk), body(request, shapes.FollowUpInput)
        noted = transitions.add_follow_up(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.FollowUpOut(noted).data, status=201)

    @extend_schema(request=shapes.SignInput, responses=shapes.SignOffOut)
    @action(detail=True, methods=["put"])
    def signature(self, request: Request, pk: str) -> Response:
        """Sign for the own seat; a later signature replaces the earlier."""
        seat, values = _own_seat(request, pk, signs=True), body(request, shapes.SignInput)
        terms = _terms(values)
        by, at = actor(request), timezone.now()
        return _signed(transitions.sign_off(seat, terms=terms, by=by, at=at, **values))

    @extend_schema(request=shapes.ConfirmInput, responses=shapes.SignOffOut)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Stand by the own signature after a look at what changed."""
        seat, values = _own_seat(request, pk, signs=True), body(request, shapes.ConfirmInput)
        return _signed(transitions.confirm(seat, by=actor(request), at=timezone.now(), **values))

    @extend_schema(request=Nothing, responses={202: JobOut})
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str) -> Response:
        """Ask the worker for the report; the job says when it can be downloaded."""
        job = transitions.prepare_report(_find(pk), by=actor(request), at=timezone.now())
        return Response(JobOut(job).data, status=202)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY, 410: GONE})
    @action(
        detail=True,
        url_path="report/file",
        renderer_classes=[JSONRenderer, PdfRenderer],
        pagination_class=None,
    )
    def report_file(self, request: Request, pk: str) -> HttpResponse:
        """Download the newest report; history says who did."""
        return http.report_file(_find(pk), by=actor(request))

    def _step(
        self, request: Request, pk: str, step: Callable[..., Any], kind: type[Input] = Nothing
    ) -> Response:
        found, values = _find(pk), body(request, kind)
        step(found, by=actor(request), at=timezone.now(), **values)
        return _shown(request, pk)


def _find(pk: str) -> Walkthrough:
    return queries.walkthrough(number(pk))


def _shown(request: Request, pk: str) -> Response:
    found = shapes.in_full(number(pk), by=actor(request), now=timezone.now())
    return with_revision(found, revision=found["notes_revision"])


def _own_seat(request: Request, pk: str, *, signs: bool = False) -> Seat:
    asking = in_person(request)
    return queries.own_seat(_find(pk), asking, signs=signs)


def _terms(values: dict[str, Any]) -> rules.VetoTerms | None:
    """Take what belongs to a veto out of a signature; refuse a veto without its day."""
    items, words = values.pop("items", []), values.pop("lifted_by_what", "")
    review_on = values.pop("review_on", None)
    if values["decision"] != SignOff.Decision.VETO:
        return None
    if review_on is None:
        message = "Say when to look at the veto again."
        raise InvalidInputError(message, field="review_on")
    return rules.VetoTerms(items=items, lifted_by_what=words, review_on=review_on)


def _signed(result: Saved[SignOff] | Conflict[Seat]) -> Response:
    match result:
        case Saved(sign_off):
            return Response(shapes.SignOffOut(sign_off).data)
        case Conflict(seat):
            content = queries.content(_find(str(seat.walkthrough_id)))
            raise StaleError({"sha256": rules.digest(content)})
