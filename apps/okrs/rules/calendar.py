"""The fiscal calendar: which quarter a day lies in, and how far it is."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MONTHS: Final = 12
QUARTER: Final = 3  # months
WEEK: Final = 7  # days
AHEAD: Final = 2  # quarters that are there before they begin, at least


@dataclass(frozen=True)
class Period:
    """One quarter of the calendar, before it is a row."""

    slug: str
    name: str
    starts_on: date
    ends_on: date  # its last day


def period_of(day: date, *, year_starts: int) -> Period:
    """Return the quarter that a day lies in. A fiscal year is named after the year in which it ends."""
    months_in = (day.month - year_starts) % MONTHS
    number = months_in // QUARTER + 1
    starts_on = _months_on(day.replace(day=1), -(months_in % QUARTER))
    ends_on = _months_on(starts_on, QUARTER) - timedelta(days=1)
    last_month = _months_on(day.replace(day=1), MONTHS - 1 - months_in)
    year = f"{last_month.year}" if year_starts == 1 else f"FY{last_month.year}"
    return Period(f"{last_month.year}-q{number}", f"Q{number} {year}", starts_on, ends_on)


def periods_from(day: date, *, year_starts: int) -> list[Period]:
    """Return the quarter of a day and those that must be there ahead of it."""
    found = [period_of(day, year_starts=year_starts)]
    for _ahead in range(AHEAD):
        found.append(period_of(found[-1].ends_on + timedelta(days=1), year_starts=year_starts))
    return found


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_of(starts_on: date, ends_on: date) -> int:
    """Return how many weeks a quarter has, as people count them: 13."""
    return max(1, round(((ends_on - starts_on).days + 1) / WEEK))


def week_in_words(starts_on: date, ends_on: date, *, today: date) -> str:
    """Say "Week 8 of 13", or that it has not begun, or is over."""
    if today < starts_on:
        return f"Begins on {starts_on:%-d %B}"
    if today > ends_on:
        return f"Ended on {ends_on:%-d %B}"
    weeks = weeks_of(starts_on, ends_on)
    return f"Week {min(weeks, (today - starts_on).days // WEEK + 1)} of {weeks}"


def _months_on(first: date, months: int) -> date:
    """Return the first day of a month so many months later, or earlier."""
    count = first.year * MONTHS + first.month - 1 + months
    return date(count // MONTHS, count % MONTHS + 1, 1)
