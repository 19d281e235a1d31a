"""How people are told things: a notice for each fact, a delivery for each message."""

from apps.notifications.rules import Due, News
from apps.notifications.transitions.choosing import choose, choose_daily_mail, choose_way
from apps.notifications.transitions.gathering import gather
from apps.notifications.transitions.reading import bring_back, finish, read, read_all, snooze, wake_snoozed
from apps.notifications.transitions.sending import deliver, retry_delivery
from apps.notifications.transitions.telling import notify, notify_many, remind, send_letter
from apps.notifications.transitions.watching import check_history

__all__ = [
    "Due",
    "News",
    "bring_back",
    "check_history",
    "choose",
    "choose_daily_mail",
    "choose_way",
    "deliver",
    "finish",
    "gather",
    "notify",
    "notify_many",
    "read",
    "read_all",
    "remind",
    "retry_delivery",
    "send_letter",
    "snooze",
    "wake_snoozed",
]
