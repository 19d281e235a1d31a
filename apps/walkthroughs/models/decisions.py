"""Decisions: what was signed, what stands against a launch, and the launch itself."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.catalog.models import Service
from apps.core.models import StoredFile
from apps.core.querysets import LockableQuerySet
from apps.jobs.models import Job
from apps.walkthroughs.models.meetings import Capacity, Seat, Walkthrough


class ContentSnapshot(models.Model):
    """What was signed, as canonical JSON; the same content is kept once and shared by its signers."""

    sha256 = models.CharField(max_length=64, unique=True)
    schema = models.PositiveSmallIntegerField(default=1)
    content = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:16]


class SignOff(models.Model):
    """What one seat decided; a later one of the same seat replaces it and keeps it readable."""

    class Decision(models.TextChoices):
        """The four answers a seat has; veto only at high or critical risk, never for peers."""

        APPROVE = "approve", "Approve"
        CONDITIONS = "conditions", "Approve with conditions"
        OBJECT = "object", "Object"
        VETO = "veto", "Veto"

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="sign_offs")
    decision = models.CharField(max_length=10, choices=Decision)
    note = models.TextField(default="")  # the conditions, or the reason
    snapshot = models.ForeignKey(ContentSnapshot, models.PROTECT, related_name="+")
    # While these two stand where they stood, nothing was changed, and no snapshot needs to be compared.
    content_version = models.PositiveIntegerField()  # the assessment's
    service_version = models.PositiveIntegerField()
    signed_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["SignOff"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(replaced_at=None), name="signoff_one_stands_per_seat"
            ),
            models.CheckConstraint(
                condition=Q(decision="approve") | ~Q(note=""), name="signoff_says_why_unless_approved"
            ),
        ]

    def __str__(self) -> str:
        return self.get_decision_display()


class Veto(models.Model):
    """Stands on the service, whichever walkthrough it came from, until it is lifted."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    sign_off = models.OneToOneField(SignOff, models.PROTECT, related_name="veto")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=10, choices=Capacity)
    reason = models.TextField()
    items = models.JSONField(default=list)  # codes of checklist items
    lifted_by_what = models.TextField()  # what would lift it
    review_on = models.DateField()
    made_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.TextField(default="")

    objects = LockableQuerySet["Veto"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason=""),
                name="veto_lift_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=["architect", "security", "enablement"]),
                name="veto_is_by_an_expert_seat",
            ),
        ]
        indexes = [models.Index(fields=["service"], condition=Q(lifted_at=None), name="veto_standing")]

    def __str__(self) -> str:
        return f"Veto by {self.author}"


class Launch(models.Model):
    """A service went live; `over` lists the conditions that a lead passed with a reason."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    walkthrough = models.ForeignKey(Walkthrough, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_over = models.BooleanField(default=False)  # some condition was not met
    over = models.JSONField(default=list)  # [{"code", "title", "reason"}] of the gate
    reason = models.TextField(default="")  # why it was launched over them
    look_back_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["walkthrough"], name="launch_once_per_walkthrough"),
            models.CheckConstraint(
                condition=Q(is_over=False) | ~Q(reason=""), name="launch_over_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["service", "id"], name="launch_by_service")]

    def __str__(self) -> str:
        return f"Launch of {self.service}"


class Report(models.Model):
    """One printed report with the content that it shows; the newest counts."""

    walkthrough = models.ForeignKey(Walkthrough, models.PROTECT, related_name="reports")
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    snapshot = models.ForeignKey(ContentSnapshot, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    pages = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Report of {self.walkthrough_id}"
