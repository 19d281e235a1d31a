"""Background work as rows: whoever holds the lease does it, and everybody can watch."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Audience, Subject
from apps.core import tracing
from apps.core.querysets import LockableQuerySet


class State(models.TextChoices):
    """The life of a job; a retry puts a failed one back into the queue."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class JobQuerySet(LockableQuerySet["Job"]):
    """Filters on the work."""

    def waiting(self, *, now: datetime) -> Self:
        """Return what may begin by now, oldest first."""
        return self.filter(state=State.QUEUED, due_at__lte=now).order_by("due_at", "pk")

    def left_behind(self, *, now: datetime) -> Self:
        """Return what a worker took and never brought back, oldest first."""
        return self.filter(state=State.RUNNING, lease_until__lte=now).order_by("due_at", "pk")

    def unfinished(self) -> Self:
        """Return what waits or runs."""
        return self.filter(state__in=[State.QUEUED, State.RUNNING])


class Job(models.Model):
    """One piece of background work about one subject. Write through transitions.py only."""

    kind = models.CharField(max_length=60)  # a key of settings.JOBS
    title = models.CharField(max_length=250)  # "Report of Parcel Tracking"
    subject_type = models.CharField(max_length=30)
    subject_id = models.PositiveBigIntegerField()
    subject_name = models.CharField(max_length=250)
    service_id = models.PositiveBigIntegerField(null=True)
    url = models.CharField(max_length=300)  # where its result is shown
    audience = models.CharField(max_length=20, default=Audience.EVERYONE)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveSmallIntegerField(default=0)  # since somebody last brought it back
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # 0: nobody knows yet
    problem = models.TextField(default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_as = models.CharField(max_length=60, default="", db_default="")  # the token with which they asked
    asked_team_id = models.PositiveBigIntegerField(null=True)  # and its team, to which it narrows them
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    request_id = models.CharField(max_length=64, default="")
    traceparent = models.CharField(max_length=tracing.LENGTH, default="", db_default="")  # of who asked

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, lease__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.RUNNING) & Q(lease=None, lease_until=None)),
                name="job_is_leased_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DONE, State.FAILED], finished_at__isnull=False)
                | (Q(state__in=[State.QUEUED, State.RUNNING]) & Q(finished_at=None)),
                name="job_end_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.FAILED, problem=""), name="job_fails_for_a_reason"
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"],
                condition=Q(state=State.QUEUED),
                name="job_queued_once_per_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="job_by_turn"),
            models.Index(fields=["subject_type", "subject_id", "kind", "id"], name="job_by_subject"),
            models.Index(
                fields=["finished_at", "id"], condition=Q(finished_at__isnull=False), name="job_by_end"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy."""
        return Subject(
            type="job",
            id=self.pk,
            name=self.title,
            url=self.url,
            service_id=self.service_id,
            audience=self.audience,
        )

    @property
    def mark(self) -> str:
        """Return what changes when a page that shows the job must change."""
        return f"{self.state}-{self.attempts}-{self.done}-{self.total}"

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing more to watch."""
        return self.state in {State.DONE, State.FAILED}
