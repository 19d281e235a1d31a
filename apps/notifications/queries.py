"""How the inbox and the outbox are read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from apps.accounts.models import User
from apps.activity.models import Audience
from apps.notifications.models import Delivery, DeliveryQuerySet, Notice, NoticeQuerySet, State


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
    links: tuple[str, ...] = ()  # the demo's alone: an invitation's link speaks for whom it was sent to


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
    body = "\n\n".join(f"{n.title}\n{n.text}" for n in carried)
    urls = [notice.url for notice in carried if notice.url] if delivery.recipient.is_demo else []
    return Message(delivery, subject, body, "", tuple(urls if settings.DEMO else ()))
