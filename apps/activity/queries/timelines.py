"""What happened to something or somebody, in words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from apps.activity.models import Event, EventKind, EventQuerySet, Subject
from apps.activity.queries import words
from apps.activity.queries.kinds import kinds
from apps.core.statements import statement

LAST: Final = 2**62  # above every key
KEPT_BACK: Final = "something that its team keeps to itself"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a timeline; the `id` of the last one is where the next page begins."""

    id: int
    at: datetime
    icon: str
    pieces: list[words.Piece]
    changes: list[words.Change]
    details: list[words.Detail]
    url: str
    service_name: str
    subject_name: str
    actor_name: str

    @property
    def sentence(self) -> str:
        """Return it in words."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def names_its_object(self) -> bool:
        """Tell whether the sentence has a word that can be the link."""
        return any(piece.is_object for piece in self.pieces)


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
    return [entry_of(event) for event in events]


@statement(shaped_by=["limit"])
def _of_services(*, service_ids: list[int], audiences: list[str], before: int, limit: int) -> QuerySet[Event]:
    events = Event.objects.of_services(service_ids).visible_to(audiences)
    return events.filter(pk__lt=before)[:limit]


def of_team(
    team_id: int, *, audiences: Collection[str], on: date, before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return what happened to one team and its services, newest first. One query, and those of WITHHELD.

    History stays as it was told; but of what was hidden since, the title is kept back from its readers.
    """
    events = _events(Event.objects.of_team(team_id), audiences=audiences, before=before, limit=limit)
    hidden: set[int] = set()
    for path in settings.WITHHELD:
        hidden |= import_string(path)(events, audiences=audiences, on=on)
    return [_kept_back(event) if event.pk in hidden else entry_of(event) for event in events]


def of_person(
    person_id: int, *, audiences: Collection[str], before: int | None = None, limit: int = 50
) -> list[Entry]:
    """Return what one person did and what was done about them, newest first. Two queries.

    One for each index, each with the limit: a condition with OR would read the whole life first.
    """
    did, met = Event.objects.by_person(person_id), Event.objects.about_person(person_id)
    both = [
        entry
        for events in (did, met)
        for entry in _entries(events, audiences=audiences, before=before, limit=limit)
    ]
    return sorted(both, key=lambda entry: -entry.id)[:limit]


def has_happened(subject: Subject, *, verb: str, since: datetime, actor_id: int | None = None) -> bool:
    """Tell whether something happened to one object lately, perhaps by one person. One query."""
    found = Event.objects.about(subject).filter(verb=verb, at__gt=since)
    return (found if actor_id is None else found.filter(actor_id=actor_id)).exists()


def _entries(
    events: EventQuerySet, *, audiences: Collection[str], before: int | None, limit: int | None
) -> list[Entry]:
    return [entry_of(one) for one in _events(events, audiences=audiences, before=before, limit=limit)]


def _events(
    events: EventQuerySet, *, audiences: Collection[str], before: int | None, limit: int | None
) -> list[Event]:
    found = events.visible_to(audiences)
    if before is not None:
        found = found.filter(pk__lt=before)
    return list(found[:limit])


def _kept_back(event: Event) -> Entry:
    """Return the line of an event of which only who and when may be read."""
    return Entry(
        id=event.pk,
        at=event.at,
        icon=EventKind.icon,
        pieces=[words.Piece(event.actor_name, is_actor=True), words.Piece(f" worked on {KEPT_BACK}")],
        changes=[],
        details=[],
        url="",
        service_name="",
        subject_name=KEPT_BACK,
        actor_name=event.actor_name,
    )


def entry_of(event: Event) -> Entry:
    """Return the line of one event. No query."""
    return Entry(
        id=event.pk,
        at=event.at,
        icon=kinds().get(event.verb, EventKind).icon,
        pieces=words.pieces(event),
        changes=words.changes(event),
        details=words.details(event),
        url=event.url,
        service_name=event.service_name,
        subject_name=event.subject_name,
        actor_name=event.actor_name,
    )
