"""The states of an objective that its team decides alone, from an idea to its grading."""

from datetime import date, datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.queries import leads_of
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import queries, rules
from apps.okrs.events import (
    Activated,
    Adopted,
    BackToWork,
    Deferred,
    ObjectiveGrading,
    Parked,
    Stopped,
    TakenUp,
    Withdrawn,
)
from apps.okrs.models import (
    Cycle,
    CycleState,
    Horizon,
    No,
    Objective,
    Participant,
    Quarter,
    State,
)
from apps.okrs.transitions.ending import end_with, free_own_weeks
from apps.okrs.transitions.locking import locked_objective, opened_quarter
from apps.okrs.transitions.nos import reopen_own
from apps.okrs.transitions.ranks import leave_place, take_place
from apps.okrs.transitions.registering import write_own_no
from apps.okrs.transitions.telling import tell

LONGEST_REASON = 1000


@one_transaction
def make_draft(objective: Objective, *, by: Actor, at: datetime) -> Objective:
    """Turn an idea into a draft, which somebody means to pursue."""
    return _park(objective, State.DRAFT, "draft", "a draft", by=by, at=at)


@one_transaction
def make_idea(objective: Objective, *, by: Actor, at: datetime) -> Objective:
    """Turn a draft into an idea again."""
    return _park(objective, State.IDEA, "idea", "an idea again", by=by, at=at)


def _park(objective: Objective, to: State, key: str, words: str, *, by: Actor, at: datetime) -> Objective:
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_from(objective, key)
    rules.check_move(objective, to)

    objective.state = to
    objective.save(update_fields=["state"])

    record(Parked(state=words), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def withdraw(objective: Objective, *, by: Actor, at: datetime, reason: str = "") -> Objective:
    """Take back what nobody was bound to; an administrator takes nothing back for a team."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_put_off(by, objective.team)
    rules.check_from(objective, "withdraw")
    rules.check_move(objective, State.WITHDRAWN)
    _check_nobody_answers(objective)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON)

    end_with(objective, reason=f"The objective was withdrawn. {reason}".strip(), by=by, at=at)
    free_own_weeks(objective, by=by, at=at)
    leave_place(objective, by=by, at=at)
    objective.state = State.WITHDRAWN
    objective.closed_on = rules.today_of(by, at)
    objective.close_note = reason
    objective.save(update_fields=["state", "closed_on", "close_note"])

    record(Withdrawn(reason=reason), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


def _check_nobody_answers(objective: Objective) -> None:
    if queries.has_open_negotiation(objective):
        message = "Somebody is asked about it. Withdraw the ask first: they must know."
        raise InvalidMoveError(message)


@one_transaction
def defer(  # noqa: PLR0913 -- a "not now" says when it is looked at again
    objective: Objective,
    *,
    horizon: str,
    reason: str,
    by: Actor,
    at: datetime,
    until_on: date | None = None,
    reopen_when: str = "",
) -> Objective:
    """Put a draft off to a horizon: a recorded "not now" that its decider holds, with a way back."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_put_off(by, objective.team)
    rules.check_from(objective, "defer")
    rules.check_move(objective, State.DEFERRED)
    _check_nobody_answers(objective)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)
    reopen_when = clean_line(reopen_when, field="reopen_when", limit=300)
    if horizon not in {Horizon.NEXT, Horizon.LATER}:
        message = "Choose next or later."
        raise InvalidInputError(message, field="horizon")
    if until_on is not None:
        check_day(until_on, field="until_on")

    end_with(objective, reason=f"The objective was put off. {reason}", by=by, at=at)
    free_own_weeks(objective, by=by, at=at)
    leave_place(objective, by=by, at=at)
    objective.state = State.DEFERRED
    objective.cycle = None
    objective.horizon = horizon
    objective.save(update_fields=["state", "cycle", "horizon"])
    said = reopen_when or ("" if until_on else f"when the team plans what comes {horizon}")
    write_own_no(
        objective,
        No.Kind.NOT_NOW,
        reason=reason,
        by=by,
        at=at,
        until_on=until_on,
        reopen_when=said,
    )

    event = Deferred(horizon=Horizon(horizon).label.lower(), reason=reason)
    record(event, by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def take_up(objective: Objective, *, cycle: Cycle, by: Actor, at: datetime) -> Objective:
    """Bring something out of the backlog into a quarter, as a draft at the end of its order."""
    quarter = opened_quarter(objective.team, cycle, by=by, at=at)
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_open_cycle(quarter.cycle)
    rules.check_from(objective, "take-up")
    if objective.cycle_id is not None:
        message = f"It is in {objective.cycle} already."
        raise InvalidMoveError(message)
    if objective.state == State.DEFERRED:
        rules.check_move(objective, State.DRAFT)

    objective.state = State.DRAFT
    objective.cycle = quarter.cycle
    objective.horizon = Horizon.NOW
    objective.save(update_fields=["state", "cycle", "horizon"])
    take_place(objective, quarter, by=by, at=at)
    reopen_own(objective, reason=f"Taken up for {quarter.cycle}", by=by, at=at)

    record(TakenUp(cycle=str(quarter.cycle)), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def adopt(objective: Objective, *, by: Actor, at: datetime) -> Objective:
    """Agree to an own draft that concerns no other team: the one agreement without a second side."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_speaks_for(by, objective.team, accountable_id=objective.accountable_id)
    rules.check_from(objective, "adopt")
    rules.check_move(objective, State.AGREED)
    if objective.cycle is None:
        message = "Take it up for a quarter first."
        raise InvalidMoveError(message)
    rules.check_open_cycle(objective.cycle)
    rules.check_has_key_results(objective.key_results.filter(dropped_on=None).count())
    rules.check_concerns_nobody_else(
        objective, others=queries.others_of(objective), is_open=queries.has_open_negotiation(objective)
    )

    objective.state = State.AGREED
    objective.agreed_at = at
    objective.save(update_fields=["state", "agreed_at"])
    Quarter.objects.filter(team=objective.team_id, cycle=objective.cycle_id).update(agreed_at=at)

    record(Adopted(cycle=str(objective.cycle)), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def activate(objective: Objective, *, by: Actor, at: datetime, reason: str = "") -> Objective:
    """Begin the work on what is agreed; what blocks is passed with a reason, too little capacity is not."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_speaks_for(by, objective.team, accountable_id=objective.accountable_id)
    rules.check_from(objective, "activate")
    rules.check_move(objective, State.ACTIVE)
    cycle = Cycle.objects.get(pk=objective.cycle_id or 0)
    if cycle.state != CycleState.ACTIVE:
        message = f"{cycle} is {cycle.get_state_display().lower()}: work begins when the quarter does."
        raise InvalidMoveError(message)
    reason = clean_line(reason, field="reason", limit=500)
    quarter = Quarter.objects.get(team=objective.team_id, cycle=cycle)
    rules.check_utilisation(queries.promise(quarter, on=at.date()))
    found = queries.blockers(objective)
    rules.check_passed(found, reason)

    over = [{"code": one.code, "message": one.message, "reason": reason} for one in found]
    objective.state = State.ACTIVE
    objective.activated_at = at
    objective.activated_over = over
    objective.save(update_fields=["state", "activated_at", "activated_over"])

    record(Activated(over=over), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def stop(objective: Objective, *, reason: str, by: Actor, at: datetime, frees: str = "") -> Objective:
    """Stop what is agreed or active, with a reason and what becomes free; who takes part is told.

    Person-weeks promised to it are free at once, those of other teams too: questions about it end, and what
    was lent is given back. It stays in sight, and out of the mean of grades.
    """
    objective = locked_objective(objective, by=by, at=at)
    rules.check_speaks_for(by, objective.team, accountable_id=objective.accountable_id)
    rules.check_from(objective, "stop")
    rules.check_move(objective, State.STOPPED)
    reason = clean_line(reason, field="reason", limit=700, is_required=True)
    frees = clean_line(frees, field="frees", limit=250)

    weeks = free_own_weeks(objective, by=by, at=at)
    told = end_with(objective, reason=f"The objective was stopped. {reason}", by=by, at=at)
    leave_place(objective, by=by, at=at)
    objective.state = State.STOPPED
    objective.closed_on = rules.today_of(by, at)
    objective.close_note = f"{reason} Frees: {frees}" if frees else reason
    objective.save(update_fields=["state", "closed_on", "close_note"])
    write_own_no(objective, No.Kind.STOP, reason=reason, by=by, at=at)

    event = Stopped(reason=reason, frees=frees, person_weeks=f"{weeks.normalize():f}")
    record(event, by=by, at=at, subject=objective.subject(on=at.date()))
    _tell_who_takes_part(objective, reason, told, by=by, at=at)
    return objective


def _tell_who_takes_part(
    objective: Objective, reason: str, told: set[int], *, by: Actor, at: datetime
) -> None:
    """Tell the teams that take part without an agreement; the others know what became of theirs."""
    rows = Participant.objects.filter(objective=objective).exclude(team__in={*told, objective.team_id})
    tell(
        [lead for team_id in rows.values_list("team_id", flat=True) for lead in leads_of(team_id)],
        key=f"objective:{objective.pk}:stopped",
        template="stopped",
        by=by,
        at=at,
        subject=objective.subject(on=at.date()),
        context={"objective": objective, "reason": reason},
    )


@one_transaction
def begin_grading(objective: Objective, *, by: Actor, at: datetime) -> Objective:
    """End the work on an objective before its quarter ends; from now on it is graded."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_grade(by, objective)
    rules.check_from(objective, "grading")
    rules.check_move(objective, State.GRADING)

    objective.state = State.GRADING
    objective.save(update_fields=["state"])

    record(ObjectiveGrading(), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective


@one_transaction
def back_to_work(objective: Objective, *, by: Actor, at: datetime) -> Objective:
    """Break the grading off while the quarter is still active."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_grade(by, objective)
    rules.check_from(objective, "back")
    rules.check_move(objective, State.ACTIVE)
    cycle = Cycle.objects.get(pk=objective.cycle_id or 0)
    if cycle.state != CycleState.ACTIVE:
        message = f"{cycle} is {cycle.get_state_display().lower()}: its work is over."
        raise InvalidMoveError(message)

    objective.state = State.ACTIVE
    objective.save(update_fields=["state"])

    record(BackToWork(), by=by, at=at, subject=objective.subject(on=at.date()))
    return objective
