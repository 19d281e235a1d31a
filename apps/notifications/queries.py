"""How the inbox and the outbox are read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from apps.accounts.models import User
from apps.activity.models import Audience
from apps.core.metrics import Gauge
from apps.notifications.models import Delivery, DeliveryQuerySet, Notice, NoticeQuerySet, State

PRESENT: Final = (State.WAITING, State.SENDING, State.STOPPED)
LATELY: Final = timedelta(hours=1)


def unread_of() -> Coalesce:
    """Return the number of unread notices of a person, as a column of the person's own query."""
    readable = Q(audience=Audience.EVERYONE) | _is("is_security") | _is("is_enablement")
    theirs = Notice.objects.filter(readable, recipient=OuterRef("pk")).unread()
    counted = theirs.order_by().values("recipient").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _is(flag: str) -> Q:
    """Return a condition on the person of the outer query, as User.audiences has it."""
    return Q(Exact(OuterRef(flag), Value(value=True)))


def inbox(person: User) -> NoticeQuerySet:
    """Return what a person was told and may still read. One query."""
    return Notice.objects.to(person.pk, audiences=person.audiences)


def outbox() -> DeliveryQuerySet:
    """Return the messages to everybody, with what they carry, for administrators. Two queries."""
    carried = Prefetch("notices", Notice.objects.order_by("pk"), to_attr="carried")
    return Delivery.objects.select_related("recipient").prefetch_related(carried)


def stopped() -> DeliveryQuerySet:
    """Return the messages that were given up, the last first. Two queries."""
    return outbox().filter(state=State.STOPPED).order_by("-due_at", "-pk")


@dataclass(frozen=True)
class Message:
    """One line of the outbox: what an administrator may see of a message."""

    delivery: Delivery
    subject: str
    body: str  # empty where it is not shown
    why_hidden: str


def messages(deliveries: Iterable[Delivery], *, person: User, has_bodies: bool) -> list[Message]:
    """Return deliveries in the words that this person may read. No query."""
    return [_message(delivery, person=person, has_bodies=has_bodies) for delivery in deliveries]


def _message(delivery: Delivery, *, person: User, has_bodies: bool) -> Message:
    carried: list[Notice] = delivery.carried  # type: ignore[attr-defined]
    if not carried:
        subject = delivery.letter_subject or "A message without words"
        return Message(delivery, subject, "", "A letter with a sign-in link is for its reader alone.")
    if any(notice.audience not in person.audiences for notice in carried):
        return Message(delivery, "For another audience", "", "Its words are for the security people.")
    first, *others = carried
    subject = f"{first.title} (and {len(others)} more)" if others else first.title
    if not has_bodies:
        return Message(delivery, subject, "", "Messages that go to a real mail server are not shown here.")
    return Message(delivery, subject, "\n\n".join(f"{n.title}\n{n.text}" for n in carried), "")


def measures(*, now: datetime) -> Iterator[Gauge]:
    """Yield the outbox by state, the age of what waits longest, and what left lately.

    Three queries, each over `delivery_by_turn`: what was ever sent is not counted.
    """
    present = Delivery.objects.filter(state__in=PRESENT).order_by()
    counted = dict(present.values_list("state").annotate(number=Count("pk")))
    for state in PRESENT:
        number, labels = counted.get(state, 0), (("state", state.value),)
        yield Gauge("roadworthy_deliveries", number, "Messages that have not left.", labels)
    sent = Delivery.objects.filter(state=State.SENT, due_at__gt=now - LATELY).count()
    yield Gauge("roadworthy_deliveries_sent_last_hour", sent, "Messages that left within the last hour.")
    oldest = Delivery.objects.waiting(now=now).values_list("due_at", flat=True).first()
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield Gauge("roadworthy_outbox_age_seconds", age, "Since when the message that waits longest is due.")
