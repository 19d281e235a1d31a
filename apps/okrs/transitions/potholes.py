"""What a team does with the gaps of its services when it plans a quarter."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.core.results import Candidate
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import queries, rules
from apps.okrs.events import PotholeLeft, PotholesLeft, PotholeTaken
from apps.okrs.models import No, Pothole, Quarter, ReasonCode
from apps.okrs.transitions.locking import opened_quarter
from apps.okrs.transitions.writing import add_objective

LONGEST_REASON = 500
LONGEST_TITLE = 250


@one_transaction
def take_pothole(quarter: Quarter, *, key: str, title: str, by: Actor, at: datetime) -> Pothole:
    """Take a candidate up as the draft of an objective; what was left before can be taken up after all."""
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_may_draft(by, quarter.team)
    rules.check_open_cycle(quarter.cycle)
    known = Pothole.objects.filter(quarter=quarter, key=key).first()
    if known is not None and known.objective_id:
        return known
    found = _candidate(quarter, key)

    objective = add_objective(
        quarter.team, cycle=quarter.cycle, title=title, why=f"{found.kind}: {found.title}", by=by, at=at
    )
    pothole, _is_new = Pothole.objects.update_or_create(
        quarter=quarter,
        key=found.key,
        defaults={
            "title": found.title[:LONGEST_TITLE],
            "url": found.url,
            "objective": objective,
            "reason": "",
            "person_name": by.name,
            "at": at,
        },
    )

    record(PotholeTaken(pothole=pothole.title), by=by, at=at, subject=quarter.subject)
    return pothole


@one_transaction
def leave_pothole(quarter: Quarter, *, key: str, reason: str, by: Actor, at: datetime) -> Pothole:
    """Leave a candidate for this quarter, with a reason."""
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_may_draft(by, quarter.team)
    rules.check_open_cycle(quarter.cycle)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)
    if known := Pothole.objects.filter(quarter=quarter, key=key).first():
        return known
    found = _candidate(quarter, key)

    pothole = _left(quarter, found, reason, by=by, at=at)
    pothole.save()

    record(PotholeLeft(pothole=pothole.title, reason=reason), by=by, at=at, subject=quarter.subject)
    return pothole


@one_transaction
def leave_all_potholes(quarter: Quarter, *, reason: str, by: Actor, at: datetime) -> No:
    """Take none of the candidates: a recorded no of the team, which a lead says and holds."""
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_speaks_for(by, quarter.team)
    rules.check_open_cycle(quarter.cycle)
    if by.person is None:
        message = "Only people say no."
        raise NotPermittedError(message)
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)
    page = queries.potholes(quarter)
    if page.taken:
        message = "One of them is taken up already. Leave the others one by one."
        raise InvalidMoveError(message)
    if page.no is not None and not page.open:
        return page.no
    if not page.open:
        message = "There is nothing to leave."
        raise InvalidMoveError(message)

    Pothole.objects.bulk_create(_left(quarter, one, reason, by=by, at=at) for one in page.open)
    no, _is_new = No.objects.get_or_create(
        team=quarter.team,
        what=queries.none_taken(quarter),
        defaults={
            "kind": No.Kind.NOT_NOW,
            "reason_code": ReasonCode.NO_CAPACITY,
            "reason": reason,
            "decided_by": by.person,
            "decided_at": at,
            "holder": by.person,
            "until_on": quarter.cycle.ends_on,
        },
    )

    event = PotholesLeft(count=len(page.open), reason=reason)
    record(event, by=by, at=at, subject=quarter.subject)
    return no


def _candidate(quarter: Quarter, key: str) -> Candidate:
    found = next((one for one in queries.candidates(quarter.team) if one.key == key), None)
    if found is None:
        message = "This is no candidate any more: somebody closed the gap, or the service has moved."
        raise InvalidMoveError(message)
    return found


def _left(quarter: Quarter, found: Candidate, reason: str, *, by: Actor, at: datetime) -> Pothole:
    return Pothole(
        quarter=quarter,
        key=found.key,
        title=found.title[:LONGEST_TITLE],
        url=found.url,
        reason=reason,
        person_name=by.name,
        at=at,
    )
