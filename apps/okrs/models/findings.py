"""What the rules noticed: remarks on wording and numbers (L1 to L16), and conflicts (K1 to K11)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Cycle
from apps.okrs.models.key_results import KeyResult
from apps.okrs.models.objectives import Objective


class FindingQuerySet(LockableQuerySet["Finding"]):
    """Filters that read like sentences."""

    def open(self) -> Self:
        """Return those that stand and that nobody has decided."""
        return self.filter(state=Finding.State.OPEN)


class Finding(models.Model):
    """One thing that a rule noticed. The fingerprint holds the values: decided once, until they change.

    A job writes and resolves them; people argue with them, accept them as a risk, or dismiss them.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted as a risk"
        DISMISSED = "dismissed", "Dismissed"
        RESOLVED = "resolved", "No longer so"

    class Severity(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    class Resolution(models.TextChoices):
        WEAKEN = "weaken", "Weaken one of them"
        DROP = "drop", "Drop one of them"
        AVOID = "avoid", "Avoid the case in which they collide"
        REASSIGN = "reassign", "Give it to somebody else"
        SEQUENCE = "sequence", "One after the other"

    code = models.CharField(max_length=4)  # "L1", "K4"
    severity = models.CharField(max_length=6, choices=Severity)
    is_blocking = models.BooleanField(default=False)  # an objective cannot become active over it in silence
    cycle = models.ForeignKey(Cycle, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")  # to which it is shown
    objective = models.ForeignKey(Objective, models.CASCADE, null=True, related_name="findings")
    key_result = models.ForeignKey(KeyResult, models.CASCADE, null=True, related_name="findings")
    other_team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    other_objective = models.ForeignKey(Objective, models.CASCADE, null=True, related_name="+")
    message = models.CharField(max_length=500)
    evidence = models.JSONField(default=dict)  # the values it follows from
    fingerprint = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    resolution = models.CharField(max_length=8, choices=Resolution, default="", blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, default="")
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "dismissed"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""),
                name="finding_decision_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state", "id"], name="finding_by_team"),
            models.Index(fields=["cycle", "state", "id"], name="finding_by_cycle"),
            models.Index(fields=["objective", "state"], name="finding_by_objective"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def get_absolute_url(self) -> str:
        """Return where people argue with it."""
        return reverse("okrs:finding", args=[self.pk])

    def subject(self, *, on: date) -> Subject:
        """Return the labels that events of a day copy; load `team` and `objective` first."""
        whole = self.objective.subject(on=on) if self.objective else None
        return Subject(
            type="finding",
            id=self.pk,
            name=f"{self.code} {self.message}"[:250],
            url=self.get_absolute_url(),
            team_id=self.team_id,
            team_name=self.team.name,
            audience=whole.audience if whole else "everyone",
        )


class Look(models.Model):
    """When the rules were last run over a cycle; the next run goes on only if something happened since."""

    cycle = models.OneToOneField(Cycle, models.CASCADE, related_name="look")
    at = models.DateTimeField()
    found = models.PositiveIntegerField(default=0)

    objects = LockableQuerySet["Look"].as_manager()

    def __str__(self) -> str:
        return f"Rules over {self.cycle}"
