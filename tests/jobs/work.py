"""Work that jobs do in tests; settings.JOBS names it."""

from errno import ENOSPC

from django.db import OperationalError

from apps.core.errors import DomainError

meanwhile = []  # steps that happen while a job runs
calls = []


def print_paper(job, *, progress, by, at):
    calls.append((job, by, at))
    while meanwhile:
        meanwhile.pop()()
    progress(job.payload.get("pages", 1), job.payload.get("of", 1))
    return {"pages": 1}


def refuse(job, *, progress, by, at):
    message = "The printer is on holiday."
    raise DomainError(message)


def break_down(job, *, progress, by, at):
    message = "secret detail"
    raise ValueError(message)


def power_cut(job, *, progress, by, at):
    raise SystemExit


def lose_the_database(job, *, progress, by, at):
    message = "server closed the connection unexpectedly"
    raise OperationalError(message)


def fill_the_disk(job, *, progress, by, at):
    raise OSError(ENOSPC, "No space left on device")
