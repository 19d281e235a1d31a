"""What two workers, or two who ask, can do to each other at the same moment."""

from datetime import timedelta
from threading import Event
from time import monotonic, sleep

import pytest
from django.db import transaction

from apps.accounts.models import Actor
from apps.core.errors import InvalidMoveError
from apps.jobs import rules, transitions
from apps.jobs.models import Job, State
from apps.jobs.transitions import enqueue, run_next
from tests.factories import ActorFactory
from tests.jobs import work
from tests.races import at_once, on_postgresql
from tests.subjects import subject

pytestmark = on_postgresql


def test_four_workers_do_each_job_once(now, ask):
    for number in range(8):
        ask(subject=subject(number))
    worker = Actor.system("jobs.run")

    results = at_once(lambda _n: [run_next(by=worker, at=now) for _ in range(3)], times=4)

    done = [job.pk for some in results for job in some if job]
    assert sorted(done) == sorted(Job.objects.values_list("pk", flat=True))
    assert len(work.calls) == 8
    assert set(Job.objects.values_list("state", "attempts")) == {(State.DONE, 1)}


def test_four_who_ask_for_the_same_get_the_same(ask):
    jobs = at_once(lambda _n: ask(), times=4)

    assert len({job.pk for job in jobs}) == 1


@pytest.fixture
def beside_a_new_one():
    """Take a step while somebody else has asked for the same, and has not committed yet."""
    is_written = Event()

    def ask_slowly(ask):
        with transaction.atomic():
            job = ask()
            is_written.set()
            sleep(0.5)
        return job

    def late(step):
        assert is_written.wait(10)
        return step()

    return lambda ask, step: at_once(lambda n: late(step) if n else ask_slowly(ask), times=2)


def test_who_starts_again_beside_a_new_request_is_told_that_it_waits(now, ask, ada, beside_a_new_one):
    failed = ask()
    Job.objects.update(state=State.FAILED, problem="No paper.", finished_at=now)

    new, refusal = beside_a_new_one(
        ask, lambda: transitions.retry(failed, by=ActorFactory.build(person=ada), at=now)
    )

    assert (type(refusal), str(refusal)) == (InvalidMoveError, "The same work waits in the queue already.")
    assert dict(Job.objects.values_list("pk", "state")) == {failed.pk: State.FAILED, new.pk: State.QUEUED}


def test_what_would_be_tried_again_beside_a_new_request_ends(now, ada, beside_a_new_one):
    def ask():
        by = ActorFactory.build(person=ada)
        return enqueue("tests.lose_the_database", title="T", subject=subject(), payload={}, by=by, at=now)

    ask()
    taken = transitions._claim(at=now)
    outcome = transitions._work(taken, begun=0, at=now)
    worker = Actor.system("jobs.run")

    new, ended = beside_a_new_one(ask, lambda: transitions._record(taken, outcome, by=worker, at=now))

    assert ended is None
    assert dict(Job.objects.values_list("pk", "state")) == {taken.pk: State.FAILED, new.pk: State.QUEUED}


def test_a_job_that_is_done_in_silence_is_nobody_elses(now, ask, monkeypatch):
    monkeypatch.setattr(rules, "SECONDS_BETWEEN_BEATS", 0.05)
    monkeypatch.setattr(rules, "LEASE", timedelta(seconds=0.5))
    begun, worker = monotonic(), Actor.system("jobs.run")
    ask()
    work.meanwhile.append(lambda: sleep(2))  # four times its lease

    def look(_number):
        found = []
        while monotonic() < begun + 1.8:
            found.append(run_next(by=worker, at=now + timedelta(seconds=monotonic() - begun)))
            sleep(0.05)
        return [job for job in found if job]

    taken = at_once(look, times=4)

    assert sorted(len(jobs) for jobs in taken) == [0, 0, 0, 1]
    assert Job.objects.values_list("state", "attempts").get() == (State.DONE, 1)
