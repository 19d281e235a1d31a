"""How background work is read."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.conf import settings
from django.db.models import Count, Min, Q

from apps.core.metrics import Gauge
from apps.jobs.models import Job, JobQuerySet, State
from apps.jobs.rules import words_of

PRESENT: Final = (State.QUEUED, State.RUNNING, State.FAILED)
LAST_HOUR: Final = timedelta(hours=1)
LATELY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Queue:
    """How much work of one kind there is; of what was done, the last hours."""

    kind: str
    queued: int = 0
    running: int = 0
    failed: int = 0
    done: int = 0
    oldest: datetime | None = None  # since then the first of those waits whose turn has come
    next: datetime | None = None  # when the turn of the first comes, or came

    @property
    def name(self) -> str:
        """Return the kind in words."""
        return words_of(self.kind).name


def queues(*, now: datetime, lately: timedelta = LATELY) -> list[Queue]:
    """Return every kind of work that there is, by name. One query, read from two indexes."""
    is_present = Q(state__in=PRESENT)
    jobs = Job.objects.filter(is_present | Q(state=State.DONE, finished_at__gte=now - lately))
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in State}
    oldest = Min("due_at", filter=Q(state=State.QUEUED, due_at__lte=now))
    following = Min("due_at", filter=Q(state=State.QUEUED))
    rows = jobs.values("kind").annotate(oldest=oldest, next=following, **counts).order_by("kind")
    return [Queue(**row) for row in cast("Iterable[dict[str, Any]]", rows)]


def latest(subject_type: str, subject_id: int, kind: str) -> Job | None:
    """Return the last job of one kind about one object. One query."""
    jobs = Job.objects.filter(subject_type=subject_type, subject_id=subject_id, kind=kind)
    return jobs.order_by("-pk").first()


def unfinished(subject_type: str, subject_id: int, kind: str) -> list[Job]:
    """Return what waits or runs of one kind about one object, the oldest first. One query."""
    jobs = Job.objects.unfinished().filter(subject_type=subject_type, subject_id=subject_id, kind=kind)
    return list(jobs.order_by("pk"))


def visible(audiences: Collection[str]) -> JobQuerySet:
    """Return the jobs that somebody of these audiences may watch, with who asked. One query."""
    return Job.objects.filter(audience__in=audiences).select_related("asked_by")


def present(audiences: Collection[str]) -> JobQuerySet:
    """Return what runs, then what waits, those first whose turn comes first. One query."""
    return visible(audiences).unfinished().order_by("-state", "due_at", "pk")


def lately_done(audiences: Collection[str], *, now: datetime) -> JobQuerySet:
    """Return what was done in the last day, the last first. One query."""
    done = visible(audiences).filter(state=State.DONE, finished_at__gte=now - LATELY)
    return done.order_by("-finished_at", "-pk")


def failed() -> JobQuerySet:
    """Return what failed, the last first, for administrators. One query."""
    return Job.objects.filter(state=State.FAILED).select_related("asked_by").order_by("-due_at", "-pk")


def measures(*, now: datetime) -> Iterator[Gauge]:
    """Yield what waits, runs and failed by kind, and what was done lately. One query."""
    found = {queue.kind: queue for queue in queues(now=now, lately=LAST_HOUR)}
    known = [found.get(kind, Queue(kind)) for kind in sorted(settings.JOBS)]
    for queue in known:
        for state in PRESENT:
            labels = (("kind", queue.kind), ("state", state.value))
            yield Gauge("roadworthy_jobs", getattr(queue, state), "Jobs that are not done.", labels)
    for queue in known:
        meaning = "Jobs that were done within the last hour."
        yield Gauge("roadworthy_jobs_done_last_hour", queue.done, meaning, (("kind", queue.kind),))
