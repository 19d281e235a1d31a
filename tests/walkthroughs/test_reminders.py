from datetime import timedelta

import pytest

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.notifications.models import Notice
from apps.notifications.transitions import remind
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.models import Capacity, FollowUp, Seat, Veto
from tests.factories.catalog import lead_of
from tests.factories.walkthroughs import (
    MEETING,
    held,
    holder,
    in_progress,
    panel_for,
    planned,
    scheduled,
    seat_as,
    sign,
    signing,
    veto,
)

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)


def due(now, kind):
    """Return who is reminded of what at a moment, as (name, key)."""
    return [(one.recipient, one.key) for one in queries.due(now=now) if one.kind == f"walkthroughs/{kind}"]


def people(now, kind):
    return {person for person, _key in due(now, kind)}


def test_presenters_and_leads_count_down_from_28_days_everybody_from_7(now):
    far = MEETING | {"starts_at": MEETING["starts_at"] + timedelta(days=10)}
    walkthrough = planned()
    service = walkthrough.service
    transitions.schedule(walkthrough, panel=panel_for(service), by=service.lead, at=now, **far)
    second = lead_of(service.team).person
    starts_at = far["starts_at"]
    seats = {seat.person for seat in Seat.objects.select_related("person")}

    assert people(starts_at - 29 * DAY, "countdown") == set()
    assert people(starts_at - 28 * DAY, "countdown") == {service.lead.person, second}
    assert people(starts_at - 8 * DAY, "countdown") == {service.lead.person, second}
    assert people(starts_at - 7 * DAY, "countdown") == seats | {second}
    assert people(starts_at - 1 * DAY, "countdown") == seats | {second}
    assert people(starts_at, "countdown") == set()


def test_a_walkthrough_that_moved_is_counted_down_again(now):
    walkthrough = scheduled()
    before = due(MEETING["starts_at"] - DAY, "countdown")

    later = MEETING | {"starts_at": MEETING["starts_at"] + timedelta(hours=3)}
    transitions.move(walkthrough, by=walkthrough.service.lead, at=now, **later)
    after = due(later["starts_at"] - DAY, "countdown")

    assert {key for _person, key in before}.isdisjoint({key for _person, key in after})


def test_leads_are_asked_for_a_time(now):
    walkthrough = planned()

    assert people(now + 13 * DAY, "to_schedule") == set()
    assert people(now + 14 * DAY, "to_schedule") == {walkthrough.service.lead.person}


def test_the_silent_are_asked_after_three_and_six_days(now):
    walkthrough = scheduled()
    peer, other = signing(walkthrough)
    transitions.reply(other, reply="yes", by=holder(other), at=now)

    keys = [due(now + days * DAY, "unanswered") for days in (2, 3, 5, 6, 27)]

    assert [[person for person, _key in found] for found in keys] == [
        [],
        [peer.person],
        [peer.person],
        [peer.person],
        [peer.person],
    ]
    assert keys[1] == keys[2] != keys[3] == keys[4]
    assert due(MEETING["starts_at"] + DAY, "unanswered") == []


def test_signatures_are_asked_for_after_two_and_five_working_days(now):
    walkthrough = held()
    first, second = signing(walkthrough)
    sign(first)

    found = [people(now + days * DAY, "unsigned") for days in (1, 2, 4, 7)]

    assert found == [set(), {second.person}, {second.person}, {second.person}]
    assert due(now + 2 * DAY, "unsigned") != due(now + 7 * DAY, "unsigned")


@pytest.fixture
def follow_up(now):
    walkthrough = in_progress()
    lead = walkthrough.service.lead
    return transitions.add_follow_up(
        walkthrough,
        text="Name a second person.",
        owner=lead.person,
        due_on=now.date() + 20 * DAY,
        by=lead,
        at=now,
    )


def test_follow_ups_come_due_and_are_overdue_every_week(now, follow_up):
    owner = follow_up.owner
    days = {
        kind: [number for number in range(40) if people(now + number * DAY, kind) == {owner}]
        for kind in ("follow_up_due", "follow_up_overdue")
    }
    late = {key for number in range(40) for _person, key in due(now + number * DAY, "follow_up_overdue")}

    assert days["follow_up_due"] == list(range(13, 21))
    assert days["follow_up_overdue"] == list(range(21, 40))
    assert len(late) == 3


def test_a_follow_up_ends_at_midnight_of_its_owner(now, follow_up):
    follow_up.owner.time_zone = "Pacific/Auckland"
    follow_up.owner.save()
    evening = now.replace(hour=20) + 20 * DAY  # the next day over there

    assert people(evening, "follow_up_overdue") == {follow_up.owner}


def test_a_veto_comes_back_on_its_day(now):
    walkthrough = held("high")
    stands = veto(walkthrough)
    reviewed = {stands.author, walkthrough.service.lead.person}

    assert people(now + 13 * DAY, "veto_review") == set()
    assert people(now + 14 * DAY, "veto_review") == reviewed
    transitions.lift_veto(stands, reason="Done.", by=holder(stands.sign_off.seat), at=now)
    assert people(now + 14 * DAY, "veto_review") == set()


def test_archived_services_are_quiet(now, follow_up):
    scheduled()
    veto(held("high"))
    Service.objects.update(phase=Phase.ARCHIVED, phase_before=Phase.READY)

    moments = [now + number * DAY for number in range(0, 40, 3)]
    found = [one.key for moment in moments for one in queries.due(now=moment)]

    assert found == []


def test_what_is_no_longer_due_is_not_sent(now, follow_up):
    moment = now + 20 * DAY
    keys = [one.key for one in queries.due(now=moment)]

    assert queries.still_due(keys, now=moment) == set(keys)
    transitions.finish_follow_up(follow_up, by=Actor(person=follow_up.owner), at=moment)
    assert queries.still_due(keys, now=moment) == set()
    assert queries.still_due(["walkthrough:unknown:1:2"], now=moment) == set()


def test_a_second_run_queues_nothing(now, follow_up):
    scheduled()
    by, moment = Actor.system("notifications.remind"), now + 20 * DAY

    first = remind(by=by, at=moment)
    second = remind(by=by, at=moment)

    assert first["walkthroughs/follow_up_due"] == 1
    assert second == {}
    assert Notice.objects.filter(kind="walkthroughs/countdown").count() == first["walkthroughs/countdown"]


@pytest.mark.parametrize("count", [1, 10])
def test_finding_costs_the_same_for_any_number(now, django_assert_num_queries, count):
    for _number in range(count):
        scheduled()
    moment = MEETING["starts_at"] - DAY

    with django_assert_num_queries(10):  # once more for each that found some, to see that nothing is left
        found = list(queries.due(now=moment))

    assert len(found) == count * 5  # three count down, two have not replied


def test_vetoes_of_the_past_do_not_disturb(now):
    veto(held("high"))

    assert Veto.objects.count() == 1
    assert FollowUp.objects.count() == 0
    assert seat_as(held(), Capacity.PEER).reply == ""
