"""What waits for one person: answers that their teams owe, and nos whose time has come."""

from datetime import UTC, date, datetime, time
from typing import Final

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.core.results import Todo
from apps.core.statements import statement
from apps.okrs.models import Negotiation, No, Stage
from apps.okrs.queries.negotiations import SOON

MOST: Final = 50
LONGEST: Final = 80  # one line


def waiting_for(person: User, *, now: datetime) -> list[Todo]:
    """Return what waits for one person: answers that their teams owe, and nos to decide again. Two queries.

    Only who speaks for a team owes its answers, so members without a lead pay for the nos alone.
    """
    owed = _owed(team_ids=person.lead_ids) if person.lead_ids and not person.is_admin else []
    return [*(_answer(one, today=now.date()) for one in owed), *map(_again, _to_decide(person_id=person.pk))]


@statement()
def _owed(*, team_ids: list[int]) -> QuerySet[Negotiation]:
    rows = Negotiation.objects.filter(stage=Stage.OPEN, owes__in=team_ids)
    return rows.select_related("initiator", "counterpart", "owes").order_by("respond_by", "pk")[:MOST]


@statement()
def _to_decide(*, person_id: int) -> QuerySet[No]:
    rows = No.objects.filter(state=No.State.EXPIRED, holder=person_id)
    return rows.select_related("team").order_by("until_on", "pk")[:MOST]


def _answer(one: Negotiation, *, today: date) -> Todo:
    other = one.other(one.owes_id or 0)
    return Todo(
        title=one.title if len(one.title) <= LONGEST else f"{one.title[: LONGEST - 1]}…",
        detail=f"{other.name} waits for the answer of {one.owes}",
        url=one.get_absolute_url(),
        action="Answer",
        when=noon(one.respond_by),
        is_urgent=one.respond_by is not None and one.respond_by <= today + SOON,
        icon="arrows-exchange",
    )


def _again(no: No) -> Todo:
    return Todo(
        title=f"Decide again: {no.what}"[:LONGEST],
        detail=no.state_reason,
        url=no.get_absolute_url(),
        action="Decide",
        when=noon(no.until_on),
        icon="circle-off",
    )


def noon(day: date | None) -> datetime | None:
    """Return the middle of a day, for what has no hour."""
    return datetime.combine(day, time(12), UTC) if day else None
