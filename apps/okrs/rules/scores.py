"""How far a key result and an objective have come (OKRS 1.2 and 1.5).

Raw progress is a part of one and may lie below 0 or above 1; shown progress lies in 0 to 1. None is
"we do not know yet", and never 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from apps.okrs.models import Kind
from apps.okrs.rules.measures import Measure, Milestone, Point, measurements_of
from apps.okrs.rules.numbers import ONE, ZERO, clamp, day, many, plain, ratio, short, term


class Missing(StrEnum):
    """Why a key result has no number, in the words of the page."""

    MEASURE = "no measure yet"
    BASELINE = "finding baseline"
    TARGET = "no target yet"
    DISTANCE = "baseline is the target"
    BAND = "no band yet"
    MILESTONES = "no milestones yet"
    VALUE = "pending"


@dataclass(frozen=True)
class Band:
    """The days of a maintained number: counts from the start to today or the end, both included."""

    days_in: int
    days_with_value: int
    days_elapsed: int
    is_in: bool | None  # None: the last value is too old to say
    since: date  # of the run of values in or out of band; of the last value where it is too old

    @property
    def share(self) -> Decimal:
        """Return days in band ÷ days with a value, 0 to 1."""
        return ratio(self.days_in, self.days_with_value)

    @property
    def coverage(self) -> Decimal:
        """Return days with a value ÷ days elapsed, 0 to 1."""
        return ratio(self.days_with_value, self.days_elapsed)

    @property
    def words(self) -> str:
        """Say where the number is now."""
        if self.is_in is None:
            return f"no value since {day(self.since)}"
        return "in band now" if self.is_in else f"out of band since {day(self.since)}"


@dataclass(frozen=True)
class Progress:
    """How far one key result has come, with what it was computed from."""

    kind: str
    raw: Decimal | None = None
    missing: str = ""  # words for `raw` being None
    value: Decimal | None = None  # the newest by date, also where a baseline is still missing
    as_of: date | None = None
    is_old: bool = False  # the value is kept, and its date is shown in amber
    band: Band | None = None
    parts: tuple[str, ...] = ()

    @property
    def shown(self) -> Decimal | None:
        """Return what bars and means use: raw progress within 0 to 1."""
        return None if self.raw is None else clamp(self.raw)

    @property
    def is_measured(self) -> bool:
        """Tell whether it counts as evidence."""
        return self.raw is not None

    @property
    def badge(self) -> str:
        """Say what shown progress hides; a maintained number has its band instead."""
        if self.raw is None or self.kind != Kind.METRIC or ZERO <= self.raw <= ONE:
            return ""
        side = "beyond target" if self.raw > ONE else "worse than baseline"
        return f"{side} ({short(self.raw)})"

    def explained(self) -> tuple[str, ...]:
        """Return the formula with its inputs, one step each: "(6,900 - 9,400) / (5,000 - 9,400) = 0.57"."""
        return self.parts or (self.missing,)


@dataclass(frozen=True)
class Part:
    """One key result of an objective; dropped ones leave the mean from their day on."""

    progress: Progress
    dropped_on: date | None = None


@dataclass(frozen=True)
class ObjectiveScore:
    """The mean of an objective's key results; never shown without how many of them are measured."""

    shown: tuple[Decimal | None, ...]  # of each key result that counts
    dropped: int = 0

    @property
    def counted(self) -> int:
        """Return how many key results are in the mean."""
        return len(self.shown)

    @property
    def measured(self) -> int:
        """Return how many of them have a number."""
        return sum(progress is not None for progress in self.shown)

    @property
    def coverage(self) -> Decimal:
        """Return measured ÷ counted, 0 to 1; 0 without key results."""
        return ratio(self.measured, self.counted) if self.shown else ZERO

    @property
    def value(self) -> Decimal | None:
        """Return Σp ÷ n with unmeasured ones as 0, 0 to 1; None where there is no evidence at all."""
        if not self.measured:
            return None
        return ratio(sum((progress or ZERO for progress in self.shown), ZERO), self.counted)

    @property
    def words(self) -> str:
        """Say "0.40, 1 of 2 measured", or that there is no evidence; never a bare number."""
        if self.value is None:
            return "no evidence"
        return f"{short(self.value)}, {self.measured} of {self.counted} measured"

    def explained(self) -> tuple[str, ...]:
        """Return the mean with its terms, and how many were left out."""
        terms = " + ".join("0 (not measured)" if each is None else short(each) for each in self.shown)
        mean = f"({terms}) / {self.counted} = {short(self.value)}" if self.value is not None else self.words
        dropped = f"{many(self.dropped, 'dropped key result')} left out"
        return (mean, dropped) if self.dropped else (mean,)


def progress_of(
    measure: Measure, *, points: Iterable[Point] = (), milestones: Iterable[Milestone] = (), today: date
) -> Progress:
    """Return how far a key result has come on a day (OKRS 1.2); values after that day do not count."""
    match measure.kind:
        case Kind.METRIC:
            return _metric(measure, measurements_of(measure, points, today=today), today=today)
        case Kind.MAINTAIN:
            return _maintained(measure, measurements_of(measure, points, today=today), today=today)
        case Kind.MILESTONE:
            return _milestones(measure, tuple(milestones), today=today)
    return Progress(measure.kind, missing=Missing.MEASURE)


def objective_score(parts: Iterable[Part], *, today: date) -> ObjectiveScore:
    """Return the mean of shown progress (OKRS 1.2): clamped first, so that overshoot hides no miss."""
    counted: list[Decimal | None] = []
    dropped = 0
    for part in parts:
        if part.dropped_on is not None and part.dropped_on <= today:
            dropped += 1
            continue
        counted.append(part.progress.shown)
    return ObjectiveScore(tuple(counted), dropped)


def _metric(measure: Measure, points: tuple[Point, ...], *, today: date) -> Progress:
    """Return r = (v - b) / (t - b), signed, for increase and decrease alike."""
    missing = _lacks(measure) or ("" if points else Missing.VALUE)
    if not points:
        return Progress(measure.kind, missing=missing)
    newest = points[-1]
    is_old = (min(today, measure.ends_on) - newest.on).days > measure.carry_days
    base, target = measure.baseline, measure.target
    if missing or base is None or target is None:
        return Progress(measure.kind, missing=missing, value=newest.value, as_of=newest.on, is_old=is_old)
    raw = ratio(newest.value - base, target - base)
    b, t, v = (term(number) for number in (base, target, newest.value))
    parts = [f"({v} - {b}) / ({t} - {b}) = {short(raw)}", f"value of {day(newest.on)}"]
    if raw != clamp(raw):
        parts.insert(1, f"{short(raw)} counts as {plain(clamp(raw))}")
    return Progress(
        measure.kind, raw=raw, value=newest.value, as_of=newest.on, is_old=is_old, parts=tuple(parts)
    )


def _lacks(measure: Measure) -> str:
    if measure.baseline is None:
        return Missing.BASELINE
    if measure.target is None:
        return Missing.TARGET
    return Missing.DISTANCE if measure.baseline == measure.target else ""


def _maintained(measure: Measure, points: tuple[Point, ...], *, today: date) -> Progress:
    """Return r = share of days in band / required share. Values of the grace are of no day that counts."""
    points = tuple(point for point in points if point.on <= measure.ends_on)
    if not points or not measure.has_band:
        return Progress(measure.kind, missing=Missing.VALUE if measure.has_band else Missing.BAND)
    newest = points[-1]
    band = _band(measure, points, today=today)
    raw = ratio(band.share, measure.required_share)
    with_value = many(band.days_with_value, "day")
    so_far = many(band.days_elapsed, "day")
    return Progress(
        measure.kind,
        raw=raw,
        value=newest.value,
        as_of=newest.on,
        is_old=band.is_in is None,
        band=band,
        parts=(
            f"in band on {band.days_in:,} of {with_value} with a value = {short(band.share)}",
            f"{short(band.share)} / {plain(measure.required_share)} required = {short(raw)}",
            f"a value on {band.days_with_value:,} of {so_far} so far = {short(band.coverage)} coverage",
        ),
    )


def _band(measure: Measure, points: tuple[Point, ...], *, today: date) -> Band:
    """Count days by the spans that values stand for: to the next one, at most `carry_days` longer."""
    last = min(today, measure.ends_on)
    days_in = days_with_value = 0
    followers = [point.on for point in points[1:]] + [last + timedelta(days=1)]
    for point, next_on in zip(points, followers, strict=True):
        days = min((next_on - point.on).days, measure.carry_days + 1)
        days_with_value += days
        days_in += days if measure.is_in_band(point.value) else 0
    newest = points[-1]
    is_too_old = (last - newest.on).days > measure.carry_days
    is_in = measure.is_in_band(newest.value)
    return Band(
        days_in=days_in,
        days_with_value=days_with_value,
        days_elapsed=(last - measure.starts_on).days + 1,
        is_in=None if is_too_old else is_in,
        since=newest.on if is_too_old else _run_since(measure, points),
    )


def _run_since(measure: Measure, points: tuple[Point, ...]) -> date:
    """Return the day of the first of the newest values that all lie on one side of the band."""
    is_in = measure.is_in_band(points[-1].value)
    since = points[-1].on
    for point in reversed(points):
        if measure.is_in_band(point.value) != is_in:
            break
        since = point.on
    return since


def _milestones(measure: Measure, milestones: tuple[Milestone, ...], *, today: date) -> Progress:
    """Return r = weight of what is done / weight of all. None done of three is known to be 0, not pending."""
    if not milestones:
        return Progress(measure.kind, missing=Missing.MILESTONES)
    end = min(today, measure.last_on)
    done = sum((step.weight for step in milestones if step.is_done(by=end)), ZERO)
    whole = sum((step.weight for step in milestones), ZERO)
    raw = ratio(done, whole)
    return Progress(
        measure.kind, raw=raw, value=done, parts=(f"{plain(done)} / {plain(whole)} = {short(raw)}",)
    )
