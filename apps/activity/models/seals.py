"""The chain over all events: each one's number, and a hash that covers all before it."""

from django.db import models
from django.db.models import Q

from apps.activity.models.events import AppendOnlyQuerySet, Event

HASH_LENGTH = 64  # sha256 in hexadecimal
BEFORE_ALL = "0" * HASH_LENGTH  # what the first link holds on to


class EventSeal(models.Model):
    """The place of one event in the chain. Write through transitions.seal only."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=HASH_LENGTH)

    objects = AppendOnlyQuerySet["EventSeal"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(seq__gte=1), name="event_seal_begins_at_one")]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class UnsealedEvent(models.Model):
    """An event that waits for its seal; the database adds the row together with the event.

    The id of an event is given before its commit, so that a smaller one may come into sight after a
    larger one: "all behind the last" would skip it. This table holds exactly what is missing, and is
    nearly empty however long history is. It has no foreign key and no second column, so that it need
    never be remade: the trigger that fills it names it.
    """

    event_id = models.PositiveBigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"#{self.event_id}"
