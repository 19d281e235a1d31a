"""What can happen to messages, beyond what their own rows tell."""

from dataclasses import dataclass
from typing import Any

from apps.activity.models import EventKind


@dataclass(frozen=True)
class DeliveryStopped(EventKind):
    """A message could not be delivered and is not tried again."""

    verb = "notifications.delivery_stopped"
    sentence = "{actor} gave up: {subject} ({problem})"
    about = "Daily mail to Grace Obi"
    icon = "alert-triangle"
    example = {"problem": "SMTPRecipientsRefused: 550 no such user"}

    problem: str


@dataclass(frozen=True)
class DeliveryRetried(EventKind):
    """Somebody asked to send a stopped message once more."""

    verb = "notifications.delivery_retried"
    sentence = "{actor} asked to send once more: {subject}"
    about = "Daily mail to Grace Obi"
    icon = "refresh"
    example = {}


@dataclass(frozen=True)
class PreferencesChanged(EventKind):
    """Somebody chose anew what they get by mail."""

    verb = "notifications.preferences_changed"
    sentence = "{actor} changed what {subject} gets by mail ({fields})"
    of_oneself = "{actor} changed what they get by mail ({fields})"
    about = "Grace Obi"
    icon = "bell"
    example = {
        "fields": "mail_hour, ways",
        "changes": {
            "mail_hour": {"before": 8, "after": 6},
            "ways": {
                "before": {"walkthroughs/countdown": "daily"},
                "after": {"walkthroughs/countdown": "inbox"},
            },
        },
    }

    fields: str
    changes: dict[str, Any]  # not in events of before November 2026
