"""What beat runs for goals."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Actor
from apps.okrs import transitions


@shared_task(name="okrs.turn")
def turn() -> None:
    """Every hour. Safe to repeat: a quarter that was laid out or moved on is not found again."""
    transitions.turn(by=Actor.system("okrs.turn"), at=timezone.now())


@shared_task(name="okrs.snapshot_ranks")
def snapshot_ranks() -> None:
    """Every hour. Safe to repeat: each team's order is written down once a week."""
    transitions.snapshot_ranks(by=Actor.system("okrs.snapshot_ranks"), at=timezone.now())
