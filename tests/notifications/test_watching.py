"""The nightly look along the history: in pieces, told at once, and whole again only once all was seen."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity import queries, transitions
from apps.activity.models import ChainCheck, Event, EventSeal, UnsealedEvent, triggers
from apps.activity.rules import LEAST_SHARE, share
from apps.activity.tasks import seal
from apps.core import metrics
from apps.notifications.models import Delivery, Notice
from apps.notifications.tasks import check_history as check_history_task
from apps.notifications.transitions import check_history
from tests.activity.writing import happen, run, sealed, unguarded
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
WATCHER = Actor.system("notifications.check_history")
NIGHT = timedelta(days=1)


@pytest.fixture
def admins():
    UserFactory()
    UserFactory(is_admin=True, is_active=False)
    return UserFactory.create_batch(2, is_admin=True)


def look(at, most=100):
    return check_history(by=WATCHER, at=at, most=most)


def harm(seq):
    event = EventSeal.objects.get(pk=seq).event_id
    with unguarded():
        run("UPDATE activity_event SET actor_name = 'nobody' WHERE id = %s", event)


def mend(seq, name):
    event = EventSeal.objects.get(pk=seq).event_id
    with unguarded():
        run("UPDATE activity_event SET actor_name = %s WHERE id = %s", name, event)


def seen():
    return ChainCheck.objects.values_list("new_seq", "round_seq", "whole_at", "problem").get()


def test_a_small_history_is_followed_whole_every_night(now, admins):
    sealed(now, 3)

    first, same_night = look(now), look(now + timedelta(hours=1))
    happen(now)
    seal()
    next_night = look(now + NIGHT)

    assert (first, same_night, next_night) == (False, False, False)
    assert seen() == (4, 0, now + NIGHT, "")
    assert not Notice.objects.exists()


def test_before_the_first_seal_there_is_nothing_to_look_at(now):
    """A portal that just started would call whole what its sealer has not come to."""
    happen(now)

    assert look(now) is False

    assert not ChainCheck.objects.exists()


def test_a_chain_that_is_gone_is_missed(now, admins):
    sealed(now, 2)
    look(now)
    with unguarded():
        run("DELETE FROM activity_eventseal")

    look(now + NIGHT)

    assert seen()[3] == "The chain was cut off: it ends at seal 0, and seal 2 was seen before."


def test_a_night_goes_on_in_pieces_where_it_ended(now):
    sealed(now, 5)

    pieces = [look(now + timedelta(seconds=n), most=3) for n in range(4)]

    assert pieces == [True, True, True, False]  # 3 new ones; 2 and the first; 3 more; the last
    assert seen() == (5, 0, now + timedelta(seconds=3), "")


def test_a_large_history_is_seen_within_a_week(now):
    for end in (10_000_000, 3):
        first = share(None, end=end, now=now)
        assert first.until == max(LEAST_SHARE, 1_428_572 if end > 3 else 0)
        row = ChainCheck(share_at=now, round_seq=6 * first.until, round_hash="", new_hash="")

        assert share(row, end=end, now=now + timedelta(hours=22)) is None
        assert share(row, end=end, now=now + NIGHT).until >= end


def test_a_share_that_was_begun_is_finished_before_the_next(now):
    row = ChainCheck(share_at=now, share_until=7, round_hash="", new_hash="")

    assert share(row, end=10, now=now + 2 * NIGHT).until == 7


def test_a_clock_that_was_ahead_keeps_nobody_from_looking(now):
    row = ChainCheck(share_at=now + timedelta(days=365), round_hash="", new_hash="")

    assert share(row, end=10, now=now).at == now


def test_a_break_is_told_to_administrators_at_once_and_once(now, admins):
    sealed(now, 4)
    look(now)
    harm(2)

    for night in range(1, 4):
        look(now + night * NIGHT)

    told = Notice.objects.order_by("recipient_id")
    assert [(one.recipient, one.kind) for one in told] == [
        (admin, "notifications/history_broken") for admin in admins
    ]
    assert told[0].title == "The history is not what was written"
    assert "The chain is broken at seal 2" in told[0].text
    assert [one.due_at for one in Delivery.objects.all()] == [now + NIGHT, now + NIGHT]
    event = Event.objects.get(verb="activity.broken")
    assert (event.actor_name, event.audience) == ("notifications.check_history", "person")
    check = ChainCheck.objects.get()
    assert (check.problem_at, check.whole_at, check.looked_at) == (now + NIGHT, now, now + 3 * NIGHT)


def test_a_new_administrator_is_told_of_a_known_break(now, admins):
    sealed(now, 2)
    harm(1)
    look(now)

    late = UserFactory(is_admin=True)
    look(now + NIGHT)

    assert Notice.objects.filter(recipient=late).count() == 1
    assert Notice.objects.count() == 3


def test_what_is_new_is_looked_at_first(now, admins):
    sealed(now, 4)
    look(now, most=4)
    happen(now, 2)
    seal()
    harm(6)

    look(now + timedelta(seconds=1), most=2)

    assert seen()[3].startswith("The chain is broken at seal 6")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "DELETE FROM activity_eventseal WHERE seq >= 3",
            "The chain was cut off: it ends at seal 2, and seal 4",
        ),
        ("DELETE FROM activity_eventseal WHERE seq = 2", "The chain has a gap at seal 2"),
    ],
)
def test_what_is_gone_is_missed(now, admins, sql, words):
    sealed(now, 4)
    look(now)
    with unguarded():
        run(sql)

    look(now + NIGHT)

    assert seen()[3].startswith(words)
    assert queries.verify(now=now).breaks[0].startswith(words)


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_seen(now, admins):
    sealed(now, 3)
    look(now)
    harm(2)
    with unguarded():
        run("DELETE FROM activity_eventseal")
        run("INSERT INTO activity_unsealedevent (event_id) SELECT id FROM activity_event")
    seal()
    happen(now)
    seal()

    assert queries.verify(now=now).problems == [
        "The chain was made anew: seal 3 is not the one that was seen before."
    ]
    look(now + NIGHT)
    assert seen()[3].startswith("The chain is broken at seal 4")


def test_a_missing_trigger_and_an_event_without_seal_are_told(now, admins):
    sealed(now)
    happen(now)
    UnsealedEvent.objects.all().delete()
    look(now)
    forgotten = seen()[3]
    run("DELETE FROM activity_chaincheck")
    triggers.lift(connection)

    look(now)

    assert "has no seal and does not wait for one" in forgotten
    assert seen()[3].startswith("History is not protected")


def test_an_event_that_waits_is_no_break(now, admins):
    sealed(now)
    happen(now)

    look(now + NIGHT)

    assert seen()[3] == ""


def test_whole_again_is_said_only_after_the_whole(now, admins):
    sealed(now, 6)
    harm(2)
    name = Event.objects.exclude(actor_name="nobody").first().actor_name
    look(now)
    mend(2, name)

    look(now + NIGHT, most=3)
    halfway = seen()
    for n in range(1, 4):
        look(now + NIGHT + timedelta(seconds=n), most=3)

    assert halfway[3].startswith("The chain is broken at seal 2")
    assert seen()[3] == ""
    assert Event.objects.get(verb="activity.whole").data == {"seal": 6}


def test_the_command_sees_a_break_and_its_end_at_once(now, admins):
    sealed(now, 3)
    harm(2)
    name = Event.objects.exclude(actor_name="nobody").first().actor_name
    with pytest.raises(CommandError):
        call_command("verify_events")
    broken = seen()
    mend(2, name)

    call_command("verify_events", stdout=StringIO())

    assert broken[3].startswith("The chain is broken at seal 2")
    assert (seen()[0], seen()[3]) == (3, "")
    assert [event.actor_name for event in Event.objects.filter(verb__startswith="activity.")] == [
        "verify_events",
        "verify_events",
    ]


def test_of_two_that_look_at_once_the_first_keeps_what_it_saw(now):
    sealed(now, 3)
    look(now, most=1)

    mine, theirs = (queries.look(now=now, most=n) for n in (2, 1))
    transitions.keep_look(mine, by=WATCHER, at=now + timedelta(seconds=1))
    transitions.keep_look(theirs, by=WATCHER, at=now + timedelta(seconds=2))

    assert ChainCheck.objects.get().looked_at == now + timedelta(seconds=1)


@pytest.mark.parametrize("count", [1, 10])
def test_a_night_takes_as_many_queries_for_any_number(now, django_assert_num_queries, count):
    sealed(now, count)
    look(now)

    with django_assert_num_queries(11):
        look(now + NIGHT)


def test_the_task_looks(now):
    sealed(now)

    check_history_task()

    assert seen()[0] == 1


def test_the_page_of_background_work_shows_a_break(client, now, admins):
    client.force_login(admins[0])
    page = reverse("notifications:trouble")
    never = client.get(page).content.decode()
    sealed(now, 2)
    look(now)
    whole = client.get(page).content.decode()
    harm(1)
    look(now + NIGHT)

    broken = client.get(page).content.decode()

    assert ("Not checked yet" in never, "● Whole" in whole, "○ Broken" in broken) == (True, True, True)
    assert "The chain is broken at seal 1" in broken


def test_metrics_tell_of_a_break_and_of_the_last_look(now, admins):
    never = metrics.page(now=now)
    sealed(now)
    harm(1)
    look(now)

    told = metrics.page(now=now + timedelta(seconds=9))

    assert "roadworthy_history_broken 0" in never
    assert "roadworthy_history_checked_age_seconds inf" in never
    assert "roadworthy_history_broken 1" in told
    assert "roadworthy_history_checked_age_seconds 9" in told


@pytest.mark.parametrize("values", [{"id": 2}, {"problem": "It broke."}])
def test_the_database_refuses_a_second_row_and_a_problem_without_its_time(now, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        ChainCheck.objects.create(**({"looked_at": now, "share_at": now} | values))
