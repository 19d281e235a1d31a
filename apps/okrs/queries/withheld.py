"""What was told to everybody about an objective that was hidden later; settings.WITHHELD names this."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet

from apps.activity.models import Audience, Event
from apps.okrs.events import OrderChanged
from apps.okrs.models import Finding, KeyResult, Negotiation, No, Objective, ObjectiveQuerySet
from apps.okrs.queries.finding import may_be_read

ABOUT: Final[dict[str, Any]] = {  # what an event can be about, besides an objective itself
    "key_result": KeyResult,
    "negotiation": Negotiation,
    "no": No,
    "finding": Finding,
}


def withheld(events: Collection[Event], *, audiences: Collection[str], on: date) -> set[int]:
    """Return those of some events that name an objective which readers of these audiences may not read now.

    One query for each sort of subject in them; none where nobody speaks of goals.
    """
    told = [one for one in events if one.audience == Audience.EVERYONE]
    mark = Audience.of_team("")
    teams = [int(one.removeprefix(mark)) for one in audiences if one.startswith(mark)]
    hidden = Objective.objects.exclude(may_be_read("", reader_teams=teams, on=on))
    found: set[int] = set()
    of_sort: dict[str, QuerySet[Any]] = {"objective": hidden, **{one: _about(one, hidden) for one in ABOUT}}
    for sort, rows in of_sort.items():
        about = [one for one in told if one.subject_type == sort]
        if about:
            gone = set(rows.filter(pk__in={one.subject_id for one in about}).values_list("pk", flat=True))
            found |= {one.pk for one in about if one.subject_id in gone}
    orders = [one for one in told if one.verb == OrderChanged.verb]
    if orders:
        ranked = hidden.filter(pk__in={pk for one in orders for pk in one.data["order"]})
        titles = list(ranked.values_list("title", flat=True))
        found |= {one.pk for one in orders if any(title in one.data["moves"] for title in titles)}
    return found


def _about(sort: str, hidden: ObjectiveQuerySet) -> QuerySet[Any]:
    names_one = Q(objective__in=hidden.values("pk"))
    if sort == "finding":
        names_one |= Q(other_objective__in=hidden.values("pk"))
    rows: QuerySet[Any] = ABOUT[sort].objects.filter(names_one)
    return rows
