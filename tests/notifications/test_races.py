"""What two workers can do to each other at the same moment."""

import pytest
from django.core import mail
from django.db.models import F

from apps.accounts.models import Actor, User
from apps.notifications.models import Delivery, Notice, State
from apps.notifications.tasks import deliver
from apps.notifications.transitions import News, notify_many, remind
from tests.factories import ActorFactory, UserFactory
from tests.notifications import reminders
from tests.races import at_once, on_postgresql
from tests.subjects import TEMPLATE, subject

pytestmark = on_postgresql


def test_four_workers_send_each_message_once(tell):
    people = User.objects.bulk_create(UserFactory.build_batch(250))
    tell(people)

    at_once(lambda _n: deliver(), times=4)

    assert sorted(message.to[0] for message in mail.outbox) == sorted(person.email for person in people)
    assert set(Delivery.objects.values_list("state", "attempts")) == {(State.SENT, 1)}


def test_four_runs_tell_each_fact_once(now):
    people = User.objects.bulk_create(UserFactory.build_batch(300))
    news = [News(recipient=person, key="k", template=TEMPLATE, subject=subject()) for person in people]
    orders = [news, news[::-1], news[150:] + news[:150], news]

    results = at_once(lambda n: notify_many(orders[n], by=ActorFactory.build(), at=now), times=4)

    assert results == [None] * 4
    assert (Notice.objects.count(), Delivery.objects.count()) == (300, 300)
    assert Delivery.objects.filter(notices__recipient=F("recipient")).count() == 300


@pytest.fixture
def our_reminders(settings):
    settings.REMINDERS = ["tests.notifications.reminders.due"]
    reminders.people[:] = User.objects.bulk_create(UserFactory.build_batch(300))
    yield
    reminders.people.clear()


def test_four_reminder_runs_queue_and_count_each_reminder_once(now, our_reminders):
    results = at_once(lambda _n: remind(by=Actor.system("notifications.remind"), at=now), times=4)

    assert sum(sum(counts.values()) for counts in results) == 600
    assert Notice.objects.count() == 600
    assert Delivery.objects.filter(notices__isnull=False).distinct().count() == Delivery.objects.count()
