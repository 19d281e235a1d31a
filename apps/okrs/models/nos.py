"""The register of nos: what we decided not to do, who holds that, and what would reopen it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.metrics import DIGITS, PLACES, Metric
from apps.okrs.models.negotiations import Negotiation, ReasonCode
from apps.okrs.models.objectives import Objective


class NoQuerySet(LockableQuerySet["No"]):
    """Filters that read like sentences."""

    def active(self) -> Self:
        """Return those that still stand."""
        return self.filter(state=No.State.ACTIVE)


class No(models.Model):
    """A respected decision not to do something. Write through transitions only."""

    class Kind(models.TextChoices):
        NO = "no", "No"
        NOT_NOW = "not_now", "Not now"
        STOP = "stop", "Stopped"

    class State(models.TextChoices):
        ACTIVE = "active", "Stands"
        EXPIRED = "expired", "To be decided again"
        REOPENED = "reopened", "Reopened"
        OVERTURNED = "overturned", "Overturned"
        LAPSED = "lapsed", "Let go"

    class Way(models.TextChoices):
        BELOW = "below", "falls below"
        ABOVE = "above", "rises above"

    kind = models.CharField(max_length=7, choices=Kind)
    what = models.CharField(max_length=300)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")  # that says it
    reason_code = models.CharField(max_length=12, choices=ReasonCode)
    reason = models.CharField(max_length=1000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    until_on = models.DateField(null=True)  # the day on which it is decided again
    reopen_when = models.CharField(max_length=300, default="")
    metric = models.ForeignKey(Metric, models.PROTECT, null=True, related_name="+")
    threshold_way = models.CharField(max_length=5, choices=Way, default="", blank=True)
    threshold = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True)
    requester = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    negotiation = models.OneToOneField(Negotiation, models.PROTECT, null=True, related_name="no")
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, related_name="nos")
    dependency = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="+"
    )  # whom it would have needed
    tags = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    state_reason = models.CharField(max_length=500, default="")
    revision = models.PositiveIntegerField(default=0)

    objects = NoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(reason=""), name="no_says_what_and_why"),
            models.CheckConstraint(
                condition=~Q(kind="not_now") | Q(until_on__isnull=False) | ~Q(reopen_when=""),
                name="no_not_now_ends",
            ),
            models.CheckConstraint(
                condition=Q(threshold=None, threshold_way="")
                | Q(threshold__isnull=False, metric__isnull=False) & ~Q(threshold_way=""),
                name="no_threshold_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "until_on", "id"], name="no_by_end"),
            models.Index(fields=["team", "state", "id"], name="no_by_team"),
            models.Index(fields=["metric", "id"], name="no_by_metric"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        """Return the entry with its exceptions."""
        return reverse("okrs:no", args=[self.pk])

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `team` first."""
        return Subject(
            type="no",
            id=self.pk,
            name=self.what[:250],
            url=self.get_absolute_url(),
            team_id=self.team_id,
            team_name=self.team.name,
        )


class NoException(models.Model):
    """Something done against a no that stands: logged beside it, never by deleting it."""

    no = models.ForeignKey(No, models.PROTECT, related_name="exceptions")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, related_name="+")
    person_weeks = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="no_exception_has_a_reason")]

    def __str__(self) -> str:
        return f"Exception to: {self.no}"
