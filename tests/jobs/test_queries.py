from datetime import timedelta
from uuid import uuid4

import pytest

from apps.activity.models import Audience
from apps.jobs import queries
from apps.jobs.models import Job, State
from tests.subjects import subject

pytestmark = pytest.mark.django_db


def test_the_latest_job_of_a_kind_and_subject_is_found(now, ask, django_assert_num_queries):
    Job.objects.filter(pk=ask().pk).update(state=State.DONE, finished_at=now)
    latest = ask()
    ask(subject=subject(8))

    with django_assert_num_queries(1):
        assert queries.latest("service", 7, "tests.print_paper") == latest
    assert queries.latest("service", 7, "tests.refuse") is None


def test_what_waits_or_runs_is_found(now, ask, django_assert_num_queries):
    for values in ({"state": State.DONE, "finished_at": now}, {"state": State.RUNNING}):
        leased = {"lease": uuid4(), "lease_until": now} if values["state"] == State.RUNNING else {}
        Job.objects.filter(pk=ask().pk).update(**values, **leased)
    waiting = ask()
    ask(subject=subject(8))

    with django_assert_num_queries(1):
        found = queries.unfinished("service", 7, "tests.print_paper")
    assert ([job.state for job in found], found[1]) == ([State.RUNNING, State.QUEUED], waiting)


def test_a_job_is_watched_by_its_audience_only(ask, ada):
    job = ask(subject=subject(audience=Audience.SECURITY))

    assert list(queries.visible(ada.audiences)) == []
    assert list(queries.visible(list(Audience))) == [job]


def test_what_failed_is_listed_the_last_first(now, ask, ada, django_assert_num_queries):
    jobs = [ask(subject=subject(number)) for number in range(3)]
    Job.objects.exclude(pk=jobs[1].pk).update(state=State.FAILED, problem="No paper.", finished_at=now)

    with django_assert_num_queries(1):
        assert [job.asked_by for job in queries.failed()] == [ada, ada]
    assert list(queries.failed()) == [jobs[2], jobs[0]]


def test_the_queues_are_counted_by_kind_and_state(now, ask, django_assert_num_queries):
    a_minute = timedelta(minutes=1)
    for number in range(4):
        ask(subject=subject(number), at=now - number * a_minute)
    jobs = list(Job.objects.order_by("pk"))
    Job.objects.filter(pk=jobs[0].pk).update(state=State.DONE, finished_at=now)
    Job.objects.filter(pk=jobs[1].pk).update(state=State.DONE, finished_at=now - timedelta(days=2))

    with django_assert_num_queries(1):
        found = queries.queues(now=now)

    assert found == [
        queries.Queue(
            kind="tests.print_paper", queued=2, done=1, oldest=now - 3 * a_minute, next=now - 3 * a_minute
        )
    ]


def test_what_an_outage_held_up_for_days_was_done_today(now, ask):
    job = ask(at=now - timedelta(days=3))
    Job.objects.filter(pk=job.pk).update(state=State.DONE, finished_at=now)

    (queue,) = queries.queues(now=now)

    assert (queue.done, list(queries.lately_done([*Audience], now=now))) == (1, [job])


def test_what_waits_for_a_later_attempt_is_not_late(now, ask):
    ask(at=now + timedelta(minutes=1))

    (queue,) = queries.queues(now=now)

    assert (queue.queued, queue.oldest) == (1, None)
