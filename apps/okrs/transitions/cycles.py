"""How quarters come, go on and end: laid out ahead, turned by their days or by the root team's leads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.conf import settings

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.queries import people_of
from apps.core.errors import InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_by_one, one_transaction
from apps.notifications.transitions import notify
from apps.okrs import queries, rules
from apps.okrs.events import (
    CycleBegun,
    CycleClosed,
    CycleMade,
    CycleReopened,
    GradingBegun,
    ObjectiveGrading,
    Parked,
)
from apps.okrs.models import Cycle, CycleState, Horizon, Objective, Quarter, State
from apps.okrs.rules import Period
from apps.okrs.transitions.carrying import carry_over
from apps.okrs.transitions.ending import end_with, lapse_unanswered

Turn = tuple[str, Callable[..., Cycle]]
MOST_TURNS = 12  # of one run of the job: three years that nobody was here


@one_transaction
def create_cycles(*, by: Actor, at: datetime) -> list[Cycle]:
    """Lay out the quarter of today and two ahead; those that are there stay as they are.

    Where the fiscal year was moved meanwhile, the first new quarter begins after the last old one.
    """
    one_by_one("okrs.create_cycles")
    wanted = rules.periods_from(at.date(), year_starts=settings.FISCAL_YEAR_STARTS)
    known = list(Cycle.objects.filter(ends_on__gte=wanted[0].starts_on).order_by("starts_on"))
    slugs = set(Cycle.objects.values_list("slug", flat=True))
    made = []
    for period in wanted:
        starts_on = _free_from(period, known)
        if period.slug in slugs or starts_on >= period.ends_on:
            continue
        cycle = Cycle.objects.create(
            slug=period.slug, name=period.name, starts_on=starts_on, ends_on=period.ends_on
        )
        made.append(cycle)
        event = CycleMade(starts_on=starts_on.isoformat(), ends_on=period.ends_on.isoformat())
        record(event, by=by, at=at, subject=cycle.subject)
    return made


def _free_from(period: Period, known: list[Cycle]) -> date:
    """Return the first day of a period that no quarter has."""
    ends = [
        one.ends_on for one in known if one.starts_on <= period.ends_on and one.ends_on >= period.starts_on
    ]
    return max([period.starts_on, *(end + timedelta(days=1) for end in ends)])


def turn(*, by: Actor, at: datetime) -> list[str]:
    """Lay out quarters, and move each on whose day has come; return what happened. Safe to repeat."""
    done = [f"{cycle}: laid out" for cycle in create_cycles(by=by, at=at)]
    for _turn in range(MOST_TURNS):
        found = _next_turn(at)
        if found is None:
            break
        cycle, (word, step) = found
        done.append(f"{step(cycle, by=by, at=at)}: {word}")
    return done


def _next_turn(at: datetime) -> tuple[Cycle, Turn] | None:
    """Return the one thing that the date asks for now, if there is one."""
    today = at.date()
    rows = list(Cycle.objects.open().filter(starts_on__lte=today).order_by("starts_on"))
    active = next((one for one in rows if one.state == CycleState.ACTIVE), None)
    if active is not None and active.ends_on < today:
        return active, ("grading", begin_cycle_grading)
    coming = next((one for one in rows if one.state == CycleState.PLANNING), None)
    if active is None and coming is not None:
        return coming, ("active", begin_cycle)
    for one in rows:
        is_due = one.state == CycleState.GRADING and rules.is_due_to_close(one, today=today)
        if is_due and not queries.unfinished(one):
            return one, ("closed", close_cycle)
    return None


@one_transaction
def begin_cycle(cycle: Cycle, *, by: Actor, at: datetime) -> Cycle:
    """Make a planned quarter the active one; its day has come and no other is active."""
    one_by_one("okrs.begin_cycle")
    cycle = Cycle.objects.locked(cycle.pk)
    rules.check_may_turn(by, queries.root_team())
    rules.check_cycle_move(cycle, CycleState.ACTIVE)
    other = Cycle.objects.filter(state=CycleState.ACTIVE).first()
    rules.check_begins(cycle, other=other, today=at.date())

    cycle.state = CycleState.ACTIVE
    cycle.save(update_fields=["state"])

    record(CycleBegun(), by=by, at=at, subject=cycle.subject)
    return cycle


@one_transaction
def begin_cycle_grading(cycle: Cycle, *, by: Actor, at: datetime) -> Cycle:
    """End the work of a quarter: what is active is graded now, and its leads are told."""
    cycle = Cycle.objects.locked(cycle.pk)
    rules.check_may_turn(by, queries.root_team())
    rules.check_cycle_move(cycle, CycleState.GRADING)
    rules.check_graded(cycle, today=at.date())
    rows = _locked_objectives(cycle)

    cycle.state = CycleState.GRADING
    cycle.save(update_fields=["state"])
    active = [one for one in rows if one.state == State.ACTIVE]
    Objective.objects.filter(pk__in=[one.pk for one in active]).update(state=State.GRADING)

    record(GradingBegun(objectives=len(active)), by=by, at=at, subject=cycle.subject)
    for one in active:
        record(ObjectiveGrading(), by=by, at=at, subject=one.subject(on=at.date()))
    _tell_to_grade(cycle, active, by=by, at=at)
    return cycle


def _locked_objectives(cycle: Cycle) -> list[Objective]:
    """Hold every team's page of a quarter, then its objectives, each by id."""
    list(Quarter.objects.select_for_update(no_key=True).filter(cycle=cycle).order_by("pk"))
    rows = Objective.objects.select_for_update(of=("self",), no_key=True).filter(cycle=cycle)
    return list(rows.select_related("team").order_by("pk"))


def _tell_to_grade(cycle: Cycle, active: list[Objective], *, by: Actor, at: datetime) -> None:
    counts: dict[int, int] = {}
    for one in active:
        counts[one.team_id] = counts.get(one.team_id, 0) + 1
    for team_id, people in people_of(counts).items():
        leads = [one.person for one in people if one.is_lead and one.person_id != by.person_id]
        team = next(one.team for one in active if one.team_id == team_id)
        page = Quarter(team=team, cycle=cycle)
        notify(
            leads,
            key=f"okrs:cycle:{cycle.pk}:grading:{team_id}",
            template="okrs/grading",
            by=by,
            at=at,
            subject=replace(cycle.subject, url=page.get_absolute_url(), team_id=team_id, team_name=team.name),
            context={"cycle": cycle, "team": team, "count": counts[team_id]},
        )


@one_transaction
def close_cycle(cycle: Cycle, *, by: Actor, at: datetime) -> Cycle:
    """Close a graded quarter: what is kept or changed is copied into the next as a draft.

    What was never agreed goes into the backlog, what nobody answered lapses and is a draft again. Refused
    while anything that was agreed waits for its grades.
    """
    cycle = Cycle.objects.locked(cycle.pk)
    rules.check_may_turn(by, queries.root_team())
    rules.check_cycle_move(cycle, CycleState.CLOSED)
    rows = _locked_objectives(cycle)
    rules.check_closes(cycle, sum(one.state in rules.UNFINISHED for one in rows))

    carried = carry_over(cycle, into=_next_of(cycle, by=by, at=at), by=by, at=at)
    lapse_unanswered(cycle, by=by, at=at)
    asked = [one for one in rows if one.state in rules.UNANSWERED]
    for one in asked:  # what one of several owners has agreed to is agreed on anew as well
        end_with(one, reason=f"{cycle} closed before all had agreed.", by=by, at=at)
    Objective.objects.filter(pk__in=[one.pk for one in asked]).update(state=State.DRAFT)
    left = [one.pk for one in rows if one.state in {*rules.NEVER_AGREED, *rules.UNANSWERED}]
    Objective.objects.filter(pk__in=left).update(cycle=None, horizon=Horizon.NEXT)
    cycle.state = CycleState.CLOSED
    cycle.save(update_fields=["state"])

    record(CycleClosed(carried=len(carried), put_back=len(left)), by=by, at=at, subject=cycle.subject)
    for one in asked:
        record(
            Parked(state="a draft again: nobody had answered"),
            by=by,
            at=at,
            subject=one.subject(on=at.date()),
        )
    return cycle


def _next_of(cycle: Cycle, *, by: Actor, at: datetime) -> Cycle:
    """Return the quarter into which things are carried: the next that can still be planned."""
    rows = Cycle.objects.filter(
        starts_on__gt=cycle.ends_on, state__in=[CycleState.PLANNING, CycleState.ACTIVE]
    ).order_by("starts_on")
    found = rows.first()
    if found is None:
        create_cycles(by=by, at=at)
        found = rows.first()
    if found is None:
        message = f"No quarter after {cycle} can be planned yet."
        raise InvalidMoveError(message)
    return found


@one_transaction
def reopen_cycle(cycle: Cycle, *, reason: str, by: Actor, at: datetime) -> Cycle:
    """Let an administrator put a closed quarter back into grading; from then on only people close it."""
    cycle = Cycle.objects.locked(cycle.pk)
    rules.check_may_reopen(by)
    if cycle.state != CycleState.CLOSED:
        message = f"{cycle} is {cycle.get_state_display().lower()} and not closed."
        raise InvalidMoveError(message)
    reason = clean_line(reason, field="reason", limit=500, is_required=True)

    cycle.state = CycleState.GRADING
    cycle.reopened_because = reason
    cycle.save(update_fields=["state", "reopened_because"])

    record(CycleReopened(reason=reason), by=by, at=at, subject=cycle.subject)
    return cycle
