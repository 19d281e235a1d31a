"""Whether history is whole: the chain from its beginning, the triggers, and what waits for its seal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import DataError, connection
from django.db.models import QuerySet

from apps.activity import rules
from apps.activity.models import Event, EventSeal, UnsealedEvent, triggers
from apps.core import health

CHUNK: Final = 1000
UNREADABLE: Final = (ValueError, TypeError, AttributeError, OverflowError, DataError, Event.DoesNotExist)
WHOLE, BROKEN = "history.whole", "history.broken"  # what verify_events leaves behind
PATIENCE: Final = timedelta(minutes=5)  # the sealer comes every minute


@dataclass
class Verdict:
    """What a look at the whole of history found."""

    sealed: int = 0
    hash: str = rules.BEGINNING  # of the last link that holds; kept elsewhere, it proves that none went later
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """When the whole chain was last followed, and how it was found."""

    at: datetime
    is_whole: bool


def last_checked() -> Checked | None:
    """Return how the whole chain was found when last followed; None before the first time. One query."""
    seen = health.seen([WHOLE, BROKEN])
    return max(
        (Checked(at, name == WHOLE) for name, at in seen.items()), key=lambda one: one.at, default=None
    )


def unguarded() -> list[str]:
    """Return a sentence if the database would let somebody change history; for /readyz. One query."""
    names = triggers.missing(connection)
    told = f"History is not protected: run migrate to make the triggers {', '.join(names)}"
    return [told] if names else []


def verify(*, now: datetime) -> Verdict:
    """Follow the chain to its first broken link, and look for what has no seal. Flat memory.

    One query for each thousand links, then three: reads of the chain by its key, and of unsealed
    events as one join of two indexes, which the database streams.
    """
    verdict = Verdict(problems=unguarded())
    for seal in _links():
        try:
            problem = _problem(seal, verdict)
        except UNREADABLE:
            problem = f"The chain is broken at seal {seal.seq}: its event is gone, or no event can be so."
        if problem:
            verdict.problems.append(problem)
            break
        verdict.sealed, verdict.hash = seal.seq, seal.hash
    try:
        verdict.problems += _unsealed(now=now)
    except UNREADABLE:
        verdict.problems.append("An event that has no seal cannot be read.")
    return verdict


def _links() -> Iterator[EventSeal]:
    """Yield the seals in order, each with its event."""
    rest = EventSeal.objects.select_related("event").order_by("seq")
    last = 0
    while rows := _rows(rest.filter(seq__gt=last)[:CHUNK]):
        yield from rows
        last = rows[-1].seq


def _rows(links: QuerySet[EventSeal]) -> list[EventSeal]:
    """Read links with their events, or alone where one holds what cannot be read: SQLite keeps anything."""
    try:
        return list(links)
    except UNREADABLE:
        return list(links.select_related(None))


def _problem(seal: EventSeal, so_far: Verdict) -> str:
    """Return why a link does not hold on to the one before it, or nothing."""
    expected = so_far.sealed + 1
    if seal.seq != expected:
        what = "its event" if EventSeal.objects.filter(seq=expected).exists() else "it"
        return f"The chain has a gap at seal {expected}: {what} is missing; the next one is {seal.seq}."
    if seal.hash != rules.link(so_far.hash, seal.event, seq=seal.seq):
        return f"The chain is broken at seal {seal.seq}: event {seal.event} is not what was sealed."
    return ""


def _unsealed(*, now: datetime) -> Iterator[str]:
    """Yield what has no seal: forgotten by the queue, or waiting there for too long."""
    waiting = UnsealedEvent.objects.values("pk")
    forgotten = Event.objects.filter(seal=None).exclude(pk__in=waiting).order_by("pk").first()
    if forgotten:
        yield f"Event {forgotten} has no seal and does not wait for one."
    late = Event.objects.filter(pk__in=waiting, seal=None, at__lt=now - PATIENCE).order_by("pk").first()
    if late:
        yield f"Event {late} has waited for its seal since {late.at:%Y-%m-%d %H:%M} UTC: is a worker running?"
