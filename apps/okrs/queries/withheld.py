"""What was told to everybody about an objective that was hidden later; settings.WITHHELD names this."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet

from apps.activity.models import Audience, Event
from apps.okrs.events import (
    ExceptionMade,
    ObjectiveLinked,
    ObjectiveUnlinked,
    OrderChanged,
    WeeksFreed,
    WeeksPromised,
)
from apps.okrs.models import Finding, KeyResult, Negotiation, No, Objective, ObjectiveQuerySet
from apps.okrs.queries.finding import may_be_read

ABOUT: Final[dict[str, Any]] = {  # what an event can be about, besides an objective itself
    "key_result": KeyResult,
    "negotiation": Negotiation,
    "no": No,
    "finding": Finding,
}

NAMING: Final = {  # and which field of an event about something else may hold its title
    OrderChanged.verb: "moves",
    WeeksPromised.verb: "label",
    WeeksFreed.verb: "label",
    ObjectiveLinked.verb: "target",
    ObjectiveUnlinked.verb: "target",
    ExceptionMade.verb: "objective",
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
    return found | _naming(told, hidden)


def _naming(told: list[Event], hidden: ObjectiveQuerySet) -> set[int]:
    """Return those that are about something else, and name a hidden objective by its present title."""
    said = [(one, str(one.data.get(NAMING[one.verb], ""))) for one in told if one.verb in NAMING]
    if not said:
        return set()
    ranked = {pk for one, _words in said for pk in one.data.get("order", [])}
    rows = hidden.filter(Q(title__in={words for _one, words in said}) | Q(pk__in=ranked))
    titles = list(rows.values_list("title", flat=True))
    return {one.pk for one, words in said if any(title in words for title in titles)}


def _about(sort: str, hidden: ObjectiveQuerySet) -> QuerySet[Any]:
    names_one = Q(objective__in=hidden.values("pk"))
    if sort == "finding":
        names_one |= Q(other_objective__in=hidden.values("pk"))
    rows: QuerySet[Any] = ABOUT[sort].objects.filter(names_one)
    return rows
