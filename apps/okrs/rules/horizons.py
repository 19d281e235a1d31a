"""Horizons that get fuzzier: how exactly somebody may speak of what lies further out (OKRS 2.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from apps.accounts.models import Actor
from apps.accounts.rules import check_in_person
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.okrs.models import Horizon, Precision
from apps.okrs.rules.numbers import ONE, plain, ratio
from apps.okrs.rules.permissions import speaks_for

FLOOR: Final = Decimal("0.10")
FARTHEST: Final = 4  # quarters; from here on only a direction
MONTHS: Final = {Precision.QUARTER: 3, Precision.HALF: 6, Precision.YEAR: 12}
LARGEST: Final = Decimal(10) ** 11
SMALLEST: Final = Decimal("0.0001")
TOO_PRECISE: Final = "more precise than anyone can know"
TOO_VAGUE: Final = "too vague to start"
LEAD_WEEKS: Final = 4  # before a cycle starts, what is next is sharpened


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a sentence of the strategy says of time and number."""

    horizon: str
    precision: str = Precision.NONE
    begins_on: date | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    planned_change: Decimal | None = None
    unit: str = ""
    theme: str = ""
    statement: str = ""


@dataclass(frozen=True)
class Doubt:
    """One thing that is said too exactly, or not exactly enough."""

    verdict: str
    message: str


def fuzz(d: int) -> Decimal:
    """Return the least half-width of a range as a share of the planned change: min(1, 0.10 * 2^d)."""
    return min(ONE, FLOOR * Decimal(2) ** max(d, 0))


def quarters_between(today: date, day: date) -> int:
    """Return how many quarters lie between two days; what is past lies in the present one."""
    months = (day.year - today.year) * 12 + day.month - today.month
    return max(0, (months + (today.month - 1) % 3) // 3)


def distance(stated: Stated, *, today: date) -> int:
    """Return the quarters from the current one; without a date the horizon says roughly how far it is."""
    if stated.begins_on is not None:
        return quarters_between(today, stated.begins_on)
    return {Horizon.NOW: 0, Horizon.NEXT: 1, Horizon.LATER: 2}.get(Horizon(stated.horizon), FARTHEST)


def coarsest_needed(d: int) -> tuple[Precision, ...]:
    """Return how a period may be stated at a distance, the most exact first."""
    allowed = {
        0: (Precision.QUARTER, Precision.HALF, Precision.YEAR, Precision.NONE),
        1: (Precision.QUARTER, Precision.HALF, Precision.YEAR, Precision.NONE),
        2: (Precision.HALF, Precision.YEAR, Precision.NONE),
        3: (Precision.HALF, Precision.YEAR, Precision.NONE),
    }
    return allowed.get(d, (Precision.YEAR, Precision.NONE))


def half_width(stated: Stated) -> Decimal | None:
    """Return half the range as a share of the planned change; None where one of them is not said."""
    if stated.low is None or stated.high is None or not stated.planned_change:
        return None
    return ratio(stated.high - stated.low, 2 * abs(stated.planned_change))


def doubts(stated: Stated, *, today: date) -> list[Doubt]:
    """Return what is said more exactly than anyone can know, or too vaguely to begin."""
    if stated.horizon == Horizon.VISION:
        return _of_vision(stated)
    d = distance(stated, today=today)
    found = []
    if Precision(stated.precision) not in coarsest_needed(d):
        wanted = coarsest_needed(d)[0].label.lower()
        found.append(Doubt(TOO_PRECISE, f"{_far(d)}, {wanted} is as exact as a date gets."))
    found += _of_number(stated, d)
    if d >= 2 and not stated.theme:  # noqa: PLR2004 -- the table of OKRS 2.4
        found.append(Doubt(TOO_VAGUE, f"{_far(d)}, it needs at least a theme."))
    return found


def _of_vision(stated: Stated) -> list[Doubt]:
    if stated.low is not None or stated.begins_on is not None:
        return [Doubt(TOO_PRECISE, "A vision is a story: it has neither a date nor a number.")]
    return []


def _of_number(stated: Stated, d: int) -> list[Doubt]:
    if stated.low is None:
        return []
    if d >= FARTHEST:
        return [Doubt(TOO_PRECISE, f"{_far(d)}, say the direction and no number.")]
    width = half_width(stated)
    if width is not None:
        return _of_width(width, d)
    doubt = Doubt(TOO_VAGUE, "Say how large the planned change is: the range is judged against it.")
    return [doubt] if d else []


def _of_width(width: Decimal, d: int) -> list[Doubt]:
    share, floor = f"{plain((width * 100).quantize(ONE))} %", fuzz(d)
    if d >= 1 and width < floor:
        least = f"{plain(floor * 100)} %"
        message = f"± {share} of the planned change. {_far(d)}, at least ± {least} is honest."
        return [Doubt(TOO_PRECISE, message)]
    if d <= 1 and width > 2 * floor:
        most = f"{plain(2 * floor * 100)} %"
        return [Doubt(TOO_VAGUE, f"± {share} of the planned change. {_far(d)}, ± {most} is enough to begin.")]
    return []


def _far(d: int) -> str:
    """Say how far out something is, as the beginning of a sentence."""
    words = {0: "This quarter", 1: "A quarter out"}
    return words.get(d, f"{d} quarters out" if d < FARTHEST else "A year out and more")


def period_in_words(precision: str, begins_on: date | None) -> str:
    """Say a period as coarsely as it is meant: "Q2 2027", "H1 2027", "2027"."""
    if begins_on is None or precision == Precision.NONE:
        return ""
    if precision == Precision.QUARTER:
        return f"Q{(begins_on.month - 1) // 3 + 1} {begins_on.year}"
    if precision == Precision.HALF:
        return f"H{(begins_on.month - 1) // 6 + 1} {begins_on.year}"
    return f"{begins_on.year}"


def in_words(stated: Stated, *, today: date) -> str:
    """Say time and number in words that get coarser with distance: "about H1 2027, 30-50 %"."""
    if stated.horizon == Horizon.VISION:
        return ""
    d = distance(stated, today=today)
    period = period_in_words(stated.precision, stated.begins_on)
    about = {0: "", 1: "", 2: "about ", 3: "perhaps "}.get(d, "some time in ")
    parts = [f"{about}{period}"] if period else []
    number = _number_in_words(stated, d)
    return ", ".join([*parts, number] if number else parts)


def _number_in_words(stated: Stated, d: int) -> str:
    if stated.low is None or stated.high is None:
        return ""
    if d >= FARTHEST:
        change = stated.planned_change
        return "" if not change else "more than today" if change > 0 else "less than today"
    if stated.low == stated.high:
        return plain(stated.low, stated.unit)
    return f"{plain(stated.low)}\N{EN DASH}{plain(stated.high, stated.unit)}"


def begins(day: date, precision: str) -> date:
    """Return the first day of the quarter, half-year or year that a day lies in."""
    months = MONTHS.get(Precision(precision))
    if months is None:
        return day
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def check_stated(stated: Stated) -> None:
    """Refuse a vision with digits, a range that is half or upside down; everything else is a doubt."""
    if stated.horizon == Horizon.VISION and any(letter.isdigit() for letter in stated.statement):
        message = "A vision is a story without digits. Numbers belong to what is nearer."
        raise InvalidInputError(message, field="statement")
    if (stated.low is None) != (stated.high is None):
        message = "A range has two ends. An exact number is the same at both."
        raise InvalidInputError(message, field="target_high")
    if stated.low is not None and stated.high is not None and stated.low > stated.high:
        message = "The range begins above its end."
        raise InvalidInputError(message, field="target_high")
    if stated.precision != Precision.NONE and stated.begins_on is None:
        message = "Say when: any day inside that time will do."
        raise InvalidInputError(message, field="begins_on")


def check_target(value: Decimal | None, *, field: str) -> None:
    """Refuse what has more digits than both databases keep."""
    if value is None:
        return
    if not value.is_finite() or abs(value) >= LARGEST or value != value.quantize(SMALLEST):
        message = "A number has at most 15 digits, four of them behind the point."
        raise InvalidInputError(message, field=field)


def may_edit_strategy(by: Actor, root: Team | None) -> bool:
    """Leads of the organisation's team write the strategy, in person."""
    return root is not None and speaks_for(by, root)


def check_may_edit_strategy(by: Actor, root: Team | None) -> None:
    """Refuse everybody else."""
    check_in_person(by)
    if not may_edit_strategy(by, root):
        who = f"A lead of {root}" if root else "A lead of the organisation's team (ROOT_TEAM)"
        message = f"{who} writes the strategy and what is decided at the offsite."
        raise NotPermittedError(message)


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What is known about an item that is next: its objectives speak for it."""

    objectives: int = 0
    measured: int = 0  # key results with a metric
    with_baseline: int = 0
    with_source: int = 0
    owners: int = 0
    dependencies: int = 0
    asked: int = 0


@dataclass(frozen=True)
class Box:
    """One question of the checklist."""

    question: str
    is_met: bool
    detail: str


def sharpening(ready: Ready) -> list[Box]:
    """Return the checklist of an item before a quarter: nothing slides in by date."""
    has_any = ready.objectives > 0
    waits = ready.dependencies - ready.asked
    return [
        Box("Somebody wrote an objective for it", has_any, f"{ready.objectives} so far"),
        Box(
            "The baseline is measured",
            ready.with_baseline > 0,
            f"{ready.with_baseline} of {ready.measured} measured key results",
        ),
        Box("The metric has a source", ready.with_source > 0, f"{ready.with_source} of {ready.measured}"),
        Box(
            "Each objective has an owner",
            has_any and ready.owners == ready.objectives,
            f"{ready.owners} of {ready.objectives}",
        ),
        Box(
            "Dependencies were asked",
            has_any and not waits,
            "none" if not ready.dependencies else f"{ready.asked} of {ready.dependencies}",
        ),
    ]


def sharpness(boxes: list[Box]) -> str:
    """Say how sharp an item is, as boxes are met."""
    met = sum(box.is_met for box in boxes)
    if met == len(boxes):
        return "sharp"
    return "getting sharper" if met else "blurred"
