"""How inbox, outbox and preferences are read, and which kinds of notices there are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from operator import or_
from types import MappingProxyType
from typing import Final

from django.conf import settings
from django.db.models import Count, IntegerField, Min, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils.module_loading import import_string

from apps.accounts.models import READS_SECURITY, User
from apps.activity.models import Audience, Subject
from apps.core.errors import LinkExpiredError
from apps.core.metrics import Gauge
from apps.notifications import rules
from apps.notifications.models import (
    Delivery,
    DeliveryQuerySet,
    Notice,
    NoticeQuerySet,
    Preferences,
    State,
    Way,
)
from apps.notifications.rules import Kind

PRESENT: Final = (State.WAITING, State.SENDING, State.STOPPED)
LATELY: Final = timedelta(days=1)
LAST_HOUR: Final = timedelta(hours=1)


def kinds() -> Mapping[str, Kind]:
    """Return every kind of notice by its key, in the order of the lists that settings.NOTICES names."""
    return _kinds(tuple(settings.NOTICES))


@lru_cache
def _kinds(lists: tuple[str, ...]) -> Mapping[str, Kind]:
    return MappingProxyType({kind.key: kind for path in lists for kind in import_string(path)})


def kinds_by_group() -> dict[str, list[Kind]]:
    """Return the kinds under their headings."""
    groups: dict[str, list[Kind]] = {}
    for kind in kinds().values():
        groups.setdefault(kind.group, []).append(kind)
    return groups


def preferences_of(people: Iterable[User]) -> dict[int, Preferences]:
    """Return what each of these people wants, by id; defaults, unsaved, for who never chose. One query."""
    found = {person.pk: Preferences(person=person) for person in people}
    chosen = Preferences.objects.filter(person__in=list(found))
    return found | {preferences.person_id: preferences for preferences in chosen}


def known(facts: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Return which of these people and keys have been told already. One query."""
    wanted = set(facts)
    people, keys = {person for person, _key in wanted}, {key for _person, key in wanted}
    rows = Notice.objects.filter(recipient__in=people, key__in=keys)
    return wanted.intersection(rows.values_list("recipient_id", "key"))


def unread_of() -> Coalesce:
    """Return the number of unread notices of a person, as a column of the person's own query."""
    open_to_them = Q(audience=Audience.EVERYONE) | Q(audience__startswith=Audience.of_team(""))
    readable = reduce(or_, map(_is, READS_SECURITY), open_to_them)
    theirs = Notice.objects.filter(readable, recipient=OuterRef("pk")).unread()
    counted = theirs.order_by().values("recipient").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _is(flag: str) -> Q:
    """Return a condition on the person of the outer query, as User.audiences has it."""
    return Q(Exact(OuterRef(flag), Value(value=True)))


def inbox(person: User) -> NoticeQuerySet:
    """Return what a person was told and may still read. One query."""
    return Notice.objects.to(person.pk, audiences=person.audiences)


def reader(wish: rules.Wish) -> User:
    """Return whose mails a link speaks of; refuse one whose person or kind is gone. One query."""
    person = User.objects.active().filter(pk=wish.person_id).first()
    if person is None or not (wish.scope == rules.DAILY or wish.scope in kinds()):
        message = "Nobody gets these mails any more."
        raise LinkExpiredError(message)
    return person


def example_mail(key: str, *, to: User, now: datetime) -> rules.Mail | None:
    """Return a mail of a kind, the daily mail or a letter, made of the examples in the code. No query."""
    for letter in rules.LETTERS:
        if letter.key == key:
            return rules.compose_letter(*rules.letter_of(letter))
    is_daily = key == rules.DAILY
    shown = [kind for kind in kinds().values() if kind.key == key or (is_daily and _is_daily(kind))]
    if not shown:
        return None
    notices = [_example(kind, number, now=now) for number, kind in enumerate(shown[:6])]
    fewer_url = f"{settings.SITE_URL}/unsubscribe/example/"
    return rules.compose(notices, to=to, kinds=kinds(), is_daily=is_daily, fewer_url=fewer_url)


def name_of(key: str) -> str:
    """Return the name of what a preview shows. No query."""
    named = {letter.key: letter.title for letter in rules.LETTERS} | {rules.DAILY: "The daily mail"}
    return named.get(key) or kinds()[key].title


@dataclass(frozen=True)
class Line:
    """One line of the help: a kind, and how a notice of it reads."""

    kind: Kind
    example: str


def catalogue() -> Mapping[str, list[Line]]:
    """Return the reminders, and what else people are told, each with its example. No query."""
    return _catalogue(tuple(settings.NOTICES))


@lru_cache
def _catalogue(lists: tuple[str, ...]) -> Mapping[str, list[Line]]:
    lines = [Line(kind, _words(kind, _subject(0))[0]) for kind in _kinds(lists).values()]
    return MappingProxyType(
        {
            "reminders": [line for line in lines if line.kind.is_reminder],
            "news": [line for line in lines if not line.kind.is_reminder],
        }
    )


def _is_daily(kind: Kind) -> bool:
    return kind.way == Way.DAILY


def _example(kind: Kind, number: int, *, now: datetime) -> Notice:
    subject = _subject(number)
    title, text = _words(kind, subject)
    return Notice(kind=kind.key, title=title, text=text, url=subject.url, service_name=subject.name, at=now)


def _subject(number: int) -> Subject:
    """Return one of two services that examples speak of."""
    name, slug = (("Parcel Tracking", "parcel-tracking"), ("Label Printing", "label-printing"))[number % 2]
    return Subject(type="service", id=0, name=name, url=f"/services/{slug}/", service_id=0, service_name=name)


def _words(kind: Kind, subject: Subject) -> tuple[str, str]:
    context = {"actor": "Ada Lind", "subject": subject} | dict(kind.example)
    return rules.words_of(f"notices/{kind.key}.txt", context)


SHELVES: Final = {"": "Inbox", "unread": "Unread", "snoozed": "Snoozed", "done": "Done"}


def shelf(person: User, show: str = "") -> NoticeQuerySet:
    """Return one of the SHELVES of a person's inbox. One query."""
    notices = inbox(person)
    match show:
        case "unread":
            return notices.present().unread()
        case "snoozed":
            return notices.snoozed()
        case "done":
            return notices.done()
    return notices.present()


@dataclass(frozen=True)
class Mails:
    """How many messages there are in each state; of what was sent or dropped, the last hours."""

    counts: dict[str, int]
    oldest: datetime | None  # since then the first of those waits whose turn has come
    next: datetime | None = None  # when the turn of the first comes, or came


def mails(*, now: datetime, lately: timedelta = LATELY) -> Mails:
    """Return the state of the outbox. One query, read from the indexes: what was ever sent is not counted.

    What was not needed any more has no end of its own; it counts by when its turn came.
    """
    since = now - lately
    is_over = Q(state=State.SENT, sent_at__gte=since) | Q(state=State.DROPPED, due_at__gte=since)
    rows = Delivery.objects.filter(Q(state__in=PRESENT) | is_over)
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in State}
    is_waiting = Q(state=State.WAITING)
    turns = {
        "oldest": Min("due_at", filter=is_waiting & Q(due_at__lte=now)),
        "next": Min("due_at", filter=is_waiting),
    }
    found = rows.aggregate(**turns, **counts)
    return Mails({state.value: found[state.value] for state in State}, found["oldest"], found["next"])


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
    links: tuple[tuple[str, str], ...] = ()  # words and address; the demo's alone: they speak for the reader
    looks_like: str = ""  # the key of the preview that shows its HTML


def messages(
    deliveries: Iterable[Delivery], *, person: User, has_bodies: bool, now: datetime
) -> list[Message]:
    """Return deliveries in the words that this person may read. No query."""
    return [_message(delivery, person=person, has_bodies=has_bodies, now=now) for delivery in deliveries]


def _message(delivery: Delivery, *, person: User, has_bodies: bool, now: datetime) -> Message:
    carried: list[Notice] = delivery.carried  # type: ignore[attr-defined]
    if not carried:
        subject = delivery.letter_subject or "A message without words"
        return Message(delivery, subject, "", "A letter with a sign-in link is for its reader alone.")
    if any(notice.audience not in person.audiences for notice in carried):
        return Message(delivery, "For another audience", "", "Its words are for those whom it concerns.")
    first, *others = carried
    subject = f"{first.title} (and {len(others)} more)" if others else first.title
    if not has_bodies:
        return Message(delivery, subject, "", "Messages that go to a real mail server are not shown here.")
    body = "\n\n".join(f"{n.title}\n{n.text}" for n in carried)
    is_daily = delivery.daily_on is not None
    shown = settings.DEMO and delivery.recipient.is_demo
    links = _links(delivery, carried, is_daily=is_daily, now=now) if shown else ()
    return Message(delivery, subject, body, "", links, rules.DAILY if is_daily or others else first.kind)


def _links(
    delivery: Delivery, carried: list[Notice], *, is_daily: bool, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return where the links of a mail lead, its foot included, each in words of its own."""
    scope = rules.scope_of([notice.kind for notice in carried], is_daily=is_daily)
    wish = rules.Wish(delivery.recipient_id, scope)
    fewer = ("Its foot: fewer of these mails", rules.unsubscribe_url(wish, today=now.date()))
    return (*((f"Open: {notice.title}", notice.url) for notice in carried if notice.url), fewer)


def measures(*, now: datetime) -> Iterator[Gauge]:
    """Yield the outbox by state, the age of what waits longest, and what left lately. One query."""
    found = mails(now=now, lately=LAST_HOUR)
    for state in PRESENT:
        labels = (("state", state.value),)
        yield Gauge("roadworthy_deliveries", found.counts[state], "Messages that have not left.", labels)
    sent = found.counts[State.SENT]
    yield Gauge("roadworthy_deliveries_sent_last_hour", sent, "Messages that left within the last hour.")
    age = (now - found.oldest).total_seconds() if found.oldest else 0.0
    yield Gauge("roadworthy_outbox_age_seconds", age, "Since when the message that waits longest is due.")
