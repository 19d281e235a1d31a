"""Where the lines of a plot go: from dates and values to places in an SVG. Pixels, and so floats.

The templates draw what stands here and compute nothing. Everything that a plot shows stands in a table too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from math import floor, log10
from typing import Final

from apps.okrs.models import Kind
from apps.okrs.rules.measures import Curve, Measure, Point, values_of
from apps.okrs.rules.numbers import half_up, places_of, plain
from apps.okrs.rules.pace import Forecast, expected

WIDTH, HEIGHT = 640.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 12.0, 12.0, 24.0
TICKS: Final = 4
SHAPES: Final = ("circle", "square", "triangle", "diamond", "cross")


@dataclass(frozen=True)
class Tick:
    """One label of an axis and where it stands."""

    at: str
    label: str


@dataclass(frozen=True)
class Dot:
    """One value: where it stands, and what it says to whoever points at it."""

    x: str
    y: str
    title: str


@dataclass(frozen=True)
class Plot:
    """One key result over its period."""

    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    values: str
    dots: tuple[Dot, ...]
    pace: str
    target: str
    band_y: str
    band_height: str
    forecast: str
    today_x: str


@dataclass(frozen=True)
class TargetStep:
    """From a day on the target is this one."""

    on: date
    target: Decimal


@dataclass(frozen=True)
class Series:
    """One line among several, told apart by its name and its shape, never by colour alone."""

    name: str
    shape: str
    line: str
    dots: tuple[Dot, ...]
    name_x: str
    name_y: str


@dataclass(frozen=True)
class ConfidenceLines:
    """Several lines on one scale from 0 to 10: confidence over time."""

    y_ticks: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class _Scale:
    """How dates and numbers become places."""

    first: date
    last: date
    low: float
    high: float
    left: float
    right: float
    top: float
    bottom: float

    def x(self, on: date) -> float:
        days = max((self.last - self.first).days, 1)
        share = min(max((on - self.first).days / days, 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def y(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def line(self, points: Iterable[tuple[date, Decimal | float]]) -> str:
        return " ".join(f"{self.x(on):.1f},{self.y(value):.1f}" for on, value in points)


def plot_of(
    measure: Measure,
    points: Iterable[Point],
    *,
    today: date,
    steps: Sequence[TargetStep] = (),
    forecast: Forecast | None = None,
) -> Plot | None:
    """Return the plot of a key result that has numbers; None for sentences and milestones."""
    values = values_of(measure, points, today=today)
    pace, target = _pace(measure, steps), _targets(measure, steps)
    ahead = _ahead(forecast)
    band = [end for end in (measure.band_low, measure.band_high) if end is not None]
    numbers = [point.value for point in values] + [value for _on, value in (*pace, *target, *ahead)] + band
    if measure.kind not in {Kind.METRIC, Kind.MAINTAIN} or not numbers:
        return None
    last = max([measure.ends_on] + [point.on for point in values])
    low, high = _spread(numbers, share=0.08)
    scale = _Scale(measure.starts_on, last, low, high, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM)
    band_top = scale.y(measure.band_high) if measure.band_high is not None else TOP
    band_end = scale.y(measure.band_low) if measure.band_low is not None else HEIGHT - BOTTOM
    is_now = measure.starts_on <= today <= last
    return Plot(
        y_ticks=_numbers(scale, measure.unit),
        x_ticks=_months(scale),
        values=scale.line((point.on, point.value) for point in values),
        dots=tuple(_dot(scale, point, measure.unit) for point in values),
        pace=scale.line(pace),
        target=scale.line(target),
        band_y=f"{band_top:.1f}" if band else "",
        band_height=f"{max(band_end - band_top, 0.0):.1f}" if band else "",
        forecast=scale.line(ahead),
        today_x=f"{scale.x(today):.1f}" if is_now else "",
    )


def history_of(points: Sequence[Point], *, unit: str = "") -> Plot | None:
    """Return the plot of a metric over all its days; None with fewer than two."""
    if len(points) <= 1:
        return None
    low, high = _spread([point.value for point in points], share=0.08)
    scale = _Scale(points[0].on, points[-1].on, low, high, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM)
    dots = tuple(_dot(scale, point, unit) for point in points) if len(points) <= 120 else ()  # noqa: PLR2004 -- more would be one thick line
    line = scale.line((point.on, point.value) for point in points)
    return Plot(_numbers(scale, unit), _months(scale), line, dots, "", "", "", "", "", "")


def confidence_lines(
    rows: Iterable[tuple[str, Sequence[tuple[date, int]]]], *, first: date, last: date
) -> ConfidenceLines:
    """Return confidence over time, a line for each key result; names say which one."""
    height = 160.0
    scale = _Scale(first, last, 0.0, 10.0, LEFT, WIDTH - 48.0, TOP, height - BOTTOM)
    series = []
    named = list(rows)
    places = _apart([scale.y(points[-1][1]) for _name, points in named])
    for index, (name, points) in enumerate(named):
        dots = tuple(
            Dot(f"{scale.x(on):.1f}", f"{scale.y(value):.1f}", f"{name}: {value} of 10 on {on:%-d %B}")
            for on, value in points
        )
        name_x = f"{scale.x(points[-1][0]) + 8:.1f}"
        shape = SHAPES[index % len(SHAPES)]
        series.append(Series(name, shape, scale.line(points), dots, name_x, f"{places[index]:.1f}"))
    ticks = tuple(Tick(f"{scale.y(value):.1f}", str(value)) for value in (0, 5, 10))
    return ConfidenceLines(ticks, _months(scale), tuple(series))


def expected_value(measure: Measure, *, on: date, steps: Sequence[TargetStep] = ()) -> Decimal | None:
    """Return where the pace line is on a day, towards the target of that day; None where there is none."""
    base, share = measure.baseline, expected(measure, today=on)
    target = next((step.target for step in reversed(steps) if step.on <= on), measure.target)
    if measure.kind != Kind.METRIC or base is None or target is None or share is None:
        return None
    return half_up(base + share * (target - base), places_of(base, target))


def _apart(places: Sequence[float], *, least: float = 12.0) -> list[float]:
    """Return places that lie far enough apart for a label each, as near to the given ones as that allows."""
    order = sorted(range(len(places)), key=places.__getitem__)
    found = list(places)
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + least)
    return found


def steps_of(measure: Measure, changes: Iterable[tuple[date, Decimal, Decimal]]) -> tuple[TargetStep, ...]:
    """Return the targets by day from changes (day, old, new) in order: a step line, never a slope."""
    steps: list[TargetStep] = []
    for on, old, new in changes:
        if not steps:
            steps.append(TargetStep(measure.starts_on, old))
        steps.append(TargetStep(min(max(on, measure.starts_on), measure.ends_on), new))
    return tuple(steps)


def _pace(measure: Measure, steps: Sequence[TargetStep]) -> list[tuple[date, Decimal]]:
    """Return the expected line: from the baseline to the target; after a step, towards the new one."""
    base, target = measure.baseline, measure.target
    if measure.kind != Kind.METRIC or measure.curve == Curve.NONE or base is None or target is None:
        return []
    if not steps:
        return [(measure.starts_on, base), (measure.ends_on, target)]
    points = [(measure.starts_on, base)]
    for before, after in pairwise(steps):
        share = Decimal((after.on - measure.starts_on).days) / max(measure.days, 1)
        points += [(after.on, base + share * (one.target - base)) for one in (before, after)]
    return [*points, (measure.ends_on, target)]


def _targets(measure: Measure, steps: Sequence[TargetStep]) -> list[tuple[date, Decimal]]:
    if measure.kind != Kind.METRIC or measure.target is None:
        return []
    points: list[tuple[date, Decimal]] = []
    for index, step in enumerate(steps or (TargetStep(measure.starts_on, measure.target),)):
        end = steps[index + 1].on if index + 1 < len(steps) else measure.ends_on
        points += [(step.on, step.target), (end, step.target)]
    return points


def _ahead(forecast: Forecast | None) -> list[tuple[date, Decimal]]:
    """Return the dashed line from the newest value's day to the end."""
    if forecast is None or forecast.points[-1].on >= forecast.on:
        return []
    newest = forecast.points[-1].on
    return [(newest, forecast.at(newest)), (forecast.on, forecast.value)]


def _dot(scale: _Scale, point: Point, unit: str) -> Dot:
    title = f"{plain(point.value, unit)} on {point.on:%-d %B}"
    return Dot(f"{scale.x(point.on):.1f}", f"{scale.y(point.value):.1f}", title)


def _spread(numbers: Sequence[Decimal], *, share: float) -> tuple[float, float]:
    """Return the ends of an axis with some air; one number alone gets air too."""
    low, high = float(min(numbers)), float(max(numbers))
    if low == high:
        air = abs(low) * 0.1 or 1.0
        return low - air, high + air
    air = (high - low) * share
    return low - air, high + air


def _numbers(scale: _Scale, unit: str) -> tuple[Tick, ...]:
    """Return a few round numbers of the axis."""
    rough = (scale.high - scale.low) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    places = max(0, -floor(log10(step))) + (1 if f"{step / power:g}" == "2.5" and step < 10 else 0)  # noqa: PLR2004 -- 0.25 needs a place more
    first = -(-scale.low // step) * step
    ticks = []
    while first <= scale.high + step * 1e-9:
        label = f"{first + 0.0:,.{places}f}"
        ticks.append(Tick(f"{scale.y(first):.1f}", f"{label} {unit}".rstrip()))
        first += step
    return tuple(ticks)


def _months(scale: _Scale) -> tuple[Tick, ...]:
    """Return the months that begin inside, at most a dozen, and the first day."""
    firsts = [scale.first]
    day = scale.first.replace(day=1)
    while (day := (day + timedelta(days=32)).replace(day=1)) <= scale.last:
        firsts.append(day)
    every = -(-len(firsts) // 12)
    is_long = scale.first.year != scale.last.year
    words = "%b %Y" if is_long else "%-d %b"
    return tuple(Tick(f"{scale.x(on):.1f}", f"{on:{words}}") for on in firsts[::every])
