"""What beat runs for jobs; a new job also wakes it at once."""

from typing import Final

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Actor
from apps.core.wake import wake
from apps.jobs import transitions

AN_HOUR: Final = 3600  # seconds that one job may take; the other tasks have settings.CELERY_TASK_TIME_LIMIT


@shared_task(name="jobs.run", soft_time_limit=AN_HOUR, time_limit=AN_HOUR + 60)
def run() -> None:
    """Every minute, and when woken. Safe to repeat, also side by side: each job is claimed."""
    if transitions.run_next(by=Actor.system("jobs.run"), at=timezone.now()):
        wake("jobs.run")  # one job a run, so that other tasks have their turn
