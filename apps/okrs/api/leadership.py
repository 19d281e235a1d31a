"""What leadership looks at: how a quarter is negotiated, of units and never of persons; and the offsite."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import PersonOut, actor, person
from apps.accounts.models import User
from apps.core.api import NUMBER, SLUG, Input, Nothing, body, number
from apps.core.statements import or_404
from apps.jobs.http import JobOut
from apps.jobs.queries import latest
from apps.okrs import http, queries, transitions
from apps.okrs.api.capacity import LoanOut, shown_loans
from apps.okrs.api.common import exact
from apps.okrs.api.finding import today
from apps.okrs.api.findings import FindingRow
from apps.okrs.api.nos import NoRow
from apps.okrs.models import Cycle, Decision, OffsitePack
from apps.okrs.rules.negotiation_measures import Measures

GONE = OpenApiResponse(description="The portal's disk has lost the file: ask for it to be printed anew.")


class PackRenderer(JSONRenderer):
    """Lets a program ask for a PDF; a refusal comes as JSON all the same."""

    media_type = "application/pdf"
    format = "pdf"


class DecideInput(Input):
    """What was decided, who does it, and by when."""

    text = serializers.CharField()
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.active())
    due_on = serializers.DateField()


class FigureOut(serializers.Serializer[Any]):
    """One number with what it is made of; without a value there is nothing to count yet."""

    key = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()
    parts = serializers.CharField()
    warning = serializers.CharField()


class ShareOut(serializers.Serializer[Any]):
    """A part of a whole, with both; of nothing there is no ratio."""

    part = serializers.IntegerField()
    whole = serializers.IntegerField()
    ratio = exact(allow_null=True)


class MeasuresOut(serializers.Serializer[Any]):
    """How a quarter was negotiated; the median of who moved is shown from eight targets on."""

    who_moved = exact(allow_null=True)
    targets = serializers.SerializerMethodField()
    is_dictated = serializers.BooleanField()
    dictated = ShareOut()
    answer_time = exact(allow_null=True)
    median_rounds = exact(allow_null=True)
    lapsed = ShareOut()
    nos = ShareOut()
    held = ShareOut()
    chose_nothing = serializers.BooleanField()

    def get_targets(self, measures: Measures) -> int:
        """Return how many targets were negotiated."""
        return len(measures.kappas)


class OwingOut(serializers.Serializer[Any]):
    """One team that owes answers to another."""

    owes = serializers.CharField()
    to = serializers.CharField()
    count = serializers.IntegerField()
    since = serializers.DateField()
    negotiations = serializers.ListField(child=serializers.IntegerField())


class ApartOut(serializers.Serializer[Any]):
    """One field of the terms, as both sides have it."""

    name = serializers.CharField()
    left = serializers.CharField()
    right = serializers.CharField()
    differs = serializers.BooleanField()


class UndecidedOut(serializers.Serializer[Any]):
    """What three rounds did not settle: the last terms of who asked first, and of who was asked."""

    negotiation = serializers.IntegerField(source="negotiation.pk")
    title = serializers.CharField(source="negotiation.title")
    lines = ApartOut(many=True)


class BalanceOut(serializers.Serializer[Any]):
    """What a team lent and borrowed, in person-weeks; all nets together are nought."""

    team = serializers.CharField()
    lent = exact()
    borrowed = exact()
    net = exact()


class LeadershipOut(serializers.Serializer[Any]):
    """How a quarter is negotiated: who waits for whom, what was chosen, what needs a decision."""

    figures = FigureOut(many=True)
    measures = MeasuresOut()
    waiting = OwingOut(many=True)
    undecided = UndecidedOut(many=True)
    loans = LoanOut(many=True)
    balances = BalanceOut(many=True)
    findings = FindingRow(many=True)
    nos = NoRow(many=True)


class PartOut(serializers.Serializer[Any]):
    """One of the five parts of how much priorities moved, 0 to 1; without a value nothing can be said yet."""

    key = serializers.CharField()
    title = serializers.CharField()
    value = exact(allow_null=True)
    words = serializers.CharField()


class SignOut(serializers.Serializer[Any]):
    """One of the five signs that projects are planned instead of outcomes."""

    key = serializers.CharField()
    title = serializers.CharField()
    share = ShareOut()
    words = serializers.CharField()


class HabitsRow(serializers.Serializer[Any]):
    """The habits of a team; without a team, those of all together."""

    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    parts = PartOut(many=True)
    signs = SignOut(many=True)


class CostlyOut(serializers.Serializer[Any]):
    """A change of an order, what it moved, and how much that is, 0 to 1."""

    team = serializers.CharField(source="change.quarter.team.slug")
    at = serializers.DateTimeField(source="change.at")
    reason = serializers.CharField(source="change.reason")
    cost = exact()
    moves = serializers.ListField(child=serializers.CharField())


class HabitsOut(serializers.Serializer[Any]):
    """What moves priorities, and the signs of projects: all teams together first."""

    rows = HabitsRow(many=True)
    costliest = CostlyOut(many=True)


class DecisionOut(serializers.ModelSerializer[Decision]):
    """What was decided at an offsite."""

    owner = PersonOut()

    class Meta:
        model = Decision
        fields = ["id", "text", "owner", "due_on", "done_on", "decided_at"]
        read_only_fields = fields


class PackOut(serializers.Serializer[Any]):
    """What leadership reads two weeks before a quarter ends, frozen as it was, and what was decided."""

    made_at = serializers.DateTimeField()
    content = serializers.DictField()
    decisions = DecisionOut(many=True)
    is_printed = serializers.BooleanField()


class LeadershipViewSet(viewsets.GenericViewSet[Cycle]):
    """How a quarter is negotiated, and its offsite."""

    queryset = Cycle.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG
    pagination_class = None

    @extend_schema(responses=LeadershipOut)
    @action(detail=True)
    def leadership(self, request: Request, slug: str) -> Response:
        """Show how a quarter is negotiated: every number with its parts, and none about a person."""
        found = queries.cycle_of(slug)
        shown = queries.leadership(found, person=person(request), on=today(request))
        for finding in shown.findings:
            finding.cycle = found
        waiting = [
            {
                "owes": one.owes.slug,
                "to": one.to.slug,
                "count": one.count,
                "since": one.since,
                "negotiations": one.negotiations,
            }
            for one in shown.waiting
        ]
        return Response(
            {
                "figures": FigureOut(shown.figures, many=True).data,
                "measures": MeasuresOut(shown.measures).data,
                "waiting": waiting,
                "undecided": UndecidedOut(shown.undecided, many=True).data,
                "loans": shown_loans(shown.loans, hidden=shown.hidden_loans),
                "balances": BalanceOut(shown.balances, many=True).data,
                "findings": FindingRow(shown.findings, many=True).data,
                "nos": NoRow(shown.nos, many=True).data,
            }
        )

    @extend_schema(responses=HabitsOut)
    @action(detail=True)
    def habits(self, request: Request, slug: str) -> Response:
        """Show what moves priorities, and the signs of projects: of teams, without a total."""
        shown = queries.habits(queries.cycle_of(slug), person=person(request), on=today(request))
        return Response(HabitsOut(shown).data)

    @extend_schema(responses=PackOut, methods=["GET"])
    @extend_schema(request=Nothing, responses={201: PackOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"])
    def offsite(self, request: Request, slug: str) -> Response:
        """Show the frozen pack with its decisions, or freeze it now; once frozen it stays as it is."""
        found = queries.cycle_of(slug)
        if request.method == "GET":
            return _shown(or_404(queries.offsite(found)))
        body(request, Nothing)
        made = transitions.prepare_offsite(found, by=actor(request), at=timezone.now())
        return _shown(made, status=201)

    @extend_schema(request=Nothing, responses={202: JobOut})
    @action(detail=True, methods=["post"], url_path="offsite/print")
    def print_offsite(self, request: Request, slug: str) -> Response:
        """Ask the worker for the PDF with the decisions made since; the job says when it is there."""
        pack = _pack(slug)
        body(request, Nothing)
        transitions.print_pack(pack, by=actor(request), at=timezone.now())
        return Response(JobOut(latest("offsite_pack", pack.pk, transitions.OFFSITE_JOB)).data, status=202)

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY, 410: GONE})
    @action(detail=True, url_path="offsite/file", renderer_classes=[JSONRenderer, PackRenderer])
    def offsite_file(self, request: Request, slug: str) -> HttpResponse:
        """Download the PDF of the pack; history says who did."""
        return http.offsite_file(_pack(slug), by=actor(request))

    @extend_schema(request=DecideInput, responses={201: DecisionOut})
    @action(detail=True, methods=["post"], url_path="offsite/decisions")
    def decisions(self, request: Request, slug: str) -> Response:
        """Write down what was decided; who does it is told."""
        pack, values = _pack(slug), body(request, DecideInput)
        made = transitions.decide(pack, by=actor(request), at=timezone.now(), **values)
        return Response(DecisionOut(made).data, status=201)


class DecisionViewSet(viewsets.GenericViewSet[Decision]):
    """What was decided at offsites."""

    queryset = Decision.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(request=Nothing, responses=DecisionOut)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Say that a decision is carried out, as its owner or a lead of the organisation."""
        found = queries.decision(number(pk))
        body(request, Nothing)
        done = transitions.finish_decision(found, by=actor(request), at=timezone.now())
        return Response(DecisionOut(done).data)


def _pack(slug: str) -> OffsitePack:
    return or_404(queries.offsite(queries.cycle_of(slug)))


def _shown(pack: OffsitePack, *, status: int = 200) -> Response:
    shown = {
        "made_at": pack.made_at,
        "content": pack.content,
        "decisions": queries.decisions(pack),
        "is_printed": pack.file_id is not None,
    }
    return Response(PackOut(shown).data, status=status)
