"""What the negotiations of a cycle say about units, never about persons (OKRS 2.1, measures)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from apps.okrs.rules.numbers import half_up, ratio

FEWEST: Final = 8  # negotiations, before a median of who moved is shown
DICTATED: Final = Decimal("0.9")
WITHIN: Final = timedelta(hours=24)
FRIDAY: Final = 5


def kappa(*, asked: Decimal, offered: Decimal, agreed: Decimal) -> Decimal | None:
    """Return who moved: 0 the team's number stood, 1 the other's; none where both said the same."""
    if asked == offered:
        return None
    return ratio(agreed - offered, asked - offered)


def median(numbers: Iterable[Decimal]) -> Decimal | None:
    """Return the middle, or the mean of the two in the middle; none of nothing."""
    row = sorted(numbers)
    if not row:
        return None
    middle = len(row) // 2
    return row[middle] if len(row) % 2 else (row[middle - 1] + row[middle]) / 2


def working_days(first: date, last: date) -> int:
    """Count the working days after the first, up to and with the last; Monday to Friday for everybody."""
    weeks, rest = divmod(max((last - first).days, 0), 7)
    return weeks * FRIDAY + sum((first.weekday() + n) % 7 < FRIDAY for n in range(1, rest + 1))


@dataclass(frozen=True)
class Share:
    """A part of a whole, never without both."""

    part: int
    whole: int

    @property
    def ratio(self) -> Decimal | None:
        """Return the share; none of nothing."""
        return ratio(self.part, self.whole) if self.whole else None

    @property
    def words(self) -> str:
        """Say "3 of 12 (25 %)"."""
        if self.ratio is None:
            return "none yet"
        return f"{self.part:,} of {self.whole:,} ({half_up(self.ratio * 100):f} %)"


@dataclass(frozen=True, kw_only=True)
class Measures:
    """How a cycle was negotiated, each number with what it is made of."""

    kappas: Sequence[Decimal] = ()
    dictated: Share = Share(0, 0)
    answer_days: Sequence[int] = ()
    lapsed: Share = Share(0, 0)
    rounds: Sequence[int] = ()  # of what was agreed
    nos: Share = Share(0, 0)  # of what was decided
    held: Share = Share(0, 0)  # nos without an exception
    said: int = 0  # nos that were written down, also without an ask

    @property
    def who_moved(self) -> Decimal | None:
        """Return the median κ; none below eight."""
        return median(self.kappas) if len(self.kappas) >= FEWEST else None

    @property
    def is_dictated(self) -> bool:
        """Tell whether goals are being dictated."""
        return self.who_moved is not None and self.who_moved >= DICTATED

    @property
    def answer_time(self) -> Decimal | None:
        """Return the median of working days until the first answer."""
        return median(Decimal(one) for one in self.answer_days)

    @property
    def median_rounds(self) -> Decimal | None:
        """Return the median of counters until something was agreed."""
        return median(Decimal(one) for one in self.rounds)

    @property
    def chose_nothing(self) -> bool:
        """Tell whether something was decided, and not a single no was said: nothing was chosen."""
        return self.nos.whole > 0 and not self.nos.part and not self.said


def hold_rate(active: int, excepted: int) -> Share:
    """Return the nos that stand without an exception, of all that stand: 1 - exceptions ÷ active."""
    return Share(max(active - excepted, 0), active)
