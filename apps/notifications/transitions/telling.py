"""How facts become notices, and notices become messages that wait to be sent."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, User
from apps.activity.models import Subject
from apps.core import tracing
from apps.core.transactions import one_transaction
from apps.core.wake import wake
from apps.notifications import rules
from apps.notifications.models import Delivery, Notice
from apps.notifications.rules import Due, News

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

    What one person is told in one batch goes in one mail; a calendar entry has its own.
    """
    rest = iter(news)
    while some := list(islice(rest, BATCH)):
        _tell(some, by=by, at=at, made_at=at)


def remind(*, by: Actor, at: datetime, moment: datetime | None = None) -> dict[str, int]:
    """Collect what is due from every app that settings.REMINDERS names; return how many are new, by kind.

    `moment` decides what is due, for a rehearsal of another day; messages go out now all the same.
    """
    moment = moment or at
    counts: Counter[str] = Counter()
    for path in settings.REMINDERS:
        due: Iterator[Due] = iter(import_string(path)(now=moment))
        while some := list(islice(due, BATCH)):
            kinds = {(item.recipient.pk, item.key): item.kind for item in some}
            told = _tell([_news(item, path) for item in some], by=by, at=at, made_at=moment)
            counts.update(kinds[notice.recipient_id, notice.key] for notice in told)
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


@one_transaction
def _tell(news: list[News], *, by: Actor, at: datetime, made_at: datetime) -> list[Notice]:
    """Insert what is new, and deliveries for that alone; return it.

    Two runs may insert the same keys: the database lets one through, and `told_in` says afterwards
    which one it was. In the order of the keys they wait for each other, never in a circle.
    """
    told_in = uuid4()
    in_order = sorted(news, key=lambda item: (item.recipient.pk, item.key))
    Notice.objects.bulk_create(
        [_notice(item, by=by, at=at, told_in=told_in) for item in in_order], ignore_conflicts=True
    )
    told = list(Notice.objects.filter(told_in=told_in).select_related("recipient").order_by("pk"))
    _make_deliveries(told, news, at=at, made_at=made_at)
    return told


def _make_deliveries(told: list[Notice], news: list[News], *, at: datetime, made_at: datetime) -> None:
    """Put what a person was told into one message, but for calendar entries; who has no address has none."""
    items = {(item.recipient.pk, item.key): item for item in reversed(news)}
    messages: dict[tuple[int, str], tuple[Delivery, list[Notice]]] = {}
    for notice in told:
        item = items[notice.recipient_id, notice.key]
        if not item.has_mail or not notice.recipient.email or not notice.recipient.is_active:
            continue
        name = (notice.recipient_id, notice.key if item.calendar else "")
        delivery = Delivery(
            recipient=notice.recipient,
            calendar=item.calendar,
            made_at=made_at,
            due_at=at,
            traceparent=tracing.current(),
        )
        messages.setdefault(name, (delivery, []))[1].append(notice)
    deliveries = Delivery.objects.bulk_create(delivery for delivery, _notices in messages.values())
    carries = Delivery.notices.through
    carries.objects.bulk_create(
        carries(delivery=delivery, notice=notice)
        for delivery, (_same, notices) in zip(deliveries, messages.values(), strict=True)
        for notice in notices
    )
    if deliveries:
        wake("notifications.deliver")


def _notice(item: News, *, by: Actor, at: datetime, told_in: UUID) -> Notice:
    context = {"actor": by.name, "subject": item.subject} | item.context
    title, *lines = render_to_string(f"notices/{item.template}.txt", context).strip().splitlines()
    return Notice(
        recipient=item.recipient,
        key=item.key,
        kind=item.template,
        title=rules.title_of(title),
        text="\n".join(lines).strip(),
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
