"""How people are read."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import User, UserQuerySet


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
