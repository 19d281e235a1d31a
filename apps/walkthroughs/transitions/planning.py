"""How a walkthrough comes about: prepared, planned, scheduled, moved, cancelled."""

from collections.abc import Sequence
from datetime import date, datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.models import Phase, Service
from apps.catalog.queries import owning_team_ids
from apps.catalog.rules import check_lead, check_move, check_whole, risk
from apps.catalog.transitions import enter_phase
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.readiness.models import Kind
from apps.readiness.queries import gaps, present
from apps.readiness.transitions import open_readiness
from apps.walkthroughs import queries, rules
from apps.walkthroughs.events import Cancelled, Moved, Planned, Prepared, RiskFrozenAnew, Scheduled
from apps.walkthroughs.models import SIGNING, Reply, Seat, State, Walkthrough
from apps.walkthroughs.transitions.locking import locked, locked_service
from apps.walkthroughs.transitions.telling import (
    invite,
    leads_and_advisor,
    push_reviewers,
    tell,
    tell_summary,
    touch,
    uninvite,
)

LONGEST_PLACE = 300
LONGEST_REASON = 500


@one_transaction
def prepare(service: Service, *, by: Actor, at: datetime) -> Walkthrough:
    """Take a service from green-light into its preparation; unanswered questions become listed gaps."""
    service = locked_service(service.pk, by=by, at=at)
    check_lead(by, service)
    check_whole(service)
    check_move(service, Phase.READY)
    if queries.unfinished(service):
        message = f"A walkthrough of {service} is open already."
        raise InvalidMoveError(message)
    conversation = present(service, Kind.CONVERSATION)
    listed = [gap.item for gap in gaps(conversation)] if conversation else []

    service = enter_phase(service, phase=Phase.READY, by=by, at=at)
    assessment = open_readiness(service, by=by, at=at)
    planned_on = rules.planned_day(at.date())
    walkthrough = Walkthrough.objects.create(service=service, assessment=assessment, planned_on=planned_on)

    event = Prepared(service=service.name, planned_on=planned_on.isoformat(), gaps=listed)
    record(event, by=by, at=at, subject=walkthrough.subject)
    tell(
        leads_and_advisor(service, by=by, at=at),
        key=f"prepared:{walkthrough.pk}",
        template="prepared",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"planned_on": planned_on, "gaps": len(listed)},
    )
    tell_summary(Service.objects.select_related("summary").get(pk=service.pk), walkthrough, by=by, at=at)
    return walkthrough


@one_transaction
def plan(service: Service, *, by: Actor, at: datetime, planned_on: date | None = None) -> Walkthrough:
    """Plan one more walkthrough of a service that gets ready; about four weeks out unless a day is named."""
    service = locked_service(service.pk, by=by, at=at)
    rules.check_may_plan(by, service)
    check_whole(service)
    assessment = present(service, Kind.READINESS)
    if service.phase != Phase.READY or assessment is None:
        message = (
            f"{service} is in “{service.get_phase_display()}”: a walkthrough belongs to ready-for-production."
        )
        raise InvalidMoveError(message)
    if queries.unfinished(service):
        message = f"A walkthrough of {service} is open already."
        raise InvalidMoveError(message)
    if planned_on is not None and planned_on < at.date():
        message = "The day lies in the past."
        raise InvalidInputError(message, field="planned_on")

    walkthrough = Walkthrough.objects.create(
        service=service, assessment=assessment, planned_on=planned_on or rules.planned_day(at.date())
    )
    push_reviewers(walkthrough, by=by, at=at)

    record(Planned(walkthrough.planned_on.isoformat()), by=by, at=at, subject=walkthrough.subject)
    tell_summary(service, walkthrough, by=by, at=at)
    return walkthrough


@one_transaction
def schedule(  # noqa: PLR0913 -- what the form has
    walkthrough: Walkthrough,
    *,
    starts_at: datetime,
    minutes: int,
    time_zone: str,
    place: str,
    panel: Sequence[rules.Place],
    by: Actor,
    at: datetime,
) -> Walkthrough:
    """Give it a time, a place and a panel, freeze the risk, and invite everybody."""
    walkthrough = locked(walkthrough, by=by, at=at)
    service = walkthrough.service
    rules.check_may_plan(by, service)
    rules.check_move(walkthrough, State.SCHEDULED)
    rules.check_time(starts_at, minutes=minutes, time_zone=time_zone, at=at)
    place = clean_line(place, field="place", limit=LONGEST_PLACE)
    found = risk(service)
    rules.check_panel(panel, found.level.value, service.data_class, owning_team_ids(service))

    walkthrough.state = State.SCHEDULED
    _set_time(walkthrough, starts_at=starts_at, minutes=minutes, time_zone=time_zone, place=place)
    walkthrough.risk_level = found.level.value
    walkthrough.risk_parts = [{"label": part.label, "points": part.points} for part in found.parts]
    touch(walkthrough, "state", *TIME, "risk_level", "risk_parts", by=by, at=at)
    Seat.objects.bulk_create(_seat(walkthrough, one, by=by, at=at) for one in panel if one.person)
    seats = push_reviewers(walkthrough, by=by, at=at)

    event = Scheduled(
        when=rules.when_in_words(walkthrough),
        starts_at=starts_at.isoformat(),
        minutes=minutes,
        place=place,
        risk=walkthrough.risk_level,
        panel=[{"capacity": seat.capacity, "person": seat.person.name} for seat in seats],
    )
    record(event, by=by, at=at, subject=walkthrough.subject)
    invite(walkthrough, seats, template="invitation", by=by, at=at)
    tell_summary(service, walkthrough, by=by, at=at)
    return walkthrough


TIME = ("starts_at", "minutes", "time_zone", "place")


def _set_time(walkthrough: Walkthrough, **values: object) -> None:
    for name, value in values.items():
        setattr(walkthrough, name, value)


def _seat(walkthrough: Walkthrough, one: rules.Place, *, by: Actor, at: datetime) -> Seat:
    """Return an invited seat; who schedules their own meeting comes."""
    is_own = one.person is not None and by.is_in_person(one.person.pk)
    return Seat(
        walkthrough=walkthrough,
        person=one.person,
        capacity=one.capacity,
        is_required=one.capacity in SIGNING,
        reason=one.reason[:300],
        invited_at=at,
        reply=Reply.YES if is_own else Reply.NONE,
        replied_at=at if is_own else None,
    )


@one_transaction
def move(  # noqa: PLR0913 -- what the form has
    walkthrough: Walkthrough,
    *,
    starts_at: datetime,
    minutes: int,
    time_zone: str,
    place: str,
    by: Actor,
    at: datetime,
) -> Walkthrough:
    """Give a scheduled meeting another time or place, and ask everybody anew."""
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_plan(by, walkthrough.service)
    rules.check_state(walkthrough, {State.SCHEDULED}, step="moving it")
    place = clean_line(place, field="place", limit=LONGEST_PLACE)
    before = _time(walkthrough)
    values = {"starts_at": starts_at, "minutes": minutes, "time_zone": time_zone, "place": place}
    if values == {name: getattr(walkthrough, name) for name in TIME}:
        return walkthrough
    rules.check_time(starts_at, minutes=minutes, time_zone=time_zone, at=at)

    _set_time(walkthrough, **values)
    walkthrough.sequence += 1
    touch(walkthrough, *TIME, "sequence", by=by, at=at)
    present = Seat.objects.filter(walkthrough=walkthrough, left_at=None)
    present.update(reply=Reply.NONE, reply_note="", replied_at=None, invited_at=at)
    present.filter(person=by.person).update(reply=Reply.YES, replied_at=at)

    event = Moved(when=rules.when_in_words(walkthrough), before=before, after=_time(walkthrough))
    record(event, by=by, at=at, subject=walkthrough.subject)
    invite(walkthrough, queries.seats_of(walkthrough), template="moved", by=by, at=at)
    tell_summary(walkthrough.service, walkthrough, by=by, at=at)
    return walkthrough


def _time(walkthrough: Walkthrough) -> dict[str, object]:
    starts_at = walkthrough.starts_at.isoformat() if walkthrough.starts_at else ""
    return {
        "starts_at": starts_at,
        "minutes": walkthrough.minutes,
        "time_zone": walkthrough.time_zone,
        "place": walkthrough.place,
    }


@one_transaction
def cancel(walkthrough: Walkthrough, *, reason: str, by: Actor, at: datetime) -> Walkthrough:
    """Call a meeting off before it has ended; calendars are told. What was held stays."""
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_plan(by, walkthrough.service)
    rules.check_state(walkthrough, rules.NOT_OVER, step="cancelling it")
    reason = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)

    call_off(walkthrough, reason=reason, by=by, at=at)

    tell_summary(walkthrough.service, walkthrough, by=by, at=at)
    return walkthrough


def call_off(walkthrough: Walkthrough, *, reason: str, by: Actor, at: datetime) -> None:
    """Cancel a locked walkthrough; also one that waits for signatures, when its service moves back."""
    rules.check_move(walkthrough, State.CANCELLED)
    has_calendar = walkthrough.state in {State.SCHEDULED, State.IN_PROGRESS}

    walkthrough.state = State.CANCELLED
    walkthrough.cancelled_at = at
    walkthrough.cancel_reason = reason[:LONGEST_REASON]
    walkthrough.sequence += 1
    touch(walkthrough, "state", "cancelled_at", "cancel_reason", "sequence", by=by, at=at)
    seats = push_reviewers(walkthrough, by=by, at=at)

    record(Cancelled(reason=reason), by=by, at=at, subject=walkthrough.subject)
    if has_calendar:
        uninvite(walkthrough, seats, template="cancelled", by=by, at=at)


@one_transaction
def freeze_risk(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> Walkthrough:
    """Let the present risk count, also a lower one: enablement says so, and never the own team."""
    walkthrough = locked(walkthrough, by=by, at=at)
    service = walkthrough.service
    rules.check_may_freeze(by, owning_team_ids(service))
    rules.check_state(
        walkthrough, {State.SCHEDULED, State.IN_PROGRESS, State.HELD, State.DECIDED}, step="freezing its risk"
    )
    found = risk(service)
    if found.level.value == walkthrough.risk_level:
        return walkthrough

    before, walkthrough.risk_level = walkthrough.risk_level, found.level.value
    walkthrough.risk_parts = [{"label": part.label, "points": part.points} for part in found.parts]
    touch(walkthrough, "risk_level", "risk_parts", by=by, at=at)

    event = RiskFrozenAnew(before=before, after=walkthrough.risk_level)
    record(event, by=by, at=at, subject=walkthrough.subject)
    return walkthrough
