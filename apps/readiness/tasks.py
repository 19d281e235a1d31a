"""What beat runs for checklists."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Actor
from apps.readiness import transitions


@shared_task(name="readiness.refresh")
def refresh() -> None:
    """Every minute. Safe to repeat: what follows its service, or has ended, is not found again."""
    transitions.refresh(by=Actor.system("readiness.refresh"), at=timezone.now())
