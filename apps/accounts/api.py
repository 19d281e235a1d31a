"""People for programs: who a token speaks for, and what administrators decide."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import queries, rules, transitions
from apps.accounts.http import PersonOut, actor, in_person, person
from apps.accounts.models import Role, Scope, Token, TokenQuerySet, User
from apps.core.api import NUMBER, ClockField, Input, Nothing, Search, body, filters, one


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]  # untyped
    """How the API's description says that one comes in."""

    target_class = "apps.accounts.http.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Name the header."""
        return {"type": "http", "scheme": "bearer", "description": "A token from /settings/tokens/."}


class ProfileInput(Input):
    """What a person says of themselves."""

    name = serializers.CharField()
    time_zone = serializers.CharField()
    works_from = ClockField()
    works_to = ClockField()
    works_on = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=7))
    expertise = serializers.ListField(child=serializers.CharField())
    reviews = serializers.BooleanField()
    has_keys = serializers.BooleanField()


class PersonInFull(serializers.ModelSerializer[User]):
    """Somebody, as everybody who is signed in sees them."""

    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    team_ids = serializers.ListField(child=serializers.IntegerField())
    lead_ids = serializers.ListField(child=serializers.IntegerField())
    works_on = serializers.ListField(child=serializers.IntegerField())
    expertise = serializers.ListField(child=serializers.CharField())
    works_from = ClockField()
    works_to = ClockField()

    class Meta:
        model = User
        fields = ["id", "name", "email", "handle", "is_active", "roles", "team_ids", "lead_ids"]
        fields += ["expertise", "reviews", "time_zone", "works_from", "works_to", "works_on"]
        read_only_fields = fields


class TokenOut(serializers.ModelSerializer[Token]):
    """What a token may, without its secret."""

    scope = serializers.ChoiceField(Scope.choices)

    class Meta:
        model = Token
        fields = ["name", "scope", "team_name", "expires_at"]
        read_only_fields = fields


class MeOut(PersonInFull):
    """Who asks, and by which token."""

    token = TokenOut(allow_null=True)

    class Meta(PersonInFull.Meta):
        fields = [*PersonInFull.Meta.fields, "token"]
        read_only_fields = fields


class MeView(APIView):
    """Whoever asks."""

    @extend_schema(operation_id="me_retrieve", responses=MeOut)
    def get(self, request: Request) -> Response:
        """Show who asks: with a team's token a person without roles, in that team alone."""
        return _me(request, person(request))

    @extend_schema(operation_id="me_update", request=ProfileInput(partial=True), responses=MeOut)
    def patch(self, request: Request) -> Response:
        """Change some of the own profile."""
        asking, values = in_person(request), body(request, ProfileInput, partial=True)
        transitions.edit_profile(asking, by=actor(request), at=timezone.now(), **values)
        return _me(request, one(User.objects.all(), str(person(request).pk)))


def _me(request: Request, found: User) -> Response:
    token = TokenOut(request.auth).data if isinstance(request.auth, Token) else None
    return Response({**PersonInFull(found).data, "token": token})


class TokenInFull(serializers.ModelSerializer[Token]):
    """A token as its person, the leads of its team and administrators see it: never its secret."""

    person = PersonOut()
    scope = serializers.ChoiceField(Scope.choices)

    class Meta:
        model = Token
        fields = ["id", "person", "name", "ending", "scope", "team_id", "team_name"]
        fields += ["made_at", "expires_at", "revoked_at", "last_used_at"]
        read_only_fields = fields


class TokenMadeOut(TokenInFull):
    """A new token with its secret, which nobody can show again."""

    secret = serializers.CharField()

    class Meta(TokenInFull.Meta):
        fields = [*TokenInFull.Meta.fields, "secret"]
        read_only_fields = fields


class TokenInput(Input):
    """What a new token may, for how long, and for whom it speaks."""

    name = serializers.CharField()
    scope = serializers.ChoiceField(Scope.choices)
    days = serializers.IntegerField(min_value=1, max_value=rules.LONGEST_TOKEN)
    team = serializers.IntegerField(
        required=False, allow_null=True, help_text="One of your team_ids; else it speaks for you."
    )


class TokenViewSet(viewsets.GenericViewSet[Token]):
    """Tokens of the person and of the teams that they lead; administrators reach everybody's.

    A token makes no token, not even a narrower one: what it made would outlive it when it is revoked, and
    whoever finds one in a log would keep the door open. So making one takes a signed-in browser, as the
    page does. Seeing and revoking is for programs too, so that a leak can be closed at night.
    """

    queryset = Token.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=TokenInFull(many=True))
    def list(self, request: Request) -> Response:
        """List the own tokens and those of the teams that one leads, without revoked ones."""
        return self._page(queries.tokens_near(in_person(request)))

    @extend_schema(operation_id="tokens_everybody", responses=TokenInFull(many=True))
    @action(detail=False)
    def everybody(self, request: Request) -> Response:
        """List everybody's tokens, for administrators, without revoked ones."""
        rules.check_admin(actor(request))
        return self._page(queries.tokens())

    @extend_schema(responses=TokenInFull)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show a token, also a revoked one."""
        return Response(TokenInFull(_token(request, pk)).data)

    @extend_schema(request=TokenInput, responses={201: TokenMadeOut}, auth=[{"cookieAuth": []}])
    def create(self, request: Request) -> Response:
        """Make a token in a signed-in browser, not with another token; the secret is in this answer alone."""
        values = body(request, TokenInput)
        made, secret = transitions.make_token(
            in_person(request),
            team_id=values.pop("team", None),
            by=actor(request),
            at=timezone.now(),
            **values,
        )
        data = {**TokenInFull(made).data, "secret": secret}
        return Response(data, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(request=Nothing, responses=TokenInFull)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """End a token at once: the own one, one of a team that one leads, or as an administrator any."""
        found = _token(request, pk)
        body(request, Nothing)
        revoked = transitions.revoke_token(found, by=actor(request), at=timezone.now())
        return Response(TokenInFull(revoked).data)

    def _page(self, rows: TokenQuerySet) -> Response:
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(TokenInFull(page, many=True).data)


def _token(request: Request, pk: str) -> Token:
    in_person(request)
    return one(queries.visible_tokens(actor(request)), pk)


class RolesInput(Input):
    """What somebody is in the organisation."""

    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))


class InviteInput(Input):
    """Somebody new."""

    email = serializers.EmailField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices), required=False)


class InviteAgainInput(Input):
    """Where a fresh link goes."""

    email = serializers.EmailField()


class SecondFactorInput(Input):
    """Why something is done to somebody."""

    reason = serializers.CharField()


class PeopleViewSet(viewsets.GenericViewSet[User]):
    """People; what is changed here, administrators change."""

    queryset = User.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=PersonInFull(many=True), parameters=[Search])
    def list(self, request: Request) -> Response:
        """List everybody, for administrators."""
        rules.check_admin(actor(request))
        search = filters(request, Search).get("q", "")
        page = self.paginate_queryset(queries.people(search=search))
        return self.get_paginated_response(PersonInFull(page, many=True).data)

    @extend_schema(responses=PersonInFull)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show a person."""
        return Response(PersonInFull(_person(pk)).data)

    @extend_schema(request=InviteInput, responses={201: PersonInFull})
    def create(self, request: Request) -> Response:
        """Let somebody in and send them the one-time link."""
        invited = transitions.invite(by=actor(request), at=timezone.now(), **body(request, InviteInput))
        return Response(PersonInFull(invited).data, status=201)

    @extend_schema(request=RolesInput, responses=PersonInFull)
    @action(detail=True, methods=["put"])
    def roles(self, request: Request, pk: str) -> Response:
        """Give a person these roles and no others."""
        return self._step(request, pk, transitions.give_roles, RolesInput)

    @extend_schema(request=InviteAgainInput, responses=PersonInFull)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        """Send a fresh one-time link to somebody who has not joined."""
        return self._step(request, pk, transitions.invite_again, InviteAgainInput)

    @extend_schema(request=Nothing, responses=PersonInFull)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """End a person's access, and that of every token that speaks for them."""
        return self._step(request, pk, transitions.deactivate, Nothing)

    @extend_schema(request=Nothing, responses=PersonInFull)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, pk: str) -> Response:
        """Let a person sign in again."""
        return self._step(request, pk, transitions.reactivate, Nothing)

    @extend_schema(request=SecondFactorInput, responses=PersonInFull)
    @action(detail=True, methods=["post"], url_path="take-second-factor")
    def take_second_factor(self, request: Request, pk: str) -> Response:
        """Let somebody in by password alone who lost the second factor; never oneself."""
        return self._step(request, pk, transitions.take_second_factor, SecondFactorInput)

    def _step(self, request: Request, pk: str, step: Any, kind: type[Input]) -> Response:  # noqa: ANN401
        found = step(_person(pk), by=actor(request), at=timezone.now(), **body(request, kind))
        return Response(PersonInFull(found).data)


def _person(pk: str) -> User:
    return one(User.objects.all(), pk)
