"""How rows become measures, what may be typed about them, and who types it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_line
from apps.okrs.models import (
    DIGITS,
    LOCKED,
    PLACES,
    Good,
    KeyResult,
    Kind,
    Metric,
    Milestone,
    Objective,
    State,
    TargetChange,
    UnitKind,
)
from apps.okrs.rules.measures import Curve, Measure, bounds, carry_days, check_measure
from apps.okrs.rules.numbers import plain
from apps.okrs.rules.permissions import may_draft, speaks_for

LONGEST_NOTE: Final = 500
LONGEST_CADENCE: Final = 366  # days
SAY_WHY: Final = "Say why: whoever agreed to it will ask."
MOST_MILESTONES: Final = 30
WHOLE: Final = DIGITS - PLACES  # digits before the point


@dataclass(frozen=True)
class MilestoneDraft:
    """One step as it is typed; `pk` is that of the row that it changes."""

    title: str
    due_on: date | None = None
    pk: int | None = None


@dataclass(frozen=True, kw_only=True)
class MeasureDraft:
    """How a key result is to be measured: what its kind does not use is put away."""

    kind: str
    metric: Metric | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    band_low: Decimal | None = None
    band_high: Decimal | None = None
    required_share: Decimal = Decimal("0.95")
    carry_days: int | None = None
    curve: str = Curve.LINEAR.value
    milestones: Sequence[MilestoneDraft] = field(default=())

    def fields(self) -> dict[str, Any]:
        """Return what is stored, with the fields of other kinds emptied."""
        is_metric, is_maintain = self.kind == Kind.METRIC, self.kind == Kind.MAINTAIN
        return {
            "kind": self.kind,
            "metric": self.metric if is_metric or is_maintain else None,
            "baseline": self.baseline if is_metric else None,
            "baseline_on": self.baseline_on if is_metric and self.baseline is not None else None,
            "target": self.target if is_metric else None,
            "band_low": self.band_low if is_maintain else None,
            "band_high": self.band_high if is_maintain else None,
            "required_share": self.required_share if is_maintain else Decimal("0.95"),
            "carry_days": self.carry_days if is_metric or is_maintain else None,
            "curve": self.curve,
        }


def measure_of(key_result: KeyResult) -> Measure | None:
    """Return a key result as numbers; None where nothing says when it begins and ends.

    Load `metric` and `objective__cycle` first. Without days of its own it runs as long as its cycle.
    """
    cycle = key_result.objective.cycle
    starts_on = key_result.starts_on or (cycle.starts_on if cycle else None)
    ends_on = key_result.ends_on or (cycle.ends_on if cycle else None)
    if starts_on is None or ends_on is None:
        return None
    grace = cycle.grace_days if cycle else Measure.grace
    return measured(key_result, key_result.metric, starts_on=starts_on, ends_on=ends_on, grace=grace)


def measured(
    row: KeyResult | MeasureDraft,
    metric: Metric | None,
    *,
    starts_on: date,
    ends_on: date,
    grace: int = Measure.grace,
    unit: str | None = None,
) -> Measure:
    """Return what a row says with the bounds and the rhythm of its metric; a short sign unless told which."""
    cadence = metric.cadence_days if metric else 7
    low, high = bounds_of(metric) if metric else (None, None)
    return Measure(
        kind=row.kind,
        starts_on=starts_on,
        ends_on=ends_on,
        baseline=row.baseline,
        baseline_on=row.baseline_on,
        target=row.target,
        band_low=row.band_low,
        band_high=row.band_high,
        required_share=row.required_share,
        carry_days=carry_days(cadence) if row.carry_days is None else row.carry_days,
        curve=row.curve,
        grace=grace,
        lower_bound=low,
        upper_bound=high,
        unit=unit if unit is not None else unit_of(metric) if metric else "",
    )


def unit_of(metric: Metric) -> str:
    """Return what stands behind a number in short: "%", or nothing; the metric's name says the rest."""
    return "%" if metric.unit_kind == UnitKind.PERCENT else ""


def bounds_of(metric: Metric) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the most that a metric can be; a percentage lies in 0 to 100 unless stated."""
    return bounds(metric.unit_kind, metric.lower_bound, metric.upper_bound)


def check_number(value: Decimal, *, name: str) -> None:
    """Refuse a number that would not be stored as it was typed."""
    is_short = value.is_finite() and (not value or value.adjusted() < WHOLE)
    if not is_short or value.quantize(Decimal(1).scaleb(-PLACES)) != value:
        message = f"A number has at most {WHOLE} digits before the point and {PLACES} behind it."
        raise InvalidInputError(message, field=name)


def check_metric_value(metric: Metric, value: Decimal, *, on: date, today: date) -> None:
    """Refuse a value of a day to come, outside the bounds, or too long to be stored (OKRS 1.1)."""
    if on > today:
        message = f"{on:%-d %B %Y} has not come yet: a value of it would be a guess."
        raise InvalidInputError(message, field="on_date")
    check_day(on, field="on_date")
    check_number(value, name="value")
    low, high = bounds_of(metric)
    if low is not None and value < low:
        message = f"{plain(value)} lies below {plain(low)}, the least that “{metric}” can be."
        raise InvalidInputError(message, field="value")
    if high is not None and value > high:
        message = f"{plain(value)} lies above {plain(high)}, the most that “{metric}” can be."
        raise InvalidInputError(message, field="value")


def check_in_use(metric: Metric) -> None:
    """Refuse work on an archived metric."""
    if metric.archived_at is not None:
        message = f"“{metric}” is archived. Bring it back first."
        raise InvalidMoveError(message)


def may_keep(by: Actor, team: Team) -> bool:
    """Members and leads keep their team's metrics and their values."""
    return by.is_in(team.pk) or by.leads(team.pk)


def check_may_keep(by: Actor, team: Team) -> None:
    """Refuse everybody else: whoever owns a number answers for it."""
    if not may_keep(by, team):
        message = f"Only {team} keeps this metric."
        raise NotPermittedError(message)


def clean_metric(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a metric says of itself, ready to be stored; refuse what cannot be."""
    cleaned = {
        "name": clean_line(values["name"], field="name", is_required=True),
        "unit": clean_line(values.get("unit", ""), field="unit", limit=40),
        "numerator": clean_line(values.get("numerator", ""), field="numerator"),
        "denominator": clean_line(values.get("denominator", ""), field="denominator"),
        "source": clean_line(values.get("source", ""), field="source"),
        "segment": clean_line(values.get("segment", ""), field="segment", limit=100),
        "unit_kind": _chosen(values.get("unit_kind", UnitKind.COUNT), UnitKind, name="unit_kind"),
        "good": _chosen(values.get("good", Good.UP), Good, name="good"),
        "cadence_days": values.get("cadence_days", 7),
        "lower_bound": values.get("lower_bound"),
        "upper_bound": values.get("upper_bound"),
    }
    if not 1 <= cleaned["cadence_days"] <= LONGEST_CADENCE:
        message = f"A value comes every 1 to {LONGEST_CADENCE} days."
        raise InvalidInputError(message, field="cadence_days")
    for name in ("lower_bound", "upper_bound"):
        if cleaned[name] is not None:
            check_number(cleaned[name], name=name)
    low, high = bounds(cleaned["unit_kind"], cleaned["lower_bound"], cleaned["upper_bound"])
    if low is not None and high is not None and low >= high:
        message = f"The most it can be ({plain(high)}) must lie above the least ({plain(low)})."
        raise InvalidInputError(message, field="upper_bound")
    return cleaned


def _chosen(value: str, choices: Any, *, name: str) -> str:  # noqa: ANN401 -- a class of choices
    if value not in choices.values:
        message = "Choose one of the list."
        raise InvalidInputError(message, field=name)
    return str(value)


def check_draft(
    draft: MeasureDraft,
    objective: Objective,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> None:
    """Refuse a measure that no score can be made of, or that cannot be stored (OKRS 1.5, lint L3)."""
    _chosen(draft.kind, Kind, name="kind")
    _chosen(draft.curve, Curve, name="curve")
    if draft.kind in {Kind.METRIC, Kind.MAINTAIN}:
        _check_metric_of(draft)
    for name in ("baseline", "target", "band_low", "band_high", "required_share"):
        value = getattr(draft, name)
        if value is not None:
            check_number(value, name=name)
    if draft.baseline_on is not None:
        check_day(draft.baseline_on, field="baseline_on")
    if draft.carry_days is not None and not 0 <= draft.carry_days <= LONGEST_CADENCE:
        message = f"A value stands for 0 to {LONGEST_CADENCE} days."
        raise InvalidInputError(message, field="carry_days")
    cycle = objective.cycle
    first = starts_on or (cycle.starts_on if cycle else date.min)
    last = ends_on or (cycle.ends_on if cycle else date.max)
    check_measure(measured(draft, draft.metric, starts_on=first, ends_on=last))
    _check_milestones(draft, last=last)


def check_numbers(draft: MeasureDraft) -> None:
    """Refuse numbers that go nowhere or that the metric cannot have; the metric may still be missing."""
    check_measure(measured(draft, draft.metric, starts_on=date.min, ends_on=date.max))


def _check_metric_of(draft: MeasureDraft) -> None:
    if draft.metric is None:
        message = "Choose the metric whose values say how it goes."
        raise InvalidInputError(message, field="metric")
    check_in_use(draft.metric)


def check_due(due_on: date, *, last: date, field: str) -> None:
    """Refuse a day on which a milestone can no longer count: it is due within the time that is measured."""
    check_day(due_on, field=field)
    if due_on > last:
        message = f"What is due after {last:%-d %B %Y} cannot count any more."
        raise InvalidInputError(message, field=field)


def _check_milestones(draft: MeasureDraft, *, last: date) -> None:
    if len(draft.milestones) > MOST_MILESTONES:
        message = f"At most {MOST_MILESTONES} milestones: more are a plan, which lives elsewhere."
        raise InvalidInputError(message, field="milestones")
    for one in draft.milestones:
        clean_line(one.title, field="milestones", is_required=True)
        if one.due_on is not None:
            check_due(one.due_on, last=last, field="milestones")


@dataclass(frozen=True)
class Change:
    """One term that differs: its name, and what it was and becomes in words."""

    field: str
    old: str
    new: str

    @property
    def fills_a_gap(self) -> bool:
        """Tell whether it only says what was found at last: where it began (OKRS 1.5)."""
        return not self.old and self.field in {"baseline", "baseline_on"}


def changes_of(key_result: KeyResult, draft: MeasureDraft, milestones: Iterable[Milestone]) -> list[Change]:
    """Return which terms a draft changes; `milestones` are the present ones, in order."""
    found = []
    for name, new in draft.fields().items():
        old = getattr(key_result, name)
        if old != new:
            found.append(Change(name, _in_words(old), _in_words(new)))
    before, after = _steps(milestones), _steps(draft.milestones)
    if draft.kind == Kind.MILESTONE and before != after:
        found.append(Change("milestones", before[:300], after[:300]))
    return found


def _in_words(value: object) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)[:300]


def _steps(steps: Iterable[Milestone | MilestoneDraft]) -> str:
    return "; ".join(f"{one.title} by {one.due_on}" if one.due_on else one.title for one in steps)


def check_may_measure(
    by: Actor, key_result: KeyResult, *, changes: Sequence[Change], why: str, reason: str
) -> None:
    """Refuse who may not change the terms now (OKRS 1.6): the team before the agreement, few after it."""
    objective = key_result.objective
    if objective.state not in LOCKED:
        if not may_draft(by, objective.team):
            message = f"Only {objective.team} says how its key results are measured."
            raise NotPermittedError(message)
        if objective.state in {State.DECLINED, State.DEFERRED, State.WITHDRAWN, State.STOPPED}:
            message = f"This objective is {objective.get_state_display().lower()}: it stays as it is."
            raise InvalidMoveError(message)
        return
    _check_not_over(key_result)
    if all(change.fills_a_gap for change in changes) and may_draft(by, objective.team):
        return
    _check_why(by, objective, why=why, reason=reason)


def _check_not_over(key_result: KeyResult) -> None:
    if key_result.graded_at is not None or key_result.objective.state == State.CLOSED:
        message = "This key result is graded: what it meant stays as it was."
        raise InvalidMoveError(message)
    if key_result.dropped_on is not None:
        message = "This key result was dropped: it stays as it is."
        raise InvalidMoveError(message)


def _check_why(by: Actor, objective: Objective, *, why: str, reason: str) -> None:
    is_lead = speaks_for(by, objective.team, accountable_id=objective.accountable_id)
    if not why:
        message = "This was agreed. Ask for a change: the other side sees both versions and answers."
        raise InvalidMoveError(message)
    if why == TargetChange.Why.CORRECTION:
        is_allowed = by.has("admin")
        message = "An administrator corrects what was agreed, with a reason. Ask for a change instead."
    elif why == TargetChange.Why.EXTERNAL:
        is_allowed = is_lead
        message = f"A lead of {objective.team}, or who is accountable, says what changed outside."
    else:
        message = "Choose why it changes: a correction, or something from outside."
        raise InvalidInputError(message, field="why")
    if not is_allowed:
        raise NotPermittedError(message)
    if not reason.strip():
        raise InvalidInputError(SAY_WHY, field="reason")


def check_may_finish(by: Actor, key_result: KeyResult) -> None:
    """Refuse to tick milestones of what is not one's own, or over."""
    if not may_keep(by, key_result.objective.team):
        message = f"Only {key_result.objective.team} says what it has done."
        raise NotPermittedError(message)
    _check_not_over(key_result)


def today_of(by: Actor, at: datetime) -> date:
    """Return which day it is for whoever acts; for the system, in UTC."""
    zone = by.person.time_zone if by.person else "UTC"
    return at.astimezone(ZoneInfo(zone)).date()
