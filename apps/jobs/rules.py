"""What becomes of background work. Pure: no queries, no clock, no writes."""

from dataclasses import dataclass, field
from datetime import timedelta
from errno import EDQUOT, EIO, ENOSPC
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, Role
from apps.accounts.rules import may_sign_in, within
from apps.core.errors import DomainError, InvalidMoveError, NotPermittedError
from apps.jobs.models import Job, State

LEASE: Final = timedelta(minutes=2)  # the heartbeat renews it; after a death the next worker waits so long
SECONDS_BETWEEN_BEATS: Final = 20.0  # five of them may be missed
MAX_CLAIMS: Final = 3
MAX_ATTEMPTS: Final = 6  # with pauses of 1, 2, 4, 8 and 16 minutes between them
OUR_DISK: Final = frozenset({ENOSPC, EDQUOT, EIO})  # somebody makes room, and it works again
SECONDS_BETWEEN_WRITES: Final = 1.0  # of progress


class LeaseLostError(Exception):
    """Another worker has taken the job; what this one does no longer counts."""


class StoppedError(Exception):
    """The worker ends; the next one begins the job again."""


class NobodyCameBackError(DomainError):
    """Stands for the result when each worker that took a job died of it."""


@dataclass(frozen=True)
class Outcome:
    """The new values of a job's columns."""

    state: State
    result: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    pause: timedelta = timedelta()  # before the next attempt, if it waits for one


def check_claims(job: Job) -> None:
    """Refuse what was taken MAX_CLAIMS times before and never came back."""
    if job.claims > MAX_CLAIMS:
        message = f"{MAX_CLAIMS} workers took this job, and none came back. Ask whoever runs the portal."
        raise NobodyCameBackError(message)


def author_of(job: Job) -> Actor:
    """Return in whose name a job is done: of who asked, as far as they, or their token, reach by now."""
    if job.asked_by is None:
        return Actor.system(job.kind, request_id=job.request_id)
    person = within(job.asked_by, job.asked_team_id)
    if person is None:
        gone = (
            "may no longer sign in" if not may_sign_in(job.asked_by) else "is no longer in that token's team"
        )
        message = f"{job.asked_by} asked for this and {gone}. Somebody else has to ask for it."
        raise NotPermittedError(message)
    return Actor(person=person, token=job.asked_as, team_id=job.asked_team_id, request_id=job.request_id)


def outcome_of(error: Exception, job: Job) -> Outcome:
    """Return what an error makes of a job: over, or once more after 1, 2, 4 … minutes."""
    said = problem(error, job)
    if not is_temporary(error) or job.attempts >= MAX_ATTEMPTS:
        return Outcome(State.FAILED, problem=said)
    return Outcome(State.QUEUED, problem=said, pause=timedelta(minutes=2 ** (job.attempts - 1)))


def is_temporary(error: Exception) -> bool:
    """Tell whether the same work may well succeed a little later: what it needs was away, or full."""
    match error:
        case OperationalError() | InterfaceError() | ConnectionError() | TimeoutError():
            return True
        case OSError(errno=code):
            return code in OUR_DISK
    return False


def problem(error: Exception, job: Job) -> str:
    """Return in plain words why a job failed; the traceback is for the log alone."""
    match error:
        case DomainError():
            return str(error)
        case SoftTimeLimitExceeded():
            return "It took too long and was stopped."
    where = f" Its request id is {job.request_id}." if job.request_id else ""
    if is_temporary(error):
        return f"Something that it needs was not there ({type(error).__name__}).{where}"
    return f"Something broke on our side ({type(error).__name__}); the log of the worker knows more.{where}"


@dataclass(frozen=True)
class Words:
    """What pages say of a kind of work."""

    name: str
    kept: str = ""  # of what a failed one had done
    again: str = ""  # why trying again is safe


def words_of(kind: str) -> Words:
    """Return the words of settings.JOB_WORDS for a kind, or its key where nobody gave any."""
    return Words(**settings.JOB_WORDS.get(kind, {"name": kind}))


def may_see_result(by: Actor, job: Job) -> bool:
    """Tell whether the result opens for somebody: as settings.JOB_READERS says, else for everybody."""
    predicate = settings.JOB_READERS.get(job.kind)
    return predicate is None or bool(import_string(predicate)(by))


def may_retry(by: Actor, job: Job) -> bool:
    """Administrators may, and whoever asked; with a team's token only for what such a token asked for."""
    is_theirs = by.person_id is not None and by.person_id == job.asked_by_id
    return by.has(Role.ADMIN) or (is_theirs and by.team_id in {None, job.asked_team_id})


def check_retry(by: Actor, job: Job) -> None:
    """Refuse whoever did not ask for the job, and what has not failed."""
    if not may_retry(by, job):
        message = "Only who asked for this, or an administrator, can start it again."
        raise NotPermittedError(message)
    if job.state != State.FAILED:
        message = f"A job that is {job.get_state_display().lower()} cannot be started again."
        raise InvalidMoveError(message)
