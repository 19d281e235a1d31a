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


@shared_task(name="okrs.look")
def look() -> None:
    """Every five minutes. Safe to repeat: a finding is known by its fingerprint."""
    transitions.look(by=Actor.system("okrs.look"), at=timezone.now())


@shared_task(name="okrs.look_at_all")
def look_at_all() -> None:
    """Every night, and what time alone changes. Safe to repeat: a finding is known by its fingerprint."""
    transitions.look(by=Actor.system("okrs.look"), at=timezone.now(), is_whole=True)


@shared_task(name="okrs.prepare")
def prepare() -> None:
    """Every hour. Safe to repeat: a quarter has one pack, and what is next is asked about once."""
    by, at = Actor.system("okrs.prepare"), timezone.now()
    transitions.prepare_due_packs(by=by, at=at)
    transitions.ask_to_sharpen(by=by, at=at)


@shared_task(name="okrs.lapse")
def lapse() -> None:
    """Every hour. Safe to repeat: what lapsed is not open any more, and each is locked first."""
    transitions.lapse_all(by=Actor.system("okrs.lapse"), at=timezone.now())


@shared_task(name="okrs.decide_again")
def decide_again() -> None:
    """Every hour. Safe to repeat: what came back is not active any more, and its notice has a key."""
    transitions.decide_again(by=Actor.system("okrs.decide_again"), at=timezone.now())
