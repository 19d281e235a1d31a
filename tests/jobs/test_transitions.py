from datetime import timedelta
from functools import partial
from threading import active_count
from time import monotonic, sleep
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from apps.accounts.models import Actor, User
from apps.core import stopping
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.jobs import rules, transitions
from apps.jobs.models import Job, State
from apps.jobs.rules import LEASE, MAX_CLAIMS
from apps.jobs.transitions import enqueue
from tests.factories import ActorFactory, TeamFactory, member_of
from tests.history import told
from tests.jobs import work
from tests.subjects import subject

pytestmark = pytest.mark.django_db
WORKER = Actor.system("jobs.run")


def run(at):
    return transitions.run_next(by=WORKER, at=at)


def state_of(job):
    job.refresh_from_db()
    return job.state


@pytest.fixture
def ending():
    """A worker that was asked to end."""
    stopping.ask()
    yield
    stopping.forget()


def test_a_worker_that_ends_gives_its_job_to_the_next(now, ask, ending):
    job = ask(payload={"pages": 1, "of": 2})

    run(now)

    job.refresh_from_db()
    assert (job.state, job.lease_until, job.claims, job.attempts) == (State.RUNNING, now, 0, 0)
    stopping.forget()
    assert run(now) == job
    assert state_of(job) == State.DONE


def test_a_worker_that_ends_finishes_what_is_nearly_done(now, ask, ending):
    job = ask()

    run(now)

    assert state_of(job) == State.DONE


def test_a_job_is_done_once_in_the_name_of_who_asked(now, ask, ada):
    job = ask()

    assert [run(now), run(now)] == [job, None]

    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total, job.attempts) == (State.DONE, {"pages": 1}, 1, 1, 1)
    ((_job, by, at),) = work.calls
    assert (by, at) == (Actor(person=ada, request_id="4711"), now)


def test_what_a_token_asked_for_is_done_as_far_as_the_token_reaches(now, ask):
    team, other = TeamFactory.create_batch(2)
    ada = member_of(team, name="Ada", is_admin=True).person
    User.objects.filter(pk=ada.pk).update(team_ids=[team.pk, other.pk], lead_ids=[other.pk])
    job = ask(by=Actor(person=ada, token="ci", team_id=team.pk, request_id="4711"))

    run(now)

    ((_job, by, _at),) = work.calls
    assert (by.name, by.person_id, by.team_id) == ("Ada (token ci)", ada.pk, team.pk)
    assert (by.is_in(team.pk), by.is_in(other.pk), by.leads(other.pk), by.has("admin")) == (
        True,
        False,
        False,
        False,
    )
    assert state_of(job) == State.DONE


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"is_active": False}, "may no longer sign in"),
        ({"is_demo": True}, "may no longer sign in"),
        ({"team_ids": []}, "is no longer in that token's team"),
    ],
)
def test_nothing_is_done_in_the_name_of_who_has_left(now, ask, values, why):
    team = TeamFactory()
    ada = member_of(team, name="Ada").person
    job = ask(by=Actor(person=ada, token="ci", team_id=team.pk))
    User.objects.filter(pk=ada.pk).update(**values)

    run(now)

    assert (state_of(job), work.calls) == (State.FAILED, [])
    assert job.problem == f"Ada asked for this and {why}. Somebody else has to ask for it."


def test_what_the_system_asked_for_is_done_in_the_name_of_the_kind(now, ask):
    ask(by=Actor.system("catalog.sweep"))

    run(now)

    assert work.calls[0][1].name == "tests.print_paper"


def test_the_same_work_waits_once(now, ask):
    first, second = ask(), ask()
    other = ask(subject=subject(8))

    assert (first == second, Job.objects.count()) == (True, 2)
    assert other != first


def test_work_that_has_begun_does_not_know_what_changed_since(now, ask):
    first = ask()
    work.meanwhile.append(ask)

    run(now)

    assert Job.objects.filter(state=State.QUEUED).exclude(pk=first.pk).count() == 1


def test_asking_wakes_a_worker_once(ask, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as wake_ups:
        ask()
        ask()

    assert len(wake_ups) == 1


def test_who_waits_longest_comes_first(now, ask):
    late, early = ask(at=now), ask(subject=subject(8), at=now - timedelta(hours=1))

    assert [run(now), run(now)] == [early, late]


def test_a_refusal_is_told_in_its_own_words(now, ask):
    job = enqueue("tests.refuse", title="T", subject=subject(), payload={}, by=ActorFactory(), at=now)

    run(now)

    assert state_of(job) == State.FAILED
    assert job.problem == "The printer is on holiday."
    assert told(job) == ["jobs.run could not finish: T (The printer is on holiday.)"]


@pytest.mark.parametrize(
    ("kind", "name"), [("tests.break_down", "ValueError"), ("tests.unknown", "KeyError")]
)
def test_a_mistake_of_ours_shows_no_details(now, kind, name):
    job = enqueue(kind, title="T", subject=subject(), payload={}, by=ActorFactory(), at=now)

    run(now)

    assert state_of(job) == State.FAILED
    assert job.problem == (
        f"Something broke on our side ({name}); the log of the worker knows more. Its request id is 4711."
    )


def die(at):
    with pytest.raises(SystemExit):
        run(at)


@pytest.fixture
def deadly(now):
    return enqueue("tests.power_cut", title="T", subject=subject(), payload={}, by=ActorFactory(), at=now)


def test_a_job_whose_worker_died_is_taken_again_after_its_lease(now, deadly, settings):
    die(now)
    settings.JOBS["tests.power_cut"] = settings.JOBS["tests.print_paper"]

    assert [run(now), run(now + LEASE)] == [None, deadly]
    assert state_of(deadly) == State.DONE


def test_what_kills_its_workers_fails_untried(now, deadly):
    for number in range(MAX_CLAIMS):
        die(now + number * LEASE)

    assert run(now + MAX_CLAIMS * LEASE) == deadly

    assert state_of(deadly) == State.FAILED
    assert deadly.problem == "3 workers took this job, and none came back. Ask whoever runs the portal."


def test_progress_renews_the_lease(now, ask):
    job = ask(payload={"pages": 1, "of": 1})
    seen = []
    work.meanwhile.append(lambda: seen.append(Job.objects.get().lease_until))

    run(now)

    assert seen == [now + LEASE]
    assert state_of(job) == State.DONE


def test_progress_is_written_at_most_once_a_second(now, ask, django_assert_num_queries):
    job = ask()
    with_lease = transitions._claim(at=now)
    progress = transitions._progress(with_lease, begun=transitions.monotonic(), at=now)

    with django_assert_num_queries(2):  # the first, and the last
        for done in range(1, 101):
            progress(done, 100)

    job.refresh_from_db()
    assert (job.done, job.total) == (100, 100)
    assert job.lease_until > now + LEASE


def test_a_worker_that_lost_its_lease_stops_and_writes_nothing(now, ask):
    job = ask()
    work.meanwhile.append(partial(run, now + LEASE))

    run(now)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    assert len(work.calls) == 2


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_job_runs(now, ask):
    ask()
    seen = []
    work.meanwhile.append(lambda: seen.append(connection.in_atomic_block))

    run(now)

    assert seen == [False]


@pytest.fixture
def failed(now, ask):
    job = ask()
    Job.objects.update(state=State.FAILED, problem="No paper.", finished_at=now)
    return job


@pytest.mark.parametrize("who", ["asker", "admin"])
def test_a_failed_job_can_be_started_again(now, failed, ada, who):
    by = ActorFactory(person=ada) if who == "asker" else ActorFactory(person__is_admin=True)

    transitions.retry(failed, by=by, at=now)
    run(now)

    assert state_of(failed) == State.DONE
    assert told(failed) == [f"{by.name} asked once more for: Paper of R&D"]


def test_somebody_else_cannot_start_it_again(now, failed):
    with pytest.raises(NotPermittedError):
        transitions.retry(failed, by=ActorFactory(), at=now)

    assert state_of(failed) == State.FAILED


def test_a_teams_token_starts_again_only_what_such_a_token_asked_for(now, failed, ada):
    by = ActorFactory(person=ada, token="ci", team_id=3)

    with pytest.raises(NotPermittedError):
        transitions.retry(failed, by=by, at=now)
    Job.objects.update(asked_as="ci", asked_team_id=3)
    transitions.retry(failed, by=by, at=now)

    assert state_of(failed) == State.QUEUED


def test_what_has_not_failed_is_not_started_again(now, ask, ada):
    with pytest.raises(InvalidMoveError, match="that is waiting"):
        transitions.retry(ask(), by=ActorFactory(person=ada), at=now)


def test_what_waits_already_is_not_started_twice(now, failed, ask, ada):
    ask()

    with pytest.raises(InvalidMoveError, match="waits in the queue already"):
        transitions.retry(failed, by=ActorFactory(person=ada), at=now)


@pytest.mark.parametrize(
    "row", [{"state": State.RUNNING}, {"state": State.DONE}, {"state": State.FAILED}, {"lease_until": "now"}]
)
def test_impossible_rows_are_refused_by_the_database(now, ask, row):
    ask()

    with pytest.raises(IntegrityError):
        Job.objects.update(**{name: now if value == "now" else value for name, value in row.items()})


def test_a_time_limit_is_a_plain_problem(ask):
    assert rules.problem(rules.SoftTimeLimitExceeded(), ask()) == "It took too long and was stopped."


def ask_for(kind, at):
    return enqueue(kind, title="T", subject=subject(), payload={}, by=ActorFactory(), at=at)


@pytest.mark.parametrize(
    ("kind", "name"), [("tests.lose_the_database", "OperationalError"), ("tests.fill_the_disk", "OSError")]
)
def test_what_may_pass_is_tried_again_ever_later_and_then_fails(now, kind, name):
    job, pauses, at = ask_for(kind, now), [], now
    while run(at) and state_of(job) == State.QUEUED:
        pauses.append((job.due_at - at) // timedelta(minutes=1))
        assert run(job.due_at - timedelta(minutes=1)) is None
        at = job.due_at

    assert (pauses, job.attempts) == ([1, 2, 4, 8, 16], 6)
    assert (state_of(job), job.finished_at is not None) == (State.FAILED, True)
    assert job.problem == f"Something that it needs was not there ({name}). Its request id is 4711."
    assert len(told(job)) == 1


def test_what_came_back_is_done_at_the_next_attempt(now, settings):
    job = ask_for("tests.lose_the_database", now)
    run(now)
    settings.JOBS["tests.lose_the_database"] = settings.JOBS["tests.print_paper"]

    run(now + 2 * timedelta(minutes=1))

    assert (state_of(job), job.attempts, job.problem, told(job)) == (State.DONE, 2, "", [])


def test_what_was_asked_for_meanwhile_is_the_next_attempt(now, settings):
    job = ask_for("tests.lose_the_database", now)
    taken = transitions._claim(at=now)
    again = ask_for("tests.lose_the_database", now)

    transitions._record(taken, transitions._work(taken, begun=0, at=now), by=WORKER, at=now)

    assert (state_of(job), state_of(again)) == (State.FAILED, State.QUEUED)


def test_asking_again_for_what_waits_for_a_later_attempt_begins_it_at_once(
    now, ada, settings, django_capture_on_commit_callbacks
):
    job = ask_for("tests.lose_the_database", now)
    run(now)
    later, by = now + timedelta(seconds=1), ActorFactory(person=ada)
    settings.JOBS["tests.lose_the_database"] = settings.JOBS["tests.print_paper"]

    with django_capture_on_commit_callbacks() as wake_ups:
        again = enqueue(job.kind, title="New", subject=subject(), payload={"of": 2}, by=by, at=later)

    assert (again, again.due_at, again.attempts, len(wake_ups)) == (job, later, 0, 1)
    assert run(later) == job
    assert (state_of(job), job.title, job.payload, job.asked_by) == (State.DONE, "New", {"of": 2}, ada)
    assert work.calls[0][1].person == ada


def test_starting_by_hand_begins_the_attempts_anew(now, ada):
    job = ask_for("tests.refuse", now)
    run(now)

    transitions.retry(job, by=ActorFactory(person__is_admin=True), at=now)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.claims) == (State.QUEUED, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_holds_a_job_that_says_nothing_for_longer_than_its_lease(now, ask, monkeypatch):
    monkeypatch.setattr(rules, "SECONDS_BETWEEN_BEATS", 0.02)
    monkeypatch.setattr(rules, "LEASE", timedelta(seconds=0.5))
    job, begun, others = ask(), monotonic(), []

    def work_in_silence():
        for _ in range(4):  # twice its lease
            sleep(0.25)
            others.append(run(now + timedelta(seconds=monotonic() - begun)))

    work.meanwhile.append(work_in_silence)

    run(now)

    assert others == [None] * 4
    assert (state_of(job), job.attempts) == (State.DONE, 1)


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_ends_with_its_job_and_leaves_no_connection_behind(now, ask, monkeypatch):
    monkeypatch.setattr(rules, "SECONDS_BETWEEN_BEATS", 0.01)
    ask()
    work.meanwhile.append(lambda: sleep(0.05))
    before = active_count()

    run(now)

    assert active_count() == before


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_never_takes_a_job_back_from_its_next_worker(now, ask, monkeypatch):
    monkeypatch.setattr(rules, "SECONDS_BETWEEN_BEATS", 0.01)
    job = ask()
    theirs = uuid4()

    def lose_it():
        Job.objects.update(lease=theirs, lease_until=now)
        sleep(0.1)

    work.meanwhile.append(lose_it)

    run(now)

    assert Job.objects.values_list("state", "lease", "lease_until").get() == (State.RUNNING, theirs, now)
    assert state_of(job) == State.RUNNING
