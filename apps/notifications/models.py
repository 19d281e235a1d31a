"""What people should know, and the messages that carry it to them."""

from collections.abc import Collection
from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from apps.activity.models import Audience, Subject
from apps.core import tracing
from apps.core.querysets import LockableQuerySet


class NoticeQuerySet(LockableQuerySet["Notice"]):
    """Filters on what one person was told."""

    def to(self, person_id: int, *, audiences: Collection[str]) -> Self:
        """Return what one person may still read: an audience that they left takes its notices along.

        What somebody was told as one of a team stays theirs.
        """
        readable = Q(audience__in=audiences) | Q(audience__startswith=Audience.of_team(""))
        return self.filter(readable, recipient_id=person_id)

    def unread(self) -> Self:
        """Return what nobody has opened or put away."""
        return self.filter(read_at=None)

    def present(self) -> Self:
        """Return what lies in the inbox: neither done nor put off."""
        return self.filter(done_at=None, snoozed_until=None)

    def snoozed(self) -> Self:
        """Return what was put off to a later day."""
        return self.filter(snoozed_until__isnull=False)

    def done(self) -> Self:
        """Return what was put away for good."""
        return self.filter(done_at__isnull=False)


class Notice(models.Model):
    """A fact that one person should know. The key names the fact, so it is told once."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)  # kind:ids:dates
    kind = models.CharField(max_length=60)  # the template's name, "walkthroughs/invitation"
    title = models.CharField(max_length=250)
    text = models.TextField()
    url = models.CharField(max_length=300)
    service_id = models.PositiveBigIntegerField(null=True)
    service_name = models.CharField(max_length=200)
    audience = models.CharField(max_length=20)
    at = models.DateTimeField()  # when it was told, or came back
    told_in = models.UUIDField(db_index=True)  # the batch that was first, and makes the delivery
    found_by = models.CharField(
        max_length=100, default=""
    )  # the entry of settings.REMINDERS; asked again later
    read_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)  # then it comes back, unread
    done_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)  # when the daily mail takes it along; None: it has, or never

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notice_told_once"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(read_at__isnull=False, snoozed_until=None),
                name="notice_done_is_read_and_not_put_off",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until=None) | Q(read_at__isnull=False), name="notice_put_off_is_read"
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-at", "-id"],
                condition=Q(done_at=None, snoozed_until=None),
                name="notice_present",
            ),
            models.Index(
                fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="notice_comes_back"
            ),
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_by_mail"),
            models.Index(fields=["recipient", "-at", "-id"], name="notice_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notifications:open", args=[self.pk])


class Way(models.TextChoices):
    """How somebody hears of a notice; it stands in the inbox in any case."""

    AT_ONCE = "at_once", "By mail at once"
    DAILY = "daily", "In the daily mail"
    INBOX = "inbox", "In the inbox only"


class Preferences(models.Model):
    """What one person wants by mail, and when. Who never chose has no row, and the defaults below."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    has_daily_mail = models.BooleanField(default=True)
    mail_hour = models.PositiveSmallIntegerField(default=8)  # of a working day, in the person's zone
    quiet_from = models.TimeField(null=True)
    quiet_to = models.TimeField(null=True)
    ways = models.JSONField(default=dict)  # by kind, where it differs from the kind's own

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mail_hour__lte=23), name="preferences_hour_exists"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="preferences_quiet_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Preferences of {self.person_id}"


class Channel(models.TextChoices):
    """The ways to reach a person outside the portal."""

    EMAIL = "email", "E-mail"


class State(models.TextChoices):
    """The life of a delivery; a failed try goes back to waiting, a hopeless one stops."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    STOPPED = "stopped", "Stopped"
    DROPPED = "dropped", "No longer needed"


class DeliveryQuerySet(LockableQuerySet["Delivery"]):
    """Filters on the outbox."""

    def to(self, words: str) -> Self:
        """Return those to whoever has this in their name or address."""
        return self.filter(Q(recipient__name__icontains=words) | Q(recipient__email__icontains=words))

    def waiting(self, *, now: datetime) -> Self:
        """Return what may be sent by now, oldest first; read from the index, however much was sent."""
        return self.filter(state=State.WAITING, due_at__lte=now).order_by("due_at", "pk")

    def left_behind(self, *, now: datetime) -> Self:
        """Return what a worker took and never brought back, oldest first."""
        return self.filter(state=State.SENDING, lease_until__lte=now).order_by("due_at", "pk")

    def held(self, *, lease: UUID) -> Self:
        """Return what is still in the hands of the run with this lease."""
        return self.filter(state=State.SENDING, lease=lease)


class Delivery(models.Model):
    """One message to one person. It carries one or several notices, or is a letter of its own.

    A letter (sign-in links) has no notice: its words stand in `letter_subject` and `letter_body`. The
    body is never shown to anybody but its recipient, and is emptied once it was sent.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    notices = models.ManyToManyField(Notice, related_name="deliveries")
    letter_subject = models.CharField(max_length=250, default="")
    letter_body = models.TextField(default="")
    calendar = models.TextField(default="")  # an iTIP message that goes along, as text
    daily_on = models.DateField(null=True)  # a daily mail: of this day where the person lives
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()  # for this moment; that of a rehearsed reminder may lie ahead
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    claims = models.PositiveSmallIntegerField(default=0)  # since the mail server last answered
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(default="")
    traceparent = models.CharField(max_length=tracing.LENGTH, default="", db_default="")  # of what it tells

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.SENDING, lease__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.SENDING) & Q(lease=None, lease_until=None)),
                name="delivery_is_leased_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.STOPPED, problem=""), name="delivery_stops_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at=None)),
                name="delivery_was_sent_at",
            ),
            models.UniqueConstraint(
                fields=["recipient", "daily_on"],
                condition=Q(daily_on__isnull=False),
                name="delivery_one_mail_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="delivery_by_turn"),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="delivery_by_sending"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} to {self.recipient}"

    @property
    def subject(self) -> Subject:
        """Return the labels that events copy; load `recipient` first."""
        return Subject(type="delivery", id=self.pk, name=str(self), url=reverse("notifications:outbox"))
