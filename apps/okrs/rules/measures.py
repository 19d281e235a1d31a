"""What goes into the scores: measures, values by date, milestones; and what can be none of these."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from apps.core.errors import InvalidInputError
from apps.okrs.models import KeyResult, Kind
from apps.okrs.rules.numbers import ONE, ZERO, plain
from apps.okrs.rules.thresholds import DEFAULTS, Thresholds

MOST_DIGITS: Final = 15
PERCENT: Final = "percent"
PERCENT_BOUNDS: Final = (ZERO, Decimal(100))
Curve = KeyResult.Curve


class Point(NamedTuple):
    """One value of a metric. Of two for one day the higher `recorded`, its row's key, counts."""

    on: date
    value: Decimal
    recorded: int = 0


@dataclass(frozen=True)
class Milestone:
    """One step of a milestone key result. Done needs a date and evidence (OKRS 1.2)."""

    weight: Decimal = ONE
    done_on: date | None = None
    evidence_url: str = ""

    def is_done(self, *, by: date) -> bool:
        """Tell whether it was done, with evidence, on this day."""
        return self.done_on is not None and self.done_on <= by and bool(self.evidence_url)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One key result as numbers: what `kind` does not use stays empty. Shares are parts of one."""

    kind: str
    starts_on: date
    ends_on: date
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    required_share: Decimal = Decimal("0.95")
    carry_days: int = 14
    curve: str = Curve.LINEAR
    grace: int = 14
    lower_bound: Decimal | None = None
    upper_bound: Decimal | None = None
    unit: str = ""

    @property
    def days(self) -> int:
        """Return how long it runs."""
        return (self.ends_on - self.starts_on).days

    @property
    def last_on(self) -> date:
        """Return the last date that a value may carry and still count: the end and its grace."""
        return self.ends_on + timedelta(days=self.grace)

    @property
    def has_band(self) -> bool:
        """Tell whether the band has an end at all; one is enough ("keep below 1")."""
        return self.band_low is not None or self.band_high is not None

    def is_in_band(self, value: Decimal) -> bool:
        """Tell whether a value lies in the band, its ends included; a missing end is open."""
        return (self.band_low is None or self.band_low <= value) and (
            self.band_high is None or value <= self.band_high
        )


def carry_days(cadence_days: int, *, thresholds: Thresholds = DEFAULTS) -> int:
    """Return for how many days a value stands when nobody says otherwise: twice the cadence (OKRS 1.2)."""
    return thresholds.carry_cadences * cadence_days


def bounds(
    unit_kind: str, lower: Decimal | None, upper: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the ends of what a metric can be; a percentage's are 0 and 100 unless stated (OKRS 1.2)."""
    if unit_kind != PERCENT:
        return lower, upper
    low, high = PERCENT_BOUNDS
    return low if lower is None else lower, high if upper is None else upper


def values_of(measure: Measure, points: Iterable[Point], *, today: date) -> tuple[Point, ...]:
    """Return the values inside the period and its grace, not after today, by date, one for each day."""
    end = min(today, measure.last_on)
    inside = (point for point in points if measure.starts_on <= point.on <= end)
    in_order = sorted(inside, key=lambda point: (point.on, point.recorded, point.value))
    return tuple({point.on: point for point in in_order}.values())


def measurements_of(measure: Measure, points: Iterable[Point], *, today: date) -> tuple[Point, ...]:
    """Return `values_of` without the value that the baseline was read from: it measures no progress."""
    return tuple(
        point
        for point in values_of(measure, points, today=today)
        if (point.on, point.value) != (measure.baseline_on, measure.baseline)
    )


def check_measure(measure: Measure) -> None:
    """Refuse what no score can be made of (OKRS 1.5, lint L3); what is still missing may stay missing."""
    if measure.starts_on >= measure.ends_on:
        message = "The end must come after the start."
        raise InvalidInputError(message, field="ends_on")
    if not ZERO < measure.required_share <= ONE:
        message = "The share of days in band lies above 0 and is at most 1."
        raise InvalidInputError(message, field="required_share")
    if measure.kind == Kind.METRIC:
        _check_way(measure)
    if measure.kind == Kind.MAINTAIN:
        _check_band(measure)


def _check_way(measure: Measure) -> None:
    for field, value in (("baseline", measure.baseline), ("target", measure.target)):
        if value is not None:
            _check_number(value, measure, field=field)
    if measure.baseline is not None and measure.baseline == measure.target:
        message = (
            "Baseline and target are the same. To keep a number where it is, choose “Kept within a band”."
        )
        raise InvalidInputError(message, field="target")


def _check_band(measure: Measure) -> None:
    if not measure.has_band:
        message = "A band needs a lower or an upper end."
        raise InvalidInputError(message, field="band_low")
    for field, value in (("band_low", measure.band_low), ("band_high", measure.band_high)):
        if value is not None:
            _check_number(value, measure, field=field)
    if (
        measure.band_low is not None
        and measure.band_high is not None
        and measure.band_low >= measure.band_high
    ):
        message = "The band is empty: its lower end must lie below its upper end."
        raise InvalidInputError(message, field="band_high")


def _check_number(value: Decimal, measure: Measure, *, field: str) -> None:
    if not value.is_finite() or _digits(value) > MOST_DIGITS:
        message = f"A number has at most {MOST_DIGITS} digits."
        raise InvalidInputError(message, field=field)
    if measure.lower_bound is not None and value < measure.lower_bound:
        message = (
            f"{plain(value)} lies below {plain(measure.lower_bound)}, the least that this metric can be."
        )
        raise InvalidInputError(message, field=field)
    if measure.upper_bound is not None and value > measure.upper_bound:
        message = f"{plain(value)} lies above {plain(measure.upper_bound)}, the most that this metric can be."
        raise InvalidInputError(message, field=field)


def _digits(value: Decimal) -> int:
    parts = value.as_tuple()
    exponent = int(parts.exponent)
    return max(len(parts.digits) + max(exponent, 0), -exponent)
