"""How history is read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.module_loading import autodiscover_modules

from apps.activity.models import Event, EventKind, EventQuerySet, Subject
from apps.core.statements import statement

LAST: Final = 2**62  # above every key


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a timeline; the `id` of the last one is where the next page begins."""

    id: int
    at: datetime
    sentence: str
    url: str
    service_name: str
    subject_name: str
    actor_name: str


class _Words(dict[str, Any]):
    """What fills a sentence; a field that the event does not have shows as its name."""

    def __missing__(self, field: str) -> str:
        return f"({field})"


@cache
def kinds() -> dict[str, type[EventKind]]:
    """Return every kind of event by its verb, as the apps' events.py declare them. No query."""
    autodiscover_modules("events")
    return {kind.verb: kind for kind in EventKind.__subclasses__()}


def timeline(
    subject: Subject, *, audiences: Collection[str], before: int | None = None, limit: int | None = 50
) -> list[Entry]:
    """Return what happened to one object, newest first, from below the key `before` on. One query.

    Without a limit it is all of it: for a file that is to be whole, never for a page.
    """
    return _entries(Event.objects.about(subject), audiences=audiences, before=before, limit=limit)


def of_services(
    service_ids: Collection[int], *, audiences: Collection[str], before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return what happened to some services and all that belongs to them, newest first. One query."""
    events = _of_services(
        service_ids=list(service_ids), audiences=sorted(audiences), before=before or LAST, limit=limit
    )
    return [_entry(event) for event in events]


@statement(shaped_by=["limit"])
def _of_services(*, service_ids: list[int], audiences: list[str], before: int, limit: int) -> QuerySet[Event]:
    events = Event.objects.of_services(service_ids).visible_to(audiences)
    return events.filter(pk__lt=before)[:limit]


def of_team(
    team_id: int, *, audiences: Collection[str], before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return what happened to one team and its services, newest first. One query."""
    return _entries(Event.objects.of_team(team_id), audiences=audiences, before=before, limit=limit)


def sentence(event: Event) -> str:
    """Return an event in words. History outlives code: what is no longer known shows plainly. No query."""
    kind = kinds().get(event.verb)
    words = _Words(event.data, actor=event.actor_name, subject=event.subject_name, verb=event.verb)
    return (kind.sentence if kind else "{actor}: {verb}, {subject}").format_map(words)


def _entries(
    events: EventQuerySet, *, audiences: Collection[str], before: int | None, limit: int | None
) -> list[Entry]:
    found = events.visible_to(audiences)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_entry(event) for event in found[:limit]]


def _entry(event: Event) -> Entry:
    return Entry(
        id=event.pk,
        at=event.at,
        sentence=sentence(event),
        url=event.url,
        service_name=event.service_name,
        subject_name=event.subject_name,
        actor_name=event.actor_name,
    )
