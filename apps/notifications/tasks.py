"""What beat runs for notifications; a new delivery also wakes it at once."""

from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Actor
from apps.core.wake import wake
from apps.notifications import transitions


@shared_task(name="notifications.deliver")
def deliver() -> None:
    """Every minute, and when woken. Safe to repeat, also side by side: each delivery is claimed."""
    transitions.deliver(by=Actor.system("notifications.deliver"), at=timezone.now())


@shared_task(name="notifications.gather")
def gather() -> None:
    """Every minute. Safe to repeat, also side by side: a notice waits once, and a day has one mail."""
    by, at = Actor.system("notifications.gather"), timezone.now()
    transitions.wake_snoozed(by=by, at=at)
    transitions.gather(by=by, at=at)


@shared_task(name="notifications.remind")
def remind() -> None:
    """Every 15 minutes. Safe to repeat: the key of a notice tells each person once."""
    transitions.remind(by=Actor.system("notifications.remind"), at=timezone.now())


@shared_task(name="notifications.check_history")
def check_history() -> None:
    """Every hour, and when woken. Safe to repeat: the row knows what a night has still to follow."""
    if transitions.check_history(by=Actor.system("notifications.check_history"), at=timezone.now()):
        wake("notifications.check_history")  # one piece a run, so that other tasks have their turn
