"""Requests of signed-in people, and how they prove who they are."""

from functools import cache
from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, User
from apps.accounts.rules import may_sign_in
from apps.core.http import HtmxRequest

NOBODY: Final = -1  # no row has it
PLACE: Final = object()


class PortalRequest(HtmxRequest):
    """The request of every view behind the sign-in."""

    user: User


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Signs in by e-mail and password; reads the person with all that every page shows, in one query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session, with the columns that settings.PERSON_COLUMNS adds."""
        sql, parameters = _reading()
        found = User.objects.raw(sql, [user_id if value is PLACE else value for value in parameters])
        person = next(iter(found), None)
        return person if person and self.user_can_authenticate(person) else None

    def user_can_authenticate(self, user: User) -> bool:
        """Ask the rule; allauth asks here before it takes a password."""
        return may_sign_in(user)


@cache
def _reading() -> tuple[str, list[Any]]:
    """Return the statement that reads a person, and its parameters with PLACE for the id.

    Every request asks it: building it anew takes three times as long as the database needs.
    """
    columns: dict[str, Any] = {name: import_string(path)() for name, path in settings.PERSON_COLUMNS.items()}
    rows = User.objects.annotate(**columns).filter(pk=NOBODY)
    sql, parameters = rows.query.sql_with_params()
    return sql, [PLACE if value == NOBODY else value for value in parameters]


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
