import json
from hashlib import sha256

import pytest
from celery import current_app
from django.db import IntegrityError, transaction

from apps.activity import transitions
from apps.activity.models import AppendOnlyError, Event, EventSeal, UnsealedEvent
from apps.activity.queries import Wanted, exported
from apps.activity.tasks import seal
from apps.core.wake import _sent_at
from tests.activity.writing import happen, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def silence():
    """Forget when this process rang last."""
    _sent_at.clear()


def wake_ups():
    """Return the names of the tasks that lie in the broker, and empty it."""
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("celery", no_ack=True)
        return [queue.get_nowait().headers["task"] for _ in range(queue.qsize())]


def test_seals_number_the_events_without_a_gap(now):
    events = happen(now, 3)

    seal()

    assert list(EventSeal.objects.order_by("seq").values_list("seq", "event_id")) == [
        (number, event.pk) for number, event in enumerate(events, start=1)
    ]
    assert not UnsealedEvent.objects.exists()


def test_the_chain_can_be_checked_by_anybody_who_has_an_export(now):
    """As docs/adr/0009 tells: with a line of an export and any language that knows sha256 and JSON."""
    sealed(now, 3)
    rows = [json.loads(line) for line in exported(Wanted())]

    before = "0" * 64
    for row in sorted(rows, key=lambda row: row["seq"]):
        body = json.dumps(row["event"], sort_keys=True, separators=(",", ":"))
        before = sha256(f"{before}\n{row['seq']}\n{body}".encode()).hexdigest()
        assert row["hash"] == before


def test_an_event_that_comes_into_sight_late_is_not_skipped(now):
    early, late = happen(now, 2)
    UnsealedEvent.objects.filter(pk=early.pk).delete()  # its transaction is not committed yet
    seal()
    UnsealedEvent.objects.create(event_id=early.pk)

    seal()

    assert list(EventSeal.objects.order_by("seq").values_list("event_id", flat=True)) == [late.pk, early.pk]


def test_an_event_is_sealed_once_however_often_it_waits(now):
    (event,) = happen(now)
    seal()
    UnsealedEvent.objects.create(event_id=event.pk)

    seal()

    assert (EventSeal.objects.count(), UnsealedEvent.objects.count()) == (1, 0)


@pytest.mark.parametrize("count", [1, 10])
def test_sealing_takes_as_many_queries_for_any_number(now, django_assert_max_num_queries, count):
    happen(now, count)

    with django_assert_max_num_queries(8):  # two of them are the savepoint of the test
        transitions.seal()

    assert EventSeal.objects.count() == count


def test_a_long_queue_is_sealed_in_batches_that_wake_the_next(
    now, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(transitions, "BATCH", 2)
    happen(now, 3)
    wake_ups()

    with django_capture_on_commit_callbacks(execute=True):
        seal()
    woken = wake_ups()
    with django_capture_on_commit_callbacks(execute=True):
        seal()

    assert (woken, wake_ups(), EventSeal.objects.count()) == (["activity.seal"], [], 3)


def test_an_event_wakes_the_sealer_after_the_commit(now, django_capture_on_commit_callbacks):
    wake_ups()

    with django_capture_on_commit_callbacks(execute=True):
        happen(now, 2)
        before_commit = wake_ups()

    assert (before_commit, wake_ups()) == ([], ["activity.seal"])


def test_many_events_wake_the_sealer_once_a_second(now, django_capture_on_commit_callbacks):
    wake_ups()

    for _ in range(3):
        with django_capture_on_commit_callbacks(execute=True):
            happen(now)

    assert wake_ups() == ["activity.seal"]


@pytest.mark.parametrize(
    "forged",
    [
        lambda seal: EventSeal(seq=seal.seq, event_id=seal.event_id + 1, hash="f" * 64),
        lambda seal: EventSeal(seq=seal.seq + 1, event_id=seal.event_id, hash="f" * 64),
        lambda seal: EventSeal(seq=0, event_id=seal.event_id + 1, hash="f" * 64),
    ],
    ids=["the same number", "the same event", "before the beginning"],
)
def test_the_database_refuses_a_second_seal(now, forged):
    (first,) = sealed(now)
    happen(now)

    with pytest.raises(IntegrityError), transaction.atomic():
        EventSeal.objects.bulk_create([forged(first)])


def test_seals_cannot_be_changed():
    with pytest.raises(AppendOnlyError):
        EventSeal.objects.update(hash="")
    with pytest.raises(AppendOnlyError):
        Event.objects.all().delete()
