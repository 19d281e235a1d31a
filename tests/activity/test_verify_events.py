import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.activity.models import EventSeal, UnsealedEvent, triggers
from apps.activity.queries import verify
from tests.activity.writing import happen, run, sealed, unguarded

pytestmark = pytest.mark.django_db
NONSENSE = [("at", "long ago"), ("at", "2026-99-99 00:00:00"), ("at", 7), ("url", b"\xff")]
UNREADABLE = NONSENSE if connection.vendor == "sqlite" else [("at", "infinity")]


def problems(now):
    return verify(now=now).problems


def test_whole_history_says_so_and_names_the_last_hash(now, capsys):
    *_rest, last = sealed(now, 3)

    call_command("verify_events")

    assert capsys.readouterr().out.splitlines()[0] == (
        f"History is whole: 3 sealed events, the last hash is {last.hash}"
    )


def test_with_json_standard_output_holds_one_object(now, capsys):
    (last,) = sealed(now)

    call_command("verify_events", "--json")

    assert json.loads(capsys.readouterr().out) == {"sealed": 1, "hash": last.hash, "problems": []}


def test_a_changed_event_is_named(now):
    seals = sealed(now, 4)
    with unguarded():
        run("UPDATE activity_event SET actor_name = 'nobody' WHERE id >= %s", seals[1].event_id)

    (told,) = problems(now)

    assert told.startswith(f"The chain is broken at seal 2: event #{seals[1].event_id} jobs.failed")


@pytest.mark.parametrize("column", ["data", "at", "request_id", "audience", "url"])
def test_no_column_can_be_changed_unseen(now, column):
    sealed(now)
    value = {"data": '{"problem": "Nothing."}', "at": "2025-01-01 00:00:00"}.get(column, "other")
    with unguarded():
        run(f"UPDATE activity_event SET {column} = %s", value)  # noqa: S608

    assert problems(now)[0].startswith("The chain is broken at seal 1")


@pytest.mark.parametrize(("column", "value"), UNREADABLE)
def test_a_value_that_cannot_be_read_is_named_with_its_seal(now, column, value):
    seals = sealed(now, 5)
    (waiting,) = happen(now)
    with unguarded():
        run(f"UPDATE activity_event SET {column} = %s WHERE id = %s", value, seals[3].event_id)  # noqa: S608
        run(f"UPDATE activity_event SET {column} = %s WHERE id = %s", value, waiting.pk)  # noqa: S608

    assert problems(now)[0].startswith("The chain is broken at seal 4: its event is gone, or no event")


def test_a_seal_that_was_made_anew_breaks_the_next_one(now):
    sealed(now, 3)
    with unguarded():
        run("UPDATE activity_eventseal SET hash = %s WHERE seq = 1", "f" * 64)

    assert problems(now)[0].startswith("The chain is broken at seal 1")


def test_a_gap_is_named(now):
    sealed(now, 3)
    with unguarded():
        run("DELETE FROM activity_eventseal WHERE seq = 2")

    assert problems(now) == ["The chain has a gap at seal 2: it is missing; the next one is 3."]


def test_an_event_that_was_removed_is_named(now):
    seals = sealed(now, 3)
    with unguarded(), connection.constraint_checks_disabled():
        run("DELETE FROM activity_event WHERE id = %s", seals[1].event_id)
        assert problems(now)[-1] == "The chain has a gap at seal 2: its event is missing; the next one is 3."
        run("DELETE FROM activity_eventseal WHERE seq = 2")  # or the test itself could not end


def test_a_missing_trigger_is_named(now):
    triggers.lift(connection)

    assert problems(now)[0].startswith("History is not protected: run migrate to make the triggers activity_")


def test_an_event_may_wait_for_its_seal_for_some_minutes(now):
    (event,) = happen(now)

    soon, late = problems(now + timedelta(minutes=4)), problems(now + timedelta(minutes=6))

    assert soon == []
    assert late == [f"Event {event} has waited for its seal since 2026-03-02 09:00 UTC: is a worker running?"]


def test_an_event_that_the_queue_forgot_is_named_at_once(now):
    (event,) = happen(now)
    UnsealedEvent.objects.all().delete()

    assert problems(now) == [f"Event {event} has no seal and does not wait for one."]


def test_what_is_not_whole_ends_with_an_error(now, capsys):
    happen(timezone.now())
    UnsealedEvent.objects.all().delete()

    with pytest.raises(CommandError, match="has no seal"):
        call_command("verify_events")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_events", "--json")

    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["problems"]


@pytest.mark.parametrize("count", [1, 10])
def test_verifying_takes_as_many_queries_for_any_number(now, django_assert_num_queries, count):
    sealed(now, count)

    with django_assert_num_queries(6):
        verdict = verify(now=now)

    assert (verdict.sealed, verdict.hash) == (count, EventSeal.objects.latest("seq").hash)
