"""Requests of signed-in people, and how they prove who they are."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, User
from apps.accounts.rules import may_sign_in
from apps.core.http import HtmxRequest
from apps.core.statements import statement


class PortalRequest(HtmxRequest):
    """The request of every view behind the sign-in."""

    user: User


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signs in by e-mail and password; reads the person with all that every page shows, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, with the columns that settings.PERSON_COLUMNS adds."""
        found = _people(pk=user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None

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
    return Actor(
        person=person(request),
        token=token.name if token else "",
        request_id=request.headers["X-Request-ID"][:64],
    )
