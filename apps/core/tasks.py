"""Signs of life."""

from celery import shared_task
from django.utils import timezone

from apps.core import health


@shared_task(name="core.beat_seen")
def beat_seen() -> None:
    """Every 30 seconds. Safe to repeat: the last sign of life is the one that counts."""
    health.saw_beat(at=timezone.now())
