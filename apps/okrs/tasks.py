"""What beat runs for goals."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Actor
from apps.okrs import transitions


@shared_task(name="okrs.lapse")
def lapse() -> None:
    """Every hour. Safe to repeat: what lapsed is not open any more, and each is locked first."""
    transitions.lapse_all(by=Actor.system("okrs.lapse"), at=timezone.now())


@shared_task(name="okrs.decide_again")
def decide_again() -> None:
    """Every hour. Safe to repeat: what came back is not active any more, and its notice has a key."""
    transitions.decide_again(by=Actor.system("okrs.decide_again"), at=timezone.now())
