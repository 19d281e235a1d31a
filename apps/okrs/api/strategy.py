"""The strategy by horizon: the further out, the coarser it speaks."""

from typing import Any

from django.utils import timezone
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import (
    IF_MATCH,
    NUMBER,
    Input,
    PreconditionFailedError,
    body,
    number,
    revision_asked,
    with_revision,
)
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.api.common import cycle_out, team_out
from apps.okrs.api.finding import today
from apps.okrs.models import Horizon, Objective, Precision, StrategyItem
from apps.okrs.transitions import Sentence


class SentenceInput(Input):
    """A whole sentence of the strategy: what is left out is empty afterwards."""

    horizon = serializers.ChoiceField(Horizon.choices)
    statement = serializers.CharField(trim_whitespace=False)
    theme = serializers.CharField(required=False, allow_blank=True)
    precision = serializers.ChoiceField(Precision.choices, required=False)
    begins_on = serializers.DateField(required=False, allow_null=True, help_text="Any day inside it.")
    target_low = serializers.DecimalField(15, 4, required=False, allow_null=True)
    target_high = serializers.DecimalField(15, 4, required=False, allow_null=True)
    planned_change = serializers.DecimalField(
        15, 4, required=False, allow_null=True, help_text="The range is judged by it."
    )
    unit = serializers.CharField(required=False, allow_blank=True)
    confidence = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=100, help_text="In percent."
    )


class RevalidateInput(Input):
    """Whether a sentence of the strategy still holds."""

    verdict = serializers.ChoiceField(StrategyItem.Verdict.choices)


class SentenceOut(serializers.ModelSerializer[StrategyItem]):
    """One sentence of the strategy; its ETag is what a change names."""

    class Meta:
        model = StrategyItem
        fields = ["id", "horizon", "statement", "theme", "precision", "begins_on", "target_low"]
        fields += ["target_high", "planned_change", "unit", "confidence", "verdict", "revalidated_on"]
        fields += ["revision"]
        read_only_fields = fields


class DoubtOut(serializers.Serializer[Any]):
    """One thing that is said too exactly, or not exactly enough."""

    verdict = serializers.CharField()
    message = serializers.CharField()


class BoxOut(serializers.Serializer[Any]):
    """One question before a sentence becomes sharp enough to begin."""

    question = serializers.CharField()
    is_met = serializers.BooleanField()
    detail = serializers.CharField()


class ServingOut(serializers.ModelSerializer[Objective]):
    """An objective that serves a sentence of the strategy."""

    team = team_out()
    cycle = cycle_out()

    class Meta:
        model = Objective
        fields = ["id", "title", "team", "cycle", "state"]
        read_only_fields = fields


class StrategyRow(serializers.Serializer[Any]):
    """A sentence with how far it is, what is doubtful about it, and which objectives serve it."""

    item = SentenceOut()
    words = serializers.CharField()
    doubts = DoubtOut(many=True)
    objectives = ServingOut(many=True)
    boxes = BoxOut(many=True)
    sharpness = serializers.CharField()


class ColumnOut(serializers.Serializer[Any]):
    """One horizon."""

    key = serializers.ChoiceField(Horizon.choices)
    title = serializers.CharField()
    explained = serializers.CharField()
    rows = StrategyRow(many=True)


class HorizonsOut(serializers.Serializer[Any]):
    """Now, next, later and the vision; four weeks before a quarter, what is next is sharpened."""

    columns = ColumnOut(many=True)
    dead = SentenceOut(many=True)
    next_cycle = serializers.CharField(source="next_cycle.slug", allow_null=True)
    is_sharpening = serializers.BooleanField()


class HorizonViewSet(viewsets.GenericViewSet[StrategyItem]):
    """The strategy, which the leads of the organisation's team write."""

    queryset = StrategyItem.objects.none()
    lookup_value_regex = NUMBER
    pagination_class = None

    @extend_schema(responses=forced_singular_serializer(HorizonsOut), operation_id="okrs_horizons_show")
    def list(self, request: Request) -> Response:
        """Show the whole strategy by horizon."""
        return Response(HorizonsOut(queries.horizons(person(request), on=today(request))).data)

    @extend_schema(responses=SentenceOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one sentence; its ETag is what a change names."""
        return _answered(_find(pk))

    @extend_schema(request=SentenceInput, responses={201: SentenceOut})
    def create(self, request: Request) -> Response:
        """Add a sentence; the same words under the same horizon are that sentence."""
        rules.check_may_edit_strategy(actor(request), queries.root_team())
        sentence = Sentence(**body(request, SentenceInput))
        made = transitions.write_strategy(sentence, by=actor(request), at=timezone.now())
        return _answered(made, status=201)

    @extend_schema(request=SentenceInput, responses=SentenceOut, parameters=[IF_MATCH])
    def update(self, request: Request, pk: str) -> Response:
        """Save a sentence if it is still the one that was read, or move it to another horizon."""
        found = _find(pk)
        revision = revision_asked(request, present=found.revision)
        rules.check_may_edit_strategy(actor(request), queries.root_team())
        sentence = Sentence(**body(request, SentenceInput))
        match transitions.edit_strategy(
            found, sentence, revision=revision, by=actor(request), at=timezone.now()
        ):
            case Saved(saved):
                return _answered(saved)
            case Conflict(theirs):
                raise PreconditionFailedError(SentenceOut(theirs).data, revision=theirs.revision)

    @extend_schema(request=RevalidateInput, responses=SentenceOut)
    @action(detail=True, methods=["post"])
    def revalidate(self, request: Request, pk: str) -> Response:
        """Say whether it still holds; a dead one leaves its column and is kept."""
        found, values = _find(pk), body(request, RevalidateInput)
        return _answered(transitions.revalidate(found, by=actor(request), at=timezone.now(), **values))


def _find(pk: str) -> StrategyItem:
    return queries.strategy_item(number(pk))


def _answered(item: StrategyItem, *, status: int = 200) -> Response:
    return with_revision(SentenceOut(item).data, revision=item.revision, status=status)
