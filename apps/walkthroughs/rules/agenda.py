"""What to talk about, and for how long: the minutes add up to the meeting's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OPENING: Final = "What the service does, and for whom"
CLOSING: Final = "What was decided, and follow-ups"
SHORTEST: Final = 2  # minutes for a beginning and an end
SHARE: Final = 8  # of the meeting, each: an eighth
MOST: Final = 15
WEAK, DISPUTED, OPEN = 3, 3, 2


@dataclass(frozen=True)
class AreaState:
    """One area of the checklist as the panel finds it."""

    key: str
    title: str
    url: str = ""
    is_weak: bool = False
    open_high: int = 0
    unanswered: int = 0
    verdicts: frozenset[str] = frozenset()

    @property
    def reasons(self) -> list[str]:
        """Return why the panel should talk about it; nothing if it need not."""
        found = []
        if self.is_weak:
            found.append("weak")
        if len(self.verdicts) > 1:
            found.append("reviewers disagree")
        if self.open_high:
            found.append(f"{self.open_high} High item{'' if self.open_high == 1 else 's'} open or a gap")
        if self.unanswered:
            found.append(f"{self.unanswered} not answered")
        return found

    @property
    def urgency(self) -> int:
        """Return how much of the time it should get."""
        is_open = self.open_high > 0 or self.unanswered > 0
        return WEAK * self.is_weak + DISPUTED * (len(self.verdicts) > 1) + OPEN * is_open


@dataclass(frozen=True)
class Point:
    """One point of the agenda; `at` counts minutes from the start."""

    title: str
    minutes: int
    reason: str = ""
    url: str = ""
    at: int = 0


def agenda(minutes: int, areas: Sequence[AreaState]) -> list[Point]:
    """Share the meeting between the areas that need it, the most urgent first."""
    ends = min(MOST, max(SHORTEST, minutes // SHARE))
    rest = minutes - 2 * ends
    urgent = sorted((area for area in areas if area.urgency), key=lambda area: -area.urgency)[:rest]
    if urgent:
        shares = _shared(rest, [area.urgency for area in urgent])
        middle = [
            Point(area.title, share, ", ".join(area.reasons), area.url)
            for area, share in zip(urgent, shares, strict=True)
        ]
    else:
        middle = [Point("A walk through the ten areas", rest, "nothing is weak, open or disputed")]
    return _timed([Point(OPENING, ends), *middle, Point(CLOSING, ends)])


def _shared(total: int, weights: list[int]) -> list[int]:
    """Divide whole minutes by weight, at least one for each; what is left over goes to the first ones."""
    spare = total - len(weights)
    shares = [1 + spare * weight // sum(weights) for weight in weights]
    for number in range(total - sum(shares)):
        shares[number % len(shares)] += 1
    return shares


def _timed(points: list[Point]) -> list[Point]:
    timed, at = [], 0
    for point in points:
        timed.append(Point(point.title, point.minutes, point.reason, point.url, at))
        at += point.minutes
    return timed
