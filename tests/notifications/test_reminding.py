import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from apps.accounts.models import Actor
from apps.notifications import transitions
from apps.notifications.models import Delivery, Notice, State
from tests.factories import UserFactory
from tests.notifications import reminders

pytestmark = pytest.mark.django_db
REMINDER = Actor.system("notifications.remind")


@pytest.fixture(autouse=True)
def our_reminders(settings):
    settings.REMINDERS = ["tests.notifications.reminders.due"]
    reminders.people[:] = UserFactory.create_batch(2)
    yield
    reminders.people.clear()
    reminders.given_up.clear()
    reminders.asked.clear()


def remind(at, **moment):
    return transitions.remind(by=REMINDER, at=at, **moment)


def deliver(at):
    transitions.deliver(by=REMINDER, at=at)
    return sorted(message.to[0] for message in mail.outbox)


def test_what_is_due_is_queued_once_and_counted_by_kind(now):
    assert remind(now) == {"tests.countdown": 2, "tests.reply": 2}
    assert remind(now) == {}
    assert Delivery.objects.count() == 2


def test_only_what_is_new_is_counted(now):
    remind(now)
    reminders.people.append(UserFactory())

    assert remind(now) == {"tests.countdown": 1, "tests.reply": 1}


@pytest.mark.parametrize("count", [1, 10])
def test_reminding_costs_the_same_for_any_number_of_people(now, django_assert_num_queries, count):
    reminders.people[:] = UserFactory.create_batch(count)

    with django_assert_num_queries(8):
        remind(now)


def test_what_was_told_already_costs_one_query(now, django_assert_num_queries):
    remind(now)

    with django_assert_num_queries(1):
        assert remind(now) == {}


def test_500_at_a_time(now, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(transitions.telling, "BATCH", 3)

    with django_assert_num_queries(16):
        assert remind(now) == {"tests.countdown": 2, "tests.reply": 2}


def test_the_mail_goes_out_while_it_still_holds(now):
    remind(now)

    assert deliver(now) == sorted(person.email for person in reminders.people)
    assert mail.outbox[0].subject == "A message to countdown could not be delivered (and 1 more)"
    assert reminders.asked == [now]


def test_what_holds_no_longer_is_left_out_of_the_mail(now):
    remind(now)
    reminders.given_up.update(Notice.objects.filter(key__contains=":reply:").values_list("key", flat=True))

    deliver(now)

    assert {message.subject for message in mail.outbox} == {"A message to countdown could not be delivered"}


def test_a_message_of_which_nothing_holds_is_dropped(now):
    remind(now)
    reminders.given_up.update(Notice.objects.values_list("key", flat=True))

    assert deliver(now) == []
    assert set(Delivery.objects.values_list("state", "attempts", "lease")) == {(State.DROPPED, 0, None)}


def test_what_no_app_reminds_of_is_never_dropped(now, delivery):
    reminders.given_up.add("k")

    assert deliver(now) == ["ada@example.org"]


def test_what_a_renamed_app_found_goes_out(now, settings):
    remind(now)
    reminders.given_up.update(Notice.objects.values_list("key", flat=True))
    settings.REMINDERS = []

    assert len(deliver(now)) == 2


def test_a_rehearsal_of_another_day_goes_out_now_and_is_asked_about_that_day(now):
    ahead = now + timedelta(days=30)

    queued = remind(now, moment=ahead)

    assert queued == {"tests.countdown": 2, "tests.reply": 2}
    assert len(deliver(now)) == 2
    assert reminders.asked == [ahead]
    assert set(Notice.objects.values_list("at", flat=True)) == {now}


def command(*arguments):
    out = StringIO()
    call_command("remind", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def today(now):
    with time_machine.travel(now, tick=False):
        yield


def test_the_command_prints_one_json_object(today):
    at = ["--at", "2026-03-02T10:00:00+01:00", "--json"]

    assert [json.loads(command(*at)) for _ in range(2)] == [
        {"queued": {"tests.countdown": 2, "tests.reply": 2}},
        {"queued": {}},
    ]


def test_the_command_prints_a_table(today):
    assert command("--at", "2026-03-02T09:00:00Z") == (
        "     2  tests.countdown\n     2  tests.reply\n4 reminders queued.\n"
    )


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ("soon", "is not a moment"),
        ("2026-13-01T00:00:00Z", "is not a moment"),
        ("2026-03-02T09:00:00", "does not say in which time zone"),
        ("2026-03-02", "does not say in which time zone"),
        ("2026-03-04T09:00:00Z", "add --yes"),
        ("2026-02-28T09:00:00Z", "add --yes"),
    ],
)
def test_the_command_refuses_what_it_cannot_mean(today, at, message):
    with pytest.raises(CommandError, match=message):
        command("--at", at)

    assert not Notice.objects.exists()


@pytest.mark.parametrize(("edition", "arguments"), [("demo", []), ("bare", ["--yes"])])
def test_another_day_can_be_rehearsed(today, settings, edition, arguments):
    settings.EDITION = edition

    assert command("--at", "2026-04-04T09:00:00Z", *arguments).endswith("4 reminders queued.\n")
