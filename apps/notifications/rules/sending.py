"""What is told, and what becomes of a message after a try."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, Final

from apps.accounts.models import User
from apps.activity.models import Subject
from apps.core.errors import InvalidMoveError
from apps.notifications.models import Delivery, State

MAX_ATTEMPTS: Final = 78  # pauses of 1, 2, 4 … 32 minutes, then of an hour: three days
LONGEST_PAUSE: Final = 60  # minutes
MAX_CLAIMS: Final = 3
PERMANENT: Final = 500  # SMTP: 5xx is final, 4xx may pass


@dataclass(frozen=True, kw_only=True)
class News:
    """A fact that one person should know; the key names the fact, so that it is told once."""

    recipient: User
    key: str  # of ids and dates: "walkthrough:7:moved:202603030800"
    template: str  # the key of a kind: templates/notices/<template>.txt; its first line is the title
    subject: Subject
    context: dict[str, Any] = field(default_factory=dict)
    calendar: str = ""  # an iTIP message, which goes in a mail of its own
    has_mail: bool = True  # else it is for the inbox only
    found_by: str = ""  # the entry of settings.REMINDERS that found it


@dataclass(frozen=True, kw_only=True)
class Due:
    """A reminder whose time has come, as the `due` of an app finds it."""

    recipient: User
    key: str
    kind: str  # what `manage.py remind` counts by: "walkthroughs/countdown"
    template: str
    subject: Subject
    context: dict[str, Any] = field(default_factory=dict)
    at: datetime  # when it fell due


class NobodyCameBackError(Exception):
    """Stands for the answer when each worker that took a message died of it."""


class FinderBrokeError(Exception):
    """Stands for the answer when the app that found a reminder cannot say whether it still holds."""

    def __init__(self, path: str, error: Exception) -> None:
        super().__init__(f"{path} does not say what still holds ({type(error).__name__}).")


def check_claims(delivery: Delivery) -> None:
    """Refuse what was taken MAX_CLAIMS times before and never came back."""
    if delivery.claims > MAX_CLAIMS:
        message = f"{MAX_CLAIMS} workers took this message, and none came back."
        raise NobodyCameBackError(message)


@dataclass(frozen=True)
class Outcome:
    """The new values of a delivery's columns."""

    state: State
    due_at: datetime
    problem: str = ""


def outcome(error: Exception | None, *, attempts: int, at: datetime) -> Outcome:
    """Return sent, stopped, or waiting for 1, 2, 4 … minutes, at most an hour."""
    if error is None:
        return Outcome(State.SENT, at)
    problem = f"{type(error).__name__}: {error}"
    if is_permanent(error) or attempts >= MAX_ATTEMPTS:
        return Outcome(State.STOPPED, at, problem)
    pause = timedelta(minutes=min(2 ** (attempts - 1), LONGEST_PAUSE))
    return Outcome(State.WAITING, at + pause, problem)


def is_permanent(error: Exception) -> bool:
    """Tell whether another try would end the same way.

    A refused sender or sign-in is not meant: that is our own mistake, and can be mended within three days.
    """
    match error:
        case SMTPRecipientsRefused(recipients=refusals):
            return all(code >= PERMANENT for code, _reason in refusals.values())
        case SMTPDataError(smtp_code=code):
            return code >= PERMANENT
    return isinstance(
        error, ValueError | NobodyCameBackError
    )  # ValueError: an address that cannot be written


def is_cut_off(error: Exception | None) -> bool:
    """Tell whether the mail server went away, so that asking it for the next message is no use."""
    is_answer = isinstance(error, SMTPException) and not isinstance(error, SMTPServerDisconnected)
    return isinstance(error, OSError) and not is_answer


def check_retry(delivery: Delivery) -> None:
    """Refuse to send again what has not stopped; what has keeps its words, letters too."""
    if delivery.state != State.STOPPED:
        message = f"A message that is {delivery.get_state_display().lower()} is not sent again by hand."
        raise InvalidMoveError(message)


def calendar_method(calendar: str) -> str:
    """Return what an iTIP message asks its reader's calendar to do, such as REQUEST or CANCEL."""
    found = re.search(r"^METHOD:([A-Z-]+)\s*$", calendar, re.MULTILINE)
    return found[1] if found else "REQUEST"
