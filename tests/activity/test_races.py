"""What only several connections at once can show."""

from threading import Event as Signal
from threading import Thread

from django.db import connection, transaction

from apps.activity import transitions
from apps.activity.models import EventSeal, UnsealedEvent
from apps.activity.queries import verify
from tests.activity.writing import happen
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql


def test_sealers_side_by_side_leave_no_gap_and_no_double(now, monkeypatch):
    monkeypatch.setattr(transitions, "BATCH", 7)
    happen(now, 60)

    def seal(_number):
        while UnsealedEvent.objects.exists():
            transitions.seal()

    results = at_once(seal, times=4)

    assert results == [None] * 4
    assert list(EventSeal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 61))
    assert verify(now=now).problems == []


def test_people_record_while_the_sealer_works(now):
    def work(number):
        if number == 0:
            return [transitions.seal() for _ in range(20)]
        return happen(now, 20)

    results = at_once(work, times=4)
    transitions.seal()

    assert [len(result) for result in results] == [20] * 4
    assert (EventSeal.objects.count(), verify(now=now).problems) == (60, [])


def test_a_small_id_that_is_committed_last_is_sealed_last(now):
    """The trap of every "all behind the last": ids are given before the commit."""
    is_written, may_commit = Signal(), Signal()
    slow = []

    def hesitate():
        with transaction.atomic():
            slow.extend(happen(now))
            is_written.set()
            may_commit.wait(10)
        connection.close()

    thread = Thread(target=hesitate)
    thread.start()
    is_written.wait(10)
    (quick,) = happen(now)
    transitions.seal()
    may_commit.set()
    thread.join()

    transitions.seal()

    assert slow[0].pk < quick.pk
    assert list(EventSeal.objects.order_by("seq").values_list("event_id", flat=True)) == [
        quick.pk,
        slow[0].pk,
    ]
