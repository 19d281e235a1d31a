"""Conversations for action: an ask, a counter, an agreement, or a respected no."""

from datetime import date
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from apps.activity.models import Audience, Subject
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet
from apps.okrs.models.cycles import Cycle
from apps.okrs.models.key_results import KeyResult
from apps.okrs.models.objectives import Objective


class NegotiationKind(models.TextChoices):
    """What is asked for."""

    OBJECTIVE = "objective", "An objective"
    TARGET = "target", "The target of a key result"
    CONTRIBUTION = "contribution", "A contribution"
    LOAN = "loan", "A loan of people"
    CHANGE = "change", "A change of what was agreed"


class Stage(models.TextChoices):
    """Where a negotiation stands; it follows from the moves, and no step sets it otherwise."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    AGREED = "agreed", "Agreed"
    REPORTED = "reported", "Reported as done"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Declined"
    DEFERRED = "deferred", "Deferred"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REVOKED = "revoked", "Revoked"
    LAPSED = "lapsed", "Lapsed"
    VOID = "void", "Discarded"


OVER: Final = frozenset(
    {
        Stage.CLOSED,
        Stage.DECLINED,
        Stage.DEFERRED,
        Stage.WITHDRAWN,
        Stage.REVOKED,
        Stage.LAPSED,
        Stage.VOID,
    }
)


class Act(models.TextChoices):
    """What one side can do."""

    PROPOSE = "propose", "asks"
    ACCEPT = "accept", "accepts"
    COUNTER = "counter", "counters"
    DECLINE = "decline", "says no"
    DEFER = "defer", "says not now"
    WITHDRAW = "withdraw", "withdraws"
    AMEND = "amend", "asks differently"
    REPORT = "report", "says it is done"
    SATISFIED = "satisfied", "is satisfied"
    DISPUTE = "dispute", "is not satisfied"
    REVOKE = "revoke", "revokes"
    DISCARD = "discard", "discards"
    LAPSE = "lapse", "let it lapse"


class ReasonCode(models.TextChoices):
    """Why somebody says no."""

    NO_CAPACITY = "no_capacity", "No capacity"
    LOWER_VALUE = "lower_value", "Worth less than what it would displace"
    WRONG_TIME = "wrong_time", "The wrong time"
    OFF_STRATEGY = "off_strategy", "Not where we are going"
    DEPENDENCY = "dependency", "Waits for somebody else"
    RISK = "risk", "Too risky"
    DUPLICATE = "duplicate", "Somebody does it already"
    UNCLEAR = "unclear", "Not clear enough"
    OTHER = "other", "Something else"


class NegotiationQuerySet(LockableQuerySet["Negotiation"]):
    """Filters that read like sentences."""

    def between(self, team_ids: list[int]) -> Self:
        """Return those in which one of the teams is a side."""
        return self.filter(Q(initiator__in=team_ids) | Q(counterpart__in=team_ids))

    def waiting_for(self, team_ids: list[int]) -> Self:
        """Return those to which one of the teams owes an answer."""
        return self.filter(stage=Stage.OPEN, owes__in=team_ids)


class Negotiation(models.Model):
    """One ask between two teams. `owes` is the side whose answer is waited for while it is open.

    `stage`, `owes`, `terms` and `rounds` follow from the moves; transitions.negotiating keeps them.
    """

    kind = models.CharField(max_length=12, choices=NegotiationKind)
    title = models.CharField(max_length=200)
    initiator = models.ForeignKey(Team, models.PROTECT, related_name="+")
    counterpart = models.ForeignKey(Team, models.PROTECT, related_name="+")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+")
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, related_name="negotiations")
    key_result = models.ForeignKey(KeyResult, models.PROTECT, null=True, related_name="negotiations")
    changes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # what was agreed before
    stage = models.CharField(max_length=9, choices=Stage, default=Stage.DRAFT)
    owes = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    terms = models.ForeignKey("okrs.Terms", models.PROTECT, null=True, related_name="+")  # on the table now
    rounds = models.PositiveSmallIntegerField(default=0)  # counters so far
    respond_by = models.DateField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    displaced = models.CharField(max_length=500, default="")  # what a mid-cycle yes pushed out
    revision = models.PositiveIntegerField(default=0)

    objects = NegotiationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(initiator=F("counterpart")), name="negotiation_has_two_sides"
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.OPEN, owes__isnull=False, respond_by__isnull=False)
                | ~Q(stage=Stage.OPEN) & Q(owes=None),
                name="negotiation_open_waits_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(owes=None) | Q(owes=F("initiator")) | Q(owes=F("counterpart")),
                name="negotiation_waits_for_a_side",
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.DRAFT) | Q(opened_at__isnull=False) | Q(stage=Stage.VOID),
                name="negotiation_opened_at_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["cycle", "stage", "id"], name="negotiation_by_cycle"),
            models.Index(fields=["owes", "id"], condition=Q(stage=Stage.OPEN), name="negotiation_owed"),
            models.Index(fields=["initiator", "cycle", "id"], name="negotiation_by_initiator"),
            models.Index(fields=["counterpart", "cycle", "id"], name="negotiation_by_counterpart"),
            models.Index(
                fields=["respond_by", "id"], condition=Q(stage=Stage.OPEN), name="negotiation_lapses"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page with both sides' terms."""
        return reverse("okrs:negotiation", args=[self.pk])

    def audience(self, team_id: int, *, on: date) -> str:
        """Return who reads what one side is told on a day: it alone, while that is not open."""
        return self.objective.audience(team_id, on=on) if self.objective else Audience.EVERYONE

    def subject(self, *, on: date) -> Subject:
        """Return the labels that events of a day copy; load both teams, and `objective` if there is one."""
        return Subject(
            type="negotiation",
            id=self.pk,
            name=self.title,
            url=self.get_absolute_url(),
            team_id=self.counterpart_id,
            team_name=self.counterpart.name,
            audience=self.audience(self.counterpart_id, on=on),
        )

    def other(self, team_id: int) -> Team:
        """Return the side across the table."""
        return self.counterpart if team_id == self.initiator_id else self.initiator


class Terms(models.Model):
    """What one side put on the table. Never changed; accepting binds its sha256."""

    negotiation = models.ForeignKey(Negotiation, models.PROTECT, related_name="all_terms")
    version = models.PositiveSmallIntegerField()
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")  # whose terms they are
    payload: Any = models.JSONField()  # rules.negotiating says which fields each kind has
    sha256 = models.CharField(max_length=64)  # of the payload as canonical JSON
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["negotiation", "version"], name="terms_version_once")]

    def __str__(self) -> str:
        return f"Terms {self.version} of {self.negotiation}"


class Move(models.Model):
    """One act of one side. Never changed."""

    negotiation = models.ForeignKey(Negotiation, models.PROTECT, related_name="moves")
    seq = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=9, choices=Act)
    terms = models.ForeignKey(Terms, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="+"
    )  # none: nobody answered in time
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason_code = models.CharField(max_length=12, choices=ReasonCode, default="", blank=True)
    reason = models.CharField(max_length=1000, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["negotiation", "seq"], name="move_seq_once")]

    def __str__(self) -> str:
        return f"{self.team or 'Nobody'} {self.get_act_display()}"
