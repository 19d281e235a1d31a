"""How the daily mail comes together: one for each person and day."""

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import Actor, User
from apps.core.wake import wake
from apps.notifications import queries, rules
from apps.notifications.models import Delivery, Notice, State
from apps.notifications.transitions.isolating import Mishaps

PEOPLE: Final = 100  # in one transaction
AT_ONCE: Final = 500


def gather(*, by: Actor, at: datetime) -> int:
    """Put whatever waited for the daily mail until now into mails; return into how many.

    Each person is looked at once: what another run holds just now is that run's. Somebody whose mail cannot
    be made keeps nobody else's; what broke is raised at the end.
    """
    number = last = 0
    mishaps = Mishaps("daily_mail_not_gathered")
    while people := list(_waiting(at).filter(recipient__gt=last)[:PEOPLE]):
        number += sum(mishaps.each(people, partial(_gather, by=by, at=at), name=str))
        last = people[-1]
    mishaps.tell()
    return number


def _waiting(at: datetime) -> QuerySet[Notice, int]:
    """Return the people for whom something waits, in order."""
    rows = Notice.objects.filter(mail_at__lte=at).order_by("recipient")
    return rows.values_list("recipient", flat=True).distinct()


@transaction.atomic(durable=True)
def _gather(people: list[int], *, by: Actor, at: datetime) -> int:  # noqa: ARG001 -- as every step
    """Link what these people wait for to the mail of their day.

    What has not left yet (the mail server was away) takes the new along, and a worker that slept for
    a week makes one mail and not seven. Who has had a mail today already waits for the next day: the
    database knows one for each person and day.
    """
    notices = defaultdict(list)
    rows = Notice.objects.filter(recipient__in=people, mail_at__lte=at).select_related("recipient")
    for notice in rows.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("pk"):
        notices[notice.recipient].append(notice)
    mails = _open_mails(list(notices), at)
    wanted = queries.preferences_of(notices)
    carries, links = Delivery.notices.through, []
    for person, own in notices.items():
        if person.pk in mails:
            links += [carries(delivery=mails[person.pk], notice=notice) for notice in own]
        else:
            _plan([notice.pk for notice in own], rules.next_daily_mail(person, wanted[person.pk], after=at))
    carries.objects.bulk_create(links)
    _plan([link.notice_id for link in links], None)
    if mails:
        wake("notifications.deliver")
    return len(mails)


def _plan(keys: list[int], mail_at: datetime | None) -> None:
    """Write down when some notices go out. One query for 500 of them: by key, as only these are locked."""
    for start in range(0, len(keys), AT_ONCE):
        Notice.objects.filter(pk__in=keys[start : start + AT_ONCE]).update(mail_at=mail_at)


def _open_mails(people: list[User], at: datetime) -> dict[int, Delivery]:
    """Return, locked, the daily mail of each person that has not left; make that of today if there is none.

    `ignore_conflicts` is for whoever has had today's: the row exists, and is not open.
    """
    found = _locked(people)
    Delivery.objects.bulk_create(
        [
            Delivery(recipient=person, daily_on=rules.day_of(at, person), made_at=at, due_at=at)
            for person in people
            if person.pk not in found
        ],
        ignore_conflicts=True,
    )
    return found if len(found) == len(people) else _locked(people)


def _locked(people: list[User]) -> dict[int, Delivery]:
    rows = Delivery.objects.filter(recipient__in=people, daily_on__isnull=False, state=State.WAITING)
    return {mail.recipient_id: mail for mail in rows.select_for_update(no_key=True).order_by("pk")}
