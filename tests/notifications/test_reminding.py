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
from apps.notifications.rules import MAX_ATTEMPTS, MAX_CLAIMS
from apps.notifications.transitions.sending import LEASE
from tests.factories import UserFactory
from tests.notifications import reminders

pytestmark = pytest.mark.django_db
REMINDER = Actor.system("notifications.remind")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def our_reminders(settings):
    settings.REMINDERS = ["tests.notifications.reminders.due"]
    reminders.people[:] = UserFactory.create_batch(2)
    yield
    reminders.people.clear()
    reminders.given_up.clear()
    reminders.asked.clear()
    reminders.mishaps.clear()


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


def test_an_app_that_breaks_keeps_no_other_from_reminding(now, settings):
    settings.REMINDERS = [
        "tests.notifications.nowhere.due",
        "tests.notifications.reminders.due_and_broken",
        "tests.notifications.reminders.due",
    ]
    ours = reminders.people[:]

    with pytest.raises(ExceptionGroup) as mishaps:
        remind(now)

    assert [type(error) for error in mishaps.value.exceptions] == [ModuleNotFoundError, ValueError]
    assert set(Notice.objects.values_list("recipient", flat=True)) == {person.pk for person in ours}


def test_a_reminder_that_breaks_keeps_no_other_of_its_app_from_being_told(now, monkeypatch):
    other, healthy = reminders.people
    other.time_zone = "Mars/Olympus_Mons"
    monkeypatch.setattr(reminders, "TEMPLATE", "tests/news")

    with pytest.raises(ExceptionGroup) as mishaps:
        remind(now)

    assert len(mishaps.value.exceptions) == 2
    assert set(Notice.objects.values_list("recipient", flat=True)) == {healthy.pk}


@pytest.fixture
def six_waiting(now):
    """Messages that carry nothing but reminders."""
    reminders.people[:] = UserFactory.create_batch(6)
    remind(now)
    return Delivery.objects.filter(notices__found_by__gt="").distinct()


def letter_to_bob(at):
    bob = UserFactory(email="bob@example.org")
    transitions.send_letter(recipient=bob, subject="Sign in", body="A link", by=REMINDER, at=at)


def test_a_finder_that_breaks_holds_up_nobody_elses_mail(now, six_waiting):
    reminders.mishaps.append(KeyError("secret detail"))
    letter_to_bob(now)

    assert deliver(now) == ["bob@example.org"]
    assert set(six_waiting.values_list("state", "attempts", "claims", "due_at", "problem")) == {
        (
            State.WAITING,
            1,
            0,
            now + MINUTE,
            "FinderBrokeError: tests.notifications.reminders.due does not say what still holds (KeyError).",
        )
    }


def test_what_a_finder_broke_over_goes_out_once_it_is_mended(now, six_waiting):
    reminders.mishaps.append(KeyError("k"))
    deliver(now)
    reminders.mishaps.clear()

    assert deliver(now) == []
    assert len(deliver(now + MINUTE)) == 6


def test_a_finder_that_stays_broken_stops_its_messages_after_three_days(now, six_waiting):
    reminders.mishaps.append(KeyError("k"))
    Delivery.objects.update(attempts=MAX_ATTEMPTS - 1)

    deliver(now)

    assert set(six_waiting.values_list("state", "attempts")) == {(State.STOPPED, MAX_ATTEMPTS)}


def test_a_broken_finder_does_not_hold_up_what_its_reader_knows_already(now, six_waiting):
    reminders.mishaps.append(KeyError("k"))
    Notice.objects.update(read_at=now)
    Delivery.objects.update(daily_on=now.date())

    deliver(now)

    assert set(six_waiting.values_list("state", flat=True)) == {State.DROPPED}


def test_a_finder_that_kills_its_workers_stops_untried_and_takes_no_other_along(now, six_waiting):
    reminders.mishaps.append(SystemExit())
    deaths = 0
    for number in range(20):
        try:
            deliver(now + number * LEASE)
        except SystemExit:
            deaths += 1
        if number == 0:
            letter_to_bob(now)

    assert deaths == 1 + 6 * (MAX_CLAIMS - 1)  # all at once, then each alone
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    assert set(six_waiting.values_list("state", "problem")) == {
        (State.STOPPED, "NobodyCameBackError: 3 workers took this message, and none came back.")
    }


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
