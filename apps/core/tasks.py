"""Signs of life, and what is swept away."""

from celery import shared_task
from django.utils import timezone

from apps.core import health, sessions


@shared_task(name="core.beat_seen")
def beat_seen() -> None:
    """Every 30 seconds. Safe to repeat: the last sign of life is the one that counts."""
    health.saw_beat(at=timezone.now())


@shared_task(name="core.forget_expired")
def forget_expired() -> None:
    """Once a day, and when beat starts. Safe to repeat: what is over is over."""
    sessions.forget_expired(at=timezone.now())
