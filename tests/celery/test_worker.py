"""The road from a page's wake-up to a worker's row, on the broker that BROKER_URL names."""

from celery import current_app
from django.db import transaction
from structlog.contextvars import bound_contextvars

from apps.activity.models import EventSeal
from apps.core.models import Heartbeat
from apps.core.wake import wake
from tests.activity.writing import happen
from tests.workers import until


def beat_was_seen():
    return Heartbeat.objects.filter(name="beat").exists()


def test_a_wake_up_reaches_the_worker(worker):
    wake("core.beat_seen")

    assert until(beat_was_seen)


def test_what_was_rung_while_nobody_worked_is_done_later(worker):
    worker.kill()

    wake("core.beat_seen")
    worker.start()

    assert until(beat_was_seen)


def test_a_killed_worker_leaves_a_spool_that_the_next_one_reads(worker):
    wake("core.beat_seen")
    assert until(beat_was_seen)
    worker.kill()
    Heartbeat.objects.all().delete()

    worker.start()
    wake("core.beat_seen")

    assert until(beat_was_seen)


def test_the_id_of_the_request_follows_into_the_task(worker):
    with bound_contextvars(request_id="an-id-to-follow"):
        current_app.send_task("core.beat_seen")

    ours = until(lambda: [event for event in worker.events() if event.get("request_id") == "an-id-to-follow"])
    assert [(event["event"], event["task"]) for event in ours] == [("task_succeeded", "core.beat_seen")]


def test_what_happens_is_sealed_in_a_moment(worker, now):
    with transaction.atomic():
        happen(now, times=3)

    assert until(lambda: EventSeal.objects.count() == 3)
