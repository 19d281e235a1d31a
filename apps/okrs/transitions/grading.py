"""How an objective ends: each key result is graded by its team, then it is closed with a verdict.

Grades leave no other page: neither events nor notices carry one.
"""

from datetime import datetime
from decimal import Decimal

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line, clean_text
from apps.core.transactions import one_transaction
from apps.okrs import queries, rules
from apps.okrs.events import KeyResultGraded, ObjectiveClosed
from apps.okrs.models import KeyResult, Objective, State
from apps.okrs.transitions.locking import locked_key_result, locked_objective


@one_transaction
def grade_key_result(  # noqa: PLR0913 -- a grade is whole or it is none
    key_result: KeyResult,
    *,
    grade: Decimal | None,
    reason: str,
    revision: int,
    by: Actor,
    at: datetime,
    cause: str = "",
    learned: str = "",
) -> Saved[KeyResult] | Conflict[KeyResult]:
    """Grade a key result, or say that it was not measured (None); until the objective is closed, anew."""
    key_result = locked_key_result(key_result, by=by, at=at)
    rules.check_may_grade(by, key_result.objective)
    rules.check_is_grading(key_result.objective)
    rules.check_counts(key_result)
    ambition = queries.ambition_of(key_result)
    rules.check_tenths(grade)
    rules.check_grade(grade, ambition=ambition, reason=reason, cause=cause, learning=learned)
    values = {
        "grade": grade,
        "is_not_measured": grade is None,
        "grade_note": clean_line(reason, field="reason", limit=500),
        "cause": cause,
        "learned": clean_text(learned, field="learned", limit=1000),
    }
    is_first = key_result.graded_at is None
    if not is_first and all(getattr(key_result, name) == value for name, value in values.items()):
        return Saved(key_result)
    if revision != key_result.revision:
        return Conflict(key_result)

    for name, value in values.items():
        setattr(key_result, name, value)
    key_result.graded_at = at
    key_result.revision += 1
    key_result.save(update_fields=[*values, "graded_at", "revision"])

    record(KeyResultGraded(is_first=is_first), by=by, at=at, subject=key_result.subject(on=at.date()))
    return Saved(key_result)


@one_transaction
def close_objective(objective: Objective, *, verdict: str, note: str, by: Actor, at: datetime) -> Objective:
    """Close an objective whose key results are graded: keep it, change it or stop it, and why."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_grade(by, objective)
    rules.check_move(objective, State.CLOSED)
    key_results = list(objective.key_results.order_by("position", "pk"))
    rules.check_closable(key_results, verdict=verdict, note=note)
    note = clean_text(note, field="note", limit=1000).strip()

    objective.state, objective.verdict, objective.close_note = State.CLOSED, verdict, note
    objective.closed_on = rules.today_of(by, at)
    objective.save(update_fields=["state", "verdict", "close_note", "closed_on"])

    record(ObjectiveClosed(verdict=verdict, note=note), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective
