from datetime import timedelta

import pytest
from django.db import IntegrityError

from apps.activity.models import Event
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Delivery, Notice
from apps.readiness.models import Reviewer
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.models import Capacity, Decision, Reply, Seat, SignOff, State, Walkthrough
from tests.api.asking import Program
from tests.factories import ActorFactory, UserFactory
from tests.factories.catalog import member_of
from tests.factories.walkthroughs import (
    LEVELS,
    MEETING,
    ROLES,
    decided,
    fresh,
    held,
    holder,
    in_progress,
    in_state,
    scheduled,
    seat_as,
    sign,
    signing,
)
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat(now):
    return seat_as(scheduled(), Capacity.PEER)


def test_a_reply_is_kept_and_told(now, seat):
    transitions.reply(seat, reply="no", note="On leave.", by=holder(seat), at=now)

    seat.refresh_from_db()
    assert (seat.reply, seat.reply_note, seat.replied_at) == (Reply.NO, "On leave.", now)
    assert told(seat.walkthrough)[0] == (
        f"{seat.person} replied “Cannot come” to the walkthrough of {seat.walkthrough.service}"
    )
    assert Notice.objects.filter(kind="walkthroughs/replied").count() == 1


def test_who_comes_bothers_nobody(now, seat):
    transitions.reply(seat, reply="yes", by=holder(seat), at=now)

    assert not Notice.objects.filter(kind="walkthroughs/replied").exists()


def test_a_reply_can_change_and_the_same_one_twice_is_one(now, seat):
    for answer in ("maybe", "maybe", "yes"):
        transitions.reply(seat, reply=answer, by=holder(seat), at=now)

    assert Event.objects.filter(verb="walkthroughs.replied").count() == 2


def test_a_reply_that_changes_within_a_second_is_told_again(now, seat):
    for number, answer in enumerate(("no", "yes", "no")):
        transitions.reply(seat, reply=answer, by=holder(seat), at=now + timedelta(milliseconds=number))

    assert Notice.objects.filter(kind="walkthroughs/replied").count() == 2


def test_only_the_invited_person_replies(now, seat):
    for by in (ActorFactory(person__is_admin=True), ActorFactory(person__is_enablement=True)):
        with pytest.raises(NotPermittedError):
            transitions.reply(seat, reply="yes", by=by, at=now)

    seat.refresh_from_db()
    assert seat.reply == Reply.NONE


@pytest.mark.parametrize("reply", ["", "perhaps", "YES"])
def test_a_reply_is_one_of_three(now, seat, reply):
    with pytest.raises(InvalidInputError):
        transitions.reply(seat, reply=reply, by=holder(seat), at=now)


def test_a_reply_to_what_has_begun_is_refused(now, seat):
    with pytest.raises(InvalidMoveError, match="can no longer be answered"):
        transitions.reply(seat, reply="yes", by=holder(seat), at=MEETING["starts_at"])


@pytest.mark.parametrize("state", [State.IN_PROGRESS, State.HELD, State.DECIDED, State.CANCELLED])
def test_a_reply_to_what_is_not_scheduled_is_refused(now, state):
    seat = seat_as(in_state(state), Capacity.PEER)

    with pytest.raises(InvalidMoveError):
        transitions.reply(seat, reply="yes", by=holder(seat), at=now)


def test_ask_again_asks_the_silent_once_a_day(now):
    walkthrough = scheduled()
    lead = walkthrough.service.lead
    peer = seat_as(walkthrough, Capacity.PEER)
    transitions.reply(peer, reply="yes", by=holder(peer), at=now)

    transitions.ask_again(walkthrough, by=lead, at=now)
    asked = transitions.ask_again(walkthrough, by=lead, at=now + timedelta(hours=2))

    other = seat_as(walkthrough, Capacity.ENABLEMENT)
    assert [one.person for one in asked] == [other.person]
    assert list(
        Notice.objects.filter(kind="walkthroughs/asked_again").values_list("recipient", flat=True)
    ) == [other.person_id]


def test_ask_again_needs_somebody_who_is_silent(now):
    walkthrough = scheduled()
    for one in signing(walkthrough):
        transitions.reply(one, reply="yes", by=holder(one), at=now)

    with pytest.raises(InvalidMoveError, match="Everybody has replied"):
        transitions.ask_again(walkthrough, by=walkthrough.service.lead, at=now)
    with pytest.raises(NotPermittedError):
        transitions.ask_again(walkthrough, by=member_of(walkthrough.service.team), at=now)


@pytest.mark.parametrize("make", [scheduled, in_progress, held])
def test_replace_gives_the_seat_to_somebody_else(now, make):
    walkthrough = make()
    seat = seat_as(walkthrough, Capacity.PEER)
    other = UserFactory(reviews=True)

    taken = transitions.replace_seat(seat, person=other, by=walkthrough.service.lead, at=now)

    seat.refresh_from_db()
    assert (seat.left_at, taken.person, taken.capacity, taken.is_required) == (now, other, "peer", True)
    assert Reviewer.objects.filter(person=other).exists()
    assert not Reviewer.objects.filter(person=seat.person).exists()
    assert told(walkthrough)[0].endswith(
        f"gave the peer seat of {seat.person} at the walkthrough of {walkthrough.service} to {other}"
    )


def test_both_calendars_follow_a_replacement(now):
    walkthrough = scheduled()
    seat = seat_as(walkthrough, Capacity.PEER)
    other = UserFactory(reviews=True)

    transitions.replace_seat(seat, person=other, by=walkthrough.service.lead, at=now)

    last = {one.recipient_id: one.calendar for one in Delivery.objects.exclude(calendar="").order_by("pk")}
    assert "METHOD:CANCEL" in last[seat.person_id]
    assert "METHOD:REQUEST" in last[other.pk]


def test_the_holder_hands_over(now, seat):
    other = UserFactory(reviews=True)

    transitions.hand_over(seat, person=other, by=holder(seat), at=now)

    assert seat_as(seat.walkthrough, Capacity.PEER).person == other


def test_handing_over_is_for_the_holder_and_replacing_for_planners(now, seat):
    other = UserFactory(reviews=True)

    with pytest.raises(NotPermittedError):
        transitions.hand_over(seat, person=other, by=ActorFactory(person__is_enablement=True), at=now)
    with pytest.raises(NotPermittedError):
        transitions.replace_seat(seat, person=other, by=holder(seat), at=now)

    seat.refresh_from_db()
    assert seat.left_at is None


def test_a_seat_goes_to_nobody_unfit(now, seat):
    team = seat.walkthrough.service.team
    unfit = [
        UserFactory(reviews=False),
        member_of(team, reviews=True).person,
        seat_as(seat.walkthrough, Capacity.ENABLEMENT).person,
        UserFactory(reviews=True, is_active=False),
        UserFactory(reviews=True, email=None),
    ]

    for person in unfit:
        with pytest.raises(InvalidInputError):
            transitions.hand_over(seat, person=person, by=holder(seat), at=now)

    assert Seat.objects.filter(left_at=None).count() == 3


def test_who_signed_is_not_seated_away(now):
    walkthrough = held()
    seat = seat_as(walkthrough, Capacity.PEER)
    sign(seat, "object", note="No second copy.")

    with pytest.raises(InvalidInputError, match="keeps its person"):
        transitions.replace_seat(seat, person=UserFactory(reviews=True), by=walkthrough.service.lead, at=now)


@pytest.mark.parametrize("state", [State.DECIDED, State.CANCELLED])
def test_seats_of_what_is_over_stay(now, state):
    walkthrough = in_state(state)
    seat = seat_as(walkthrough, Capacity.PEER)

    with pytest.raises(InvalidMoveError):
        transitions.replace_seat(seat, person=UserFactory(reviews=True), by=walkthrough.service.lead, at=now)


def test_a_seat_is_added_before_and_after_the_meeting(now):
    for walkthrough in (scheduled(), held()):
        lead = walkthrough.service.lead
        watcher, expert = UserFactory(), UserFactory(is_architect=True)

        transitions.add_seat(walkthrough, person=watcher, capacity="observer", by=lead, at=now)
        seat = transitions.add_seat(walkthrough, person=expert, capacity="architect", by=lead, at=now)

        assert seat.signs
        assert not seat_as(walkthrough, Capacity.OBSERVER).signs
        assert Notice.objects.filter(recipient=expert).count() == 1


def risen(level="medium", **fields):
    """Return a walkthrough that was decided at low risk, before the service's risk rose."""
    walkthrough = decided("low", **fields)
    Service.objects.filter(pk=walkthrough.service_id).update(**LEVELS[level], version=9)
    return walkthrough


@pytest.mark.parametrize("who", ["lead", "enablement"])
def test_the_seat_that_a_risen_risk_asks_for_opens_what_is_decided(now, who):
    walkthrough = risen()
    expert = UserFactory(is_architect=True)
    by = walkthrough.service.lead if who == "lead" else ActorFactory(person__is_enablement=True)

    seat = transitions.add_seat(walkthrough, person=expert, capacity="architect", by=by, at=now)

    row = fresh(walkthrough)
    assert (row.state, row.decision, row.decided_at) == (State.HELD, "", None)
    assert row.service.summary.next_step == "1 signature to come"
    assert SignOff.objects.filter(replaced_at=None).count() == 2  # what was signed stays
    event = Event.objects.get(verb="walkthroughs.decision_taken_back")
    assert event.data == {"label": "approved", "decision": "approved", "capacity": "architect"}
    told_to = Notice.objects.filter(kind="walkthroughs/decision_taken_back").values_list(
        "recipient", flat=True
    )
    signers = {one.person_id for one in signing(row)} - {expert.pk}
    assert set(told_to) == (signers | {walkthrough.service.lead.person_id}) - {by.person_id}
    assert Notice.objects.filter(recipient=expert, kind="walkthroughs/seated").exists()
    sign(seat, "conditions", note="Watch the store.")
    assert (fresh(walkthrough).state, fresh(walkthrough).decision) == (State.DECIDED, Decision.CONDITIONS)


def test_a_program_gives_the_seat_that_a_risen_risk_asks_for():
    walkthrough = risen()
    program, where = Program(walkthrough.service.lead.person), f"walkthroughs/{walkthrough.pk}/"
    expert, watcher = UserFactory(is_architect=True), UserFactory()

    program("POST", f"{where}seats/", {"person": watcher.pk, "capacity": "observer"}, status=409)
    seat = program("POST", f"{where}seats/", {"person": expert.pk, "capacity": "architect"}, status=201)

    assert seat["capacity"] == "architect"
    opened = program("GET", where, status=200)
    assert (opened["state"], opened["decision"]) == ("held", "")


def test_it_is_decided_when_all_that_the_risk_asks_for_have_signed(now):
    walkthrough = risen("high")
    by = walkthrough.service.lead
    seats = [
        transitions.add_seat(walkthrough, person=UserFactory(**ROLES[one]), capacity=one, by=by, at=now)
        for one in (Capacity.ARCHITECT, Capacity.SECURITY)
    ]

    sign(seats[0])
    assert fresh(walkthrough).state == State.HELD
    sign(seats[1])
    assert fresh(walkthrough).state == State.DECIDED


def nothing_taken_back(walkthrough):
    is_decided = fresh(walkthrough).state == State.DECIDED
    return is_decided and not Event.objects.filter(verb="walkthroughs.decision_taken_back").exists()


@pytest.mark.parametrize("capacity", ["peer", "observer", "security"])
def test_what_is_decided_takes_in_nobody_else(now, capacity):
    walkthrough = risen("medium")
    person = UserFactory(reviews=True, is_security=True)

    with pytest.raises(InvalidMoveError, match=f"asks for no further {capacity} seat"):
        transitions.add_seat(
            walkthrough, person=person, capacity=capacity, by=walkthrough.service.lead, at=now
        )

    assert nothing_taken_back(walkthrough)


@pytest.mark.parametrize("phase", [Phase.GREEN_LIGHT, Phase.LIVE])
def test_what_is_history_is_not_opened_again(now, phase):
    walkthrough = risen()
    Service.objects.filter(pk=walkthrough.service_id).update(phase=phase)

    with pytest.raises(InvalidMoveError, match="history"):
        transitions.add_seat(
            walkthrough,
            person=UserFactory(is_architect=True),
            capacity="architect",
            by=walkthrough.service.lead,
            at=now,
        )

    assert nothing_taken_back(walkthrough)


def test_only_the_latest_is_opened_again_and_none_while_another_is_planned(now):
    walkthrough = risen()
    lead = walkthrough.service.lead
    expert = UserFactory(is_architect=True)
    coming = transitions.plan(walkthrough.service, by=lead, at=now)

    for state in (State.PLANNED, State.DECIDED):
        values = {"state": state}
        if state == State.DECIDED:
            values |= {"decision": "approved", "decided_at": now, "held_at": now, "starts_at": now}
            values |= {"risk_level": "medium"}
        Walkthrough.objects.filter(pk=coming.pk).update(**values)
        with pytest.raises(InvalidMoveError, match="history"):
            transitions.add_seat(walkthrough, person=expert, capacity="architect", by=lead, at=now)

    assert nothing_taken_back(walkthrough)


def test_a_page_offers_no_seat_while_another_meeting_is_planned(now, client):
    walkthrough = risen()
    lead = walkthrough.service.lead
    client.force_login(lead.person)
    address = f"/walkthroughs/{walkthrough.pk}/"
    link = f"{address}seats/"

    assert f'href="{link}"' in client.get(address).content.decode()
    coming = transitions.plan(walkthrough.service, by=lead, at=now)
    html = client.get(address).content.decode()

    assert f'href="{link}"' not in html
    assert f'href="/walkthroughs/{coming.pk}/"' in html
    assert client.get(link).status_code == 409


def test_the_form_of_what_is_decided_offers_the_missing_seat_alone(client):
    walkthrough = risen()
    expert, _peer = UserFactory(is_architect=True), UserFactory(reviews=True)
    client.force_login(walkthrough.service.lead.person)
    url = f"/walkthroughs/{walkthrough.pk}/seats/"

    response = client.get(f"{url}?as=observer")
    refused = client.post(url, {"capacity": "observer", "person": expert.pk})
    seated = client.post(url, {"capacity": "architect", "person": expert.pk})

    assert response.context["capacities"] == [Capacity.ARCHITECT]
    assert response.context["form"]["person"].field.people == {str(expert.pk): expert}
    assert 'class="chip"' not in response.content.decode()
    assert (refused.status_code, seated.status_code) == (422, 302)
    assert seat_as(walkthrough, Capacity.ARCHITECT).person == expert


def test_a_decided_walkthrough_with_every_seat_shows_no_form(client):
    walkthrough = decided()
    client.force_login(walkthrough.service.lead.person)

    response = client.get(f"/walkthroughs/{walkthrough.pk}/seats/")

    assert response.status_code == 409
    assert "asks for no further seat" in response.content.decode()


@pytest.mark.parametrize("state", [State.PLANNED, State.CANCELLED])
def test_nobody_is_seated_where_no_panel_is(client, state):
    walkthrough = in_state(state)
    client.force_login(walkthrough.service.lead.person)

    assert client.get(f"/walkthroughs/{walkthrough.pk}/seats/").status_code == 409


@pytest.mark.parametrize(
    ("capacity", "fields"), [(one, fields) for one, fields in ROLES.items()] + [(Capacity.OBSERVER, {})]
)
def test_the_form_lists_whoever_may_take_the_chosen_seat(
    client, django_assert_max_num_queries, capacity, fields
):
    walkthrough = scheduled()
    able, other = UserFactory(**fields), UserFactory()
    client.force_login(walkthrough.service.lead.person)

    with django_assert_max_num_queries(12):
        response = client.get(f"/walkthroughs/{walkthrough.pk}/seats/?as={capacity}")

    people = response.context["form"]["person"].field.people.values()
    assert able in people
    assert (other in people) == (capacity == Capacity.OBSERVER)
    assert f'name="capacity" value="{capacity}"' in response.content.decode()


def test_who_is_seated_later_has_a_week_from_then_on(now):
    walkthrough, later = risen(), now + timedelta(days=60)
    expert = UserFactory(is_architect=True)

    transitions.add_seat(
        walkthrough, person=expert, capacity="architect", by=walkthrough.service.lead, at=later
    )

    (todo,) = queries.waits_for(expert, now=later)
    assert (todo.action, todo.when) == ("Sign", later + timedelta(days=7))


@pytest.mark.parametrize("who", ["member", "seat", "admin", "leadership"])
def test_others_do_not_open_it_again(now, who):
    walkthrough = risen()
    by = {
        "member": lambda: member_of(walkthrough.service.team),
        "seat": lambda: holder(seat_as(walkthrough, Capacity.PEER)),
        "admin": lambda: ActorFactory(person__is_admin=True),
        "leadership": lambda: ActorFactory(person__is_leadership=True),
    }[who]()

    with pytest.raises(NotPermittedError):
        transitions.add_seat(
            walkthrough, person=UserFactory(is_architect=True), capacity="architect", by=by, at=now
        )

    assert nothing_taken_back(walkthrough)


def test_nobody_sits_twice(now):
    walkthrough = scheduled()
    peer = seat_as(walkthrough, Capacity.PEER)

    with pytest.raises(InvalidInputError, match="has a seat"):
        transitions.add_seat(
            walkthrough, person=peer.person, capacity="observer", by=walkthrough.service.lead, at=now
        )
    with pytest.raises(IntegrityError):
        Seat.objects.create(walkthrough=walkthrough, person=peer.person, capacity="observer")


def test_the_database_refuses_half_a_reply(seat):
    with pytest.raises(IntegrityError):
        Seat.objects.filter(pk=seat.pk).update(reply="yes")
