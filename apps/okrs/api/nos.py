"""The register of nos: what was decided against, who holds it, and its way back.

A no is somebody's, by name: a team's token reads the register, and decides nothing in it.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import PersonOut, actor, person
from apps.accounts.models import Actor, User
from apps.core.api import LARGEST_KEY, NUMBER, Input, NamedField, body, filters, number
from apps.okrs import queries, transitions
from apps.okrs.api.common import a_team, team_out
from apps.okrs.api.finding import today
from apps.okrs.models import Metric, No, NoException, ReasonCode
from apps.okrs.rules import nos as rules

METRIC = serializers.SlugRelatedField[Metric](slug_field="key", read_only=True, allow_null=True)
A_METRIC = NamedField(
    slug_field="key", queryset=Metric.objects.filter(archived_at=None), required=False, allow_null=True
)


class NoFilters(Input):
    """What the register is narrowed to."""

    show = serializers.ChoiceField(list(queries.STATES), required=False)
    mine = serializers.BooleanField(required=False, source="is_mine")
    team = serializers.SlugField(required=False, help_text="The slug of who said it, or of who had asked.")
    reason = serializers.ChoiceField(ReasonCode.choices, required=False)


class NoInput(Input):
    """A no that no negotiation led to."""

    team = a_team()
    what = serializers.CharField(help_text="What the team does not do.")
    reason_code = serializers.ChoiceField(ReasonCode.choices)
    reason = serializers.CharField()
    until_on = serializers.DateField(required=False, allow_null=True, help_text="When to decide again.")
    reopen_when = serializers.CharField(required=False, allow_blank=True, help_text="Or when this is true.")
    metric = A_METRIC
    threshold_way = serializers.ChoiceField(No.Way.choices, required=False)
    threshold = serializers.DecimalField(15, 4, required=False, allow_null=True)
    dependency = a_team(required=False, allow_null=True)  # whom it would have needed
    requester = a_team(required=False, allow_null=True)  # who had asked
    tags = serializers.ListField(child=serializers.CharField(), required=False, max_length=50)


class HoldInput(Input):
    """Until when a no stands on; what is left out no longer ends it."""

    until_on = serializers.DateField(required=False, allow_null=True)
    reopen_when = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True)


class NoReasonInput(Input):
    """Why a no changes."""

    reason = serializers.CharField()


class HolderInput(Input):
    """Who holds a no from now on: somebody of the team."""

    holder = serializers.PrimaryKeyRelatedField(queryset=User.objects.active())


class ExceptionInput(Input):
    """Why something is done all the same, what it costs, and for which objective."""

    reason = serializers.CharField()
    person_weeks = serializers.DecimalField(7, 2, required=False, allow_null=True)
    objective = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY)


class NoRow(serializers.ModelSerializer[No]):
    """A no in the register."""

    team = team_out()
    holder = PersonOut()
    requester = team_out(allow_null=True)
    metric = METRIC
    threshold_way = serializers.ChoiceField(No.Way.choices, allow_blank=True)
    condition = serializers.SerializerMethodField()

    class Meta:
        model = No
        fields = ["id", "kind", "state", "what", "team", "reason_code", "reason", "decided_at", "holder"]
        fields += ["until_on", "reopen_when", "metric", "threshold_way", "threshold", "condition"]
        fields += ["requester", "negotiation", "objective", "state_reason"]
        read_only_fields = fields

    def get_condition(self, row: No) -> str:
        """Return in words when it is decided again."""
        return rules.condition(row)


class NoExceptionOut(serializers.ModelSerializer[NoException]):
    """Something done against a no that stands."""

    granted_by = PersonOut()

    class Meta:
        model = NoException
        fields = ["id", "granted_by", "reason", "objective", "person_weeks", "at"]
        read_only_fields = fields


class NoOut(NoRow):
    """A no with its exceptions, and whether the person decides about it."""

    decided_by = PersonOut()
    dependency = team_out(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    exceptions = NoExceptionOut(many=True)
    may_decide = serializers.BooleanField()
    may_ask = serializers.BooleanField()

    class Meta(NoRow.Meta):
        fields = [*NoRow.Meta.fields, "decided_by", "dependency", "tags", "exceptions"]
        fields += ["may_decide", "may_ask"]
        read_only_fields = fields


class NoViewSet(viewsets.GenericViewSet[No]):
    """What teams decided not to do."""

    queryset = No.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=NoRow(many=True), parameters=[NoFilters])
    def list(self, request: Request) -> Response:
        """List the nos that stand, or those that `show` names, the newest first."""
        asked = queries.Filters(**filters(request, NoFilters))
        page = self.paginate_queryset(queries.nos(person(request), asked, on=today(request)))
        return self.get_paginated_response(NoRow(page, many=True).data)

    @extend_schema(responses=NoOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one no with everything that was done against it."""
        return _shown(request, number(pk))

    @extend_schema(request=NoInput, responses={201: NoOut})
    def create(self, request: Request) -> Response:
        """Say no for a team that one leads; who had asked is told once."""
        values = body(request, NoInput)
        said = transitions.say_no(values.pop("team"), by=actor(request), at=timezone.now(), **values)
        return _shown(request, said.pk, status=201)

    @extend_schema(request=HoldInput, responses=NoOut)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """Let a no stand on, until another day or for another reason."""
        return self._step(request, pk, transitions.hold, HoldInput)

    @extend_schema(request=NoReasonInput, responses=NoOut)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a no back: what was refused may be asked for again."""
        return self._step(request, pk, transitions.reopen, NoReasonInput)

    @extend_schema(request=NoReasonInput, responses=NoOut)
    @action(detail=True, methods=["post"], url_path="let-go")
    def let_go(self, request: Request, pk: str) -> Response:
        """Let a no go that nobody needs any longer."""
        return self._step(request, pk, transitions.let_go, NoReasonInput)

    @extend_schema(request=HolderInput, responses=NoOut)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give a no to somebody else of the team."""
        return self._step(request, pk, transitions.hand_over_no, HolderInput)

    @extend_schema(request=NoReasonInput, responses=NoOut)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, pk: str) -> Response:
        """Ask the holder to decide again; the no stands until they do."""
        found, values = _find(request, pk), body(request, NoReasonInput)
        transitions.ask_to_reopen(found, by=actor(request), at=timezone.now(), **values)
        return _shown(request, found.pk)

    @extend_schema(request=ExceptionInput, responses={201: NoOut})
    @action(detail=True, methods=["post"])
    def exceptions(self, request: Request, pk: str) -> Response:
        """Do something against a no that stands: it is logged beside it, and its holder is told."""
        found, values = _find(request, pk), body(request, ExceptionInput)
        about, _none = queries.about(
            values.pop("objective", None), None, person=person(request), on=today(request)
        )
        transitions.make_exception(found, objective=about, by=actor(request), at=timezone.now(), **values)
        return _shown(request, found.pk, status=201)

    def _step(self, request: Request, pk: str, step: Callable[..., No], kind: type[Input]) -> Response:
        found, values = _find(request, pk), body(request, kind)
        step(found, by=actor(request), at=timezone.now(), **values)
        return _shown(request, found.pk)


def _find(request: Request, pk: str) -> No:
    return queries.no(number(pk), person=person(request), on=today(request))


def _shown(request: Request, pk: int, *, status: int = 200) -> Response:
    found = in_full(pk, by=actor(request), person=person(request), on=today(request))
    return Response(found, status=status)


def in_full(pk: int, *, by: Actor, person: User, on: date) -> dict[str, Any]:
    """Return a no as NoOut describes it, read as its page reads it."""
    found = queries.no(pk, person=person, on=on)
    page = queries.no_page(found, by=by, person=person, holders=[], on=on)
    return {
        **NoRow(found).data,
        "decided_by": PersonOut(found.decided_by).data,
        "dependency": found.dependency.slug if found.dependency else None,
        "tags": found.tags,
        "exceptions": NoExceptionOut(page.exceptions, many=True).data,
        "may_decide": page.may_decide,
        "may_ask": page.may_ask,
    }
