"""Whether history is whole: the chain from its beginning, the triggers, and what waits for its seal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import DataError, connection
from django.db.models import QuerySet

from apps.activity import rules
from apps.activity.models import ChainCheck, Event, EventSeal, UnsealedEvent, triggers
from apps.activity.rules import START, Place
from apps.core.metrics import Gauge

CHUNK: Final = 1000
UNREADABLE: Final = (ValueError, TypeError, AttributeError, OverflowError, DataError, Event.DoesNotExist)
PATIENCE: Final = timedelta(minutes=5)  # the sealer comes every minute


@dataclass(frozen=True)
class Verdict:
    """What a look at the whole of history found."""

    sealed: int = 0
    hash: str = rules.BEGINNING  # of the last link that holds; kept elsewhere, it proves that none went later
    breaks: list[str] = field(default_factory=list)
    late: str = ""  # what waits for its seal: a worker's fault, and no break

    @property
    def problems(self) -> list[str]:
        """Return all that is not as it should be."""
        return [*self.breaks, self.late] if self.late else self.breaks


@dataclass(frozen=True)
class Look:
    """What one piece of a night's share found; a transition keeps it."""

    before: ChainCheck | None  # the row that it went on from
    newest: Place
    round: Place
    share_at: datetime
    share_until: int | None  # what of the share is left to come
    is_whole: bool  # the round came to its end, and met no break
    problem: str

    @property
    def is_over(self) -> bool:
        """Tell whether the night's share is done, or ended at a break."""
        return self.share_until is None


def last_checked() -> ChainCheck | None:
    """Return how far the chain was followed and how it was found; None before the first time. One query."""
    return ChainCheck.objects.first()


def unguarded() -> list[str]:
    """Return a sentence if the database would let somebody change history; for /readyz. One query."""
    names = triggers.missing(connection)
    told = f"History is not protected: run migrate to make the triggers {', '.join(names)}"
    return [told] if names else []


def verify(*, now: datetime) -> Verdict:
    """Follow the chain to its first broken link, and look for what has no seal. Flat memory.

    One query for each thousand links, and four: reads of the chain by its key, and of unsealed
    events as one join of two indexes, which the database streams. It holds what it finds against the
    last look, so that a chain that was made anew or cut off shows as well.
    """
    seen, _round = rules.places(last_checked())
    last, problem = _follow(START, seen=seen)
    if last.seq < seen.seq and not problem:
        problem = rules.too_short(last.seq, seen)
    breaks = [*unguarded(), *filter(None, [problem, _forgotten()])]
    return Verdict(sealed=last.seq, hash=last.hash, breaks=breaks, late=_late(now=now))


def look(*, now: datetime, most: int) -> Look | None:
    """Follow at most so many links of this night's share; None once that is done, or before the first seal.

    What is new comes first. One query for each thousand links, and four; at the end of a round one
    more, the join over all events. What waits for its seal is left to /metrics: no link is broken by it.
    """
    row = last_checked()
    end = EventSeal.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    share = rules.share(row, end=end, now=now)
    if share is None or (row is None and not end):
        return None
    seen, begun = rules.places(row)
    newest, problem = _follow(seen, to=end, most=most)
    turn, broken = _follow(begun, to=min(share.until, newest.seq), most=most - (newest.seq - seen.seq))
    is_round = newest.seq == turn.seq == end
    cut = rules.too_short(end, seen) if end < seen.seq else ""
    problem = cut or problem or broken or next(iter(unguarded()), "") or (_forgotten() if is_round else "")
    is_over = bool(problem) or (newest.seq == end and turn.seq >= min(share.until, end))
    return Look(
        before=row,
        newest=newest,
        round=START if is_round else turn,
        share_at=share.at,
        share_until=None if is_over else share.until,
        is_whole=is_round and not problem,
        problem=problem,
    )


def measures(*, now: datetime) -> Iterator[Gauge]:
    """Yield whether a break of history is known, and how long ago somebody last looked. One query."""
    seen = last_checked()
    age = (now - seen.looked_at).total_seconds() if seen else float("inf")
    is_broken = int(bool(seen and seen.problem))
    yield Gauge("roadworthy_history_broken", is_broken, "1 while a break of the history is known.")
    yield Gauge(
        "roadworthy_history_checked_age_seconds", age, "Since seals of the history were last followed."
    )


def _follow(
    start: Place, *, to: int | None = None, most: int | None = None, seen: Place | None = None
) -> tuple[Place, str]:
    """Follow the links behind a place, to a seal or the end; return the last that holds, and what broke."""
    place = start
    for seal in _links(start.seq, to=to, most=most):
        try:
            problem = _problem(seal, place, seen=seen)
        except UNREADABLE:
            problem = f"The chain is broken at seal {seal.seq}: its event is gone, or no event can be so."
        if problem:
            return place, problem
        place = Place(seal.seq, seal.hash)
    return place, ""


def _links(last: int, *, to: int | None, most: int | None) -> Iterator[EventSeal]:
    """Yield the seals behind one in order, each with its event."""
    rest = EventSeal.objects.select_related("event").order_by("seq")
    if to is not None:
        rest = rest.filter(seq__lte=to)
    left = CHUNK if most is None else most
    while left > 0 and (rows := _rows(rest.filter(seq__gt=last)[: min(CHUNK, left)])):
        yield from rows
        last = rows[-1].seq
        left -= len(rows) if most is not None else 0


def _rows(links: QuerySet[EventSeal]) -> list[EventSeal]:
    """Read links with their events, or alone where one holds what cannot be read: SQLite keeps anything."""
    try:
        return list(links)
    except UNREADABLE:
        return list(links.select_related(None))


def _problem(seal: EventSeal, before: Place, *, seen: Place | None) -> str:
    """Return why a link does not hold on to the one before it, or nothing."""
    expected = before.seq + 1
    if seal.seq != expected:
        what = "its event" if EventSeal.objects.filter(seq=expected).exists() else "it"
        return f"The chain has a gap at seal {expected}: {what} is missing; the next one is {seal.seq}."
    if seal.hash != rules.link(before.hash, seal.event, seq=seal.seq):
        return f"The chain is broken at seal {seal.seq}: event {seal.event} is not what was sealed."
    if seen and seal.seq == seen.seq and seal.hash != seen.hash:
        return f"The chain was made anew: seal {seal.seq} is not the one that was seen before."
    return ""


def _forgotten() -> str:
    """Return what has no seal and is not in the queue for one, or nothing. One query."""
    lost = Event.objects.filter(seal=None).exclude(pk__in=UnsealedEvent.objects.values("pk"))
    try:
        event = lost.order_by("pk").first()
    except UNREADABLE:
        return "An event that has no seal cannot be read."
    return f"Event {event} has no seal and does not wait for one." if event else ""


def _late(*, now: datetime) -> str:
    """Return what has waited for its seal for too long, or nothing. One query."""
    waiting = Event.objects.filter(pk__in=UnsealedEvent.objects.values("pk"), seal=None)
    try:
        event = waiting.filter(at__lt=now - PATIENCE).order_by("pk").first()
        since = f"{event.at:%Y-%m-%d %H:%M} UTC" if event else ""
    except UNREADABLE:
        return "An event that waits for its seal cannot be read."
    return f"Event {event} has waited for its seal since {since}: is a worker running?" if event else ""
