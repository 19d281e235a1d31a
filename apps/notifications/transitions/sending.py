"""How messages leave: claimed, sent outside any transaction, and recorded."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Prefetch
from django.utils.module_loading import import_string

from apps.accounts.models import Actor, Role, User
from apps.accounts.rules import check_admin
from apps.activity.transitions import record
from apps.core import stopping, tracing
from apps.core.transactions import one_transaction, patient
from apps.core.wake import wake
from apps.notifications import queries, rules
from apps.notifications.events import DeliveryRetried, DeliveryStopped
from apps.notifications.models import Delivery, Notice, Preferences, State, Way
from apps.notifications.rules import News
from apps.notifications.transitions.telling import notify_many

BATCH: Final = 100
RUN_SECONDS: Final = 50  # other tasks want their turn
LEASE: Final = timedelta(minutes=5)  # well above RUN_SECONDS and one message at settings.EMAIL_TIMEOUT

logger = structlog.get_logger(__name__)


def deliver(*, by: Actor, at: datetime) -> None:
    """Claim, send and record up to BATCH due deliveries over one connection; wake the next run.

    At least once: a worker that dies between the mail server's yes and the record leaves a lease
    behind, and that one message is sent again when it runs out.
    """
    lease = uuid4()
    batch = _claim(lease, at=at)
    if not batch:
        return
    alive = _without_deadly(batch, by=by, at=at)
    is_reachable = _send_all(_still_needed(alive, by=by, at=at), by=by, at=at)
    _give_back(lease)
    if is_reachable:  # else beat asks again in a minute
        wake("notifications.deliver")


@one_transaction
def retry_delivery(delivery: Delivery, *, by: Actor, at: datetime) -> Delivery:
    """Try a stopped message again, from the first attempt on."""
    delivery = Delivery.objects.select_related("recipient").locked(delivery.pk)
    check_admin(by)
    rules.check_retry(delivery)

    delivery.state = State.WAITING
    delivery.due_at = at
    delivery.problem = ""
    delivery.attempts = delivery.claims = 0
    delivery.save(update_fields=["state", "due_at", "problem", "attempts", "claims"])

    record(DeliveryRetried(), by=by, at=at, subject=delivery.subject)
    wake("notifications.deliver")
    return delivery


@transaction.atomic(durable=True)
def _claim(lease: UUID, *, at: datetime) -> list[Delivery]:
    """Take what is due for LEASE: one that was left behind, alone in case it is deadly, or a batch.

    PostgreSQL locks the rows and passes over those that another worker is just taking; SQLite lets in
    one writer at a time.
    """
    free = Delivery.objects.select_for_update(skip_locked=True, no_key=True)
    taken = list(free.left_behind(now=at)[:1]) or list(free.waiting(now=at)[:BATCH])
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in taken]).update(
        state=State.SENDING, lease=lease, lease_until=at + LEASE, claims=F("claims") + 1
    )
    ours = Delivery.objects.held(lease=lease).select_related("recipient").order_by("due_at", "pk")
    return list(ours.prefetch_related(Prefetch("notices", Notice.objects.order_by("pk"), to_attr="carried")))


def _without_deadly(batch: list[Delivery], *, by: Actor, at: datetime) -> list[Delivery]:
    """Stop what its workers died of before anything of it is touched again; return the rest."""
    alive = []
    for delivery in batch:
        try:
            rules.check_claims(delivery)
        except rules.NobodyCameBackError as error:
            _record(delivery, rules.outcome(error, attempts=delivery.attempts + 1, at=at), by=by, at=at)
        else:
            alive.append(delivery)
    return alive


def _still_needed(batch: list[Delivery], *, by: Actor, at: datetime) -> list[Delivery]:
    """Take out of each message what need not be told any more, and drop those that had nothing else.

    Nobody knows that of a reminder whose finder broke: its message waits, as after a refusal.
    """
    holds, broken = _what_holds(batch, at=at)
    wanted = queries.preferences_of(delivery.recipient for delivery in batch)
    needed = []
    for delivery in batch:
        carried: list[Notice] = delivery.carried  # type: ignore[attr-defined]
        preferences = wanted[delivery.recipient_id]
        welcome = [notice for notice in carried if _is_wanted(notice, delivery, preferences)]
        rest = [notice for notice in welcome if not notice.found_by or notice.pk in holds]
        error = next((broken[notice.pk] for notice in welcome if notice.pk in broken), None)
        if not delivery.recipient.is_active or (carried and not rest and error is None):
            _record(delivery, rules.Outcome(State.DROPPED, at), by=by, at=at)
        elif error is not None:
            _record(delivery, rules.outcome(error, attempts=delivery.attempts + 1, at=at), by=by, at=at)
        else:
            delivery.carried = rest  # type: ignore[attr-defined]
            needed.append(delivery)
    return needed


def _is_wanted(notice: Notice, delivery: Delivery, preferences: Preferences) -> bool:
    """Tell whether its reader may still read it and wants it by mail; the daily one leaves out what was read.

    A kind that a later release has renamed goes out: nobody could have chosen against it.
    """
    person, kind = delivery.recipient, queries.kinds().get(notice.kind)
    if notice.audience not in person.audiences or (delivery.daily_on and notice.read_at):
        return False
    return kind is None or kind.is_fixed or rules.way_of(kind, preferences) != Way.INBOX


def _what_holds(batch: list[Delivery], *, at: datetime) -> tuple[set[int], dict[int, rules.FinderBrokeError]]:
    """Ask the apps that found the reminders of a batch, each once, which of them still hold.

    Those of an app that breaks are returned by themselves: nobody knows. They are asked about the moment
    for which a message was made, if that lies ahead: a rehearsal.
    """
    asked: dict[tuple[str, datetime], list[Notice]] = defaultdict(list)
    for delivery in batch:
        moment = max(at, delivery.made_at)
        for notice in delivery.carried:  # type: ignore[attr-defined]
            if notice.found_by:
                asked[notice.found_by, moment].append(notice)
    holds: set[int] = set()
    broken: dict[int, rules.FinderBrokeError] = {}
    for (path, moment), notices in asked.items():
        try:
            keys = _still_due(path, {notice.key for notice in notices}, now=moment)
        except Exception as error:
            logger.warning("reminders_not_asked_about", finder=path, exc_info=True)
            broken |= dict.fromkeys((notice.pk for notice in notices), rules.FinderBrokeError(path, error))
        else:
            holds |= {notice.pk for notice in notices if notice.key in keys}
    return holds, broken


def _still_due(path: str, keys: set[str], *, now: datetime) -> set[str]:
    """Ask one app; what a finder found that a later release has renamed goes out unasked."""
    if path not in settings.REMINDERS:
        return keys
    module, _dot, _due = path.rpartition(".")
    still_due: Callable[..., set[str]] = import_string(f"{module}.still_due")
    return still_due(sorted(keys), now=now)


def _send_all(batch: Iterable[Delivery], *, by: Actor, at: datetime) -> bool:
    """Send until the time is up or the mail server goes away; return False if it cannot be reached."""
    ends = monotonic() + RUN_SECONDS
    try:
        with get_connection() as server:
            for delivery in batch:
                error = _send(delivery, server, at=at)
                _record(delivery, rules.outcome(error, attempts=delivery.attempts + 1, at=at), by=by, at=at)
                if rules.is_cut_off(error) or monotonic() > ends or stopping.is_asked():
                    break
    except OSError as error:  # nobody's message is to blame, so none loses an attempt
        logger.warning("mail_server_cannot_be_reached", error=str(error))
        return False
    return True


def _send(delivery: Delivery, server: BaseEmailBackend, *, at: datetime) -> Exception | None:
    """Hand the message to the mail server, outside any transaction; return what went wrong."""
    try:
        with tracing.step("notifications.send", parent=delivery.traceparent) as context:
            _message(delivery, server, context, at=at).send()
    except (OSError, ValueError) as error:  # smtplib's errors are OSErrors
        return error
    return None


def _message(
    delivery: Delivery, server: BaseEmailBackend, context: str, *, at: datetime
) -> EmailMultiAlternatives:
    mail = _mail(delivery, at=at)
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        None,
        [delivery.recipient.email or ""],
        connection=server,
        headers=mail.headers
        | {"Message-ID": rules.message_id(delivery)}
        | ({"traceparent": context} if context else {}),
    )
    message.attach_alternative(mail.html, "text/html")
    if delivery.calendar:
        media_type = f"text/calendar; method={rules.calendar_method(delivery.calendar)}"
        message.attach_alternative(delivery.calendar, media_type)
        message.attach("invite.ics", delivery.calendar, media_type)
    return message


def _mail(delivery: Delivery, *, at: datetime) -> rules.Mail:
    """Return the words of a message, with a link of its reader's own."""
    if delivery.letter_body:
        return rules.compose_letter(delivery.letter_subject, delivery.letter_body)
    carried: list[Notice] = delivery.carried  # type: ignore[attr-defined]
    if not carried:
        message = "There is nothing left to say."
        raise ValueError(message)
    is_daily = delivery.daily_on is not None
    scope = rules.scope_of([notice.kind for notice in carried], is_daily=is_daily)
    wish = rules.Wish(delivery.recipient_id, scope)
    return rules.compose(
        carried,
        to=delivery.recipient,
        kinds=queries.kinds(),
        is_daily=is_daily,
        fewer_url=rules.unsubscribe_url(wish, today=at.date()),
    )


@patient
@transaction.atomic(durable=True)
def _record(delivery: Delivery, outcome: rules.Outcome, *, by: Actor, at: datetime) -> None:
    """Write the outcome down, unless the lease ran out and another worker has taken the row."""
    values = asdict(outcome) | {"attempts": delivery.attempts + 1}
    if outcome.state == State.DROPPED:
        values["attempts"] = delivery.attempts
    if outcome.state == State.SENT:
        values |= {"sent_at": at, "letter_body": ""}
    ours = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease)
    is_written = ours.update(**values, lease=None, lease_until=None, claims=0)
    if is_written and outcome.state == State.STOPPED:
        record(DeliveryStopped(outcome.problem), by=by, at=at, subject=delivery.subject)
        _tell_administrators(delivery, outcome, by=by, at=at)


def _tell_administrators(delivery: Delivery, outcome: rules.Outcome, *, by: Actor, at: datetime) -> None:
    """Say in their inboxes that a message stopped; by mail it could go in a circle."""
    news = (
        News(
            recipient=admin,
            key=f"delivery:{delivery.pk}:stopped:{at:%Y%m%d%H%M}",
            template="notifications/stopped",
            subject=delivery.subject,
            context={"recipient": delivery.recipient, "problem": outcome.problem},
            has_mail=False,
        )
        for admin in User.objects.with_role(Role.ADMIN)
    )
    notify_many(news, by=by, at=at)


@transaction.atomic(durable=True)
def _give_back(lease: UUID) -> None:
    """Let other runs have what this one did not come to."""
    Delivery.objects.held(lease=lease).update(state=State.WAITING, lease=None, lease_until=None, claims=0)
