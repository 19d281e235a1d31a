"""How the history is looked after: followed every night, and administrators told at once of a break."""

from datetime import datetime
from typing import Final

from django.urls import reverse

from apps.accounts.models import Actor, Role, User
from apps.activity.models import ChainCheck, Subject
from apps.activity.queries import Look, look
from apps.activity.transitions import keep_look
from apps.core.transactions import one_transaction
from apps.notifications.transitions.telling import notify

PIECE: Final = 20_000  # links: some seconds, so that other tasks have their turn


def check_history(*, by: Actor, at: datetime, most: int = PIECE) -> bool:
    """Follow one piece of what this night is to follow of the history; tell whether there is more.

    It is read outside any transaction, for SQLite lets nobody else write meanwhile; of two that look at
    once, the first keeps what it saw.
    """
    seen = look(now=at, most=most)
    if seen is None:
        return False
    _keep(seen, by=by, at=at)
    return not seen.is_over


@one_transaction
def _keep(seen: Look, *, by: Actor, at: datetime) -> None:
    """Keep what was seen; each administrator is told of each break once, whoever found it."""
    kept = keep_look(seen, by=by, at=at)
    if kept and kept.problem:
        _tell_administrators(kept, by=by, at=at)


def _tell_administrators(broken: ChainCheck, *, by: Actor, at: datetime) -> None:
    notify(
        User.objects.with_role(Role.ADMIN),
        key=f"history:broken:{broken.problem_at:%Y%m%d%H%M%S%f}",
        template="notifications/history_broken",
        by=by,
        at=at,
        subject=Subject(type="history", id=0, name="The history", url=reverse("notifications:trouble")),
        context={"problem": broken.problem},
    )
