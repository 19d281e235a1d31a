"""Where a key result should be by now, what the numbers hint at, and what is shown (OKRS 1.3).

Elapsed time, expected progress and gaps are parts of one; leads and distances are days. A hint is
only offered in the form: a person publishes the status.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from apps.okrs.models import Ambition, Kind, Status
from apps.okrs.rules.measures import Curve, Measure, Point, values_of
from apps.okrs.rules.numbers import ONE, ZERO, clamp, day, half_up, many, places_of, plain, ratio, short, term
from apps.okrs.rules.scores import Progress
from apps.okrs.rules.thresholds import DEFAULTS, Thresholds

WEEK: Final = 7
STALE: Final = "stale"
PENDING: Final = "pending"
COUNTS: Final = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Pace:
    """One key result against the calendar, with what it was computed from."""

    elapsed: Decimal  # τ, 0 to 1
    expected: Decimal | None  # e, 0 to 1; None: nobody expects a pace
    gap: Decimal | None  # p - e, -1 to 1
    hint: Status | None
    lead_days: int | None  # ahead of the calendar, or behind it where negative; None: no line to measure by
    words: str
    parts: tuple[str, ...] = ()

    def explained(self) -> tuple[str, ...]:
        """Return the formula with its inputs: "day 49 of 91 = 0.54 expected", "0.57 - 0.54 = 0.03"."""
        return self.parts or (self.words,)


def elapsed(measure: Measure, *, today: date) -> Decimal:
    """Return τ, the part of the period that has passed, 0 to 1 (OKRS 1.3)."""
    if measure.days <= 0:
        return ONE if today >= measure.ends_on else ZERO
    return clamp(ratio((today - measure.starts_on).days, measure.days))


def expected(measure: Measure, *, today: date) -> Decimal | None:
    """Return e, the progress expected by now, 0 to 1 (OKRS 1.3); None where nobody expects a pace.

    A band is to be kept from the first day: its share is compared with the whole, and not with τ,
    by which a number that is out of band all the time would look on track for weeks.
    """
    if measure.curve == Curve.NONE or measure.kind == Kind.SENTENCE:
        return None
    return ONE if measure.kind == Kind.MAINTAIN else elapsed(measure, today=today)


def hint_of(
    raw: Decimal | None, expectation: Decimal | None, *, thresholds: Thresholds = DEFAULTS
) -> Status | None:
    """Return what the gap g = p - e hints at (OKRS 1.3); worse than the baseline is off track (1.5)."""
    if raw is None or expectation is None:
        return None
    gap = clamp(raw) - expectation
    if raw < ZERO or gap < thresholds.at_risk_gap:
        return Status.OFF_TRACK
    return Status.ON_TRACK if gap >= thresholds.on_track_gap else Status.AT_RISK


def pace_of(
    progress: Progress,
    measure: Measure,
    *,
    today: date,
    ambition: str = "",
    thresholds: Thresholds = DEFAULTS,
) -> Pace:
    """Compare shown progress with what is expected by now; a moon shot is told where it is heading."""
    tau = elapsed(measure, today=today)
    expectation = expected(measure, today=today)
    gap: Decimal | None = None
    lead: int | None = None
    parts: tuple[str, ...] = ()
    if progress.shown is not None and expectation is not None:
        gap = progress.shown - expectation
        parts = (
            _expectation_in_words(measure, expectation, today=today),
            f"{short(progress.shown)} - {short(expectation)} = {short(gap)}",
        )
        if measure.kind != Kind.MAINTAIN:
            lead = int(half_up(gap * measure.days))
    words = _state_in_words(progress, measure, lead, today=today)
    if not words and lead is not None:
        words, reason = _lead_in_words(progress, measure, lead, tau=tau, ambition=ambition)
        parts += reason
    return Pace(
        elapsed=tau,
        expected=expectation,
        gap=gap,
        hint=hint_of(progress.raw, expectation, thresholds=thresholds),
        lead_days=lead,
        words=words,
        parts=parts,
    )


def _expectation_in_words(measure: Measure, expectation: Decimal, *, today: date) -> str:
    if measure.kind == Kind.MAINTAIN:
        return "a band is kept from the first day: 1 expected"
    passed = min(max((today - measure.starts_on).days, 0), measure.days)
    return f"day {passed:,} of {measure.days:,} = {short(expectation)} expected"


def _state_in_words(progress: Progress, measure: Measure, lead: int | None, *, today: date) -> str:
    """Return what is said instead of a lead; nothing where the lead is what matters."""
    if progress.raw is None:
        return progress.missing
    if progress.band is not None:
        return progress.band.words
    states = (
        (progress.raw > ONE, "beyond target"),
        (progress.raw == ONE, "all done" if measure.kind == Kind.MILESTONE else "target reached"),
        (today < measure.starts_on, f"starts on {day(measure.starts_on)}"),
        (progress.raw < ZERO, "worse than baseline"),
        (lead is None, ""),
        (today > measure.ends_on, "short of the target"),
    )
    return next((words for holds, words in states if holds), "")


def _lead_in_words(
    progress: Progress, measure: Measure, lead: int, *, tau: Decimal, ambition: str
) -> tuple[str, tuple[str, ...]]:
    """Return "a week ahead", "three weeks behind", "on pace", or where a moon shot leads."""
    weeks = int(half_up(ratio(abs(lead), WEEK)))
    if not weeks:
        return "on pace", ()
    if lead < 0 and ambition == Ambition.MOONSHOT and measure.kind == Kind.METRIC:
        return _heading(progress, measure, tau=tau)
    count = COUNTS[weeks] if weeks < len(COUNTS) else f"{weeks:,}"
    return f"{count} week{'' if weeks == 1 else 's'} {'ahead' if lead > 0 else 'behind'}", ()


def _heading(progress: Progress, measure: Measure, *, tau: Decimal) -> tuple[str, tuple[str, ...]]:
    """Return "on pace for 38 %": the value at the end if it goes on as from the start until today.

    It lies between baseline and target, and so inside the metric's bounds: only who is behind asks.
    """
    base, value = measure.baseline, progress.value
    if base is None or value is None or not tau:
        return "", ()
    end = half_up(base + ratio(value - base, tau), places_of(base, value, measure.target))
    formula = f"{term(base)} + ({term(value)} - {term(base)}) / {short(tau)} = {term(end)}"
    return f"on pace for {plain(end, measure.unit)}", (formula,)


@dataclass(frozen=True)
class Forecast:
    """A robust line through the newest values, drawn dashed. Slope in units a week."""

    on: date
    value: Decimal
    slope: Decimal
    points: tuple[Point, ...]  # that it was drawn through
    from_value: Decimal  # the line's value on the day of the first of them
    unit: str = ""

    def at(self, on: date) -> Decimal:
        """Return the line's value on a day."""
        return self.from_value + ratio(self.slope * (on - self.points[0].on).days, WEEK)

    @property
    def shown(self) -> Decimal:
        """Return the value with one place more than what was measured: 22.9 from whole numbers."""
        return self._rounded(self.value)

    @property
    def words(self) -> str:
        """Say where the line leads, and under which condition."""
        return f"{plain(self.shown, self.unit)} on {day(self.on)} if nothing changes"

    def explained(self) -> tuple[str, ...]:
        """Return how the line was found and how its end was computed."""
        first, line = self.points[0].on, self.at(self.on)
        weeks = ratio((self.on - first).days, WEEK)
        start, end = self._rounded(self.from_value), self._rounded(line)
        slope = f"({short(self.slope)})" if self.slope < ZERO else short(self.slope)
        parts = (
            f"Theil-Sen line through the last {many(len(self.points), 'value')}, from {day(first)}",
            f"{term(start)} + {short(weeks)} weeks x {slope} a week = {term(end)}",
        )
        return parts if line == self.value else (*parts, f"the metric ends at {plain(self.value)}")

    def _rounded(self, value: Decimal) -> Decimal:
        return half_up(value, places_of(*(point.value for point in self.points)) + 1)


def forecast_of(
    measure: Measure,
    points: Iterable[Point],
    *,
    today: date,
    on: date | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> Forecast | None:
    """Return the Theil-Sen line (OKRS 1.3) at a day, by default the last of the period.

    Over the last 8 values inside the period; None with fewer than 4. One outlier does not move it.
    It ends at the metric's bounds: no percentage is forecast above 100.
    """
    newest = values_of(measure, points, today=today)[-thresholds.forecast_most :]
    if len(newest) < thresholds.forecast_least:
        return None
    first, end = newest[0].on, on or measure.ends_on
    slope = median(
        ratio(WEEK * (later.value - earlier.value), (later.on - earlier.on).days)
        for index, earlier in enumerate(newest)
        for later in newest[index + 1 :]
    )
    starts = (point.value - ratio(slope * (point.on - first).days, WEEK) for point in newest)
    line = Forecast(end, ZERO, slope, newest, median(starts), measure.unit)
    return replace(line, value=clamp(line.at(end), measure.lower_bound, measure.upper_bound))


def look_of(status: str) -> tuple[str, str]:
    """Return the shape and the tone of a published status; never the colour alone."""
    looks = {
        Status.ON_TRACK: ("●", "strong"),
        Status.AT_RISK: ("◐", "adequate"),
        Status.OFF_TRACK: ("○", "weak"),
    }
    return looks[Status(status)] if status else ("", "")


def weakest_status(statuses: Iterable[str]) -> Status | None:
    """Return the weakest of the published statuses (OKRS 1.3); None where nobody published one."""
    order = list(Status)
    return max((Status(status) for status in statuses if status), key=order.index, default=None)


def says_otherwise(check_ins: Sequence[tuple[str, str | None]], *, thresholds: Thresholds = DEFAULTS) -> str:
    """Say that status and hint differ since two check-ins (OKRS 1.3); pairs of them, oldest first.

    A check-in without a hint is no contradiction. "says on track, numbers say off track"
    """
    newest = check_ins[-thresholds.disagreements :]
    if len(newest) < thresholds.disagreements or any(hint in (None, status) for status, hint in newest):
        return ""
    status, hint = newest[-1]
    said, hinted = Status(status), Status(hint or status)
    return f"says {said.label.lower()}, numbers say {hinted.label.lower()}"


def next_due(*, last_on: date | None, starts_on: date, ends_on: date, every_days: int | None) -> date | None:
    """Return when the next check-in is due; None where the team has none, or the period ends before.

    Only check-ins count: values that come by API do not reset this clock (OKRS 1.1).
    """
    if every_days is None:
        return None
    due = (last_on or starts_on) + timedelta(days=every_days)
    return due if due <= ends_on else None


def is_stale(due: date | None, *, today: date, thresholds: Thresholds = DEFAULTS) -> bool:
    """Tell whether a check-in is more than 3 days overdue (OKRS 1.3)."""
    return due is not None and (today - due).days > thresholds.overdue_days


def displayed_health(*, verdict: str = "", is_overdue: bool = False, status: str | None = None) -> str:
    """Return the first that holds (OKRS 1.3): closed verdict, `stale`, published status, `pending`."""
    return verdict or (STALE if is_overdue else "") or status or PENDING


@dataclass(frozen=True)
class Drop:
    """Confidence (0 to 10) that was lost, over so many check-ins."""

    before: int
    after: int
    check_ins: int

    @property
    def words(self) -> str:
        """Say the alert."""
        span = "one check-in" if self.check_ins == 1 else f"{COUNTS[self.check_ins]} check-ins"
        return f"confidence fell from {self.before} to {self.after} in {span}"


def confidence_alert(confidences: Sequence[int], *, thresholds: Thresholds = DEFAULTS) -> Drop | None:
    """Return a drop of 2 or more in the newest check-in, or of 3 over three (OKRS 1.3); oldest first."""
    if len(confidences) <= 1:
        return None
    *before, newest = confidences
    if before[-1] - newest >= thresholds.drop_in_one:
        return Drop(before[-1], newest, 1)
    highest, distance = max((each, -back) for back, each in enumerate(reversed(before[-3:]), start=1))
    return Drop(highest, newest, -distance) if highest - newest >= thresholds.drop_over_three else None


@dataclass(frozen=True)
class NetConfidence:
    """How many of a team's statuses are on and off track, of how many."""

    on_track: int
    off_track: int
    n: int

    @property
    def value(self) -> Decimal | None:
        """Return %on - %off, -100 to 100 (OKRS 1.3); None of none."""
        return 100 * ratio(self.on_track - self.off_track, self.n) if self.n else None

    @property
    def words(self) -> str:
        """Say the number with its n."""
        if self.value is None:
            return "no status yet"
        rounded = int(half_up(self.value))
        return f"{rounded:+d} (n = {self.n:,})" if rounded else f"0 (n = {self.n:,})"

    def explained(self) -> tuple[str, ...]:
        """Return the formula with its inputs."""
        if self.value is None:
            return (self.words,)
        counts = f"{self.on_track:,} on track - {self.off_track:,} off track"
        return (f"({counts}) / {self.n:,} = {int(half_up(self.value))} %",)


def net_confidence(statuses: Iterable[str]) -> NetConfidence:
    """Return the balance of published statuses; those that are missing are not counted in n."""
    published = [Status(status) for status in statuses if status]
    return NetConfidence(published.count(Status.ON_TRACK), published.count(Status.OFF_TRACK), len(published))
