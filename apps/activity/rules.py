"""How the chain is made. Pure: no queries, no clock, no writes."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from apps.activity.models import BEFORE_ALL, ChainCheck, Event

BEGINNING: Final = BEFORE_ALL
A_NIGHT: Final = timedelta(hours=23)  # between two shares; beat asks every hour, and may begin anew
NIGHTS: Final = 7  # in which a round over the whole is done
LEAST_SHARE: Final = 100_000  # links: half a minute, so that a small portal is followed whole every night


@dataclass(frozen=True)
class Place:
    """How far somebody came along the chain: the number and the hash of a seal."""

    seq: int
    hash: str


START: Final = Place(0, BEGINNING)


@dataclass(frozen=True)
class Share:
    """What one night is to follow of the round over the whole: up to this seal."""

    at: datetime
    until: int


def places(row: ChainCheck | None) -> tuple[Place, Place]:
    """Return how far the walk over what is new came, and the round over the whole."""
    if row is None:
        return START, START
    return Place(row.new_seq, row.new_hash), Place(row.round_seq, row.round_hash)


def share(row: ChainCheck | None, *, end: int, now: datetime) -> Share | None:
    """Return the share that is to be done now: one that was begun, or a new one; None in between."""
    if row is not None and row.share_until is not None:
        return Share(row.share_at, row.share_until)
    if row is not None and timedelta() <= now - row.share_at < A_NIGHT:
        return None
    begun = row.round_seq if row is not None else 0
    return Share(now, begun + max(LEAST_SHARE, -(-end // NIGHTS)))


def too_short(end: int, seen: Place) -> str:
    """Say that the chain was longer once."""
    return f"The chain was cut off: it ends at seal {end}, and seal {seen.seq} was seen before."


def content(event: Event) -> dict[str, Any]:
    """Return what a seal covers: every column, as the database gives it back.

    Old seals must verify for ever: a column that joins the table later is not added here, but covered by
    a form of its own.
    """
    return {
        "id": event.pk,
        "verb": event.verb,
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "subject_name": event.subject_name,
        "service_id": event.service_id,
        "service_name": event.service_name,
        "team_id": event.team_id,
        "team_name": event.team_name,
        "url": event.url,
        "audience": event.audience,
        "request_id": event.request_id,
        "data": event.data,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def link(before: str, event: Event, *, seq: int) -> str:
    """Return the hash of one link: sha256 over the hash before it, the number and the event, line by line.

    The event is JSON in ASCII with sorted keys and no spaces; docs/adr/0009 shows how to check it without us.
    """
    body = json.dumps(content(event), sort_keys=True, separators=(",", ":"))
    return sha256(f"{before}\n{seq}\n{body}".encode("ascii")).hexdigest()
