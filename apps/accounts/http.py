"""Requests of signed-in people, and how they prove who they are."""

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.accounts import queries, rules, transitions
from apps.accounts.models import Actor, Scope, Token, User
from apps.accounts.rules import may_sign_in
from apps.core.errors import NotPermittedError
from apps.core.http import HtmxRequest, network_address, request_id
from apps.core.limits import PerMinute, next_minute
from apps.core.statements import first, statement

if TYPE_CHECKING:  # rest_framework.views reads the classes of this file while it is imported itself
    from rest_framework.views import APIView


class PortalRequest(HtmxRequest):
    """The request of every view behind the sign-in."""

    user: User


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signs in by e-mail and password; reads the person with all that every page shows, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, with the columns that settings.PERSON_COLUMNS adds."""
        found = first(_people(pk=user_id))
        return found if found and self.user_can_authenticate(found) else None

    def user_can_authenticate(self, user: User) -> bool:
        """Ask the rule; allauth asks here before it takes a password."""
        return may_sign_in(user)


@statement()
def _people(*, pk: int) -> QuerySet[User]:
    """Return the person of this id; every request asks."""
    columns: dict[str, Any] = {name: import_string(path)() for name, path in settings.PERSON_COLUMNS.items()}
    return User.objects.filter(pk=pk).annotate(**columns)


def person(request: HttpRequest) -> User:
    """Return the signed-in person of a Django or DRF request; the login check has already run."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user


def actor(request: HttpRequest) -> Actor:
    """Return who takes the step: the signed-in person, or the API token that speaks for them."""
    token = getattr(request, "auth", None)  # DRF's name for it; pages have none
    if not isinstance(token, Token):
        return Actor(person=person(request), request_id=request_id(request))
    return Actor(
        person=person(request), token=token.name, team_id=token.team_id, request_id=request_id(request)
    )


def in_person(request: HttpRequest) -> User:
    """Return the signed-in person for what is theirs alone: inbox, profile, tokens, own seat."""
    rules.check_in_person(actor(request))
    return person(request)


def actor_by_link(request: HttpRequest, person: User, *, link: str) -> Actor:
    """Return who takes the one step that a signed link allows: its person, without signing in."""
    return Actor(person=person, link=link, request_id=request_id(request))


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer roadworthy_…` and lets the token's person in, as far as it reaches."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Return person and token; None without a token, so that a session may count. One query."""
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        now = timezone.now()
        token = queries.token_of(rules.digest_of(secret.strip()), now=now)
        speaker = rules.speaker(token) if token else None
        if token is None or speaker is None:
            self._slow_down(request)
            message = "This token does not work: it is unknown, expired, revoked, or its person is gone."
            raise AuthenticationFailed(message)
        if rules.is_use_news(token, at=now):
            transitions.note_use(token, by=Actor(person=speaker, token=token.name), at=now)
        return speaker, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 -- DRF's signature
        """Say with 401 how to come in."""
        return 'Bearer realm="Roadworthy"'

    def _slow_down(self, request: Request) -> None:
        stranger = f"stranger:{network_address(request)}"
        if not PerMinute(settings.API_STRANGERS_PER_MINUTE).lets_in(stranger):
            raise Throttled(wait=next_minute())


class InScope(BasePermission):
    """Signed-in people and tokens; one that may only read changes nothing."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 -- DRF's signature
        """Refuse strangers, and reading tokens that would write."""
        may_write = not isinstance(request.auth, Token) or request.auth.scope == Scope.WRITE
        if request.method not in SAFE_METHODS and not may_write:
            message = "This token may only read. Make one with the scope “read and write”."
            raise NotPermittedError(message)
        return isinstance(request.user, User)


class PersonOut(serializers.ModelSerializer[User]):
    """Somebody, by number and name, as the APIs of all apps show them."""

    class Meta:
        model = User
        fields = ["id", "name"]
        read_only_fields = fields
