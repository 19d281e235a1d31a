"""How a person puts away what they were told. No events: what somebody has read is theirs alone."""

from datetime import date, datetime

from django.db.models import F

from apps.accounts.models import Actor
from apps.accounts.rules import check_in_person
from apps.core.transactions import one_transaction
from apps.notifications import rules
from apps.notifications.models import Notice, NoticeQuerySet


@one_transaction
def read(notice: Notice, *, by: Actor, at: datetime) -> None:
    """Mark one of the person's own notices as read; the first time counts."""
    _own(notice, by).unread().update(read_at=at)


@one_transaction
def read_all(*, by: Actor, at: datetime) -> None:
    """Mark everything that this person was told until now as read; what comes meanwhile stays."""
    check_in_person(by)
    Notice.objects.filter(recipient=by.person_id, at__lte=at).unread().update(read_at=at)


@one_transaction
def snooze(notice: Notice, *, until: str, by: Actor, at: datetime, day: date | None = None) -> Notice:
    """Put one of the person's own notices off: until tomorrow morning, next Monday, or a day."""
    notice = _own(notice, by).select_related("recipient").locked(notice.pk)
    rules.check_snooze(notice)

    notice.snoozed_until = rules.snooze_until(until, day, person=notice.recipient, now=at)
    notice.read_at = notice.read_at or at
    notice.save(update_fields=["snoozed_until", "read_at"])
    return notice


@one_transaction
def finish(notice: Notice, *, by: Actor, at: datetime) -> Notice:
    """Put one of the person's own notices away for good."""
    notice = _own(notice, by).locked(notice.pk)

    notice.done_at = notice.done_at or at
    notice.read_at = notice.read_at or at
    notice.snoozed_until = None
    notice.save(update_fields=["done_at", "read_at", "snoozed_until"])
    return notice


@one_transaction
def bring_back(notice: Notice, *, by: Actor, at: datetime) -> Notice:  # noqa: ARG001 -- every step has it
    """Put what was done or put off into the inbox again, where it lay."""
    notice = _own(notice, by).locked(notice.pk)

    notice.done_at = notice.snoozed_until = None
    notice.save(update_fields=["done_at", "snoozed_until"])
    return notice


@one_transaction
def wake_snoozed(*, by: Actor, at: datetime) -> int:  # noqa: ARG001 -- every step has it
    """Bring back, unread and on top, whatever was put off until now; return how many. One query."""
    over = Notice.objects.filter(snoozed_until__lte=at)
    return over.update(at=F("snoozed_until"), snoozed_until=None, read_at=None)


def _own(notice: Notice, by: Actor) -> NoticeQuerySet:
    check_in_person(by)
    return Notice.objects.filter(pk=notice.pk, recipient=by.person_id)
