"""What two workers can do to each other at the same moment."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import Count, F

from apps.accounts.models import Actor, User
from apps.notifications import transitions
from apps.notifications.models import Delivery, Notice, Preferences, State
from apps.notifications.tasks import deliver
from apps.notifications.transitions import News, choose, gather, notify_many, remind
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


@pytest.fixture
def news(now):
    """Tell 120 people three things each that can wait for their daily mail."""
    people = User.objects.bulk_create(UserFactory.build_batch(120))
    items = [
        News(recipient=person, key=str(number), template="tests/news", subject=subject())
        for person in people
        for number in range(3)
    ]
    notify_many(items, by=ActorFactory.build(), at=now)
    return people


def test_four_who_gather_make_one_mail_for_each_person(now, news):
    tomorrow = now + timedelta(days=3)

    results = at_once(lambda _n: gather(by=Actor.system("notifications.gather"), at=tomorrow), times=4)

    assert all(isinstance(number, int) for number in results), results
    gather(
        by=Actor.system("notifications.gather"), at=tomorrow
    )  # what one had locked, and the others passed over
    mails = Delivery.objects.filter(daily_on__isnull=False).annotate(number=Count("notices"))
    assert sorted(mails.values_list("recipient", "number")) == [(person.pk, 3) for person in news]


def test_nothing_is_lost_or_doubled_while_people_are_told_mails_gathered_and_sent(now, news):
    tomorrow, by = now + timedelta(days=3), Actor.system("notifications.gather")
    more = [News(recipient=person, key="late", template="tests/news", subject=subject()) for person in news]
    steps = [
        lambda: notify_many(more, by=ActorFactory.build(), at=now),
        lambda: gather(by=by, at=tomorrow),
        lambda: deliver_at(tomorrow),
        lambda: gather(by=by, at=tomorrow),
    ]

    results = at_once(lambda number: steps[number](), times=4)
    for day in range(1, 5):
        gather(by=by, at=tomorrow + timedelta(days=day))
        deliver_at(tomorrow + timedelta(days=day))

    assert not [error for error in results if isinstance(error, Exception)]
    told = Counter()
    for message in mail.outbox:
        told[message.to[0]] += message.body.count("Read it: ")
    assert told == {person.email: 4 for person in news}


def deliver_at(at):
    while Delivery.objects.waiting(now=at).exists():
        transitions.deliver(by=Actor.system("notifications.deliver"), at=at)


def test_two_pages_of_one_person_keep_one_choice(now):
    person = UserFactory()
    values = {"ways": {}, "has_daily_mail": True, "quiet_from": None, "quiet_to": None}

    results = at_once(
        lambda number: choose(person, by=Actor(person=person), at=now, mail_hour=number + 9, **values),
        times=4,
    )

    assert not [error for error in results if isinstance(error, Exception)]
    assert Preferences.objects.get().mail_hour in range(9, 13)
