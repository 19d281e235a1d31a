"""Threads on anything: what people say to each other about one thing."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.activity.models import Audience, Subject
from apps.core.querysets import LockableQuerySet


class ThreadQuerySet(LockableQuerySet["Thread"]):
    """Filters that read like sentences."""

    def about(self, subject_type: str, subject_ids: Collection[int]) -> Self:
        """Return the threads of some objects of one kind."""
        return self.filter(subject_type=subject_type, subject_id__in=subject_ids)

    def visible_to(self, audiences: Collection[str]) -> Self:
        """Return those meant for one of these audiences."""
        return self.filter(audience__in=audiences)


class Thread(models.Model):
    """The conversation about one thing; its labels are copied, so it knows nobody above."""

    subject_type = models.CharField(max_length=30)
    subject_id = models.PositiveBigIntegerField()
    subject_name = models.CharField(max_length=250)
    url = models.CharField(max_length=300)
    service_id = models.PositiveBigIntegerField(null=True)
    service_name = models.CharField(max_length=200)
    team_id = models.PositiveBigIntegerField(null=True)
    team_name = models.CharField(max_length=200)
    audience = models.CharField(max_length=20, default=Audience.EVERYONE)
    count = models.PositiveIntegerField(default=0)
    last_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    last_at = models.DateTimeField(null=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="thread_one_per_subject"),
            models.CheckConstraint(
                condition=Q(count=0, last_by=None, last_at=None)
                | Q(count__gt=0, last_by__isnull=False, last_at__isnull=False),
                name="thread_last_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Thread on {self.subject_name}"

    @property
    def subject(self) -> Subject:
        """Return the labels of what the thread is about."""
        return Subject(
            type=self.subject_type,
            id=self.subject_id,
            name=self.subject_name,
            url=self.url,
            service_id=self.service_id,
            service_name=self.service_name,
            team_id=self.team_id,
            team_name=self.team_name,
            audience=self.audience,
        )


class Comment(models.Model):
    """One thing that somebody said; it stays as it was said."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()  # at most rules.LONGEST characters
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]
        indexes = [models.Index(fields=["thread", "id"], name="comment_by_thread")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"
