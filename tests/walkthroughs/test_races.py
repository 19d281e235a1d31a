"""Two at once; these need a database with row locks."""

from apps.activity.models import Event
from apps.core.errors import InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.walkthroughs import transitions
from apps.walkthroughs.models import Capacity, FollowUp, Launch, Seat, SignOff, State, Walkthrough
from tests.factories import UserFactory
from tests.factories.walkthroughs import (
    decided,
    fresh,
    held,
    holder,
    in_progress,
    planned,
    scheduled,
    seat_as,
    sign,
    signing,
)
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql
TIMES = 4


def kinds(results):
    return sorted(type(result).__name__ for result in results)


def test_two_seats_sign_at_once_and_both_count(now):
    walkthrough = held("high")
    seats = signing(walkthrough)

    results = at_once(lambda number: sign(seats[number]), times=len(seats))

    assert all(isinstance(result, SignOff) for result in results), results
    assert fresh(walkthrough).state == State.DECIDED
    assert Event.objects.filter(verb="walkthroughs.decided").count() == 1


def test_one_seat_signs_twice_at_once_and_has_one_signature(now):
    walkthrough = held()
    seat = signing(walkthrough)[0]

    results = at_once(lambda _number: sign(seat), times=TIMES)

    assert all(isinstance(result, SignOff) for result in results), results
    assert SignOff.objects.filter(seat=seat).count() == 1
    assert Event.objects.filter(verb="walkthroughs.signed").count() == 1


def test_two_launches_are_one(now):
    service = decided().service
    lead = service.lead

    results = at_once(lambda _number: transitions.launch(service, by=lead, at=now), times=TIMES)

    assert kinds(results) == ["InvalidMoveError"] * (TIMES - 1) + ["Launch"]
    assert Launch.objects.count() == 1
    assert Event.objects.filter(verb="walkthroughs.launched").count() == 1


def test_a_launch_and_an_objection_never_pass_each_other(now):
    walkthrough = decided()
    service, seat = walkthrough.service, signing(walkthrough)[0]
    steps = [
        lambda: transitions.launch(service, by=service.lead, at=now),
        lambda: sign(seat, "object", note="Wait."),
    ]

    launched, objected = at_once(lambda number: steps[number](), times=2)

    if isinstance(launched, Launch):
        assert isinstance(objected, InvalidMoveError)
    else:
        assert isinstance(objected, SignOff)
        assert Launch.objects.count() == 0


def test_two_replies_of_one_person_leave_one(now):
    seat = seat_as(scheduled(), Capacity.PEER)

    results = at_once(
        lambda _number: transitions.reply(seat, reply="yes", by=holder(seat), at=now), times=TIMES
    )

    assert all(isinstance(result, Seat) for result in results), results
    assert Event.objects.filter(verb="walkthroughs.replied").count() == 1


def test_a_seat_is_handed_over_once(now):
    seat = seat_as(scheduled(), Capacity.PEER)
    people = UserFactory.create_batch(TIMES, reviews=True)

    at_once(
        lambda number: transitions.hand_over(seat, person=people[number], by=holder(seat), at=now),
        times=TIMES,
    )

    assert Seat.objects.filter(capacity=Capacity.PEER, left_at=None).count() == 1


def test_two_who_write_minutes_lose_nothing(now):
    walkthrough = in_progress()
    lead = walkthrough.service.lead

    results = at_once(
        lambda number: transitions.edit_notes(
            walkthrough, text=f"Text {number}.", revision=0, by=lead, at=now
        ),
        times=TIMES,
    )

    assert sum(isinstance(result, Saved) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == TIMES - 1


def test_follow_ups_get_different_numbers(now):
    walkthrough = in_progress()
    lead = walkthrough.service.lead

    at_once(
        lambda number: transitions.add_follow_up(
            walkthrough, text=f"{number}", owner=lead.person, due_on=now.date(), by=lead, at=now
        ),
        times=TIMES,
    )

    assert sorted(FollowUp.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_two_plans_are_one(now):
    walkthrough = planned()
    service = walkthrough.service
    transitions.cancel(walkthrough, reason="Later.", by=service.lead, at=now)

    at_once(lambda _number: transitions.plan(service, by=service.lead, at=now), times=TIMES)

    assert Walkthrough.objects.filter(state=State.PLANNED).count() == 1
