"""All events, for administrators: filtered, page by page, and as lines of JSON."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from inspect import getdoc
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from apps.activity import rules
from apps.activity.models import Audience, Event, EventQuerySet, EventSeal
from apps.activity.queries.kinds import kinds
from apps.activity.queries.timelines import Entry, entry_of
from apps.activity.queries.words import sentence

_NARROW: Final = {one.value: one.label.lower() for one in Audience if one != Audience.EVERYONE}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which events somebody wants to see; what is None or empty does not matter."""

    verbs: Collection[str] = ()
    actor_ids: Collection[int] = ()
    jobs: Collection[str] = ()  # the system at work under one of these names
    service_ids: Collection[int] = ()
    team_ids: Collection[int] = ()
    since: datetime | None = None
    until: datetime | None = None
    request_id: str = ""
    after: int | None = None  # the number of a seal: only what was sealed later


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One event with all that is known of it."""

    event: Event
    line: "Line"
    meaning: str  # of its kind; empty when the code no longer knows it
    fields: list[tuple[str, str]]  # name and value of its data, as JSON where it is no text
    hash: str  # empty until it is sealed
    hash_before: str
    holds: bool  # whether the seal fits the event and the seal before


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
    return Event.objects.filter(**_conditions(wanted)).select_related("seal")


def _conditions(wanted: Wanted, *, of: str = "") -> dict[str, Any]:
    conditions = {
        "verb__in": wanted.verbs,
        "actor_id__in": wanted.actor_ids,
        "actor_name__in": wanted.jobs,
        "service_id__in": wanted.service_ids,
        "team_id__in": wanted.team_ids,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "request_id": wanted.request_id,
    }
    found: dict[str, Any] = {f"{of}{name}": value for name, value in conditions.items() if value}
    return found | ({f"{of}actor_id": None} if wanted.jobs else {})


def page_of(wanted: Wanted, *, after: int | None, limit: int) -> tuple[list[Line], int | None]:
    """Return one page, the newest first, and the key behind which the next begins. One or two queries."""
    events = list(everything(wanted).after(after, field="-at")[: limit + 1])
    shown = events[:limit]
    return [_line(event) for event in shown], shown[-1].pk if len(events) > limit else None


def opened(pk: int) -> Opened | None:
    """Return one event and whether its link of the chain holds, computed now. Two queries."""
    event = everything(Wanted()).filter(pk=pk).first()
    if event is None:
        return None
    seal = getattr(event, "seal", None)
    before = EventSeal.objects.filter(seq=seal.seq - 1).first() if seal and seal.seq > 1 else None
    hash_before = before.hash if before else rules.BEGINNING
    return Opened(
        event=event,
        line=_line(event),
        meaning=getdoc(kinds()[event.verb]) or "" if event.verb in kinds() else "",
        fields=[
            (name, value if isinstance(value, str) else _json(value)) for name, value in event.data.items()
        ],
        hash=seal.hash if seal else "",
        hash_before=hash_before if seal else "",
        holds=seal is not None and seal.hash == rules.link(hash_before, event, seq=seal.seq),
    )


def _in_words(audience: str) -> str:
    return "one team" if audience.startswith(Audience.of_team("")) else _NARROW.get(audience, "")


def exported(wanted: Wanted) -> Iterator[str]:
    """Yield the events as lines of JSON, the oldest first, in flat memory. One query for each 500."""
    for event in everything(wanted).streamed() if wanted.after is None else _sealed(wanted):
        row = _seal(event) | {"sentence": sentence(event), "event": rules.content(event)}
        yield json.dumps(row, cls=DjangoJSONEncoder) + "\n"


def _sealed(wanted: Wanted) -> Iterator[Event]:
    """Yield what was sealed later, in the order of the seals: then the last number is where to go on."""
    seals = EventSeal.objects.filter(seq__gt=wanted.after, **_conditions(wanted, of="event__"))
    for seal in seals.select_related("event").streamed():
        yield seal.event


def _line(event: Event) -> Line:
    return Line(
        entry=entry_of(event),
        verb=event.verb,
        actor_id=event.actor_id,
        request_id=event.request_id,
        seq=_seal(event)["seq"],
        audience=_in_words(event.audience),
    )


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _seal(event: Event) -> dict[str, Any]:
    seal = getattr(event, "seal", None)  # none yet: Django says so by an error
    return {"seq": seal.seq, "hash": seal.hash} if seal else {"seq": None, "hash": None}
