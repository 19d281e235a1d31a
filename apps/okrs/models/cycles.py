"""Quarters, and each team's page in one: what it wants, in which order."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet


class CycleState(models.TextChoices):
    """The states, in the order in which a quarter lives through them."""

    PLANNING = "planning", "Planning"
    ACTIVE = "active", "Active"
    GRADING = "grading", "Grading"
    CLOSED = "closed", "Closed"


class CycleQuerySet(LockableQuerySet["Cycle"]):
    """Filters that read like sentences."""

    def on(self, day: date) -> Self:
        """Return the cycle that a day lies in."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def open(self) -> Self:
        """Return those that can still be planned or worked in."""
        return self.exclude(state=CycleState.CLOSED)


class Cycle(models.Model):
    """One quarter of the fiscal calendar, created ahead by a job. Write through transitions only."""

    slug = models.SlugField(max_length=20, unique=True)  # "2026-q4"
    name = models.CharField(max_length=40)  # "Q4 2026"
    starts_on = models.DateField(unique=True)
    ends_on = models.DateField(unique=True)  # its last day
    state = models.CharField(max_length=8, choices=CycleState, default=CycleState.PLANNING)
    grace_days = models.PositiveSmallIntegerField(default=14)  # late values count until then
    reopened_because = models.CharField(max_length=500, default="")

    objects = CycleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="cycle_ends_later"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=CycleState.ACTIVE), name="cycle_one_is_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the page of the whole organisation's quarter."""
        return reverse("okrs:cycle", args=[self.slug])

    @property
    def subject(self) -> Subject:
        """Return the labels that events and notices copy."""
        return Subject(type="cycle", id=self.pk, name=self.name, url=self.get_absolute_url())


class Quarter(models.Model):
    """One team in one cycle: a document, and the forced order of its objectives.

    Locked first by whatever changes the order, the capacity or the objectives of a team's cycle.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+")
    toward = models.CharField(max_length=300, default="")  # what the quarter serves, in one sentence
    ordered_ids = models.JSONField(default=list)  # objectives, the most important first, each once
    revision = models.PositiveIntegerField(default=0)  # of the sentence and the order
    agreed_at = models.DateTimeField(null=True)  # when the last of its objectives was agreed
    has_check_ins = models.BooleanField(default=True)
    check_in_days = models.PositiveSmallIntegerField(default=14)

    objects = LockableQuerySet["Quarter"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "cycle"], name="quarter_once"),
            models.CheckConstraint(condition=Q(check_in_days__gt=0), name="quarter_check_ins_come"),
        ]
        indexes = [models.Index(fields=["cycle", "team"], name="quarter_by_cycle")]

    def __str__(self) -> str:
        return f"{self.team}, {self.cycle}"

    def get_absolute_url(self) -> str:
        """Return the page that reads like a document."""
        return reverse("okrs:quarter", args=[self.cycle.slug, self.team.slug])

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `team` and `cycle` first."""
        return Subject(
            type="quarter",
            id=self.pk,
            name=f"{self.cycle} of {self.team}",
            url=self.get_absolute_url(),
            team_id=self.team_id,
            team_name=self.team.name,
        )


class RankChange(models.Model):
    """Somebody put a team's objectives into another order, and said why. Never changed."""

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="rank_changes")
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=500)
    person_id = models.PositiveBigIntegerField(null=True)
    person_name = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="rank_change_has_a_reason")]
        indexes = [models.Index(fields=["quarter", "at"], name="rank_change_by_quarter")]

    def __str__(self) -> str:
        return f"{self.person_name} ranked {self.quarter}"


class RankSnapshot(models.Model):
    """The order in which a team's objectives stood on one Monday. Never changed."""

    quarter = models.ForeignKey(Quarter, models.PROTECT, related_name="snapshots")
    week_on = models.DateField()  # a Monday
    ordered_ids = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["quarter", "week_on"], name="rank_snapshot_once")]

    def __str__(self) -> str:
        return f"{self.quarter} on {self.week_on}"
