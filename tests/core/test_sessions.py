"""Sessions that are over, and what else nobody would ever delete."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from apps.core.models import CacheEntry
from apps.core.sessions import SessionStore
from apps.core.tasks import forget_expired

pytestmark = pytest.mark.django_db


def a_session(*, days):
    session = SessionStore()
    session.set_expiry(timezone.now() + timedelta(days=days))
    session.create()
    return session.session_key


@pytest.mark.parametrize("number", [1, 10])
def test_what_is_over_is_deleted_and_the_rest_stays(number, django_assert_num_queries):
    kept = {a_session(days=1) for _ in range(number)}
    for count in range(number):
        a_session(days=-1)
        cache.set(f"over:{count}", count, timeout=-60)
        cache.set(f"kept:{count}", count, timeout=60)

    with django_assert_num_queries(2):
        forget_expired()

    assert set(Session.objects.values_list("session_key", flat=True)) == kept
    assert CacheEntry.objects.count() == number
    assert cache.get("kept:0") == 0


def test_beat_asks_for_it_once_a_day():
    (entry,) = [
        entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == "core.forget_expired"
    ]

    assert entry["schedule"] == timedelta(days=1).total_seconds()
