"""Objectives: written, moved from state to state, talked about, graded and closed."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.activity.queries import timeline
from apps.comments.http import CommentInput, CommentOut
from apps.comments.queries import conversation
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    Input,
    Nothing,
    PreconditionFailedError,
    body,
    filters,
    revision_asked,
)
from apps.core.results import Conflict, Saved
from apps.okrs import queries, transitions
from apps.okrs.api import finding
from apps.okrs.api import goal_inputs as inputs
from apps.okrs.api import goal_shapes as shapes
from apps.okrs.api import measuring_shapes as measuring
from apps.okrs.models import Objective

ENTRIES = 50
WORDS = ("title", "why", "instead_of")
DETAILS = (
    "accountable",
    "reviewer",
    "ambition",
    "tags",
    "evidence_url",
    "visibility",
    "embargo_until",
    "restricted_because",
)


class ObjectiveViewSet(viewsets.GenericViewSet[Objective]):
    """What teams mean to reach, and instead of what."""

    queryset = Objective.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=shapes.ObjectiveRow(many=True), parameters=[inputs.ObjectiveFilters])
    def list(self, request: Request) -> Response:
        """List the objectives that one may read, the newest first."""
        on, wanted = finding.today(request), queries.Wanted(**filters(request, inputs.ObjectiveFilters))
        page = self.paginate_queryset(queries.objectives(wanted, person=person(request), on=on)) or []
        rows = queries.counted(list(page), on=on)
        return self.get_paginated_response([shapes.objective_row(one) for one in rows])

    @extend_schema(responses=shapes.ObjectiveOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show an objective with its key results and their numbers; its ETag is what an edit names."""
        return finding.shown(request, pk)

    @extend_schema(request=inputs.ObjectiveInput, responses={201: shapes.ObjectiveOut})
    def create(self, request: Request) -> Response:
        """Write an objective down, perhaps with its key results; the same sentence twice is one."""
        values = body(request, inputs.ObjectiveInput)
        made = transitions.add_objective(values.pop("team"), by=actor(request), at=timezone.now(), **values)
        return finding.shown(request, made.pk, status=201)

    @extend_schema(
        request=inputs.WordsInput(partial=True), responses=shapes.ObjectiveOut, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the sentences of a draft; the same words are never a conflict."""
        found = finding.objective(request, pk)
        revision = revision_asked(request, present=found.revision)
        words = _words(found) | body(request, inputs.WordsInput, partial=True)
        by, at = actor(request), timezone.now()
        return _worded(request, transitions.edit_objective(found, revision=revision, by=by, at=at, **words))

    @extend_schema(request=inputs.CorrectionInput, responses=shapes.ObjectiveOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["put"])
    def correction(self, request: Request, pk: str) -> Response:
        """Mend the words of what is agreed, as an administrator; history has both."""
        found = finding.objective(request, pk)
        revision = revision_asked(request, present=found.revision)
        values = body(request, inputs.CorrectionInput)
        by, at = actor(request), timezone.now()
        return _worded(
            request, transitions.correct_objective(found, revision=revision, by=by, at=at, **values)
        )

    @extend_schema(
        request=inputs.DetailsInput(partial=True), responses=shapes.ObjectiveOut, parameters=[IF_MATCH]
    )
    @action(detail=True, methods=["patch"])
    def details(self, request: Request, pk: str) -> Response:
        """Say who owns it, how ambitious it is, and who may read it."""
        found = finding.objective(request, pk)
        revision = revision_asked(request, present=found.revision)
        present = {name: getattr(found, name) for name in DETAILS}
        values = present | body(request, inputs.DetailsInput, partial=True)
        by, at = actor(request), timezone.now()
        return _worded(
            request, transitions.detail_objective(found, revision=revision, by=by, at=at, **values)
        )

    @extend_schema(request=inputs.TitlesInput, responses={201: shapes.ObjectiveOut})
    @action(detail=True, methods=["post"], url_path="key-results")
    def key_results(self, request: Request, pk: str) -> Response:
        """Add sentences by which a draft is judged; what stands there already is not added again."""
        found, values = finding.objective(request, pk), body(request, inputs.TitlesInput)
        transitions.add_key_results(found, by=actor(request), at=timezone.now(), **values)
        return finding.shown(request, pk, status=201)

    @extend_schema(request=Nothing, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: str) -> Response:
        """Agree to an own draft that concerns no other team."""
        return self._step(request, pk, transitions.adopt)

    @extend_schema(request=inputs.PerhapsWhyInput, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Begin the work on what is agreed; what blocks is passed with a reason."""
        return self._step(request, pk, transitions.activate, inputs.PerhapsWhyInput)

    @extend_schema(request=Nothing, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"], url_path="begin-grading")
    def begin_grading(self, request: Request, pk: str) -> Response:
        """End the work on an objective; from now on it is graded."""
        return self._step(request, pk, transitions.begin_grading)

    @extend_schema(request=Nothing, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"], url_path="back-to-work")
    def back_to_work(self, request: Request, pk: str) -> Response:
        """Break the grading off while the quarter is still active."""
        return self._step(request, pk, transitions.back_to_work)

    @extend_schema(request=Nothing, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"], url_path="make-draft")
    def make_draft(self, request: Request, pk: str) -> Response:
        """Turn an idea into a draft."""
        return self._step(request, pk, transitions.make_draft)

    @extend_schema(request=Nothing, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"], url_path="make-idea")
    def make_idea(self, request: Request, pk: str) -> Response:
        """Turn a draft into an idea again."""
        return self._step(request, pk, transitions.make_idea)

    @extend_schema(request=inputs.DeferInput, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"])
    def defer(self, request: Request, pk: str) -> Response:
        """Put a draft off to a horizon: a recorded "not now" with a way back."""
        return self._step(request, pk, transitions.defer, inputs.DeferInput)

    @extend_schema(request=inputs.TakeUpInput, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"], url_path="take-up")
    def take_up(self, request: Request, pk: str) -> Response:
        """Bring something out of the backlog into a quarter."""
        return self._step(request, pk, transitions.take_up, inputs.TakeUpInput)

    @extend_schema(request=inputs.PerhapsWhyInput, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back an idea or a draft: nobody was bound to it."""
        return self._step(request, pk, transitions.withdraw, inputs.PerhapsWhyInput)

    @extend_schema(request=inputs.StopInput, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Stop what is agreed or active; who takes part is told, and its person-weeks are free."""
        return self._step(request, pk, transitions.stop, inputs.StopInput)

    @extend_schema(request=inputs.CloseInput, responses=shapes.ObjectiveOut)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Close an objective whose key results are graded; keep and change are carried over."""
        return self._step(request, pk, transitions.close_objective, inputs.CloseInput)

    @extend_schema(responses=shapes.GradeOut(many=True))
    @action(detail=True, pagination_class=None)
    def grades(self, request: Request, pk: str) -> Response:
        """Show the grades of an objective's key results, and what the numbers propose."""
        found = finding.objective(request, pk)
        (counted,) = queries.counted([found], on=finding.today(request))
        rows = [one for one in counted.standings if one.key_result.dropped_on is None]
        return Response([shapes.grade_out(one) for one in rows])

    @extend_schema(responses=measuring.SaidOut(many=True))
    @action(detail=True, url_path="check-ins", pagination_class=None)
    def check_ins(self, request: Request, pk: str) -> Response:
        """Show what check-ins said of an objective, the newest first."""
        found = finding.objective(request, pk)
        (counted,) = queries.counted([found], on=finding.today(request))
        said = queries.said_of(found, [one.key_result for one in counted.standings])
        return Response([measuring.said_out(row) for row in said.rows])

    @extend_schema(responses=CommentOut(many=True), methods=["GET"])
    @extend_schema(request=CommentInput, responses={201: CommentOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def thread(self, request: Request, pk: str) -> Response:
        """Show what was said of an objective, or add to it."""
        found = finding.objective(request, pk)
        if request.method == "GET":
            return Response(CommentOut(conversation("objective", found.pk), many=True).data)
        values = body(request, CommentInput)
        said = transitions.say(found, by=actor(request), at=timezone.now(), **values)
        return Response(CommentOut(said).data, status=201)

    @extend_schema(responses=shapes.HistoryOut, parameters=[inputs.EntryFilters])
    @action(detail=True)
    def history(self, request: Request, pk: str) -> Response:
        """Show what happened to an objective, the newest first, and how its terms changed."""
        found, before = finding.objective(request, pk), filters(request, inputs.EntryFilters).get("before")
        subject = found.subject(on=finding.today(request))
        seen = person(request).audiences | {subject.audience}  # they were let in to read this one
        entries = timeline(subject, audiences=seen, before=before, limit=ENTRIES)
        lines = [
            {"id": one.id, "at": one.at, "actor": one.actor_name, "sentence": one.sentence} for one in entries
        ]
        changes = shapes.ChangeOut(queries.target_changes(found), many=True).data
        return Response({"entries": lines, "changes": changes})

    def _step(
        self, request: Request, pk: str, step: Callable[..., Any], kind: type[Input] = Nothing
    ) -> Response:
        found, values = finding.objective(request, pk), body(request, kind)
        step(found, by=actor(request), at=timezone.now(), **values)
        return finding.shown(request, pk)


def _words(found: Objective) -> dict[str, Any]:
    return {name: getattr(found, name) for name in WORDS}


def _worded(request: Request, result: Saved[Objective] | Conflict[Objective]) -> Response:
    if isinstance(result, Saved):
        return finding.shown(request, result.row.pk)
    theirs = finding.objective(request, result.row.pk)
    raise PreconditionFailedError(finding.in_full(request, theirs), revision=theirs.revision)
