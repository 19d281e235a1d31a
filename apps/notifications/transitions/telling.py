"""How facts become notices, and notices become messages that wait to be sent."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, User
from apps.activity.models import Subject
from apps.core import tracing
from apps.core.transactions import one_transaction
from apps.core.wake import wake
from apps.notifications import queries, rules
from apps.notifications.models import Delivery, Notice, Preferences, Way
from apps.notifications.rules import Due, News
from apps.notifications.transitions.isolating import Mishaps

BATCH = 500


def notify(  # noqa: PLR0913 -- a fact has that many sides; News spells them out
    recipients: Iterable[User],
    *,
    key: str,
    template: str,
    by: Actor,
    at: datetime,
    subject: Subject,
    context: dict[str, Any] | None = None,
    calendar: str = "",
) -> None:
    """Tell each person the same fact; who knows its key already is not told again."""
    news = (
        News(
            recipient=person,
            key=key,
            template=template,
            subject=subject,
            context=context or {},
            calendar=calendar,
        )
        for person in recipients
    )
    notify_many(news, by=by, at=at)


def notify_many(news: Iterable[News], *, by: Actor, at: datetime) -> None:
    """Tell any number of people any number of facts, 500 in a transaction of a constant number of queries.

    What goes out at once to one person, in one batch and of one kind, shares a mail; a calendar entry
    has its own. The rest waits for the daily mail.
    """
    rest = iter(news)
    while some := list(islice(rest, BATCH)):
        _tell(some, by=by, at=at)


def remind(*, by: Actor, at: datetime, moment: datetime | None = None) -> dict[str, int]:
    """Collect what is due from every app that settings.REMINDERS names; return how many are new, by kind.

    `moment` decides what is due, for a rehearsal: then everything goes out now, in one mail for each person.
    Most of what is found was told hours ago: that is left out before words are made of it. An app or a
    reminder that breaks keeps no other from being told; what broke is raised at the end.
    """
    counts: Counter[str] = Counter()
    mishaps = Mishaps("reminders_not_collected")
    for path in settings.REMINDERS:
        queue = partial(_queue, path=path, by=by, at=at, moment=moment)
        with mishaps.set_aside(finder=path):
            due: Iterator[Due] = iter(import_string(path)(now=moment or at))
            while some := list(islice(due, BATCH)):
                for kinds in mishaps.each(some, queue, name=_key):
                    counts.update(kinds)
    mishaps.tell()
    return dict(sorted(counts.items()))


@one_transaction
def send_letter(*, recipient: User, subject: str, body: str, by: Actor, at: datetime) -> None:  # noqa: ARG001 -- who asked stands in the event of whoever calls
    """Put a letter of its own into the outbox: a sign-in link, which no inbox keeps."""
    Delivery.objects.create(
        recipient=recipient,
        letter_subject=rules.title_of(subject),
        letter_body=body,
        traceparent=tracing.current(),
        made_at=at,
        due_at=at,
    )
    wake("notifications.deliver")


def _queue(some: list[Due], *, path: str, by: Actor, at: datetime, moment: datetime | None) -> list[str]:
    """Tell what is new among some reminders of one app; return its kinds."""
    kinds = {(item.recipient.pk, item.key): item.kind for item in some}
    known = queries.known((item.recipient.pk, item.key) for item in some)
    new = [_news(item, path) for item in some if (item.recipient.pk, item.key) not in known]
    told = _tell(new, by=by, at=at, rehearsed=moment) if new else []
    return [kinds[notice.recipient_id, notice.key] for notice in told]


def _key(item: Due) -> str:
    return item.key


@one_transaction
def _tell(news: list[News], *, by: Actor, at: datetime, rehearsed: datetime | None = None) -> list[Notice]:
    """Insert what is new, and deliveries for that alone; return it.

    Two runs may insert the same keys: the database lets one through, and `told_in` says afterwards
    which one it was. In the order of the keys they wait for each other, never in a circle.
    """
    told_in = uuid4()
    in_order = sorted(news, key=lambda item: (item.recipient.pk, item.key))
    wanted = queries.preferences_of(item.recipient for item in news)
    notices = [_notice(item, by=by, at=at, told_in=told_in) for item in in_order]
    messages = _Messages(at=at, rehearsed=rehearsed)
    for item, notice in zip(in_order, notices, strict=True):
        messages.plan(item, notice, wanted[item.recipient.pk])
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    told = list(Notice.objects.filter(told_in=told_in).select_related("recipient").order_by("pk"))
    _make_deliveries(messages, told)
    return told


@dataclass
class _Messages:
    """Which way each notice of a batch goes: in which message at once, or when with the daily mail."""

    at: datetime
    rehearsed: datetime | None
    mails: dict[tuple[int, str], tuple[str, Delivery]] = field(default_factory=dict)

    def plan(self, item: News, notice: Notice, preferences: Preferences) -> None:
        """Plan one notice; who has no address, or is gone, has no mail."""
        person, kind = item.recipient, queries.kinds()[item.template]
        way = rules.way_of(kind, preferences) if item.has_mail else Way.INBOX
        if way == Way.INBOX or not person.email or not person.is_active:
            return
        if way == Way.DAILY and not self.rehearsed:
            notice.mail_at = rules.next_daily_mail(person, preferences, after=self.at)
            return
        # A calendar entry is for a program, and wakes nobody.
        is_quiet = not (kind.is_urgent or item.calendar or self.rehearsed)
        due_at = rules.after_quiet_hours(person, preferences, now=self.at) if is_quiet else self.at
        mail = Delivery(
            recipient=person,
            calendar=item.calendar,
            made_at=self.rehearsed or self.at,
            due_at=due_at,
            traceparent=tracing.current(),
        )
        shared = "" if self.rehearsed else kind.key
        self.mails.setdefault((person.pk, item.key), (item.key if item.calendar else shared, mail))


def _make_deliveries(messages: _Messages, told: list[Notice]) -> None:
    """Put what goes out at once into messages."""
    shared: dict[tuple[int, str], tuple[Delivery, list[Notice]]] = {}
    for notice in told:
        if (notice.recipient_id, notice.key) in messages.mails:
            name, mail = messages.mails[notice.recipient_id, notice.key]
            shared.setdefault((notice.recipient_id, name), (mail, []))[1].append(notice)
    if not shared:
        return
    deliveries = Delivery.objects.bulk_create(mail for mail, _notices in shared.values())
    carries = Delivery.notices.through
    carries.objects.bulk_create(
        carries(delivery=delivery, notice=notice)
        for delivery, (_same, notices) in zip(deliveries, shared.values(), strict=True)
        for notice in notices
    )
    wake("notifications.deliver")


def _notice(item: News, *, by: Actor, at: datetime, told_in: UUID) -> Notice:
    context = {"actor": by.name, "subject": item.subject} | item.context
    title, text = rules.words_of(f"notices/{item.template}.txt", context)
    return Notice(
        recipient=item.recipient,
        key=item.key,
        kind=item.template,
        title=title,
        text=text,
        url=item.subject.url,
        service_id=item.subject.service_id,
        service_name=item.subject.service_name,
        audience=item.subject.audience,
        at=at,
        told_in=told_in,
        found_by=item.found_by,
    )


def _news(item: Due, path: str) -> News:
    return News(
        recipient=item.recipient,
        key=item.key,
        template=item.template,
        subject=item.subject,
        context=item.context,
        found_by=path,
    )
