"""How background work is asked for, done and brought back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils.module_loading import import_string

from apps.accounts.models import Actor
from apps.activity.models import Subject
from apps.activity.transitions import record
from apps.core import stopping, tracing
from apps.core.errors import InvalidMoveError
from apps.core.transactions import one_transaction, patient
from apps.core.wake import wake
from apps.jobs import rules
from apps.jobs.events import JobFailed, JobRetried
from apps.jobs.models import Job, State

logger = structlog.get_logger(__name__)

Progress = Callable[[int, int], None]


@one_transaction
def enqueue(
    kind: str, *, title: str, subject: Subject, payload: dict[str, Any], by: Actor, at: datetime
) -> Job:
    """Ask for work of a kind that settings.JOBS names; what waits already for the same subject is enough.

    The waiting row is locked: a worker that is just taking it has read less than we write, and makes
    this a new one. What waits for a later attempt becomes what is asked for now, by whoever asks now.
    """
    wanted = {
        "title": title[:250],
        "subject_name": subject.name,
        "service_id": subject.service_id,
        "url": subject.url,
        "audience": subject.audience,
        "payload": payload,
        "due_at": at,
        "asked_by": by.person,
        "asked_as": by.token,
        "asked_team_id": by.team_id,
        "asked_at": at,
        "request_id": by.request_id,
        "traceparent": tracing.current(),
    }
    job, is_new = Job.objects.select_for_update(no_key=True).get_or_create(
        kind=kind,
        subject_type=subject.type,
        subject_id=subject.id,
        state=State.QUEUED,
        defaults=wanted,
    )
    if not is_new and job.due_at > at:
        is_new = True
        _begin_anew(job, **wanted)
    if is_new:
        wake("jobs.run")
    return job


@one_transaction
def retry(job: Job, *, by: Actor, at: datetime) -> Job:
    """Put a failed job back into the queue, unless the same waits there already: the database knows."""
    job = Job.objects.locked(job.pk)
    rules.check_retry(by, job)

    try:
        with transaction.atomic():
            _begin_anew(job, state=State.QUEUED, due_at=at, finished_at=None)
    except IntegrityError as error:
        message = "The same work waits in the queue already."
        raise InvalidMoveError(message) from error

    record(JobRetried(), by=by, at=at, subject=job.subject)
    wake("jobs.run")
    return job


def _begin_anew(job: Job, **values: Any) -> None:
    """Let a job wait as if nobody had ever tried it."""
    values |= {"problem": "", "claims": 0, "attempts": 0, "done": 0, "total": 0}
    for name, value in values.items():
        setattr(job, name, value)
    job.save(update_fields=list(values))


def run_next(*, by: Actor, at: datetime) -> Job | None:
    """Claim one job, do it outside any transaction, and record its end; return it, or None without work.

    At least once: a worker that dies leaves a lease behind, and the job is done again when it runs out.
    """
    job = _claim(at=at)
    if job is None:
        return None
    begun = monotonic()
    try:
        with tracing.step(job.kind, parent=job.traceparent), _heartbeat(job, begun=begun, at=at):
            outcome = _work(job, begun=begun, at=at)
    except rules.StoppedError:
        _give_back(job, at=at)
        return job
    except rules.LeaseLostError:
        logger.warning("job_lease_lost", job=job.pk, kind=job.kind)
        return job
    _record(job, outcome, by=by, at=at + timedelta(seconds=monotonic() - begun))
    return job


@transaction.atomic(durable=True)
def _claim(*, at: datetime) -> Job | None:
    """Take what a dead worker left behind, or else what waits longest.

    PostgreSQL locks the row and passes over those that another worker is just taking; SQLite lets in
    one writer at a time.
    """
    free = Job.objects.select_for_update(skip_locked=True, no_key=True)
    job = free.left_behind(now=at).first() or free.waiting(now=at).first()
    if job is None:
        return None
    Job.objects.filter(pk=job.pk).update(
        state=State.RUNNING,
        lease=uuid4(),
        lease_until=at + rules.LEASE,
        claims=F("claims") + 1,
        attempts=F("attempts") + 1,
        done=0,
        total=0,
    )
    return Job.objects.select_related("asked_by").get(pk=job.pk)


def _work(job: Job, *, begun: float, at: datetime) -> rules.Outcome:
    """Call the function of the job's kind; return what came of it."""
    try:
        rules.check_claims(job)
        author = rules.author_of(job)
        function = import_string(settings.JOBS[job.kind])
        result = function(job, progress=_progress(job, begun=begun, at=at), by=author, at=at)
    except (rules.LeaseLostError, rules.StoppedError):
        raise
    except Exception as error:
        logger.warning("job_failed", job=job.pk, kind=job.kind, exc_info=True)
        return rules.outcome_of(error, job)
    return rules.Outcome(State.DONE, result=result)


@contextmanager
def _heartbeat(job: Job, *, begun: float, at: datetime) -> Iterator[None]:
    """Renew the lease beside work that says nothing for long; it dies with the process that works."""
    is_over = Event()
    beats = Thread(target=_beat, args=(job, is_over), kwargs={"begun": begun, "at": at}, daemon=True)
    beats.start()
    try:
        yield
    finally:
        is_over.set()
        beats.join()


def _beat(job: Job, is_over: Event, *, begun: float, at: datetime) -> None:
    """Run in a thread, on a connection of its own; what it cannot write now, its next beat will."""
    try:
        while not is_over.wait(rules.SECONDS_BETWEEN_BEATS):
            try:
                if not _renew(job, begun=begun, at=at):
                    return  # another worker has it; the work hears of it at its next progress
            except DatabaseError:
                logger.warning("job_heartbeat_missed", job=job.pk, kind=job.kind, exc_info=True)
                connection.close()
    finally:
        connection.close()


def _renew(job: Job, *, begun: float, at: datetime, **values: int) -> bool:
    """Hold the job for another LEASE from now on; return False if it is no longer ours."""
    until = at + timedelta(seconds=monotonic() - begun) + rules.LEASE
    return bool(Job.objects.filter(pk=job.pk, lease=job.lease).update(lease_until=until, **values))


def _progress(job: Job, *, begun: float, at: datetime) -> Progress:
    """Return the function by which a job says how far it is: a row at most once per second, and the lease."""
    last_write = begun - rules.SECONDS_BETWEEN_WRITES

    def progress(done: int, total: int) -> None:
        nonlocal last_write
        if stopping.is_asked() and done < total:
            raise rules.StoppedError
        now = monotonic()
        if now - last_write < rules.SECONDS_BETWEEN_WRITES and done < total:
            return
        last_write = now
        if not _renew(job, begun=begun, at=at, done=done, total=total):
            raise rules.LeaseLostError

    return progress


@patient
@transaction.atomic(durable=True)
def _record(job: Job, outcome: rules.Outcome, *, by: Actor, at: datetime) -> None:
    """Write the end down, or when it is tried again, unless another worker has taken the row meanwhile."""
    try:
        with transaction.atomic():
            is_written = _write(job, outcome, at=at)
    except IntegrityError:  # what was asked for since waits already
        outcome = replace(outcome, state=State.FAILED)
        is_written = _write(job, outcome, at=at)
    if is_written and outcome.state == State.FAILED:
        record(JobFailed(outcome.problem), by=by, at=at, subject=job.subject)


def _write(job: Job, outcome: rules.Outcome, *, at: datetime) -> bool:
    """Write the outcome into the row while its lease is ours; only one of the same may wait."""
    is_again = outcome.state == State.QUEUED
    ours = Job.objects.filter(pk=job.pk, lease=job.lease)
    return bool(
        ours.update(
            state=outcome.state,
            result=outcome.result,
            problem=outcome.problem,
            lease=None,
            lease_until=None,
            claims=0,
            due_at=at + outcome.pause if is_again else job.due_at,
            finished_at=None if is_again else at,
        )
    )


@transaction.atomic(durable=True)
def _give_back(job: Job, *, at: datetime) -> None:
    """Let the next worker have it at once: this one ends, and its death is no fault of the job."""
    ours = Job.objects.filter(pk=job.pk, lease=job.lease)
    ours.update(lease_until=at, claims=F("claims") - 1, attempts=F("attempts") - 1)
