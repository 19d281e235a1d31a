"""How the chain is made. Pure: no queries, no clock, no writes."""

import json
from datetime import UTC
from hashlib import sha256
from typing import Any, Final

from apps.activity.models import Event

BEGINNING: Final = "0" * 64  # what the first link holds on to


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
