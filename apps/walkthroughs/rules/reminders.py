"""When somebody is reminded: only the newest step of a subject counts, and never one from before it began."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from apps.walkthroughs.rules.moves import working_days_between

COUNTDOWN: Final = (28, 14, 7, 3, 1)  # days before a meeting
TO_SCHEDULE: Final = COUNTDOWN[1:]  # days before the planned one: the first comes with the plan itself
EVERYBODY_FROM: Final = 7  # until then only who presents and leads
UNANSWERED: Final = (3, 6)  # days after an invitation
UNSIGNED: Final = (2, 5)  # working days after a meeting
FOLLOW_UP: Final = (7, 1)  # days before its date
AGAIN_AFTER: Final = 7  # days, once something is overdue


def countdown(starts_at: datetime, *, since: datetime, now: datetime) -> int | None:
    """Return the step that was reached last, unless the invitation came after it."""
    if now >= starts_at:
        return None
    reached = [days for days in COUNTDOWN if starts_at - timedelta(days=days) <= now]
    step = min(reached, default=None)
    return step if step and starts_at - timedelta(days=step) > since else None


def until_day(day: date, *, since: date, today: date, steps: Iterable[int] = COUNTDOWN) -> int | None:
    """Return the step before a day that was reached last, unless it was reached before `since`."""
    if today > day:
        return None
    reached = [days for days in steps if day - timedelta(days=days) <= today]
    step = min(reached, default=None)
    return step if step and day - timedelta(days=step) > since else None


def unanswered(invited_at: datetime, *, now: datetime) -> int | None:
    """Return after how many days of silence somebody is asked."""
    return max((days for days in UNANSWERED if invited_at + timedelta(days=days) <= now), default=None)


def unsigned(since: date, *, today: date) -> int | None:
    """Return after how many working days a signature is asked for."""
    passed = working_days_between(since, today)
    return max((days for days in UNSIGNED if passed >= days), default=None)


def overdue(due_on: date, *, today: date) -> int | None:
    """Return the week of being late, from 0; None while it is not."""
    return (today - due_on).days // AGAIN_AFTER if today > due_on else None
