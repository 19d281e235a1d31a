"""Letters to people about their own sign-in."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, User


def send_letter(person: User, template: str, *, by: Actor, at: datetime, **details: object) -> None:
    """Put a letter into the outbox; notifications, which lies above, is named in settings."""
    context = {"person": person, "actor": by.name} | details
    subject, *lines = render_to_string(f"notices/accounts/{template}.txt", context).splitlines()
    send = import_string(settings.SEND_LETTER)
    send(recipient=person, subject=subject, body="\n".join(lines).strip(), by=by, at=at)
