"""A key result as a glyph: its values by date, and the line that leads to its target.

Places are floats, unlike scores: a page draws a thousand of them, and a tenth of a unit is all that is seen.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from apps.okrs.models import Kind
from apps.okrs.rules.measures import Measure, Point

WIDTH, HEIGHT, EDGE = 110, 28, 2  # units of the drawing; 2 stay free to the right for the dot
INSIDE: Final = HEIGHT - 2 * EDGE
TENTHS: Final = [f"{tenth / 10:.1f}".removesuffix(".0") for tenth in range(10 * HEIGHT + 1)]
Values = Sequence[tuple[date, Decimal]]
BandEnds = tuple[Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Spark:
    """What the template draws: texts of points, ready to be written."""

    points: str  # of the values
    last_x: str
    last_y: str
    pace: str = ""  # from the baseline to the target
    band: tuple[str, str] | None = None  # y and height of a band to stay in
    label: str = ""  # for whoever does not see it


def spark(
    values: Values,
    *,
    starts_on: date,
    ends_on: date,
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    band: BandEnds = (None, None),
) -> Spark | None:
    """Draw values by date inside a period; nothing where there is none. Higher numbers lie higher."""
    inside = [pair for pair in values if starts_on <= pair[0]]
    if not inside:
        return None
    numbers = [float(value) for _day, value in inside]
    marks = [float(mark) for mark in (baseline, target, *band) if mark is not None]
    low, high = min(numbers + marks), max(numbers + marks)
    step = INSIDE / (high - low) if high > low else 0.0
    bottom = HEIGHT - EDGE if step else HEIGHT / 2
    days = max((ends_on - starts_on).days, 1)

    def y(value: Decimal) -> float:
        return bottom - (float(value) - low) * step

    xs = [_across((day - starts_on).days, days) for day, _value in inside]
    ys = [TENTHS[round(10 * (bottom - (number - low) * step))] for number in numbers]
    has_pace = baseline is not None and target is not None
    return Spark(
        points=" ".join([f"{x},{height}" for x, height in zip(xs, ys, strict=True)]),
        last_x=xs[-1],
        last_y=ys[-1],
        pace=f"M0,{_short(y(baseline))} L{WIDTH},{_short(y(target))}" if has_pace else "",  # type: ignore[arg-type]
        band=_band(band, y),
        label=_label(inside, target, band),
    )


def spark_of(measure: Measure, points: Iterable[Point]) -> Spark | None:
    """Draw the values of a measure; nothing of a sentence or of milestones."""
    if measure.kind not in {Kind.METRIC, Kind.MAINTAIN}:
        return None
    return spark(
        [(point.on, point.value) for point in points],
        starts_on=measure.starts_on,
        ends_on=measure.ends_on,
        baseline=measure.baseline,
        target=measure.target,
        band=(measure.band_low, measure.band_high),
    )


def _band(band: BandEnds, y: Callable[[Decimal], float]) -> tuple[str, str] | None:
    low, high = band
    if low is None and high is None:
        return None
    top = 0.0 if high is None else round(y(high), 1)
    bottom = float(HEIGHT) if low is None else round(y(low), 1)
    return _short(top), _short(max(bottom - top, 1.0))


def _label(inside: Values, target: Decimal | None, band: BandEnds) -> str:
    first, last = _plain(inside[0][1]), _plain(inside[-1][1])
    words = f"{first} to {last}" if len(inside) > 1 else last
    if target is not None:
        return f"{words}, target {_plain(target)}"
    low, high = band
    if low is not None and high is not None:
        return f"{words}, kept between {_plain(low)} and {_plain(high)}"
    ends = [f"at least {_plain(low)}"] if low is not None else []
    ends += [f"at most {_plain(high)}"] if high is not None else []
    return ", ".join([words, *ends])


@cache
def _across(day: int, days: int) -> str:
    return _short(WIDTH * min(day, days) / days)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
