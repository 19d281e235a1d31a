"""Teams and who belongs to them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import PersonOut, actor
from apps.accounts.models import User
from apps.catalog import forms, queries, rules, transitions
from apps.catalog.models import Team
from apps.core.api import (
    IF_MATCH,
    SLUG,
    Input,
    PreconditionFailedError,
    Search,
    body,
    filters,
    one,
    revision_asked,
    with_revision,
)
from apps.core.results import Conflict, Saved


class TeamFields(Input):
    """What a team says of itself."""

    name = serializers.CharField()
    parent = serializers.PrimaryKeyRelatedField(  # type: ignore[assignment]  # DRF takes it out
        queryset=Team.objects.filter(is_archived=False),
        required=False,
        allow_null=True,
        help_text="The id of the team above it; only who creates teams may change it.",
    )
    mission = serializers.CharField(required=False, allow_blank=True)
    customers = serializers.ListField(child=serializers.CharField(), required=False)
    disciplines = serializers.ListField(child=serializers.CharField(), required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    chat = serializers.CharField(required=False, allow_blank=True)


class MemberInput(Input):
    """Somebody who joins."""

    person = serializers.CharField(help_text="Their e-mail, handle or name.")


class LeadInput(Input):
    """Whether a member leads."""

    is_lead = serializers.BooleanField()


class TeamRow(serializers.ModelSerializer[Team]):
    """A team in a list."""

    customers = serializers.ListField(child=serializers.CharField())
    disciplines = serializers.ListField(child=serializers.CharField())
    email = serializers.CharField()  # may be empty, which no e-mail address is

    class Meta:
        model = Team
        fields = [
            "id",
            "slug",
            "name",
            "parent",
            "mission",
            "customers",
            "disciplines",
            "email",
            "chat",
            "revision",
        ]
        read_only_fields = fields


class TeamOut(TeamRow):
    """A team with its people."""

    leads = PersonOut(many=True)
    members = PersonOut(many=True)

    class Meta(TeamRow.Meta):
        fields = [*TeamRow.Meta.fields, "leads", "members"]
        read_only_fields = fields


class TeamViewSet(viewsets.GenericViewSet[Team]):
    """Teams: people who own services together."""

    queryset = Team.objects.none()
    lookup_field = "slug"
    lookup_value_regex = SLUG

    @extend_schema(responses=TeamRow(many=True), parameters=[Search])
    def list(self, request: Request) -> Response:
        """List the teams, the newest first."""
        search = filters(request, Search).get("q", "")
        page = self.paginate_queryset(queries.teams(search=search))
        return self.get_paginated_response(TeamRow(page, many=True).data)

    @extend_schema(responses=TeamOut)
    def retrieve(self, request: Request, slug: str) -> Response:
        """Show a team with its leads and its other members."""
        return _team(slug)

    @extend_schema(request=TeamFields, responses={201: TeamOut})
    def create(self, request: Request) -> Response:
        """Write down a team; people join it next."""
        made = transitions.create_team(by=actor(request), at=timezone.now(), **body(request, TeamFields))
        return _team(made.slug, status=201)

    @extend_schema(request=TeamFields(partial=True), responses=TeamOut, parameters=[IF_MATCH])
    def partial_update(self, request: Request, slug: str) -> Response:
        """Change some of what a team says of itself."""
        team = queries.team(slug)
        revision = revision_asked(request, present=team.revision)
        changes = body(request, TeamFields, partial=True)
        match transitions.edit_team(
            team, revision=revision, changes=changes, by=actor(request), at=timezone.now()
        ):
            case Saved(saved):
                return _team(saved.slug)
            case Conflict(theirs):
                raise PreconditionFailedError(_team_in_full(slug), revision=theirs.revision)

    @extend_schema(request=MemberInput, responses=TeamOut)
    @action(detail=True, methods=["post"])
    def members(self, request: Request, slug: str) -> Response:
        """Let somebody join; joining twice changes nothing."""
        team = queries.team(slug)
        rules.check_may_choose_members(actor(request), team)  # before anybody learns who is called what
        found = forms.person_called(body(request, MemberInput)["person"])
        transitions.add_member(team, person=found, by=actor(request), at=timezone.now())
        return _team(slug)

    @extend_schema(request=LeadInput, responses=TeamOut, methods=["PUT"])
    @extend_schema(request=None, responses=TeamOut, methods=["DELETE"])
    @action(detail=True, methods=["put", "delete"], url_path="members/(?P<pk>[0-9]+)")
    def member(self, request: Request, slug: str, pk: str) -> Response:
        """Make a member a lead or a member like the others, or let them leave."""
        team, found, by = queries.team(slug), one(User.objects.all(), pk), actor(request)
        if request.method == "DELETE":
            transitions.remove_member(team, person=found, by=by, at=timezone.now())
        else:
            values = body(request, LeadInput)
            transitions.set_lead(team, person=found, by=by, at=timezone.now(), **values)
        return _team(slug)


def _team(slug: str, *, status: int = 200) -> Response:
    found = _team_in_full(slug)
    return with_revision(found, revision=found["revision"], status=status)


def _team_in_full(slug: str) -> dict[str, Any]:
    shown = queries.team_page(queries.team(slug))
    people = {"leads": shown.leads, "members": shown.members}
    return TeamRow(shown.team).data | {name: PersonOut(rows, many=True).data for name, rows in people.items()}
