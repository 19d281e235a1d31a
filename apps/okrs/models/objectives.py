"""Objectives and key results: typed as sentences, measured when somebody wants it."""

from datetime import date
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Audience, Subject
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Cycle
from apps.okrs.models.strategy import Horizon, StrategyItem


class State(models.TextChoices):
    """The states of an objective, in the order in which it lives through them; the last four are exits."""

    IDEA = "idea", "Idea"
    DRAFT = "draft", "Draft"
    PROPOSED = "proposed", "Proposed"
    NEGOTIATING = "negotiating", "Negotiating"
    AGREED = "agreed", "Agreed"
    ACTIVE = "active", "Active"
    GRADING = "grading", "Grading"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Declined"
    DEFERRED = "deferred", "Deferred"
    WITHDRAWN = "withdrawn", "Withdrawn"
    STOPPED = "stopped", "Stopped"


EXITS: Final = frozenset({State.DECLINED, State.DEFERRED, State.WITHDRAWN, State.STOPPED})
LOCKED: Final = frozenset(
    {State.AGREED, State.ACTIVE, State.GRADING, State.CLOSED}
)  # terms change by agreement


class Ambition(models.TextChoices):
    """How likely success is meant to be."""

    COMMITMENT = "commitment", "Committed"
    ROOFSHOT = "roofshot", "Roof shot"
    MOONSHOT = "moonshot", "Moon shot"


class Status(models.TextChoices):
    """What a person says about how it goes."""

    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"


class Verdict(models.TextChoices):
    """What becomes of an objective whose quarter is over."""

    KEEP = "keep", "Keep"
    CHANGE = "change", "Change"
    STOP = "stop", "Stop"


class Visibility(models.TextChoices):
    """Who may read an objective."""

    OPEN = "open", "Everyone"
    EMBARGOED = "embargoed", "The team alone until a date"
    RESTRICTED = "restricted", "The team alone"


def everybody_reads(path: str = "", *, on: date) -> Q:
    """Return `Objective.is_open` as a condition on what stands at the end of a path: "to_objective__"."""
    is_over = Q(**{f"{path}visibility": Visibility.EMBARGOED, f"{path}embargo_until__lte": on})
    return Q(**{f"{path}visibility": Visibility.OPEN}) | is_over


class ObjectiveQuerySet(LockableQuerySet["Objective"]):
    """Filters that read like sentences."""

    def alive(self) -> Self:
        """Return those that somebody still wants or works on."""
        return self.exclude(state__in=[*EXITS, State.CLOSED])

    def running(self) -> Self:
        """Return those that a team is bound to."""
        return self.filter(state__in=[State.AGREED, State.ACTIVE, State.GRADING])


class Objective(models.Model):
    """What will be better, for whom, and instead of what. Write through transitions only.

    Without a cycle it lies on a horizon: next or later. `revision` counts edits of its own sentences.
    """

    title = models.CharField(max_length=200)
    why = models.TextField(default="")
    instead_of = models.CharField(max_length=500, default="")  # what is not done for it
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    authored_by = models.ForeignKey(Team, models.PROTECT, related_name="+")  # the team that wrote it
    accountable = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cycle = models.ForeignKey(Cycle, models.PROTECT, null=True, related_name="+")
    horizon = models.CharField(max_length=6, choices=Horizon, default=Horizon.NOW)
    strategy_item = models.ForeignKey(StrategyItem, models.PROTECT, null=True, related_name="+")
    ambition = models.CharField(max_length=10, choices=Ambition, default=Ambition.ROOFSHOT)
    state = models.CharField(max_length=11, choices=State, default=State.DRAFT)
    tags = models.JSONField(default=list)  # words in lower case, each once
    evidence_url = models.CharField(max_length=500, default="")  # of what was learned before it was promised
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.OPEN)
    embargo_until = models.DateField(null=True)
    restricted_because = models.CharField(max_length=300, default="")
    status_override = models.CharField(max_length=9, choices=Status, default="", blank=True)
    override_reason = models.CharField(max_length=500, default="")
    made_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    activated_over = models.JSONField(
        default=list
    )  # the blocking remarks that somebody passed, with a reason
    closed_on = models.DateField(null=True)
    verdict = models.CharField(max_length=6, choices=Verdict, default="", blank=True)
    close_note = models.CharField(max_length=1000, default="")  # of the verdict, or why it was stopped
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="objective_has_a_title"),
            models.CheckConstraint(
                condition=Q(cycle__isnull=False) | Q(horizon__in=[Horizon.NEXT, Horizon.LATER]),
                name="objective_without_a_cycle_lies_ahead",
            ),
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.EMBARGOED) | Q(embargo_until__isnull=False),
                name="objective_embargo_ends",
            ),
            models.CheckConstraint(
                condition=~Q(visibility=Visibility.RESTRICTED) | ~Q(restricted_because=""),
                name="objective_restriction_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.AGREED, State.ACTIVE, State.GRADING])
                | Q(agreed_at__isnull=False, cycle__isnull=False),
                name="objective_agreement_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_on__isnull=False) & ~Q(verdict="")
                | ~Q(state=State.CLOSED) & Q(verdict=""),
                name="objective_end_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status_override="") | ~Q(override_reason=""),
                name="objective_override_has_a_reason",
            ),
            models.UniqueConstraint(fields=["carried_from"], name="objective_carried_over_once"),
        ]
        indexes = [
            models.Index(fields=["cycle", "team", "id"], name="objective_by_quarter"),
            models.Index(fields=["team", "state", "id"], name="objective_by_team"),
            models.Index(fields=["strategy_item", "id"], name="objective_by_strategy"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page with its plots and history."""
        return reverse("okrs:objective", args=[self.pk])

    def is_open(self, *, on: date) -> bool:
        """Tell whether everybody may read it on a day: an embargo ends by itself."""
        is_over = self.embargo_until is not None and self.embargo_until <= on
        return self.visibility == Visibility.OPEN or (self.visibility == Visibility.EMBARGOED and is_over)

    def audience(self, team_id: int, *, on: date) -> str:
        """Return who reads what is told about it on a day: a team alone, while it is not open."""
        return Audience.EVERYONE if self.is_open(on=on) else Audience.of_team(team_id)

    def subject(self, *, on: date) -> Subject:
        """Return the labels that events of a day copy; load `team` first."""
        return Subject(
            type="objective",
            id=self.pk,
            name=self.title,
            url=self.get_absolute_url(),
            team_id=self.team_id,
            team_name=self.team.name,
            audience=self.audience(self.team_id, on=on),
        )
