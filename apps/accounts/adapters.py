"""What allauth and axes ask us: who may sign up or try again, and how letters go out."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from axes.handlers.database import AxesDatabaseHandler
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.accounts import transitions
from apps.accounts.models import Actor, User
from apps.accounts.queries import failed_sign_ins, person_of
from apps.accounts.rules import AT_THE_DOOR, WHOLE_ADDRESS, may_sign_in
from apps.core.http import network_address, request_id

NOWHERE = "0.0.0.0"  # noqa: S104 -- nobody is bound to it: it stands for a socket of the file system
SECOND_FACTOR = {
    "mfa/email/totp_activated": "switched on",
    "mfa/email/totp_deactivated": "switched off",
    "mfa/email/recovery_codes_generated": "gave new recovery codes to",
}


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
        send_letter(
            recipient=person, subject=subject, body=body, by=Actor.system(AT_THE_DOOR), at=timezone.now()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return from where somebody asks, for what allauth counts."""
        return network_address(request) or NOWHERE

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count no passwords by person alone, as allauth would: so a stranger could shut anybody out."""

    def pre_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse | None:
        """Turn away who may not sign in, by whatever way they came."""
        if not may_sign_in(user):
            _note_refusal(request, user)
            return redirect("account_inactive")
        response: HttpResponse | None = super().pre_login(request, user, **options)
        return response

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Ask whoever has a second factor for a code: a password that was seen must not switch it off."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] == "mfa_reauthenticate"] or methods

    def login(self, request: HttpRequest, user: User) -> None:
        """Let somebody in, and write it down."""
        super().login(request, user)
        by = Actor(person=user, request_id=request_id(request))
        transitions.note_sign_in(user, by=by, at=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        """Let somebody out, and write it down."""
        person = request.user if isinstance(request.user, User) else None  # read before it is gone
        super().logout(request)
        if person:
            by = Actor(person=person, request_id=request_id(request))
            transitions.note_sign_out(person, by=by, at=timezone.now())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down that somebody was refused, if the address is somebody's."""
        person = person_of(str(credentials.get("email", "")).lower())
        if person:
            _note_refusal(request, person)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,  # noqa: ARG002 -- allauth's signature
        email: str | None = None,  # noqa: ARG002
    ) -> None:
        """Let history tell what allauth would write a mail about."""
        if what := SECOND_FACTOR.get(template_prefix):
            transitions.note_second_factor(user, what=what, by=self._by(user), at=timezone.now())

    def set_password(self, user: User, password: str) -> None:
        """Keep what somebody chose, by a one-time link or in their settings."""
        transitions.set_password(user, password=password, by=self._by(user), at=timezone.now())

    def _by(self, user: User) -> Actor:
        return Actor(person=user, request_id=request_id(self.request) if self.request else "")


def _note_refusal(request: HttpRequest, person: User) -> None:
    is_locked = bool(getattr(request, "axes_locked_out", False))  # axes looked before us
    by = Actor.system(AT_THE_DOOR, request_id=request_id(request))
    transitions.note_refusal(person, is_locked=is_locked, by=by, at=timezone.now())


class SignInCounter(AxesDatabaseHandler):  # type: ignore[misc]  # axes is untyped
    """Counts by person and network address, as axes does, and by address alone: nobody tries everybody."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Tell whether a password is not even looked at, which costs us a third of a second of work."""
        if super().is_locked(request, credentials):
            return True
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        failed = failed_sign_ins(network_address(request), since=since)
        return failed >= settings.SIGN_IN_FAILURES_PER_ADDRESS


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Keeps secrets of authenticator apps so that a copy of the database alone opens nothing."""

    def encrypt(self, text: str) -> str:
        """Return what the database keeps."""
        return _lock().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret again; InvalidToken if it was locked by none of our keys."""
        return _lock().decrypt(encrypted_text.encode()).decode()


def _lock() -> MultiFernet:
    """Lock with the present key; open with that, or a former one that is still being replaced."""
    return MultiFernet([_key_of(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key_of(secret: str) -> Fernet:
    key = sha256(f"accounts.second_factor:{secret}".encode()).digest()
    return Fernet(urlsafe_b64encode(key))


def _was_let_in(person: User) -> bool:
    """Tell whether somebody let this person in: an import alone makes no account."""
    is_known = person.invited_at is not None or person.joined_at is not None
    return is_known and may_sign_in(person)
