"""What a key result is graded at its close (OKRS 1.4). Grades are parts of one, 0.0 to 1.0."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Final

from apps.core.errors import InvalidInputError
from apps.okrs.models import Ambition, Cause
from apps.okrs.rules.numbers import ONE, ZERO, half_up, plain, ratio, short
from apps.okrs.rules.thresholds import DEFAULTS, Thresholds

TENTH: Final = Decimal("0.1")
NOT_MEASURED: Final = "not measured"
WITH_ARTICLE: Final = {
    Ambition.COMMITMENT: "a commitment",
    Ambition.ROOFSHOT: "a roof shot",
    Ambition.MOONSHOT: "a moon shot",
}


class Colour(StrEnum):
    """The band that a grade falls into; shown as a word and a shape, never alone as a colour."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


# Confidence (0 to 10) that fits each ambition at the start, both ends included.
EXPECTED_CONFIDENCE: Final = {
    Ambition.COMMITMENT: (9, 10),
    Ambition.ROOFSHOT: (5, 8),
    Ambition.MOONSHOT: (1, 5),
}


@dataclass(frozen=True)
class Proposal:
    """The grade that the numbers propose; the team sets it."""

    shown: Decimal
    grade: Decimal
    colour: Colour
    ambition: Ambition

    def explained(self) -> tuple[str, ...]:
        """Return how it was rounded and where it falls."""
        way = "not rounded up" if self.ambition == Ambition.COMMITMENT else "rounded half up"
        rounding = f"{short(self.shown)}, {way} = {self.grade}"
        return (rounding, f"{self.grade} is {self.colour} for {WITH_ARTICLE[self.ambition]}")


@dataclass(frozen=True)
class Average:
    """The mean of grades of one ambition. Stopped objectives and what was not measured stand beside it."""

    grades: tuple[Decimal, ...]
    not_measured: int = 0
    stopped: int = 0

    @property
    def value(self) -> Decimal | None:
        """Return Σ grade ÷ n, 0 to 1; None of none."""
        return ratio(sum(self.grades, ZERO), len(self.grades)) if self.grades else None

    def explained(self) -> tuple[str, ...]:
        """Return the mean with its terms and what it leaves out."""
        if self.value is None:
            return ("no grades", *self._left_out())
        terms = " + ".join(plain(grade) for grade in self.grades)
        return (f"({terms}) / {len(self.grades)} = {short(self.value)}", *self._left_out())

    def _left_out(self) -> tuple[str, ...]:
        counts = ((self.not_measured, NOT_MEASURED), (self.stopped, "of stopped objectives"))
        return tuple(f"{count} {words}" for count, words in counts if count)


@dataclass(frozen=True)
class Graded:
    """The frozen grade of one key result; None is "not measured"."""

    grade: Decimal | None
    is_stopped: bool = False


def rounded(grade: Decimal, ambition: str) -> Decimal:
    """Return the grade with one decimal (OKRS 1.4): half up, never up for a commitment (0.95 is not 1.0)."""
    if ambition == Ambition.COMMITMENT:
        return grade.quantize(TENTH, rounding=ROUND_FLOOR)
    return half_up(grade, places=1)


def colour_of(grade: Decimal, ambition: str, *, thresholds: Thresholds = DEFAULTS) -> Colour:
    """Return the band of a grade after rounding it (OKRS 1.4): 0.65 of a roof shot is green, 0.64 amber."""
    if ambition == Ambition.COMMITMENT:
        return Colour.GREEN if grade >= ONE else Colour.RED
    green, amber = {
        Ambition.ROOFSHOT: (thresholds.roofshot_green, thresholds.roofshot_amber),
        Ambition.MOONSHOT: (thresholds.moonshot_green, thresholds.moonshot_amber),
    }[Ambition(ambition)]
    grade = rounded(grade, ambition)
    if grade >= green:
        return Colour.GREEN
    return Colour.AMBER if grade >= amber else Colour.RED


def proposal(shown: Decimal | None, ambition: str, *, thresholds: Thresholds = DEFAULTS) -> Proposal | None:
    """Propose a grade from shown progress (0 to 1); None, "not measured", where there is none."""
    if shown is None:
        return None
    grade = rounded(shown, ambition)
    return Proposal(shown, grade, colour_of(grade, ambition, thresholds=thresholds), Ambition(ambition))


def needs_cause(grade: Decimal | None, ambition: str) -> bool:
    """Tell whether a cause of the miss must be named: below 1.0 of a commitment (OKRS 1.4)."""
    return grade is not None and ambition == Ambition.COMMITMENT and grade < ONE


def needs_learning(grade: Decimal | None, ambition: str, *, thresholds: Thresholds = DEFAULTS) -> bool:
    """Tell whether a learning note is due: a moon shot in red, at most 0.1 (OKRS 1.4)."""
    if grade is None or ambition != Ambition.MOONSHOT:
        return False
    return colour_of(grade, ambition, thresholds=thresholds) == Colour.RED


def check_grade(
    grade: Decimal | None,
    *,
    ambition: str,
    reason: str,
    cause: str = "",
    learning: str = "",
    thresholds: Thresholds = DEFAULTS,
) -> None:
    """Refuse a grade outside 0.0 to 1.0, one without its line of reason, and a miss that teaches nothing.

    None is "not measured", and needs its line too.
    """
    if grade is not None and not (grade.is_finite() and ZERO <= grade <= ONE):
        message = "A grade lies between 0.0 and 1.0, also beyond the target."
        raise InvalidInputError(message, field="grade")
    if not reason.strip():
        message = "One line says why this grade."
        raise InvalidInputError(message, field="reason")
    if cause and cause not in set(Cause):
        message = "This cause is not on the list."
        raise InvalidInputError(message, field="cause")
    if needs_cause(grade, ambition) and not cause:
        message = "A commitment that was missed needs a cause."
        raise InvalidInputError(message, field="cause")
    if needs_learning(grade, ambition, thresholds=thresholds) and not learning.strip():
        message = "A moon shot that stayed on the ground needs a note of what was learned."
        raise InvalidInputError(message, field="learning")


def average(graded: Iterable[Graded]) -> Average:
    """Return the mean of grades; stopped objectives stay out and are counted (OKRS 1.5).

    Give it grades of one ambition: 0.4 is a miss of a commitment and a success of a moon shot.
    """
    rows = tuple(graded)
    running = tuple(row.grade for row in rows if not row.is_stopped)
    grades = tuple(grade for grade in running if grade is not None)
    return Average(grades, not_measured=len(running) - len(grades), stopped=len(rows) - len(running))
