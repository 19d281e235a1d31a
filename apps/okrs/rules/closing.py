"""What must be said before an objective is over (OKRS 1.1 and 1.4)."""

from collections.abc import Sequence
from decimal import Decimal

from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.okrs.models import KeyResult, Objective, State, Verdict
from apps.okrs.rules.grades import TENTH


def check_is_grading(objective: Objective) -> None:
    """Refuse grades before the work has ended, and after the objective is closed."""
    if objective.state == State.CLOSED:
        message = "This objective is closed: its grades stay as they are."
        raise InvalidMoveError(message)
    if objective.state != State.GRADING:
        message = "Grades come when the work has ended. Begin the grading of this objective first."
        raise InvalidMoveError(message)


def check_counts(key_result: KeyResult) -> None:
    """Refuse to grade what was dropped."""
    if key_result.dropped_on is not None:
        message = "This key result was dropped: it is listed with its reason, and has no grade."
        raise InvalidMoveError(message)


def check_tenths(grade: Decimal | None) -> None:
    """Refuse a grade finer than its stored tenths: it would be rounded behind the team's back."""
    if grade is not None and grade.is_finite() and grade % TENTH:
        message = "A grade has one decimal: 0.7, not 0.65."
        raise InvalidInputError(message, field="grade")


def check_closable(key_results: Sequence[KeyResult], *, verdict: str, note: str) -> None:
    """Refuse to close without a grade or "not measured" on each key result, a verdict and a note."""
    if open_one := next((one for one in key_results if one.graded_at is None and not one.dropped_on), None):
        message = f"“{open_one}” has no grade yet. “Not measured” is an answer too."
        raise InvalidMoveError(message)
    if verdict not in Verdict:
        message = "Say what becomes of it: keep, change or stop."
        raise InvalidInputError(message, field="verdict")
    if not note.strip():
        message = "Say in a sentence or two what you take along."
        raise InvalidInputError(message, field="note")
