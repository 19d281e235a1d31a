"""What a team says every two weeks."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Quarter
from apps.okrs.models.key_results import KeyResult
from apps.okrs.models.metrics import DIGITS, PLACES
from apps.okrs.models.objectives import Objective, Status


class TeamCheckIn(models.Model):
    """The form that a team fills in: four squares, and a line for each objective.

    A draft is one for each quarter; published it never changes, and a mistake is put right by another one
    that `corrects` it.
    """

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="check_ins")
    on_date = models.DateField()
    priorities = models.TextField(default="")
    next_four_weeks = models.TextField(default="")
    health = models.TextField(default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    objects = LockableQuerySet["TeamCheckIn"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["quarter"], condition=Q(published_at=None), name="check_in_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None, acknowledged_at=None)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False, published_at__isnull=False),
                name="check_in_acknowledged_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["quarter", "on_date", "id"], name="check_in_by_date")]

    def __str__(self) -> str:
        return f"Check-in of {self.quarter} on {self.on_date}"

    def get_absolute_url(self) -> str:
        """Return the published form."""
        return reverse("okrs:check_in", args=[self.pk])

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `quarter__team` and `quarter__cycle` first."""
        return Subject(
            type="check_in",
            id=self.pk,
            name=f"the check-in of {self.quarter.team}",
            url=self.get_absolute_url(),
            team_id=self.quarter.team_id,
            team_name=self.quarter.team.name,
        )


class CheckIn(models.Model):
    """What a team says about one objective in one check-in."""

    team_check_in = models.ForeignKey(TeamCheckIn, models.CASCADE, related_name="lines")
    objective = models.ForeignKey(Objective, models.PROTECT, related_name="check_ins")
    status = models.CharField(max_length=9, choices=Status, default="", blank=True)
    hint = models.CharField(
        max_length=9, choices=Status, default="", blank=True
    )  # of the numbers, when published
    changed = models.TextField(default="")
    learned = models.TextField(default="")
    help_wanted = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_check_in", "objective"], name="check_in_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.objective}: {self.get_status_display()}"


class CheckInItem(models.Model):
    """One key result in one check-in, with what its numbers were then."""

    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="items")
    key_result = models.ForeignKey(KeyResult, models.PROTECT, related_name="check_in_items")
    value = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    confidence = models.PositiveSmallIntegerField(null=True)  # 0 to 10
    note = models.CharField(max_length=500, default="")
    snapshot = models.JSONField(default=dict)  # value, previous, raw, shown, target, baseline when published

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "key_result"], name="check_in_item_once"),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__lte=10), name="check_in_confidence_up_to_ten"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_result}: {self.value}"
