"""The meeting: when it is, who sits at it, and what comes out of it."""

from dataclasses import replace
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Subject
from apps.catalog.models import RiskLevel, Service
from apps.core.querysets import LockableQuerySet
from apps.readiness.models import Assessment


class State(models.TextChoices):
    """The states, in the order in which a walkthrough lives through them."""

    PLANNED = "planned", "Planned"
    SCHEDULED = "scheduled", "Scheduled"
    IN_PROGRESS = "in_progress", "In progress"
    HELD = "held", "Held"
    DECIDED = "decided", "Decided"
    CANCELLED = "cancelled", "Cancelled"


class Decision(models.TextChoices):
    """What the panel's signatures come to: veto > objections > with conditions > approved."""

    APPROVED = "approved", "Approved"
    CONDITIONS = "conditions", "Approved with conditions"
    OBJECTIONS = "objections", "Objections stand"
    VETO = "veto", "Vetoed"


class WalkthroughQuerySet(LockableQuerySet["Walkthrough"]):
    """Filters that read like sentences."""

    def unfinished(self) -> Self:
        """Return those that still lie ahead or wait for signatures."""
        return self.exclude(state__in=[State.DECIDED, State.CANCELLED])

    def upcoming(self, *, now: datetime) -> Self:
        """Return the scheduled ones that have not begun."""
        return self.filter(state=State.SCHEDULED, starts_at__gt=now)


class Walkthrough(models.Model):
    """One product technical walkthrough of one service. Write through transitions only.

    `planned_on` is the day that was first aimed at; `starts_at` is set when it is scheduled, kept in UTC
    with the meeting's own `time_zone`. `revision` counts everything that the live page shows.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    planned_on = models.DateField()
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(default=80)
    time_zone = models.CharField(max_length=64, default="UTC")
    place = models.CharField(max_length=300, default="")  # a room, or an address to call in
    sequence = models.PositiveIntegerField(default=0)  # of the calendar entry
    risk_level = models.CharField(
        max_length=10, choices=RiskLevel, default="", blank=True
    )  # frozen at scheduling
    risk_parts = models.JSONField(default=list)  # [{"label", "points"}]
    agenda = models.JSONField(null=True)  # [rules.Point] of the moment when the meeting began
    notes = models.TextField(default="")
    notes_revision = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, choices=Decision, default="", blank=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, default="")

    objects = WalkthroughQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service"],
                condition=~Q(state__in=[State.DECIDED, State.CANCELLED]),
                name="walkthrough_one_open_per_service",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.PLANNED, State.CANCELLED])
                | (Q(starts_at__isnull=False) & ~Q(risk_level="")),
                name="walkthrough_has_a_time_and_risk_once_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DECIDED, decided_at__isnull=False) & ~Q(decision="")
                | ~Q(state=State.DECIDED) & Q(decision="", decided_at=None),
                name="walkthrough_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.HELD, State.DECIDED]) | Q(held_at__isnull=False),
                name="walkthrough_held_at_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at", "id"], name="walkthrough_by_time"),
            models.Index(
                fields=["starts_at", "id"],
                condition=Q(held_at=None, cancelled_at=None),
                name="walkthrough_ahead",
            ),
            models.Index(fields=["service", "id"], name="walkthrough_by_service"),
        ]

    def __str__(self) -> str:
        return f"Walkthrough of {self.service}"

    def get_absolute_url(self) -> str:
        """Return the page of the meeting."""
        return reverse("walkthroughs:walkthrough", args=[self.pk])

    @property
    def subject(self) -> Subject:
        """Return the service's labels with the walkthrough's own name; load `service__team` first."""
        name = f"the walkthrough of {self.service}"  # as it stands in a sentence
        return replace(
            self.service.subject, type="walkthrough", id=self.pk, name=name, url=self.get_absolute_url()
        )


class Capacity(models.TextChoices):
    """As what somebody sits at a walkthrough."""

    PRESENTER = "presenter", "Presenter"
    PEER = "peer", "Peer"
    ARCHITECT = "architect", "Architect"
    SECURITY = "security", "Security"
    ENABLEMENT = "enablement", "Enablement"
    OBSERVER = "observer", "Observer"


SIGNING = frozenset({Capacity.PEER, Capacity.ARCHITECT, Capacity.SECURITY, Capacity.ENABLEMENT})


class Reply(models.TextChoices):
    """What somebody answered to the invitation."""

    NONE = "", "No reply yet"
    YES = "yes", "Comes"
    MAYBE = "maybe", "Perhaps"
    NO = "no", "Cannot come"


class Seat(models.Model):
    """One person at one walkthrough in one capacity; a person who left keeps the row with `left_at`."""

    walkthrough = models.ForeignKey(Walkthrough, models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=10, choices=Capacity)
    is_required = models.BooleanField(default=True)  # its signature is waited for
    reason = models.CharField(max_length=300, default="")  # why this person was proposed
    invited_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=5, choices=Reply, default=Reply.NONE, blank=True)
    reply_note = models.CharField(max_length=500, default="")
    replied_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["Seat"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["walkthrough", "person"], condition=Q(left_at=None), name="seat_one_per_person"
            ),
            models.CheckConstraint(
                condition=(Q(reply="") & Q(replied_at=None)) | (~Q(reply="") & Q(replied_at__isnull=False)),
                name="seat_reply_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} as {self.get_capacity_display()}"

    @property
    def signs(self) -> bool:
        """Tell whether the launch waits for this seat's signature."""
        return self.is_required and self.capacity in SIGNING and self.left_at is None


class FollowUp(models.Model):
    """An action item out of a walkthrough; the launch waits for those that must be done before it."""

    walkthrough = models.ForeignKey(Walkthrough, models.CASCADE, related_name="follow_ups")
    number = models.PositiveSmallIntegerField()  # "F-3"
    text = models.TextField()
    item = models.CharField(max_length=12, default="", blank=True)  # the checklist item that it is about
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_on = models.DateField()
    must_fix = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    done_note = models.CharField(max_length=1000, default="")

    objects = LockableQuerySet["FollowUp"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["walkthrough", "number"], name="followup_number_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="followup_end_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_at=None), name="followup_by_due_date")]

    def __str__(self) -> str:
        return f"F-{self.number}"
