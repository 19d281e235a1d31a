"""One item: read, saved under its revision, and what stands beside it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor
from apps.comments.http import CommentInput, CommentOut
from apps.comments.queries import conversation
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    Nothing,
    PreconditionFailedError,
    body,
    number,
    one,
    revision_asked,
    with_revision,
)
from apps.core.results import Conflict, Saved
from apps.readiness import queries, transitions
from apps.readiness.api import shapes
from apps.readiness.models import Answer

LINK = OpenApiParameter("link", int, "path")
WISH = OpenApiParameter("wish", int, "path")


class AnswerViewSet(viewsets.GenericViewSet[Answer]):
    """The answer of one service to one item."""

    queryset = Answer.objects.none()
    pagination_class = None
    lookup_value_regex = NUMBER

    @extend_schema(responses=shapes.AnswerOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show an answer; its ETag is what a save names."""
        return _answered(_find(pk))

    @extend_schema(request=shapes.SaveInput, responses=shapes.AnswerOut, parameters=[IF_MATCH])
    def update(self, request: Request, pk: str) -> Response:
        """Save an answer if it is still the one that was read; the same content is never a conflict."""
        answer = _find(pk)
        revision = revision_asked(request, present=answer.revision)
        values = body(request, shapes.SaveInput)
        match transitions.save_answer(
            answer, revision=revision, by=actor(request), at=timezone.now(), **values
        ):
            case Saved(saved):
                return _answered(saved)
            case Conflict(theirs):
                raise PreconditionFailedError(_shown(theirs), revision=theirs.revision)

    @extend_schema(request=Nothing, responses=shapes.AnswerOut)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Say that a text which was taken over is still true."""
        transitions.confirm_inherited(_find(pk), by=actor(request), at=timezone.now())
        return _answered(_find(pk))

    @extend_schema(responses=shapes.VersionOut(many=True))
    @action(detail=True)
    def versions(self, request: Request, pk: str) -> Response:
        """Show what an answer said before, newest first."""
        return Response(shapes.VersionOut(queries.versions(_find(pk)), many=True).data)

    @extend_schema(responses=CommentOut(many=True), methods=["GET"])
    @extend_schema(request=CommentInput, responses={201: CommentOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def thread(self, request: Request, pk: str) -> Response:
        """Show the conversation about an item, or add to it."""
        answer = _find(pk)
        if request.method == "GET":
            return Response(CommentOut(conversation("answer", answer.pk), many=True).data)
        values = body(request, CommentInput)
        said = transitions.say(answer, by=actor(request), at=timezone.now(), **values)
        return Response(CommentOut(said).data, status=201)

    @extend_schema(responses=shapes.EvidenceOut(many=True), methods=["GET"])
    @extend_schema(request=shapes.EvidenceInput, responses={201: shapes.EvidenceOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def evidence(self, request: Request, pk: str) -> Response:
        """Show the links of an answer, or add one; an address that is there already is used again."""
        answer = _find(pk)
        if request.method == "GET":
            return Response(shapes.EvidenceOut(queries.links_of(answer), many=True).data)
        values = body(request, shapes.EvidenceInput)
        link = transitions.add_evidence(answer, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.EvidenceOut(link).data, status=201)

    @extend_schema(request=Nothing, responses=shapes.EvidenceOut, methods=["PUT"], parameters=[LINK])
    @extend_schema(request=None, responses={204: None}, methods=["DELETE"], parameters=[LINK])
    @action(detail=True, methods=["put", "delete"], url_path=f"evidence/(?P<link>{NUMBER})")
    def link(self, request: Request, pk: str, link: str) -> Response:
        """Let a link of the same checklist serve this answer too, or take it away."""
        answer, by, at = _find(pk), actor(request), timezone.now()
        found = queries.evidence_of(answer.assessment, number(link))
        if request.method == "DELETE":
            transitions.remove_evidence(answer, evidence=found, by=by, at=at)
            return Response(status=204)
        attached = transitions.attach_evidence(answer, evidence=found, by=by, at=at)
        return Response(shapes.EvidenceOut(attached).data)

    @extend_schema(responses=shapes.ExemptionOut(many=True), methods=["GET"])
    @extend_schema(request=shapes.ExemptionInput, responses={201: shapes.ExemptionOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def exemptions(self, request: Request, pk: str) -> Response:
        """Show the exemptions of an item, newest first, or ask for one."""
        answer = _find(pk)
        if request.method == "GET":
            return Response(shapes.ExemptionOut(queries.exemptions_of(answer), many=True).data)
        values = body(request, shapes.ExemptionInput)
        asked = transitions.ask_exemption(answer, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.ExemptionOut(asked).data, status=201)

    @extend_schema(request=shapes.DecisionInput, responses=shapes.ExemptionOut, parameters=[WISH])
    @action(detail=True, methods=["post"], url_path=f"exemptions/(?P<wish>{NUMBER})/decide")
    def decide(self, request: Request, pk: str, wish: str) -> Response:
        """Approve or refuse an exemption."""
        found = queries.exemption(_find(pk), number(wish))
        values = body(request, shapes.DecisionInput)
        decided = transitions.decide_exemption(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.ExemptionOut(decided).data)

    @extend_schema(request=Nothing, responses=shapes.ExemptionOut, parameters=[WISH])
    @action(detail=True, methods=["post"], url_path=f"exemptions/(?P<wish>{NUMBER})/withdraw")
    def withdraw(self, request: Request, pk: str, wish: str) -> Response:
        """Take a wish back, or give an exemption up."""
        found = queries.exemption(_find(pk), number(wish))
        ended = transitions.withdraw_exemption(found, by=actor(request), at=timezone.now())
        return Response(shapes.ExemptionOut(ended).data)


def _find(pk: str) -> Answer:
    return one(queries.answers_with_service(), pk)


def _shown(answer: Answer) -> dict[str, Any]:
    row = queries.one_item(answer, today=timezone.now().date())
    own = {name: getattr(answer, column) for column, name in queries.ANSWER_COLUMNS.items()}
    around = {"service": answer.assessment.service.slug, "question": row.item.question}
    return own | around | {"hints": shapes.HintOut(row.hints, many=True).data}


def _answered(answer: Answer) -> Response:
    return with_revision(_shown(answer), revision=answer.revision)
