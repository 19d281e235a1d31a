"""How people are told things: a notice for each fact, a delivery for each message."""

from apps.notifications.rules import Due, News
from apps.notifications.transitions.reading import read, read_all
from apps.notifications.transitions.sending import deliver, retry_delivery
from apps.notifications.transitions.telling import notify, notify_many, remind, send_letter

__all__ = [
    "Due",
    "News",
    "deliver",
    "notify",
    "notify_many",
    "read",
    "read_all",
    "remind",
    "retry_delivery",
    "send_letter",
]
