"""The forced order of a team's objectives: who is where, what moved, and the chart of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from apps.core.errors import InvalidInputError
from apps.okrs.models import LOCKED, Cycle, CycleState, Objective

LONGEST_REASON: Final = 500
STEP_X, STEP_Y = 44, 34  # of the chart, in its own units
LEFT, TOP = 24, 20


def order_of(ordered_ids: Iterable[int], ids: Collection[int]) -> list[int]:
    """Return some objectives in their team's order; those without a place come last, oldest first."""
    known = [pk for pk in dict.fromkeys(ordered_ids) if pk in ids]
    return known + sorted(set(ids) - set(known))


def moved(order: Sequence[int], pk: int, *, by: int) -> list[int]:
    """Return the order with one objective so many places further down (negative: up)."""
    rest = [one for one in order if one != pk]
    if pk not in order:
        return rest
    place = min(max(order.index(pk) + by, 0), len(rest))
    return [*rest[:place], pk, *rest[place:]]


def needs_reason(cycle: Cycle, objectives: Iterable[Objective]) -> bool:
    """Tell whether another order needs a reason: once the quarter runs, or somebody relies on the order."""
    return cycle.state != CycleState.PLANNING or any(one.state in LOCKED for one in objectives)


def check_order(order: Sequence[int], ids: Collection[int]) -> None:
    """Refuse an order that leaves one out, or names one twice."""
    if len(order) != len(ids) or set(order) != set(ids):
        message = "Each objective has one place of its own."
        raise InvalidInputError(message, field="order")


def flips(before: Sequence[int], after: Sequence[int], titles: Mapping[int, str]) -> list[str]:
    """Say what moved between two orders: "The night is quiet: 2 → 1", "new at 3", "left from 1"."""
    lines = []
    for place, pk in enumerate(after, start=1):
        title = titles.get(pk, f"objective {pk}")
        if pk not in before:
            lines.append(f"{title}: new at {place}")
        elif before.index(pk) + 1 != place:
            lines.append(f"{title}: {before.index(pk) + 1} → {place}")
    gone = [pk for pk in before if pk not in after]
    return lines + [f"{titles.get(pk, f'objective {pk}')}: left from {before.index(pk) + 1}" for pk in gone]


@dataclass(frozen=True)
class Dot:
    """One objective on one Monday."""

    x: int
    y: int
    place: int


@dataclass(frozen=True)
class Line:
    """One objective over the weeks; it has several runs where it was gone in between."""

    pk: int
    title: str
    number: int  # which of the looks of lines, 0 to 5
    runs: list[str]  # points of polylines
    dots: list[Dot]

    @property
    def last(self) -> Dot:
        """Return where it ends, which carries its name."""
        return self.dots[-1]

    @property
    def words(self) -> str:
        """Say its places, for whoever does not see the chart."""
        return f"{self.title}: {', '.join(str(dot.place) for dot in self.dots)}"


@dataclass(frozen=True)
class Bump:
    """The chart of ranks over the weeks."""

    weeks: list[tuple[int, date]]  # x and its Monday
    places: list[tuple[int, int]]  # y and its rank
    lines: list[Line]

    @property
    def width(self) -> int:
        """Return the width of the drawing without its names."""
        return LEFT * 2 + STEP_X * max(1, len(self.weeks) - 1)

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return TOP + STEP_Y * len(self.places) + 14


def bump(snapshots: Sequence[tuple[date, Sequence[int]]], titles: Mapping[int, str]) -> Bump:
    """Draw weekly orders, oldest first: a line for each objective that somebody may read."""
    depth = max((len(order) for _week, order in snapshots), default=0)
    seen = dict.fromkeys(pk for _week, order in reversed(snapshots) for pk in order if pk in titles)
    lines = [_line(pk, number, snapshots, titles[pk]) for number, pk in enumerate(seen)]
    return Bump(
        weeks=[(LEFT + STEP_X * n, week) for n, (week, _order) in enumerate(snapshots)],
        places=[(TOP + STEP_Y * n, n + 1) for n in range(depth)],
        lines=lines,
    )


def _line(pk: int, number: int, snapshots: Sequence[tuple[date, Sequence[int]]], title: str) -> Line:
    runs: list[list[Dot]] = [[]]
    for week, (_day, order) in enumerate(snapshots):
        if pk in order:
            place = list(order).index(pk) + 1
            runs[-1].append(Dot(LEFT + STEP_X * week, TOP + STEP_Y * (place - 1), place))
        elif runs[-1]:
            runs.append([])
    found = [run for run in runs if run]
    return Line(
        pk=pk,
        title=title,
        number=number % 6,
        runs=[" ".join(f"{dot.x},{dot.y}" for dot in run) for run in found],
        dots=[dot for run in found for dot in run],
    )
