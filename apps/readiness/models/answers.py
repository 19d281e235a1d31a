"""Answers: the team's state for one item, with text, owner and evidence."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.activity.models import Subject
from apps.core.querysets import LockableQuerySet
from apps.readiness.models.assessments import Assessment, item_subject
from apps.readiness.models.editions import Weight


class State(models.TextChoices):
    """What a team says of an item; a conversation uses the first three, readiness all but those two."""

    OPEN = "open", "Open"
    ANSWERED = "answered", "Answered"
    UNKNOWN = "unknown", "We don't know yet"
    IN_PLACE = "in_place", "In place"
    PLANNED = "planned", "Planned"
    GAP = "gap", "Gap"
    NOT_APPLICABLE = "not_applicable", "Not applicable"


class AnswerQuerySet(LockableQuerySet["Answer"]):
    """Filters that read like sentences."""

    def applicable(self) -> Self:
        """Return what counts for this service."""
        return self.filter(applies=True)


class Answer(models.Model):
    """One item of one assessment, made when the assessment opens. Write through transitions only."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    item = models.CharField(max_length=12)  # "REL-03"
    area = models.CharField(max_length=10)  # "REL"
    position = models.PositiveSmallIntegerField()
    weight = models.CharField(max_length=6, choices=Weight, default="", blank=True)
    applies = models.BooleanField(default=True)
    state = models.CharField(max_length=14, choices=State, default=State.OPEN)
    text = models.TextField(default="")  # at most rules.LONGEST_TEXT characters
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    reason = models.TextField(default="")  # why not applicable
    is_inherited = models.BooleanField(default=False)  # text copied, not yet confirmed
    is_returned = models.BooleanField(default=False)  # a reviewer asked the team to look again
    is_exempt = models.BooleanField(default=False)  # an approved exemption stands; kept by transitions
    evidence_count = models.PositiveSmallIntegerField(default=0)
    evidence_until = models.DateField(null=True)  # when the first of its evidence expires
    revision = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="answer_once"),
            models.CheckConstraint(
                condition=~Q(state=State.PLANNED) | Q(owner__isnull=False, due_on__isnull=False),
                name="answer_planned_has_owner_and_date",
            ),
        ]
        indexes = [
            models.Index(fields=["assessment", "area", "position"], name="answer_by_area"),
            models.Index(fields=["due_on"], condition=Q(state=State.PLANNED), name="answer_by_due_date"),
            models.Index(fields=["owner", "state"], name="answer_by_owner"),
            models.Index(fields=["owner"], condition=Q(is_returned=True), name="answer_returned"),
        ]

    def __str__(self) -> str:
        return self.item

    @property
    def url(self) -> str:
        """Return where the item stands on its page; load `assessment__service` first."""
        base = self.assessment.get_absolute_url()
        return f"{base}#{self.item}" if not self.weight else f"{base}{self.area.lower()}/#{self.item}"

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `assessment__service__team` first."""
        name = f"{self.item} of {self.assessment.service.name}"
        return item_subject(self.assessment, type="answer", id=self.pk, name=name, url=self.url)


class AnswerVersion(models.Model):
    """What an answer said; one author's saves within 15 minutes extend one version."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField()  # the last one that it holds
    state = models.CharField(max_length=14, choices=State)
    text = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    reason = models.TextField(default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "revision"], name="answerversion_once")]

    def __str__(self) -> str:
        return f"{self.answer_id} revision {self.revision}"


class Evidence(models.Model):
    """A link that shows an answer is true; it can serve several answers and can expire."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="evidence")
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=1000)
    expires_on = models.DateField(null=True)
    answers = models.ManyToManyField(Answer, related_name="evidence")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects = LockableQuerySet["Evidence"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "url"], name="evidence_once_per_address")
        ]

    def __str__(self) -> str:
        return self.title


class Exemption(models.Model):
    """A time-limited "not now" for one item: asked by the team, decided by somebody else."""

    class State(models.TextChoices):
        """The life of an exemption; an approved one ends with its date."""

        ASKED = "asked", "Asked for"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ENDED = "ended", "Ended"

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="exemptions")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    reason = models.TextField()
    measure = models.TextField()  # what compensates meanwhile
    ends_on = models.DateField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(default="")

    objects = LockableQuerySet["Exemption"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["answer"], condition=Q(state__in=["asked", "approved"]), name="exemption_one_stands"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="exemption_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("asked_by")),
                name="exemption_is_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], condition=Q(state="approved"), name="exemption_by_end")]

    def __str__(self) -> str:
        return f"Exemption for {self.answer_id}"
