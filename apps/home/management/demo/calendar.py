"""When things happened, counted from the first start, so that the demo is always of today."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Stockholm")  # in which the scripts give their hours
FRIDAY: Final = 5
PLACE: Final = re.compile(r"(?:q(-?\d+)|d)([+-]\d+)(?: (\d\d:\d\d))?")  # "q0-12 10:30", "d-6"


@dataclass(frozen=True)
class Calendar:
    """Working days before and after one moment."""

    now: datetime

    @property
    def today(self) -> date:
        """Return the day of the first start."""
        return self.now.astimezone(ZONE).date()

    def workday(self, days: int) -> date:
        """Return the n-th working day after today, or before it if n is negative."""
        step = timedelta(days=1 if days > 0 else -1)
        day, left = self.today, abs(days)
        while left:
            day += step
            left -= day.isoweekday() <= FRIDAY
        return day

    def moment(self, days: int, at: str) -> datetime:
        """Return an hour of a working day."""
        return self.on(self.workday(days), at)

    def on(self, day: date, at: str) -> datetime:
        """Return an hour of a day."""
        return datetime.combine(day, time.fromisoformat(at), ZONE).astimezone(UTC)

    def quarter(self, later: int) -> str:
        """Return a quarter, such as "2027-Q1": the present one, or some later."""
        year, number = divmod(self.today.year * 4 + (self.today.month - 1) // 3 + later, 4)
        return f"{year}-Q{number + 1}"

    def quarter_starts(self, later: int, *, year_starts: int) -> date:
        """Return the first day of the fiscal quarter of today, of an earlier or of a later one."""
        months = self.today.year * 12 + self.today.month - 1
        months += 3 * later - (self.today.month - year_starts) % 3
        return date(months // 12, months % 12 + 1, 1)

    def placed(self, place: str, *, year_starts: int) -> tuple[date, str]:
        """Return day and hour of "q0-12 10:30", days from the start of a quarter, or "d-6", working days.

        Both lie on working days, "d" counts from today; the hour is empty where none is said.
        """
        found = PLACE.fullmatch(place)
        if found is None:
            raise LookupError(place)
        quarter, days, hour = found[1], int(found[2]), found[3] or ""
        if quarter is None:
            return self.workday(days), hour
        starts_on = self.quarter_starts(int(quarter), year_starts=year_starts)
        return working_day(starts_on, days), hour


def working_day(origin: date, days: int) -> date:
    """Return the day some calendar days away; a weekend moves on in the same direction."""
    day = origin + timedelta(days=days)
    while day.isoweekday() > FRIDAY:
        day += timedelta(days=1 if days > 0 else -1)
    return day
