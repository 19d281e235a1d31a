"""Assessments: one service answering one edition, area by area."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.catalog.models import Service
from apps.core.querysets import LockableQuerySet
from apps.readiness.models.editions import Edition, Kind


class AssessmentQuerySet(LockableQuerySet["Assessment"]):
    """Filters that read like sentences."""

    def present(self) -> Self:
        """Return those that are being answered; a service that moved back keeps its older ones."""
        return self.filter(closed_at=None)


class Assessment(models.Model):
    """One service answering one edition. Write through transitions.py only.

    `content_version` counts everything that a signature is about (answers, evidence, exemptions), so
    that "did anything change?" is one number. `applies_version` is the Service.version that the items'
    conditions last saw.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)  # the edition's, for the constraint
    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)  # "ready to be walked through"; it freezes nothing
    closed_at = models.DateTimeField(null=True)
    applies_version = models.PositiveIntegerField(default=0)
    content_version = models.PositiveIntegerField(default=0)

    held_areas: "list[Area] | None" = None  # while a transition has them locked

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "kind"],
                condition=Q(closed_at=None),
                name="assessment_one_present_per_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.service}"

    def get_absolute_url(self) -> str:
        """Return the page of its kind; load `service` first."""
        page = "green_light" if self.kind == Kind.CONVERSATION else "readiness"
        return reverse(f"readiness:{page}", args=[self.service.slug])

    @property
    def name(self) -> str:
        """Return what people call it."""
        return "Green-light conversation" if self.kind == Kind.CONVERSATION else "Operational readiness"

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `service__team` first."""
        name = f"{self.name} of {self.service.name}"
        return item_subject(self, type="assessment", id=self.pk, name=name, url=self.get_absolute_url())

    def area_subject(self, area: "Area", *, title: str) -> Subject:
        """Return the labels of one of its areas; load `service__team` first."""
        url = f"{self.get_absolute_url()}{area.key.lower()}/"
        return item_subject(
            self, type="area", id=area.pk, name=f"{title} of {self.service.name}"[:250], url=url
        )


class Value(models.TextChoices):
    """A reviewer's word on an area, weakest last."""

    STRONG = "strong", "Strong"
    ADEQUATE = "adequate", "Adequate"
    WEAK = "weak", "Weak"


class Area(models.Model):
    """The summary of one area of an assessment; lock it before an answer, recompute it with one aggregate.

    Credits are in half points, so that they stay whole numbers: a High item in place is 6.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="areas")
    key = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField()
    applicable = models.PositiveSmallIntegerField(default=0)
    answered = models.PositiveSmallIntegerField(default=0)
    weight = models.PositiveSmallIntegerField(default=0)  # half points that could be credited
    credit = models.PositiveSmallIntegerField(default=0)  # half points that are
    open_high = models.PositiveSmallIntegerField(default=0)  # High items open, or a gap without exemption
    gaps = models.PositiveSmallIntegerField(default=0)
    exempt = models.PositiveSmallIntegerField(default=0)
    is_weak = models.BooleanField(default=False)
    verdict = models.CharField(max_length=10, choices=Value, default="", blank=True)  # the weakest one

    objects = LockableQuerySet["Area"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "key"], name="area_once")]

    def __str__(self) -> str:
        return self.key


class Verdict(models.Model):
    """One reviewer's present view of one area; earlier ones are in the history."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="verdicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    value = models.CharField(max_length=10, choices=Value)
    note = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "reviewer"], name="verdict_one_per_reviewer")]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.value}"


class Reviewer(models.Model):
    """Who may give verdicts on a service because of a seat; pushed down by walkthroughs."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "person"], name="reviewer_once")]

    def __str__(self) -> str:
        return f"{self.person} reviews {self.service_id}"


def item_subject(assessment: Assessment, *, type: str, id: int, name: str, url: str) -> Subject:  # noqa: A002
    """Return the labels of something inside an assessment; load `service__team` first."""
    service = assessment.service
    return Subject(
        type=type,
        id=id,
        name=name,
        url=url,
        service_id=service.pk,
        service_name=service.name,
        team_id=service.team_id,
        team_name=service.team.name if service.team else "",
    )
