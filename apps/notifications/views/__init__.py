"""The inbox of everybody and what they choose; for administrators what goes out, and what went wrong."""

from apps.notifications.views.inbox import bring_back, finish, inbox, open_notice, read_all, snooze
from apps.notifications.views.outbox import outbox, retry, trouble
from apps.notifications.views.preferences import preferences, unsubscribe
from apps.notifications.views.previews import mail, mail_html, mails

__all__ = [
    "bring_back",
    "finish",
    "inbox",
    "mail",
    "mail_html",
    "mails",
    "open_notice",
    "outbox",
    "preferences",
    "read_all",
    "retry",
    "snooze",
    "trouble",
    "unsubscribe",
]
