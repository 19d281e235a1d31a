"""The link in every mail by which its reader gets fewer of them, without signing in."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from apps.core.errors import LinkExpiredError, LinkForgedError

SALT: Final = "notifications.unsubscribe"
LASTS: Final = timedelta(days=365)


@dataclass(frozen=True)
class Wish:
    """Whose mails a link speaks of, and which: the key of a kind, or DAILY."""

    person_id: int
    scope: str


def unsubscribe_url(wish: Wish, *, today: date) -> str:
    """Return the whole address; it is good for a year and for this one preference."""
    until = (today + LASTS).isoformat()
    token = Signer(salt=SALT).sign_object({"who": wish.person_id, "what": wish.scope, "until": until})
    return f"{settings.SITE_URL}{reverse('notifications:unsubscribe', args=[token])}"


def wish_of(token: str, *, today: date) -> Wish:
    """Return what a link was written for; refuse forged and old ones."""
    try:
        said: dict[str, Any] = Signer(salt=SALT).unsign_object(token)
    except (BadSignature, ValueError) as error:
        message = "It was cut off or changed on its way. Sign in and open Settings, Notifications."
        raise LinkForgedError(message) from error
    if today > date.fromisoformat(said["until"]):
        message = "It came with a mail of more than a year ago. Sign in and open Settings, Notifications."
        raise LinkExpiredError(message)
    return Wish(int(said["who"]), str(said["what"]))
