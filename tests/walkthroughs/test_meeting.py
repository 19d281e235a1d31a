from datetime import timedelta

import pytest
from django.db import IntegrityError

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.readiness.models import Verdict
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.models import Capacity, FollowUp, State, Walkthrough
from tests.factories import ActorFactory, UserFactory
from tests.factories.catalog import member_of
from tests.factories.readiness import area_of
from tests.factories.walkthroughs import (
    fresh,
    held,
    holder,
    in_progress,
    in_state,
    planned,
    scheduled,
    seat_as,
)
from tests.history import told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["lead", "seat", "enablement"])
def test_the_panel_leads_and_enablement_begin(now, who):
    walkthrough = scheduled()
    by = {
        "lead": walkthrough.service.lead,
        "seat": holder(seat_as(walkthrough, Capacity.PEER)),
        "enablement": ActorFactory(person__is_enablement=True),
    }[who]

    transitions.begin(walkthrough, by=by, at=now)

    assert (fresh(walkthrough).state, fresh(walkthrough).began_at) == (State.IN_PROGRESS, now)


def agenda_of(walkthrough, now):
    found = queries.page(walkthrough.pk, by=ActorFactory(), now=now)
    return [(point.title, point.minutes, point.reason) for point in found.agenda]


def test_the_agenda_stays_as_it_was_when_the_meeting_began(now):
    walkthrough = scheduled()
    area = walkthrough.assessment.areas.get(key="SEC")
    before = agenda_of(walkthrough, now)

    transitions.begin(walkthrough, by=walkthrough.service.lead, at=now)
    for capacity, value in ((Capacity.PEER, "strong"), (Capacity.ENABLEMENT, "weak")):
        by = holder(seat_as(walkthrough, capacity))
        transitions.say_verdict(walkthrough, area=area, value=value, by=by, at=now)

    assert agenda_of(walkthrough, now) == before
    Walkthrough.objects.update(agenda=None)  # of a meeting that had begun before agendas were kept
    assert agenda_of(walkthrough, now) != before


def test_others_do_not_run_a_meeting(now):
    walkthrough = scheduled()

    for by in (member_of(walkthrough.service.team), ActorFactory(person__is_leadership=True)):
        with pytest.raises(NotPermittedError):
            transitions.begin(walkthrough, by=by, at=now)

    assert fresh(walkthrough).state == State.SCHEDULED


@pytest.mark.parametrize("state", sorted(set(State) - {State.SCHEDULED}))
def test_begin_refuses_every_other_state(now, state):
    walkthrough = in_state(state)

    with pytest.raises(InvalidMoveError, match="cannot become in progress"):
        transitions.begin(walkthrough, by=walkthrough.service.lead, at=now)


def test_hold_asks_every_signing_seat(now):
    walkthrough = in_progress("high")

    transitions.hold(walkthrough, by=walkthrough.service.lead, at=now)

    walkthrough = fresh(walkthrough)
    assert (walkthrough.state, walkthrough.held_at) == (State.HELD, now)
    assert walkthrough.service.summary.next_step == "4 signatures to come"
    assert Notice.objects.filter(kind="walkthroughs/held").count() == 4


@pytest.mark.parametrize("state", sorted(set(State) - {State.IN_PROGRESS}))
def test_hold_refuses_every_other_state(now, state):
    walkthrough = in_state(state)

    with pytest.raises(InvalidMoveError):
        transitions.hold(walkthrough, by=walkthrough.service.lead, at=now)


def test_minutes_are_kept_and_counted(now):
    walkthrough = in_progress()

    result = transitions.edit_notes(
        walkthrough, text="Seen.", revision=0, by=walkthrough.service.lead, at=now
    )

    row = fresh(walkthrough)
    assert (result, row.notes, row.notes_revision) == (Saved(row), "Seen.", 1)
    assert row.revision == walkthrough.revision + 1
    assert told(walkthrough)[0] == (
        f"{walkthrough.service.lead.name} edited the minutes of the walkthrough of {walkthrough.service}"
    )


def test_minutes_lose_neither_text(now):
    walkthrough = in_progress()
    lead = walkthrough.service.lead
    transitions.edit_notes(walkthrough, text="Theirs.", revision=0, by=lead, at=now)

    stale = transitions.edit_notes(walkthrough, text="Mine.", revision=0, by=lead, at=now)
    same = transitions.edit_notes(walkthrough, text="Theirs.", revision=0, by=lead, at=now)

    assert (stale, stale.row.notes) == (Conflict(fresh(walkthrough)), "Theirs.")
    assert isinstance(same, Saved)
    assert Event.objects.filter(verb="walkthroughs.notes_edited").count() == 1


@pytest.mark.parametrize("state", [State.PLANNED, State.SCHEDULED, State.DECIDED, State.CANCELLED])
def test_minutes_belong_to_the_meeting(now, state):
    walkthrough = in_state(state)

    with pytest.raises(InvalidMoveError):
        transitions.edit_notes(walkthrough, text="Hm.", revision=0, by=walkthrough.service.lead, at=now)


@pytest.mark.parametrize("text", ["a\0b", "x" * 50_001])
def test_minutes_refuse_what_cannot_be_kept(now, text):
    walkthrough = in_progress()

    with pytest.raises(InvalidInputError):
        transitions.edit_notes(walkthrough, text=text, revision=0, by=walkthrough.service.lead, at=now)


def test_a_verdict_counts_for_the_pages_that_watch(now):
    walkthrough = in_progress()
    seat = seat_as(walkthrough, Capacity.PEER)
    area = area_of(walkthrough.assessment, "REL")

    transitions.say_verdict(walkthrough, area=area, value="weak", by=holder(seat), at=now)

    assert Verdict.objects.get().value == "weak"
    assert fresh(walkthrough).revision == walkthrough.revision + 1


def test_the_team_never_judges_itself(now):
    walkthrough = in_progress()
    area = area_of(walkthrough.assessment, "REL")

    for by in (walkthrough.service.lead, member_of(walkthrough.service.team, is_security=True)):
        with pytest.raises(NotPermittedError):
            transitions.say_verdict(walkthrough, area=area, value="strong", by=by, at=now)

    assert not Verdict.objects.exists()


def follow(walkthrough, now, **changes):
    values = {
        "text": "Name a second person.",
        "owner": walkthrough.service.lead.person,
        "due_on": now.date() + timedelta(days=7),
        "by": holder(seat_as(walkthrough, Capacity.PEER)),
        "at": now,
    }
    return transitions.add_follow_up(walkthrough, **(values | changes))


def test_follow_ups_are_numbered_and_given(now):
    walkthrough = in_progress()

    first = follow(walkthrough, now, item="REL-01", must_fix=True)
    second = follow(walkthrough, now)

    assert [str(first), str(second)] == ["F-1", "F-2"]
    assert (first.item, first.must_fix, second.must_fix) == ("REL-01", True, False)
    assert Notice.objects.filter(kind="walkthroughs/follow_up_given").count() == 2


def test_a_double_click_is_one_follow_up(now):
    walkthrough = in_progress()
    owner = UserFactory()

    first, second = (follow(walkthrough, now, owner=owner) for _ in range(2))
    other = follow(walkthrough, now, owner=owner, must_fix=True)

    assert (first == second, first != other, FollowUp.objects.count()) == (True, True, 2)
    assert Event.objects.filter(verb="walkthroughs.follow_up_added").count() == 2
    assert fresh(walkthrough).revision == walkthrough.revision + 2


def test_what_is_done_may_be_asked_for_again(now):
    walkthrough = in_progress()
    owner = UserFactory()
    first = follow(walkthrough, now, owner=owner)
    transitions.finish_follow_up(first, by=walkthrough.service.lead, at=now)

    assert follow(walkthrough, now, owner=owner) != first


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " \n"}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"item": "XYZ-99"}, "item"),
        ({"due_on": timedelta(days=-1)}, "due_on"),
        ({"due_on": timedelta(days=365 * 100)}, "due_on"),
        ({"owner": "gone"}, "owner"),
    ],
)
def test_a_follow_up_refuses_wrong_input(now, changes, field):
    walkthrough = in_progress()
    if changes.get("due_on"):
        changes = {"due_on": now.date() + changes["due_on"]}
    if changes.get("owner"):
        changes = {"owner": UserFactory(is_active=False)}

    with pytest.raises(InvalidInputError) as error:
        follow(walkthrough, now, **changes)

    assert error.value.field == field
    assert not FollowUp.objects.exists()


def test_a_follow_up_belongs_to_the_meeting_and_its_people(now):
    with pytest.raises(InvalidMoveError):
        follow(scheduled(), now)
    with pytest.raises(NotPermittedError):
        follow(in_progress(), now, by=ActorFactory())


def test_the_team_or_the_owner_finishes(now):
    walkthrough = held()
    owner = ActorFactory()
    peer = seat_as(walkthrough, Capacity.PEER)
    by_team = follow(walkthrough, now)
    by_owner = follow(walkthrough, now, owner=owner.person)

    transitions.finish_follow_up(by_team, note="Done.", by=member_of(walkthrough.service.team), at=now)
    transitions.finish_follow_up(by_owner, by=owner, at=now)

    assert FollowUp.objects.filter(done_at=now).count() == 2
    assert Notice.objects.filter(kind="walkthroughs/follow_up_done", recipient=peer.person).count() == 2
    with pytest.raises(InvalidMoveError, match="F-1 is done already"):
        transitions.finish_follow_up(by_team, by=owner, at=now)


def test_others_do_not_finish(now):
    walkthrough = held()
    one = follow(walkthrough, now)

    for by in (holder(seat_as(walkthrough, Capacity.PEER)), ActorFactory(person__is_enablement=True)):
        with pytest.raises(NotPermittedError):
            transitions.finish_follow_up(one, by=by, at=now)

    assert FollowUp.objects.get().done_at is None


def test_the_database_refuses_half_an_end_and_a_number_twice(now):
    walkthrough = held()
    one = follow(walkthrough, now)
    follow(walkthrough, now, text="Name a third.")

    with pytest.raises(IntegrityError):
        FollowUp.objects.filter(pk=one.pk).update(number=2)


def test_the_database_refuses_half_an_end(now):
    one = follow(held(), now)

    with pytest.raises(IntegrityError):
        FollowUp.objects.filter(pk=one.pk).update(done_at=now)


def test_a_planned_one_has_nobody_to_begin_it(now):
    walkthrough = planned()

    with pytest.raises(InvalidMoveError):
        transitions.begin(walkthrough, by=walkthrough.service.lead, at=now)
