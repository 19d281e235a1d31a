"""What other pages show: my work, leadership, the service's overview."""

from datetime import timedelta

import pytest

from apps.catalog.models import Phase, Service
from apps.readiness.models import Answer, Assessment
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.models import Capacity, Walkthrough
from tests.factories import ActorFactory, ServiceFactory, UserFactory
from tests.factories.walkthroughs import (
    MEETING,
    decided,
    held,
    holder,
    in_progress,
    planned,
    scheduled,
    seat_as,
    sign,
    signing,
    veto,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def actions(person, now):
    return [todo.action for todo in queries.waits_for(person, now=now)]


def test_a_reply_waits_until_it_is_given(now):
    seat = seat_as(scheduled(), Capacity.PEER)

    assert actions(seat.person, now) == ["Reply"]
    transitions.reply(seat, reply="no", by=holder(seat), at=now)
    assert actions(seat.person, now) == []


def test_a_signature_waits_until_it_is_given(now):
    seat = seat_as(held(), Capacity.PEER)

    assert actions(seat.person, now) == ["Sign"]
    sign(seat)
    assert actions(seat.person, now) == []


def test_a_signature_that_stopped_counting_waits_again(now):
    walkthrough = decided()
    seat = signing(walkthrough)[0]
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(state="gap")
    Assessment.objects.filter(pk=walkthrough.assessment_id).update(content_version=9)

    assert actions(seat.person, now) == ["Look"]
    transitions.confirm(seat, by=holder(seat), at=now)
    assert actions(seat.person, now) == []


def test_what_was_signed_at_an_earlier_walkthrough_waits_no_more(now):
    first = decided()
    signer = signing(first)[0].person
    Answer.objects.filter(assessment=first.assessment, item="REL-01").update(state="gap")
    Assessment.objects.filter(pk=first.assessment_id).update(content_version=9)
    second = transitions.plan(first.service, by=first.service.lead, at=now)

    assert actions(signer, now) == ["Look"]
    Walkthrough.objects.filter(pk=second.pk).update(
        state="held", starts_at=now, held_at=now, risk_level="low"
    )
    assert actions(signer, now) == []


def test_other_changes_ask_nobody(now):
    walkthrough = decided()
    seat = signing(walkthrough)[0]
    Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(text="More.")
    Assessment.objects.filter(pk=walkthrough.assessment_id).update(content_version=9)

    assert actions(seat.person, now) == []


def test_follow_ups_wait_two_weeks_before_their_date(now):
    walkthrough = in_progress()
    lead, owner = walkthrough.service.lead, UserFactory()
    transitions.add_follow_up(
        walkthrough, text="Test it.", owner=owner, due_on=now.date() + 20 * DAY, by=lead, at=now
    )

    assert actions(owner, now) == []
    assert actions(owner, now + 6 * DAY) == ["Finish"]
    assert queries.waits_for(owner, now=now + 21 * DAY)[0].is_urgent


def test_leads_schedule_what_is_planned_and_authors_look_at_vetoes_again(now):
    lead = planned().service.lead.person
    stands = veto(held("high"))

    assert actions(lead, now) == ["Schedule"]
    assert actions(stands.author, now) == []
    assert actions(stands.author, now + 14 * DAY) == ["Look"]


def test_what_is_live_or_archived_asks_for_no_signature(now):
    walkthrough = held()
    Service.objects.filter(pk=walkthrough.service_id).update(phase=Phase.LIVE)

    assert actions(signing(walkthrough)[0].person, now) == []


def test_waiting_takes_three_queries(now, django_assert_num_queries):
    person = UserFactory(reviews=True, lead_ids=[1], team_ids=[1])
    for _number in range(3):
        walkthrough = scheduled()
        transitions.add_seat(
            walkthrough, person=person, capacity="observer", by=walkthrough.service.lead, at=now
        )

    with django_assert_num_queries(3):
        assert len(queries.waits_for(person, now=now)) == 3


def test_leadership_sees_vetoes_launches_and_four_weeks(now, django_assert_num_queries):
    stands = veto(held("high"))
    over = held()
    for seat in signing(over):
        sign(seat, "object", note="No.")
    launch = transitions.launch(over.service, by=over.service.lead, at=now, reason="The season.")
    coming = scheduled()
    transitions.launch(decided().service, by=_lead_of_last(), at=now)

    with django_assert_num_queries(3):
        found = queries.leadership(now=MEETING["starts_at"] - 27 * DAY)

    assert (found.vetoes, found.launches) == ([stands], [launch])
    assert found.coming == [(coming, "Mon 30 March 2026, 14:00 Stockholm")]


def _lead_of_last():
    service = Service.objects.order_by("-pk")[0]
    return ActorFactory(person__lead_ids=[service.team_id], person__team_ids=[service.team_id])


def test_the_next_meeting_of_a_seat_and_of_a_team(now):
    walkthrough = scheduled()
    seat = seat_as(walkthrough, Capacity.PEER)

    theirs = queries.next_for(walkthrough.service.lead.person, now=now)
    mine = queries.next_for(seat.person, now=now)

    assert (theirs.is_mine, mine.is_mine) == (True, False)
    assert mine.replies == "1 of 3 accepted, 2 did not reply yet."
    assert mine.local_time == "Mon 30 March 2026, 14:00 Stockholm"
    assert queries.next_for(UserFactory(), now=now) is None


@pytest.mark.parametrize(
    ("phase", "allowed"),
    [
        (Phase.PLAYGROUND, {"may_archive"}),
        (Phase.GREEN_LIGHT, {"may_prepare", "may_move_back", "may_archive"}),
        (Phase.READY, {"may_plan", "may_move_back", "may_archive"}),
        (Phase.LIVE, {"may_archive"}),
    ],
)
def test_the_overview_says_what_a_lead_may_do(now, phase, allowed):
    service = ServiceFactory(phase=phase)
    by = ActorFactory(person__lead_ids=[service.team_id], person__team_ids=[service.team_id])

    found = queries.overview(service, by=by, now=now)

    names = {name for name in vars(found) if name.startswith("may_")}
    assert {name for name in names if getattr(found, name)} == allowed
    assert (found.gate is not None) == (phase == Phase.READY)


def test_the_overview_of_what_is_decided_lets_the_lead_launch(now, django_assert_num_queries):
    walkthrough = decided()
    service = Service.objects.select_related("team", "part_of", "summary").get(pk=walkthrough.service_id)

    with django_assert_num_queries(4):  # walkthroughs, seats, signatures, answers
        found = queries.overview(service, by=walkthrough.service.lead, now=now)

    assert (found.may_launch, found.may_launch_over, found.may_plan) == (True, False, True)
    assert all(one.met for one in found.conditions)


def test_the_overview_of_a_live_service_shows_its_launch(now, django_assert_num_queries):
    walkthrough = decided()
    launch = transitions.launch(walkthrough.service, by=walkthrough.service.lead, at=now)
    service = Service.objects.select_related("team", "part_of").get(pk=walkthrough.service_id)

    by = ActorFactory()

    with django_assert_num_queries(1):
        found = queries.overview(service, by=by, now=now)

    assert (found.launch, found.gate) == (launch, None)
