"""A key result as a glyph: its values by date, and the line that leads to its target."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apps.okrs.models import Kind
from apps.okrs.rules.measures import Measure, Point

WIDTH, HEIGHT, EDGE = 110, 28, 2  # units of the drawing; 2 stay free to the right for the dot
ENDS: Final = (Decimal(EDGE), Decimal(HEIGHT - EDGE))


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
    values: Sequence[tuple[date, Decimal]],
    *,
    starts_on: date,
    ends_on: date,
    baseline: Decimal | None = None,
    target: Decimal | None = None,
    band: tuple[Decimal | None, Decimal | None] = (None, None),
) -> Spark | None:
    """Draw values by date inside a period; nothing where there is none. Higher numbers lie higher."""
    inside = [(day, value) for day, value in values if starts_on <= day]
    if not inside:
        return None
    marks = [mark for mark in (baseline, target, *band) if mark is not None]
    numbers = [value for _day, value in inside] + marks
    low, high = min(numbers), max(numbers)
    days = max((ends_on - starts_on).days, 1)

    def x(day: date) -> str:
        return _short(Decimal(WIDTH) * min((day - starts_on).days, days) / days)

    def y(value: Decimal) -> str:
        share = (value - low) / (high - low) if high > low else Decimal("0.5")
        return _short(ENDS[1] - share * (ENDS[1] - ENDS[0]))

    drawn = [f"{x(day)},{y(value)}" for day, value in inside]
    last_day, last = inside[-1]
    has_pace = baseline is not None and target is not None
    return Spark(
        points=" ".join(drawn),
        last_x=x(last_day),
        last_y=y(last),
        pace=f"M0,{y(baseline)} L{WIDTH},{y(target)}" if has_pace else "",  # type: ignore[arg-type]
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


def _band(band: tuple[Decimal | None, Decimal | None], y: object) -> tuple[str, str] | None:
    low, high = band
    if low is None and high is None:
        return None
    top = Decimal(0) if high is None else Decimal(y(high))  # type: ignore[operator]
    bottom = Decimal(HEIGHT) if low is None else Decimal(y(low))  # type: ignore[operator]
    return _short(top), _short(max(bottom - top, Decimal(1)))


def _label(
    inside: Sequence[tuple[date, Decimal]],
    target: Decimal | None,
    band: tuple[Decimal | None, Decimal | None],
) -> str:
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


def _short(number: Decimal) -> str:
    text = f"{number:.1f}"
    return text.removesuffix(".0")


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
