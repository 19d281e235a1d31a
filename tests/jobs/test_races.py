"""What two workers, or two who ask, can do to each other at the same moment."""

from datetime import timedelta
from time import monotonic, sleep

from apps.accounts.models import Actor
from apps.jobs import rules
from apps.jobs.models import Job, State
from apps.jobs.transitions import run_next
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
