"""When a mail may leave and when a notice comes back: always by the clock of the person's own zone."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apps.accounts.models import User, monday_to_friday
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.notifications.models import Notice, Preferences

A_DAY: Final = timedelta(days=1)
LONGEST_SNOOZE: Final = timedelta(days=366)
MONDAY: Final = 1


def day_of(moment: datetime, person: User) -> date:
    """Return which day it is for the person."""
    return moment.astimezone(ZoneInfo(person.time_zone)).date()


def at(day: date, hour: time, person: User) -> datetime:
    """Return a moment of the person's day, in UTC.

    An hour that the clocks skip in spring comes an hour later; of one that they repeat in autumn the
    first is meant.
    """
    zone = ZoneInfo(person.time_zone)
    return datetime.combine(day, hour, zone).astimezone(ZoneInfo("UTC"))


def next_daily_mail(person: User, preferences: Preferences, *, after: datetime) -> datetime:
    """Return the next time that the chosen hour of a working day comes."""
    day, hour = day_of(after, person), time(preferences.mail_hour)
    works_on = person.works_on or monday_to_friday()
    while day.isoweekday() not in works_on or at(day, hour, person) <= after:
        day += A_DAY
    return at(day, hour, person)


def after_quiet_hours(person: User, preferences: Preferences, *, now: datetime) -> datetime:
    """Return now, or when the quiet hours end in which it lies; they may go over midnight."""
    begins, ends = preferences.quiet_from, preferences.quiet_to
    if begins is None or ends is None:
        return now
    local = now.astimezone(ZoneInfo(person.time_zone))
    hour, is_over_midnight = local.time(), begins > ends
    is_quiet = hour >= begins or hour < ends if is_over_midnight else begins <= hour < ends
    if not is_quiet:
        return now
    return at(local.date() + A_DAY if hour >= ends else local.date(), ends, person)


def _tomorrow(today: date) -> date:
    return today + A_DAY


def _next_week(today: date) -> date:
    return today + timedelta(days=7 - today.isoweekday() + MONDAY)


SNOOZES: Final[dict[str, tuple[str, Callable[[date], date]]]] = {
    "tomorrow": ("Tomorrow morning", _tomorrow),
    "week": ("Next Monday", _next_week),
}


def snooze_until(choice: str, day: date | None, *, person: User, now: datetime) -> datetime:
    """Return when a notice comes back: the beginning of the person's working hours on that day."""
    today = day_of(now, person)
    if choice in SNOOZES:
        _title, find = SNOOZES[choice]
        day = find(today)
    if day is None or not today < day <= today + LONGEST_SNOOZE:
        message = "Choose a day after today, at most a year ahead."
        raise InvalidInputError(message, field="day")
    return at(day, person.works_from, person)


def check_snooze(notice: Notice) -> None:
    """Refuse to put off what is done."""
    if notice.done_at is not None:
        message = "This is done. Bring it back to the inbox first."
        raise InvalidMoveError(message)
