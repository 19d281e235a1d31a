"""What allauth asks us: who may sign up, and how its letters go out."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.accounts import transitions
from apps.accounts.models import Actor, User
from apps.accounts.rules import WHOLE_ADDRESS, may_sign_in

JOB = "accounts.sign_in"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Invited people only; letters go through the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth asks per request
        """Return False: administrators invite."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Refuse also what is no address: "inbox", or "http://[::1", whose parts allauth asks for first."""
        try:
            is_safe: bool = super().is_safe_url(url)
        except ValueError:
            return False
        return is_safe and url.startswith(WHOLE_ADDRESS)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link at the portal's own address, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', key)}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:  # noqa: ARG002
        """Put the letter into the outbox, for people who were let in; nobody else hears from us."""
        person = context.get("user")
        if not isinstance(person, User) or not _was_let_in(person):
            return
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        body = render_to_string(f"{template_prefix}_message.txt", context).strip()
        send_letter = import_string(settings.SEND_LETTER)
        send_letter(recipient=person, subject=subject, body=body, by=Actor.system(JOB), at=timezone.now())

    def pre_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse | None:
        """Turn away who may not sign in, by whatever way they came."""
        if not may_sign_in(user):
            return redirect("account_inactive")
        response: HttpResponse | None = super().pre_login(request, user, **options)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Keep what somebody chose, by a one-time link or in their settings."""
        transitions.set_password(user, password=password, by=Actor(person=user), at=timezone.now())


def _was_let_in(person: User) -> bool:
    """Tell whether somebody let this person in: an import alone makes no account."""
    is_known = person.invited_at is not None or person.joined_at is not None
    return is_known and may_sign_in(person)
