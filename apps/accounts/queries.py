"""How people are read."""

from collections.abc import Collection
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, Token, TokenQuerySet, User, UserQuerySet
from apps.accounts.rules import may_administer


def people(*, search: str = "") -> UserQuerySet:
    """Return everybody whose name, address or handle holds the words. One query."""
    found = User.objects.all()
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(handle__icontains=word))
    return found


def person_of(email: str) -> User | None:
    """Return whose address this is. One query."""
    return User.objects.filter(email=email).first()


def welcome_link(person: User) -> str:
    """Return the address at which this person chooses a password, once and for a few days. One query.

    It is the link of "forgotten password": it stops working as soon as the password was set.
    """
    uid, key = user_pk_to_url_str(person), default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
    return f"{settings.SITE_URL}{path}"


def has_second_factor(person: User) -> bool:
    """Tell whether the sign-in asks this person for a code; allauth keeps the row. One query."""
    has_one: bool = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
    return has_one


def failed_sign_ins(address: str | None, *, since: datetime) -> int:
    """Return how often passwords were wrong that came from a network address. One query."""
    tries = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=since)
    failed: int = tries.aggregate(failed=Sum("failures_since_start", default=0))["failed"]
    return failed


def token_of(digest: str, *, now: datetime) -> Token | None:
    """Return the token with this digest and its person, if it still works. One query."""
    return Token.objects.usable(now=now).select_related("person").filter(digest=digest).first()


def tokens_near(person: User) -> TokenQuerySet:
    """Return a person's tokens and those of the teams that they lead, the newest first. One query."""
    near = Q(person=person) | Q(team_id__in=person.lead_ids)
    return Token.objects.filter(near, revoked_at=None).select_related("person").order_by("-pk")


def tokens() -> TokenQuerySet:
    """Return everybody's tokens that were not revoked, for administrators. One query."""
    return Token.objects.filter(revoked_at=None).select_related("person")


def visible_tokens(by: Actor) -> TokenQuerySet:
    """Return the tokens that somebody may see, and revoke: `rules.may_revoke` for many. One query."""
    rows = Token.objects.select_related("person")
    if may_administer(by):
        return rows
    lead_ids = by.person.lead_ids if by.person else []
    return rows.filter(Q(person=by.person_id) | Q(team_id__in=lead_ids))


def team_names(team_ids: Collection[int]) -> dict[int, str]:
    """Return the names of teams, which live above; settings name the function. One query, or none."""
    if not team_ids:
        return {}
    names: dict[int, str] = import_string(settings.TEAM_NAMES)(team_ids)
    return names
