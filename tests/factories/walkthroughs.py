"""Walkthroughs that got where they are the way people take them there."""

from datetime import UTC, datetime, timedelta

from apps.accounts.models import Actor
from apps.catalog.rules import risk
from apps.readiness.models import Answer
from apps.walkthroughs import queries, rules, transitions
from apps.walkthroughs.models import Capacity, Seat, SignOff, State, Walkthrough
from tests.factories.accounts import UserFactory
from tests.factories.catalog import ServiceFactory, lead_of
from tests.factories.readiness import readiness_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
STARTS_AT = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
MEETING = {"starts_at": STARTS_AT, "minutes": 80, "time_zone": "Europe/Stockholm", "place": "Room 4"}
ROLES = {
    Capacity.PEER: {"reviews": True},
    Capacity.ARCHITECT: {"is_architect": True},
    Capacity.SECURITY: {"is_security": True},
    Capacity.ENABLEMENT: {"is_enablement": True},
}
LEVELS = {  # fields of a service that add up to the level
    "low": {"tier": 4, "data_class": "internal", "exposure": "internal"},
    "medium": {"tier": 3, "data_class": "confidential", "exposure": "internal"},
    "high": {"tier": 2, "data_class": "confidential", "exposure": "partners"},
    "critical": {"tier": 1, "data_class": "confidential", "exposure": "internet"},
}


def service_at(level="low", **fields):
    """Return a service that gets ready, of this risk, with a lead of its team as `lead`."""
    service = ServiceFactory(**(LEVELS[level] | fields))
    service.lead = lead_of(service.team)
    return service


def planned(level="low", *, at=NOW, **fields):
    """Return a planned walkthrough; its service has `lead`."""
    service = service_at(level, **fields)
    assessment = readiness_of(service)
    service.refresh_from_db(fields=["version"])
    return Walkthrough.objects.create(
        service=service, assessment=assessment, planned_on=rules.planned_day(at.date())
    )


def panel_for(service):
    """Return a whole panel of new people, with the lead as presenter."""
    needed = rules.needed(risk(service).level.value, service.data_class)
    places = [rules.Place(capacity, UserFactory(**ROLES[capacity]), "asked by a test") for capacity in needed]
    return [rules.Place(Capacity.PRESENTER, service.lead.person), *places]


def scheduled(level="low", *, at=NOW, **fields):
    """Return a scheduled walkthrough with its panel invited."""
    walkthrough = planned(level, at=at, **fields)
    lead = walkthrough.service.lead
    panel = panel_for(walkthrough.service)
    return _with_lead(transitions.schedule(walkthrough, panel=panel, by=lead, at=at, **MEETING), lead)


def in_progress(level="low", *, at=NOW, **fields):
    """Return a walkthrough whose meeting has begun."""
    walkthrough = scheduled(level, at=at, **fields)
    lead = walkthrough.service.lead
    return _with_lead(transitions.begin(walkthrough, by=lead, at=at), lead)


def held(level="low", *, at=NOW, **fields):
    """Return a walkthrough that waits for signatures; every answer is in place."""
    walkthrough = in_progress(level, at=at, **fields)
    lead = walkthrough.service.lead
    answer_all(walkthrough)
    return _with_lead(transitions.hold(walkthrough, by=lead, at=at), lead)


def decided(level="low", *, at=NOW, **fields):
    """Return a walkthrough that everybody approved."""
    walkthrough = held(level, at=at, **fields)
    for seat in signing(walkthrough):
        sign(seat, at=at)
    return _with_lead(fresh(walkthrough), walkthrough.service.lead)


STATES = {
    State.PLANNED: planned,
    State.SCHEDULED: scheduled,
    State.IN_PROGRESS: in_progress,
    State.HELD: held,
    State.DECIDED: decided,
}


def cancelled(level="low", *, at=NOW, **fields):
    """Return a walkthrough that was called off."""
    walkthrough = scheduled(level, at=at, **fields)
    lead = walkthrough.service.lead
    return _with_lead(transitions.cancel(walkthrough, reason="The store is late.", by=lead, at=at), lead)


def in_state(state, level="low", **fields):
    """Return a walkthrough in any state."""
    make = cancelled if state == State.CANCELLED else STATES[state]
    return make(level, **fields)


def fresh(walkthrough):
    """Return the row as it is now."""
    return queries.walkthrough(walkthrough.pk)


def answer_all(walkthrough, state="in_place"):
    """Answer every item."""
    Answer.objects.filter(assessment=walkthrough.assessment).update(state=state, text="Seen on 1 March.")


def signing(walkthrough):
    """Return the seats that sign."""
    return [seat for seat in queries.seats_of(walkthrough) if seat.signs]


def seat_as(walkthrough, capacity):
    """Return the first seat of a capacity."""
    return Seat.objects.select_related("person", "walkthrough").filter(
        walkthrough=walkthrough, capacity=capacity, left_at=None
    )[0]


def holder(seat):
    """Return the seat's person as an actor."""
    return Actor(person=seat.person, request_id="4711")


def sign(seat, decision=SignOff.Decision.APPROVE, *, at=NOW, **more):
    """Sign as the seat's own person; return the signature."""
    return transitions.sign_off(seat, decision=decision, by=holder(seat), at=at, **more).row


def veto(walkthrough, *, at=NOW):
    """Veto as the security seat; return the veto."""
    terms = rules.VetoTerms(
        items=["SEC-02"], lifted_by_what="The store moves.", review_on=(at + timedelta(days=14)).date()
    )
    seat = seat_as(walkthrough, Capacity.SECURITY)
    return sign(seat, "veto", note="Addresses leave the region.", terms=terms, at=at).veto


def _with_lead(walkthrough, lead):
    walkthrough.service.lead = lead
    return walkthrough
