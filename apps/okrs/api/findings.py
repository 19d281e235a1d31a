"""What the rules noticed, and the rules themselves."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import PersonOut, actor, person
from apps.accounts.models import Actor, User
from apps.comments.http import CommentInput, CommentOut
from apps.comments.queries import conversation
from apps.core.api import LARGEST_KEY, NUMBER, SLUG, Input, Nothing, body, filters, number
from apps.okrs import queries, rules, transitions
from apps.okrs.api.common import cycle_out, team_out
from apps.okrs.api.finding import today
from apps.okrs.models import Finding

RULE = OpenApiParameter("code", str, "path", description="The code of a rule, such as L5 or K1.")


class FindingFilters(Input):
    """What the list of findings is narrowed to."""

    cycle = serializers.SlugField(required=False, help_text="The slug of a quarter, such as 2027-q1.")
    team = serializers.SlugField(required=False, help_text="The slug of either side.")
    state = serializers.ChoiceField(Finding.State.choices, required=False)
    severity = serializers.ChoiceField(Finding.Severity.choices, required=False)
    code = serializers.SlugField(required=False, help_text="The code of a rule, such as L5 or K1.")
    objective = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY)
    gone = serializers.BooleanField(required=False, help_text="Those that are no longer so; else the others.")


class FindingReasonInput(Input):
    """Why it is decided so."""

    reason = serializers.CharField()


class ResolveInput(FindingReasonInput):
    """How two sides come together; to drop the own side is done at once."""

    resolution = serializers.ChoiceField(Finding.Resolution.choices)


class FindingRow(serializers.ModelSerializer[Finding]):
    """One thing that a rule noticed."""

    cycle = cycle_out()
    team = team_out()
    other_team = team_out(allow_null=True)
    resolution = serializers.ChoiceField(Finding.Resolution.choices, allow_blank=True)
    decided_by = PersonOut(allow_null=True)

    class Meta:
        model = Finding
        fields = ["id", "code", "severity", "is_blocking", "cycle", "team", "objective", "key_result"]
        fields += ["other_team", "other_objective", "message", "state", "resolution", "reason"]
        fields += ["decided_by", "decided_at", "found_at", "gone_at"]
        read_only_fields = fields


class FindingOut(FindingRow):
    """A finding with the values that it follows from, and whether the person decides about it."""

    evidence = serializers.DictField()
    may_decide = serializers.BooleanField()

    class Meta(FindingRow.Meta):
        fields = [*FindingRow.Meta.fields, "evidence", "may_decide"]
        read_only_fields = fields


class RuleOut(serializers.Serializer[Any]):
    """A rule with a weak and a strong example; `stops` says what a remark of the lint can stop."""

    code = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()
    weak = serializers.CharField()
    strong = serializers.CharField()
    stops = serializers.CharField(allow_blank=True)
    severity = serializers.CharField(allow_blank=True)


class FindingViewSet(viewsets.GenericViewSet[Finding]):
    """What the rules noticed: remarks on sentences and numbers, and conflicts between plans."""

    queryset = Finding.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=FindingRow(many=True), parameters=[FindingFilters])
    def list(self, request: Request) -> Response:
        """List what is still so and the person may read, the newest first."""
        asked = queries.Noticed(**filters(request, FindingFilters))
        page = self.paginate_queryset(queries.findings(person(request), asked, on=today(request)))
        return self.get_paginated_response(FindingRow(page, many=True).data)

    @extend_schema(responses=FindingOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one with the values that it follows from."""
        return _shown(request, pk)

    @extend_schema(request=FindingReasonInput, responses=FindingOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Say that one knows about it and goes on all the same."""
        return self._step(request, pk, transitions.accept_risk, FindingReasonInput)

    @extend_schema(request=FindingReasonInput, responses=FindingOut)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """Say that it does not matter here; it returns when its values change."""
        return self._step(request, pk, transitions.dismiss, FindingReasonInput)

    @extend_schema(request=ResolveInput, responses=FindingOut)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Say how two sides come together; it stays open until the plans have changed."""
        return self._step(request, pk, transitions.choose_resolution, ResolveInput)

    @extend_schema(request=Nothing, responses=FindingOut)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a decision back."""
        return self._step(request, pk, transitions.reopen_finding, Nothing)

    @extend_schema(responses=CommentOut(many=True), methods=["GET"])
    @extend_schema(request=CommentInput, responses={201: CommentOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def thread(self, request: Request, pk: str) -> Response:
        """Show who argues with it, or argue: the leads of its teams are told."""
        found = _find(request, pk)
        if request.method == "GET":
            return Response(CommentOut(conversation("finding", found.pk), many=True).data)
        values = body(request, CommentInput)
        said = transitions.argue(found, by=actor(request), at=timezone.now(), **values)
        return Response(CommentOut(said).data, status=201)

    def _step(self, request: Request, pk: str, step: Callable[..., Finding], kind: type[Input]) -> Response:
        found, values = _find(request, pk), body(request, kind)
        step(found, by=actor(request), at=timezone.now(), **values)
        return _shown(request, pk)


class RuleViewSet(viewsets.ViewSet):
    """The rules by which quarters are read: the same for everybody, and open to argument."""

    lookup_field = "code"
    lookup_value_regex = SLUG

    @extend_schema(responses=RuleOut(many=True), operation_id="okrs_rules_list")
    def list(self, request: Request) -> Response:
        """List all rules, of sentences and numbers first, then of conflicts."""
        return Response([_rule(one) for one in rules.CATALOGUE.values()])

    @extend_schema(responses=RuleOut, parameters=[RULE])
    def retrieve(self, request: Request, code: str) -> Response:
        """Show one rule with its examples."""
        return Response(_rule(queries.rule_page(code).rule))

    @extend_schema(responses=CommentOut(many=True), parameters=[RULE], methods=["GET"])
    @extend_schema(request=CommentInput, responses={201: CommentOut}, parameters=[RULE], methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def thread(self, request: Request, code: str) -> Response:
        """Show what people say about a rule, or say something about it."""
        page = queries.rule_page(code)
        if request.method == "GET":
            return Response(CommentOut(page.comments, many=True).data)
        values = body(request, CommentInput)
        said = transitions.argue_about_rule(page.rule.code, by=actor(request), at=timezone.now(), **values)
        return Response(CommentOut(said).data, status=201)


def _find(request: Request, pk: str) -> Finding:
    return queries.finding(number(pk), person=person(request), on=today(request))


def _shown(request: Request, pk: str) -> Response:
    found = in_full(number(pk), by=actor(request), person=person(request), on=today(request))
    return Response(found)


def in_full(pk: int, *, by: Actor, person: User, on: date) -> dict[str, Any]:
    """Return a finding as FindingOut describes it."""
    found = queries.finding(pk, person=person, on=on)
    more = {"evidence": found.evidence, "may_decide": rules.may_decide(by, found)}
    return {**FindingRow(found).data, **more}


def _rule(rule: rules.AnyRule) -> dict[str, str]:
    shown = {name: getattr(rule, name) for name in ("code", "title", "why", "weak", "strong")}
    return shown | {
        "stops": str(getattr(rule, "level", "")),
        "severity": str(getattr(rule, "severity", "")),
    }
