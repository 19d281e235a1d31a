"""What becomes of background work. Pure: no queries, no clock, no writes."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded

from apps.accounts.models import Actor, Role
from apps.core.errors import DomainError, InvalidMoveError, NotPermittedError
from apps.jobs.models import Job, State

LEASE: Final = timedelta(minutes=5)  # not below Celery's hard time limit; progress renews it
MAX_CLAIMS: Final = 3
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


def check_claims(job: Job) -> None:
    """Refuse what was taken MAX_CLAIMS times before and never came back."""
    if job.claims > MAX_CLAIMS:
        message = f"{MAX_CLAIMS} workers took this job, and none came back. Ask whoever runs the portal."
        raise NobodyCameBackError(message)


def problem(error: Exception, job: Job) -> str:
    """Return in plain words why a job failed; the traceback is for the log alone."""
    match error:
        case DomainError():
            return str(error)
        case SoftTimeLimitExceeded():
            return "It took too long and was stopped."
    where = f" Its request id is {job.request_id}." if job.request_id else ""
    return f"Something broke on our side ({type(error).__name__}); the log of the worker knows more.{where}"


def may_retry(by: Actor, job: Job) -> bool:
    """Administrators may, and whoever asked for the job."""
    return by.has(Role.ADMIN) or (by.person_id is not None and by.person_id == job.asked_by_id)


def check_retry(by: Actor, job: Job) -> None:
    """Refuse whoever did not ask for the job, and what has not failed."""
    if not may_retry(by, job):
        message = "Only who asked for this, or an administrator, can start it again."
        raise NotPermittedError(message)
    if job.state != State.FAILED:
        message = f"A job that is {job.get_state_display().lower()} cannot be started again."
        raise InvalidMoveError(message)
