"""The sentences by which objectives are judged, and their milestones."""

from dataclasses import fields
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    PreconditionFailedError,
    body,
    number,
    revision_asked,
)
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.api import finding
from apps.okrs.api import goal_inputs as inputs
from apps.okrs.api import goal_shapes as shapes
from apps.okrs.models import KeyResult, Milestone

TERMS = {field.name for field in fields(rules.MeasureDraft)} - {"milestones"}


class KeyResultViewSet(viewsets.GenericViewSet[KeyResult]):
    """The sentences by which objectives are judged, measured when somebody wants it."""

    queryset = KeyResult.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=shapes.KeyResultOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show a key result with its numbers; its ETag is what a change names."""
        return finding.shown_sentence(request, pk)

    @extend_schema(request=inputs.TitleInput, responses=shapes.KeyResultOut, parameters=[IF_MATCH])
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the sentence of a draft's key result; the same words are never a conflict."""
        found = finding.key_result(request, pk)
        revision = revision_asked(request, present=found.revision)
        values = body(request, inputs.TitleInput)
        by, at = actor(request), timezone.now()
        return _saved(request, transitions.edit_key_result(found, revision=revision, by=by, at=at, **values))

    @extend_schema(request=inputs.MeasureInput, responses=shapes.KeyResultOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["put"])
    def measure(self, request: Request, pk: str) -> Response:
        """Say how a draft's key result is measured, and who owns it; what is left out is empty afterwards."""
        found = finding.key_result(request, pk)
        revision = revision_asked(request, present=found.revision)
        values = body(request, inputs.MeasureInput)
        chosen = values.get("metric")
        if chosen is not None and chosen.pk != found.metric_id:
            rules.check_in_use(chosen)
        by, at = actor(request), timezone.now()
        return _saved(
            request, transitions.measure_key_result(found, revision=revision, by=by, at=at, **values)
        )

    @extend_schema(request=inputs.TermsInput, responses=shapes.KeyResultOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["put"])
    def terms(self, request: Request, pk: str) -> Response:
        """Change all terms, milestones too; after the agreement with what changed and a reason."""
        found = finding.key_result(request, pk)
        revision = revision_asked(request, present=found.revision)
        values = body(request, inputs.TermsInput)
        steps = [
            rules.MilestoneDraft(one["title"], one.get("due_on"), one.get("id"))
            for one in values.pop("milestones", [])
        ]
        terms = {name: values.pop(name) for name in TERMS & values.keys()}
        draft = rules.MeasureDraft(milestones=steps, **terms)
        by, at = actor(request), timezone.now()
        return _saved(
            request,
            transitions.change_terms(found, draft=draft, revision=revision, by=by, at=at, **values),
        )

    @extend_schema(request=inputs.PlacesInput, responses=shapes.KeyResultOut)
    @action(detail=True, methods=["post"])
    def place(self, request: Request, pk: str) -> Response:
        """Move a key result up or down among those of its objective."""
        found, values = finding.key_result(request, pk), body(request, inputs.PlacesInput)
        transitions.place_key_result(found, by=actor(request), at=timezone.now(), **values)
        return finding.shown_sentence(request, pk)

    @extend_schema(request=inputs.WhyInput, responses=shapes.KeyResultOut)
    @action(detail=True, methods=["post"])
    def drop(self, request: Request, pk: str) -> Response:
        """Let a key result go: it leaves the mean from today on, and stays in sight with its reason."""
        found, values = finding.key_result(request, pk), body(request, inputs.WhyInput)
        transitions.drop_key_result(found, by=actor(request), at=timezone.now(), **values)
        return finding.shown_sentence(request, pk)

    @extend_schema(request=inputs.GradeInput, responses=shapes.GradeOut, parameters=[IF_MATCH])
    @action(detail=True, methods=["put"])
    def grade(self, request: Request, pk: str) -> Response:
        """Grade a key result, or say that it was not measured; until the objective is closed, anew."""
        found = finding.key_result(request, pk)
        revision = revision_asked(request, present=found.revision)
        values = body(request, inputs.GradeInput)
        match transitions.grade_key_result(
            found, revision=revision, by=actor(request), at=timezone.now(), **values
        ):
            case Saved():
                return Response(_graded(request, pk))
            case Conflict(theirs):
                raise PreconditionFailedError(_graded(request, pk), revision=theirs.revision)

    @extend_schema(responses=shapes.MilestoneOut(many=True), methods=["GET"])
    @extend_schema(request=inputs.MilestoneInput, responses={201: shapes.MilestoneOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def milestones(self, request: Request, pk: str) -> Response:
        """Show the milestones of a key result, or add one to a draft."""
        found = finding.key_result(request, pk)
        if request.method == "GET":
            rows = found.milestones.order_by("position", "pk")
            return Response(shapes.MilestoneOut(rows, many=True).data)
        values = body(request, inputs.MilestoneInput)
        made = transitions.add_milestone(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.MilestoneOut(made).data, status=201)


class MilestoneViewSet(viewsets.GenericViewSet[Milestone]):
    """The steps of key results: reached, or not."""

    queryset = Milestone.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(request=inputs.ReachInput, responses=shapes.MilestoneOut)
    @action(detail=True, methods=["put"])
    def reach(self, request: Request, pk: str) -> Response:
        """Say when a step was reached and where one sees it."""
        found, values = _step(request, pk), body(request, inputs.ReachInput)
        reached = transitions.reach_milestone(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.MilestoneOut(reached).data)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a step out of a draft."""
        transitions.remove_milestone(_step(request, pk), by=actor(request), at=timezone.now())
        return Response(status=204)


def _step(request: Request, pk: str) -> Milestone:
    found = queries.milestone(number(pk), person=person(request), on=finding.today(request))
    finding.key_result(request, found.key_result_id)
    return found


def _saved(request: Request, result: Saved[KeyResult] | Conflict[KeyResult]) -> Response:
    if isinstance(result, Saved):
        return finding.shown_sentence(request, result.row.pk)
    theirs = finding.key_result(request, result.row.pk)
    raise PreconditionFailedError(finding.sentence(request, theirs), revision=theirs.revision)


def _graded(request: Request, pk: str) -> dict[str, Any]:
    found = finding.key_result(request, pk)
    return shapes.grade_out(queries.progress_of_key_results([found], on=finding.today(request))[found.pk])
