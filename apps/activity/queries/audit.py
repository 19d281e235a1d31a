"""All events, for administrators: filtered, page by page, and as lines of JSON."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from apps.activity import rules
from apps.activity.models import Audience, Event, EventQuerySet
from apps.activity.queries.timelines import Entry, entry_of
from apps.activity.queries.words import sentence

_NARROW: Final = {one.value: one.label.lower() for one in Audience if one != Audience.EVERYONE}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which events somebody wants to see; what is None or empty does not matter."""

    verb: str = ""
    actor_id: int | None = None
    job: str = ""  # the system at work under this name
    service_id: int | None = None
    team_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event with what an administrator asks next."""

    entry: Entry
    verb: str
    actor_id: int | None
    request_id: str
    seq: int | None  # None until the sealer has come by
    audience: str  # in words; empty when it is for everyone


def everything(wanted: Wanted) -> EventQuerySet:
    """Return the events that somebody wants, with their seals; order and page are the caller's."""
    conditions = {
        "verb": wanted.verb,
        "actor_id": wanted.actor_id,
        "actor_name": wanted.job,
        "service_id": wanted.service_id,
        "team_id": wanted.team_id,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "request_id": wanted.request_id,
    }
    found = Event.objects.filter(**{name: value for name, value in conditions.items() if value})
    if wanted.job:
        found = found.filter(actor_id=None)
    return found.select_related("seal")


def page_of(wanted: Wanted, *, after: int | None, limit: int) -> tuple[list[Line], int | None]:
    """Return one page, the newest first, and the key behind which the next begins. One or two queries."""
    events = list(everything(wanted).after(after, field="-at")[: limit + 1])
    shown = events[:limit]
    lines = [
        Line(
            entry=entry_of(event),
            verb=event.verb,
            actor_id=event.actor_id,
            request_id=event.request_id,
            seq=_seal(event)["seq"],
            audience=_NARROW.get(event.audience, ""),
        )
        for event in shown
    ]
    return lines, shown[-1].pk if len(events) > limit else None


def exported(wanted: Wanted) -> Iterator[str]:
    """Yield the events as lines of JSON, the oldest first, in flat memory. One query for each 500."""
    for event in everything(wanted).streamed():
        row = _seal(event) | {"sentence": sentence(event), "event": rules.content(event)}
        yield json.dumps(row, cls=DjangoJSONEncoder) + "\n"


def _seal(event: Event) -> dict[str, Any]:
    seal = getattr(event, "seal", None)  # none yet: Django says so by an error
    return {"seq": seal.seq, "hash": seal.hash} if seal else {"seq": None, "hash": None}
