"""What a team has and promises in person-weeks, and who allows more."""

from datetime import date, datetime
from decimal import Decimal

from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Subject
from apps.activity.transitions import record
from apps.catalog.queries import leads_of
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import queries
from apps.okrs.events import CapacityPlanned, Waived, WeeksFreed, WeeksPromised
from apps.okrs.models import Allocation, CapacityPlan, CycleState, Objective, Quarter, Waiver
from apps.okrs.rules import capacity as rules
from apps.okrs.rules.fingerprints import number
from apps.okrs.rules.negotiating import check_ahead
from apps.okrs.transitions.locking import opened_quarter
from apps.okrs.transitions.telling import tell

MOST_WAIVED = Decimal(3)


@one_transaction
def plan_capacity(  # noqa: PLR0913 -- a plan has four numbers
    quarter: Quarter,
    *,
    people: Decimal,
    weeks: Decimal,
    upkeep_share: Decimal | None,
    by: Actor,
    at: datetime,
    leave_share: Decimal = Decimal(0),
    revision: int = 0,
) -> Saved[CapacityPlan] | Conflict[CapacityPlan]:
    """Say how many people there are and which share is upkeep; whoever was slower sees the plan."""
    quarter = _opened(quarter, by=by, at=at)
    rules.check_plan(people=people, weeks=weeks, upkeep_share=upkeep_share, leave_share=leave_share)
    known = CapacityPlan.objects.filter(quarter=quarter).first()
    plan = known or CapacityPlan(quarter=quarter)
    said = {
        "people": people,
        "weeks": weeks,
        "upkeep_share": upkeep_share,
        "leave_share": leave_share,
    }
    if known is not None and all(getattr(known, name) == value for name, value in said.items()):
        return Saved(known)
    if known is not None and revision != known.revision:
        return Conflict(known)
    before = queries.ledger(quarter, on=at.date())

    for name, value in said.items():
        setattr(plan, name, value)
    plan.revision += 1
    plan.save()

    after = queries.ledger(quarter, on=at.date())
    event = CapacityPlanned(
        person_weeks=number(after.own) if after else "",
        people=number(people),
        weeks=number(weeks),
        upkeep_share=number(plan.upkeep_share),
        leave_share=number(leave_share),
        before=number(before.own) if before else "",
    )
    record(event, by=by, at=at, subject=_subject(quarter))
    return Saved(plan)


@one_transaction
def promise_weeks(  # noqa: PLR0913 -- to what, of which kind, how many
    quarter: Quarter,
    *,
    person_weeks: Decimal,
    by: Actor,
    at: datetime,
    kind: str = Allocation.Kind.OUTCOME,
    label: str = "",
    objective: Objective | None = None,
) -> Allocation:
    """Promise person-weeks to an objective, which has them once, to upkeep or to repair.

    The same weeks for the same words stand there already: a double click promises them once.
    """
    quarter = _opened(quarter, by=by, at=at)
    if kind not in Allocation.Kind.values:
        message = "It is an outcome, upkeep or repair."
        raise InvalidInputError(message, field="kind")
    rules.check_weeks(person_weeks)
    if objective is not None and (
        objective.team_id != quarter.team_id or objective.cycle_id != quarter.cycle_id
    ):
        message = f"That objective is not one of {quarter.team} in {quarter.cycle}."
        raise InvalidInputError(message, field="objective")
    label = clean_line(label or (objective.title if objective else ""), field="label", is_required=True)
    known = None
    if objective is not None:
        own = Allocation.objects.filter(quarter=quarter, objective=objective, key_result=None)
        known = own.filter(negotiation=None).first()
    else:  # a double click
        known = Allocation.objects.filter(
            quarter=quarter,
            objective=None,
            key_result=None,
            negotiation=None,
            label=label,
            kind=kind,
            person_weeks=person_weeks,
        ).first()
        if known is not None:
            return known

    before = number(known.person_weeks) if known else ""
    made = known or Allocation(quarter=quarter, objective=objective)
    made.kind, made.label, made.person_weeks = kind, label, person_weeks
    made.save()

    _record_promise(made, before, by=by, at=at)
    return made


@one_transaction
def change_weeks(allocation: Allocation, *, person_weeks: Decimal, by: Actor, at: datetime) -> Allocation:
    """Promise more or fewer person-weeks to the same; what was negotiated is changed by a negotiation."""
    allocation = _own(allocation, by=by, at=at)
    rules.check_weeks(person_weeks)
    if allocation.person_weeks == person_weeks:
        return allocation
    before = number(allocation.person_weeks)
    allocation.person_weeks = person_weeks
    allocation.save(update_fields=["person_weeks"])

    _record_promise(allocation, before, by=by, at=at)
    return allocation


@one_transaction
def free_weeks(allocation: Allocation, *, by: Actor, at: datetime) -> None:
    """Take promised person-weeks back; what was negotiated is revoked instead."""
    allocation = _own(allocation, by=by, at=at)
    event = WeeksFreed(label=_label(allocation, at=at), person_weeks=number(allocation.person_weeks))
    allocation.delete()

    record(event, by=by, at=at, subject=_subject(allocation.quarter))


@one_transaction
def waive(
    quarter: Quarter, *, reason: str, up_to: Decimal, expires_on: date, by: Actor, at: datetime
) -> Waiver:
    """Allow a team to promise more than it has, until a day; no lead does so for their own team."""
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_may_waive(by, quarter.team, queries.root_team())
    _check_open(quarter)
    said = clean_line(reason, field="reason", limit=500, is_required=True)
    if not 1 < up_to <= MOST_WAIVED or up_to != up_to.quantize(Decimal("0.01")):
        message = f"Say up to what: more than 1.00, at most {MOST_WAIVED}.00, with two places."
        raise InvalidInputError(message, field="up_to")
    check_ahead(expires_on, at=at, field="expires_on")
    if expires_on > quarter.cycle.ends_on:
        message = f"It ends with the quarter at the latest, on {quarter.cycle.ends_on:%-d %B %Y}."
        raise InvalidInputError(message, field="expires_on")
    if by.person is None:
        raise TypeError(by)  # a lead is a person
    same = Waiver.objects.filter(quarter=quarter, reason=said, up_to=up_to, expires_on=expires_on)
    if known := same.filter(approver=by.person).first():  # a double click
        return known
    made = Waiver.objects.create(
        quarter=quarter, reason=said, approver=by.person, up_to=up_to, expires_on=expires_on, at=at
    )

    event = Waived(up_to=f"{up_to:.2f}", expires_on=expires_on.isoformat(), reason=said)
    record(event, by=by, at=at, subject=_subject(quarter))
    tell(
        leads_of(quarter.team_id),
        key=f"waiver:{made.pk}",
        template="waived",
        subject=_subject(quarter),
        by=by,
        at=at,
        context={
            "quarter": f"{quarter.cycle} of {quarter.team}",
            "up_to": f"{up_to:.2f}",
            "expires_on": expires_on,
            "reason": said,
        },
    )
    return made


def _subject(quarter: Quarter) -> Subject:
    """Return the labels of a quarter with the address of its person-weeks."""
    return Subject(
        type="quarter",
        id=quarter.pk,
        name=f"{quarter.cycle} of {quarter.team}",
        url=reverse("okrs:capacity", args=[quarter.cycle.slug, quarter.team.slug]),
        team_id=quarter.team_id,
        team_name=quarter.team.name,
    )


def _opened(quarter: Quarter, *, by: Actor, at: datetime) -> Quarter:
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_may_plan(by, quarter.team)
    _check_open(quarter)
    return quarter


def _check_open(quarter: Quarter) -> None:
    if quarter.cycle.state not in {CycleState.PLANNING, CycleState.ACTIVE}:
        now = quarter.cycle.get_state_display().lower()
        message = f"{quarter.cycle} is {now}: its person-weeks stay as they were."
        raise InvalidMoveError(message)


def _own(allocation: Allocation, *, by: Actor, at: datetime) -> Allocation:
    quarter = _opened(allocation.quarter, by=by, at=at)
    allocation = _still_there(allocation)
    allocation.quarter = quarter
    if allocation.negotiation_id is not None:
        message = "This was agreed with another team. Ask them for a change, or revoke it."
        raise InvalidMoveError(message)
    return allocation


def _still_there(allocation: Allocation) -> Allocation:
    rows = Allocation.objects.select_related("objective").select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=allocation.pk).first()
    if found is None:
        message = "Somebody has taken these person-weeks back already."
        raise InvalidMoveError(message)
    return found


def _label(allocation: Allocation, *, at: datetime) -> str:
    """Return what history calls it: what is not open keeps its title to itself."""
    is_open = allocation.objective is None or allocation.objective.is_open(on=at.date())
    return allocation.label if is_open else "something of its own"


def _record_promise(allocation: Allocation, before: str, *, by: Actor, at: datetime) -> None:
    event = WeeksPromised(
        label=_label(allocation, at=at),
        kind=allocation.kind,
        person_weeks=number(allocation.person_weeks),
        before=before,
    )
    record(event, by=by, at=at, subject=_subject(allocation.quarter))
