"""How background work is read."""

from collections.abc import Collection

from apps.jobs.models import Job, JobQuerySet, State


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


def failed() -> JobQuerySet:
    """Return what failed, the last first, for administrators. One query."""
    return Job.objects.filter(state=State.FAILED).select_related("asked_by").order_by("-due_at", "-pk")
