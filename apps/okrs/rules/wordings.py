"""Small words beside a key result: how often it is measured, how it stands, and its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apps.okrs.models import Ambition, Cycle, KeyResult, Kind, Status
from apps.okrs.rules.measures import Measure, Point
from apps.okrs.rules.measures import Milestone as Step
from apps.okrs.rules.measuring import measured
from apps.okrs.rules.numbers import plain
from apps.okrs.rules.pace import Pace, pace_of
from apps.okrs.rules.scores import Progress, progress_of
from apps.okrs.rules.sparkline import Spark, spark, spark_of

CADENCES: Final = {
    1: "daily",
    7: "weekly",
    14: "every two weeks",
    30: "monthly",
    31: "monthly",
    91: "quarterly",
}
REACHED: Final = Step(done_on=date.min, evidence_url="seen when it was counted")
LONGEST_UNIT: Final = 4  # "%", "ms", "EUR": longer ones stand in the sentence itself
AMBITIONS: Final = {Ambition.COMMITMENT.value: "committed", Ambition.MOONSHOT.value: "moon shot"}


@dataclass(frozen=True)
class Stand:
    """How a key result stands on a day, ready to be drawn."""

    number: str = ""
    words: str = ""
    tone: str = ""
    badge: str = ""
    as_of: str = ""  # where the value is old
    parts: tuple[str, ...] = ()
    spark: Spark | None = None
    progress: Progress | None = None
    pace: Pace | None = None


def measure_of(key_result: KeyResult, cycle: Cycle) -> Measure:
    """Return a key result as numbers; load `metric` first. Without days of its own it runs with its cycle."""
    metric = key_result.metric
    return measured(
        key_result,
        metric,
        starts_on=key_result.starts_on or cycle.starts_on,
        ends_on=key_result.ends_on or cycle.ends_on,
        grace=cycle.grace_days,
        unit=_unit(metric.unit if metric else ""),
    )


def stand_of(
    key_result: KeyResult,
    cycle: Cycle,
    *,
    ambition: str,
    points: Sequence[Point],
    steps: tuple[int, int],  # milestones: all, and those reached by then
    today: date,
) -> Stand:
    """Say how a key result stands; a sentence that nobody measures stays a sentence."""
    if key_result.grade is not None or key_result.is_not_measured:
        number = "" if key_result.grade is None else f"{key_result.grade:.1f}"
        words = "not measured" if key_result.grade is None else "graded"
        return Stand(number=number, words=words, spark=_glyph(key_result, cycle, points))
    if key_result.kind == Kind.SENTENCE:
        return Stand()
    measure = measure_of(key_result, cycle)
    count, reached = steps
    milestones = [*[REACHED] * reached, *[Step()] * (count - reached)]
    progress = progress_of(measure, points=points, milestones=milestones, today=today)
    pace = pace_of(progress, measure, today=today, ambition=key_result.ambition or ambition)
    return Stand(
        number=_number(progress, measure, count),
        words=pace.words,
        tone=tone_of(progress, pace),
        badge=progress.badge if progress.badge and progress.badge.partition(" (")[0] != pace.words else "",
        as_of=f"as of {progress.as_of:%-d %B}" if progress.is_old and progress.as_of else "",
        parts=(*progress.explained(), *pace.explained()),
        spark=spark_of(measure, points),
        progress=progress,
        pace=pace,
    )


def _glyph(key_result: KeyResult, cycle: Cycle, points: Sequence[Point]) -> Spark | None:
    """Draw what `spark_of` draws, without a measure: of what is over, nothing is computed any more."""
    if key_result.kind not in {Kind.METRIC, Kind.MAINTAIN}:
        return None
    return spark(
        [(point.on, point.value) for point in points],
        starts_on=key_result.starts_on or cycle.starts_on,
        ends_on=key_result.ends_on or cycle.ends_on,
        baseline=key_result.baseline,
        target=key_result.target,
        band=(key_result.band_low, key_result.band_high),
    )


def _number(progress: Progress, measure: Measure, steps: int) -> str:
    if measure.kind == Kind.MILESTONE:
        return f"{plain(progress.value)} of {steps}" if progress.value is not None else ""
    return plain(progress.value, measure.unit) if progress.value is not None else ""


def tone_of(progress: Progress, pace: Pace) -> str:
    """Return the colour beside the words; none where all is as expected or nothing is known."""
    if progress.band is not None and progress.band.is_in is not None:
        return "strong" if progress.band.is_in else "weak"
    if pace.words.startswith(("on pace", "starts on")) or pace.hint is None:
        return ""
    tones = {Status.ON_TRACK: "strong", Status.AT_RISK: "adequate", Status.OFF_TRACK: "weak"}
    is_behind = pace.hint == Status.ON_TRACK and "behind" in pace.words
    return "" if is_behind else tones[pace.hint]


def _unit(unit: str) -> str:
    return unit if len(unit) <= LONGEST_UNIT else ""


def note_of(key_result: KeyResult, *, ambition: str, owner: str) -> str:
    """Say in one line what stands below a key result: rhythm, source, ambition, owner."""
    parts = []
    if metric := key_result.metric:
        rhythm = CADENCES.get(metric.cadence_days, f"every {metric.cadence_days} days")
        parts.append(f"{rhythm}, {metric.source}" if metric.source else rhythm)
        if key_result.kind == Kind.MAINTAIN:
            parts.append(_band_words(key_result.band_low, key_result.band_high, metric.unit))
        elif key_result.baseline is None:
            parts.append("finding the baseline")
    if words := AMBITIONS.get(key_result.ambition or ambition):
        parts.append(words)
    if owner:
        parts.append(owner)
    return " · ".join(parts)


def _band_words(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    shown = _unit(unit)
    if low is not None and high is not None:
        return f"kept between {plain(low)} and {plain(high, shown)}"
    if high is not None:
        return f"kept at {plain(high, shown)} or less"
    return f"kept at {plain(low, shown)} or more" if low is not None else ""
