"""What is written down about reading: administrators see everything, and leave a trace."""

from datetime import datetime, timedelta
from typing import Final

from apps.accounts.models import Actor
from apps.activity.queries import has_happened
from apps.activity.transitions import record
from apps.core.transactions import one_transaction
from apps.okrs.events import ReadInConfidence
from apps.okrs.models import Objective

AGAIN: Final = timedelta(hours=1)  # within which a second look of the same person is the same one


@one_transaction
def note_reading(objective: Objective, *, by: Actor, at: datetime) -> None:
    """Write down that an administrator reads what only its teams read; pages call it before they show it."""
    event = ReadInConfidence(objective.visibility)
    subject = objective.subject(on=at.date())
    if not has_happened(subject, verb=event.verb, since=at - AGAIN, actor_id=by.person_id):
        record(event, by=by, at=at, subject=subject)
