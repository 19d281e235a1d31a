from datetime import timedelta

import pytest
from django.db import IntegrityError

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.readiness.models import Assessment, Kind, Reviewer
from apps.walkthroughs import rules, transitions
from apps.walkthroughs.models import Capacity, Reply, Seat, State, Walkthrough
from tests.factories import ActorFactory, ServiceFactory, UserFactory
from tests.factories.catalog import lead_of, member_of
from tests.factories.readiness import conversation_of
from tests.factories.walkthroughs import (
    LEVELS,
    MEETING,
    cancelled,
    decided,
    fresh,
    in_state,
    panel_for,
    planned,
    scheduled,
    seat_as,
    signing,
)
from tests.history import told

pytestmark = pytest.mark.django_db
STRANGERS = ["member", "security", "system"]


def stranger(kind, walkthrough):
    return {
        "member": lambda: member_of(walkthrough.service.team),
        "security": lambda: ActorFactory(person__is_security=True, person__is_admin=True),
        "system": lambda: Actor.system("tests"),
    }[kind]()


@pytest.fixture
def ready(now):
    service = conversation_of().service
    service.lead = lead_of(service.team)
    Notice.objects.all().delete()
    return service


def test_prepare_opens_the_ten_areas_and_plans_four_weeks_out(now, ready):
    walkthrough = transitions.prepare(ready, by=ready.lead, at=now)

    service = Service.objects.select_related("summary").get(pk=ready.pk)
    assert (service.phase, service.summary.next_on) == (Phase.READY, walkthrough.planned_on)
    assert (walkthrough.state, walkthrough.planned_on.isoformat()) == (State.PLANNED, "2026-03-30")
    assert walkthrough.assessment.kind == Kind.READINESS
    event = Event.objects.get(verb="walkthroughs.prepared")
    assert event.data["gaps"] == ["GL-01", "GL-02", "GL-03"]


def test_a_planned_day_is_never_on_a_weekend(now):
    days = [rules.planned_day(now.date() + timedelta(days=number)) for number in range(14)]

    assert {day.isoweekday() for day in days} == {1, 2, 3, 4, 5}


def test_prepare_tells_the_advisor_and_not_who_did_it(now, ready):
    advisor = UserFactory(is_enablement=True)
    Service.objects.filter(pk=ready.pk).update(advisor=advisor)

    transitions.prepare(ready, by=ready.lead, at=now)

    told_people = set(Notice.objects.filter(kind="walkthroughs/prepared").values_list("recipient", flat=True))
    assert advisor.pk in told_people
    assert ready.lead.person_id not in told_people


@pytest.mark.parametrize("who", ["member", "enablement", "leadership"])
def test_prepare_is_for_leads(now, ready, who):
    by = member_of(ready.team) if who == "member" else ActorFactory(**{f"person__is_{who}": True})

    with pytest.raises(NotPermittedError):
        transitions.prepare(ready, by=by, at=now)

    assert not Walkthrough.objects.exists()
    assert not Event.objects.filter(verb__startswith="walkthroughs.").exists()


@pytest.mark.parametrize("phase", [Phase.PLAYGROUND, Phase.READY, Phase.LIVE])
def test_prepare_needs_green_light(now, ready, phase):
    Service.objects.filter(pk=ready.pk).update(phase=phase)

    with pytest.raises(InvalidMoveError, match="cannot enter"):
        transitions.prepare(ready, by=ready.lead, at=now)

    assert not Walkthrough.objects.exists()
    assert not Assessment.objects.filter(kind=Kind.READINESS).exists()


def test_plan_makes_one_more_after_a_cancelled_one(now):
    walkthrough = cancelled()

    again = transitions.plan(walkthrough.service, by=walkthrough.service.lead, at=now)

    assert (again.state, again.assessment) == (State.PLANNED, walkthrough.assessment)
    assert told(again)[0].endswith(f"planned the walkthrough of {again.service} for about 30 March 2026")


@pytest.mark.parametrize("state", [State.PLANNED, State.SCHEDULED, State.IN_PROGRESS, State.HELD])
def test_plan_refuses_a_second_open_one(now, state):
    walkthrough = in_state(state)

    with pytest.raises(InvalidMoveError, match="is open already"):
        transitions.plan(walkthrough.service, by=walkthrough.service.lead, at=now)


def test_plan_refuses_yesterday_and_strangers(now):
    walkthrough = decided()
    service = walkthrough.service

    with pytest.raises(InvalidInputError, match="lies in the past"):
        transitions.plan(service, by=service.lead, at=now, planned_on=now.date() - timedelta(days=1))
    with pytest.raises(NotPermittedError):
        transitions.plan(service, by=member_of(service.team), at=now)


def test_schedule_freezes_the_risk_and_invites_everybody(now):
    walkthrough = planned("high")
    lead = walkthrough.service.lead

    transitions.schedule(walkthrough, panel=panel_for(walkthrough.service), by=lead, at=now, **MEETING)

    walkthrough = fresh(walkthrough)
    seats = Seat.objects.filter(walkthrough=walkthrough)
    assert (walkthrough.state, walkthrough.risk_level) == (State.SCHEDULED, "high")
    assert sum(part["points"] for part in walkthrough.risk_parts) == 5
    assert [seat.capacity for seat in seats.order_by("pk")] == [
        "presenter",
        "peer",
        "architect",
        "security",
        "enablement",
    ]
    assert seats.exclude(invited_at=now).count() == 0
    assert Notice.objects.filter(kind="walkthroughs/invitation").count() == 5
    assert set(Reviewer.objects.values_list("person", flat=True)) == {
        seat.person_id for seat in signing(walkthrough)
    }
    assert walkthrough.service.summary.next_on.isoformat() == "2026-03-30"


def test_who_schedules_their_own_meeting_comes(now):
    walkthrough = scheduled()

    assert seat_as(walkthrough, Capacity.PRESENTER).reply == Reply.YES
    assert seat_as(walkthrough, Capacity.PEER).reply == Reply.NONE


def test_enablement_schedules_too(now):
    walkthrough = planned()
    by = ActorFactory(person__is_enablement=True)

    transitions.schedule(walkthrough, panel=panel_for(walkthrough.service), by=by, at=now, **MEETING)

    assert fresh(walkthrough).state == State.SCHEDULED


@pytest.mark.parametrize("who", STRANGERS)
def test_schedule_refuses_strangers(now, who):
    walkthrough = planned()
    by = stranger(who, walkthrough)

    with pytest.raises(NotPermittedError):
        transitions.schedule(walkthrough, panel=panel_for(walkthrough.service), by=by, at=now, **MEETING)

    assert not Seat.objects.exists()


@pytest.mark.parametrize("state", sorted(set(State) - {State.PLANNED}))
def test_schedule_refuses_what_is_not_planned(now, state):
    walkthrough = in_state(state)
    service = walkthrough.service

    with pytest.raises(InvalidMoveError, match="cannot become scheduled"):
        transitions.schedule(walkthrough, panel=panel_for(service), by=service.lead, at=now, **MEETING)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": MEETING["starts_at"] - timedelta(days=60)}, "starts_at"),
        ({"starts_at": MEETING["starts_at"] + timedelta(days=1000)}, "starts_at"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"minutes": 14}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"place": "a\0b"}, "place"),
        ({"place": "x" * 301}, "place"),
        ({"place": "Room\n4"}, "place"),
    ],
)
def test_schedule_refuses_wrong_input_and_writes_nothing(now, changes, field):
    walkthrough = planned()
    service = walkthrough.service

    with pytest.raises(InvalidInputError) as error:
        transitions.schedule(
            walkthrough, panel=panel_for(service), by=service.lead, at=now, **(MEETING | changes)
        )

    assert error.value.field == field
    assert fresh(walkthrough).state == State.PLANNED
    assert not Seat.objects.exists()
    assert not Notice.objects.exists()


def without(panel, capacity):
    return [place for place in panel if place.capacity != capacity]


@pytest.mark.parametrize("capacity", ["presenter", "peer", "architect", "security", "enablement"])
def test_schedule_refuses_a_panel_without_a_seat(now, capacity):
    walkthrough = planned("high")
    service = walkthrough.service
    panel = without(panel_for(service), capacity)

    with pytest.raises(InvalidInputError, match=f"(?i){capacity}|present"):
        transitions.schedule(walkthrough, panel=panel, by=service.lead, at=now, **MEETING)

    assert not Seat.objects.exists()


def test_schedule_refuses_the_owning_team_and_missing_roles_on_signing_seats(now):
    walkthrough = planned("high")
    service = walkthrough.service
    panel = panel_for(service)
    own = member_of(service.team, reviews=True, is_architect=True).person
    wrong = [
        rules.Place(Capacity.PEER, own),
        rules.Place(Capacity.ARCHITECT, own),
        rules.Place(Capacity.SECURITY, UserFactory()),
        rules.Place(Capacity.PEER, UserFactory(reviews=False)),
        rules.Place(Capacity.PEER, UserFactory(reviews=True, is_active=False)),
        rules.Place(Capacity.PRESENTER, UserFactory()),
    ]

    for place in wrong:
        with pytest.raises(InvalidInputError):
            transitions.schedule(walkthrough, panel=[*panel, place], by=service.lead, at=now, **MEETING)

    assert not Seat.objects.exists()


def test_restricted_data_always_seats_security(now):
    walkthrough = planned("low", data_class="restricted", tier=4)
    service = walkthrough.service

    panel = without(panel_for(service), Capacity.SECURITY)

    with pytest.raises(InvalidInputError, match="needs security"):
        transitions.schedule(walkthrough, panel=panel, by=service.lead, at=now, **MEETING)


def test_move_asks_everybody_anew(now):
    walkthrough = scheduled()
    lead = walkthrough.service.lead
    seat = seat_as(walkthrough, Capacity.PEER)
    Seat.objects.filter(pk=seat.pk).update(reply="yes", replied_at=now)
    later = MEETING | {"starts_at": MEETING["starts_at"] + timedelta(days=1)}

    moved = transitions.move(walkthrough, by=lead, at=now + timedelta(hours=1), **later)

    seat.refresh_from_db()
    assert (moved.sequence, moved.starts_at) == (1, later["starts_at"])
    assert (seat.reply, seat.replied_at, seat.invited_at) == ("", None, now + timedelta(hours=1))
    assert seat_as(walkthrough, Capacity.PRESENTER).reply == Reply.YES
    assert Notice.objects.filter(kind="walkthroughs/moved").count() == 3


def test_moving_nowhere_changes_nothing(now):
    walkthrough = scheduled()
    before = Event.objects.count()

    moved = transitions.move(walkthrough, by=walkthrough.service.lead, at=now, **MEETING)

    assert (moved.sequence, Event.objects.count()) == (0, before)


@pytest.mark.parametrize("state", sorted(set(State) - {State.SCHEDULED}))
def test_move_refuses_what_is_not_scheduled(now, state):
    walkthrough = in_state(state)
    later = MEETING | {"minutes": 60}

    with pytest.raises(InvalidMoveError, match="moving it is not possible"):
        transitions.move(walkthrough, by=walkthrough.service.lead, at=now, **later)


@pytest.mark.parametrize("who", STRANGERS)
def test_move_and_cancel_refuse_strangers(now, who):
    walkthrough = scheduled()
    by = stranger(who, walkthrough)

    with pytest.raises(NotPermittedError):
        transitions.move(walkthrough, by=by, at=now, **(MEETING | {"minutes": 60}))
    with pytest.raises(NotPermittedError):
        transitions.cancel(walkthrough, reason="No.", by=by, at=now)

    assert (fresh(walkthrough).state, fresh(walkthrough).minutes) == (State.SCHEDULED, 80)


def test_cancel_takes_it_out_of_calendars(now):
    walkthrough = scheduled()

    transitions.cancel(walkthrough, reason="The store is late.", by=walkthrough.service.lead, at=now)

    walkthrough = fresh(walkthrough)
    assert (walkthrough.state, walkthrough.cancel_reason, walkthrough.sequence) == (
        State.CANCELLED,
        "The store is late.",
        1,
    )
    assert Notice.objects.filter(kind="walkthroughs/cancelled").count() == 3
    assert not Reviewer.objects.exists()
    assert walkthrough.service.summary.next_on is None


@pytest.mark.parametrize("state", [State.HELD, State.DECIDED, State.CANCELLED])
def test_cancel_refuses_what_was_held(now, state):
    walkthrough = in_state(state)

    with pytest.raises(InvalidMoveError, match="cancelling it is not possible"):
        transitions.cancel(walkthrough, reason="No.", by=walkthrough.service.lead, at=now)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\0b", "two\nlines"])
def test_cancel_needs_a_reason_of_one_line(now, reason):
    walkthrough = scheduled()

    with pytest.raises(InvalidInputError):
        transitions.cancel(walkthrough, reason=reason, by=walkthrough.service.lead, at=now)

    assert fresh(walkthrough).state == State.SCHEDULED


def test_enablement_lets_a_lower_risk_count(now):
    walkthrough = scheduled("high")
    Service.objects.filter(pk=walkthrough.service_id).update(**LEVELS["low"])
    by = ActorFactory(person__is_enablement=True)

    transitions.freeze_risk(walkthrough, by=by, at=now)

    assert fresh(walkthrough).risk_level == "low"
    assert told(walkthrough)[0].endswith("count as low")


def test_the_own_team_never_lowers_its_risk(now):
    walkthrough = scheduled("high")
    own = member_of(walkthrough.service.team, is_enablement=True)
    of_a_part = member_of(ServiceFactory(part_of=walkthrough.service).team, is_enablement=True)

    for by in (walkthrough.service.lead, own, of_a_part):
        with pytest.raises(NotPermittedError):
            transitions.freeze_risk(walkthrough, by=by, at=now)


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.SCHEDULED},  # without a time
        {"state": State.DECIDED},  # without a decision
        {"decision": "approved"},  # without being decided
        {"state": State.HELD},
    ],
)
def test_the_database_refuses_impossible_walkthroughs(values):
    walkthrough = planned()

    with pytest.raises(IntegrityError):
        Walkthrough.objects.filter(pk=walkthrough.pk).update(**values)


def test_the_database_refuses_a_second_open_walkthrough(now):
    walkthrough = planned()

    with pytest.raises(IntegrityError):
        Walkthrough.objects.create(
            service=walkthrough.service, assessment=walkthrough.assessment, planned_on=now.date()
        )
