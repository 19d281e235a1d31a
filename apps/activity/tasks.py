"""What beat runs for history; each new event also wakes it."""

from dataclasses import dataclass

from celery import shared_task
from django.utils import timezone

from apps.activity import transitions
from apps.core.wake import wake


@dataclass(frozen=True)
class _Sealer:
    """Activity lies below accounts and has no Actor."""

    person_id: None = None
    name: str = "activity.seal"
    request_id: str = ""


@shared_task(name="activity.seal")
def seal() -> None:
    """Every minute, and when woken. Safe to repeat, also side by side: one sealer works at a time."""
    if transitions.seal(by=_Sealer(), at=timezone.now()):
        wake("activity.seal")  # one batch a run, so that other tasks have their turn
