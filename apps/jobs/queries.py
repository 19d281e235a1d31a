"""How background work is read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.db.models import Count, Min, Q

from apps.jobs.models import Job, JobQuerySet, State

LATELY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Queue:
    """How much work of one kind there is; what was done counts for a day."""

    kind: str
    queued: int
    running: int
    failed: int
    done: int
    oldest: datetime | None  # since then the first of those waits whose turn has come


def queues(*, now: datetime) -> list[Queue]:
    """Return every kind of work that there is, by name. One query, read from the index by state and turn."""
    is_present = Q(state__in=[State.QUEUED, State.RUNNING, State.FAILED])
    jobs = Job.objects.filter(is_present | Q(state=State.DONE, due_at__gte=now - LATELY))
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in State}
    oldest = Min("due_at", filter=Q(state=State.QUEUED, due_at__lte=now))
    rows = jobs.values("kind").annotate(oldest=oldest, **counts).order_by("kind")
    return [Queue(**row) for row in cast("Iterable[dict[str, Any]]", rows)]


def latest(subject_type: str, subject_id: int, kind: str) -> Job | None:
    """Return the last job of one kind about one object. One query."""
    jobs = Job.objects.filter(subject_type=subject_type, subject_id=subject_id, kind=kind)
    return jobs.order_by("-pk").first()


def visible(audiences: Collection[str]) -> JobQuerySet:
    """Return the jobs that somebody of these audiences may watch, with who asked. One query."""
    return Job.objects.filter(audience__in=audiences).select_related("asked_by")


def failed() -> JobQuerySet:
    """Return what failed, the last first, for administrators. One query."""
    return Job.objects.filter(state=State.FAILED).select_related("asked_by").order_by("-due_at", "-pk")
