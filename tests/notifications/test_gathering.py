"""The daily mail: one for each person and day, whatever happens meanwhile."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from apps.accounts.models import Actor, User
from apps.activity.models import Audience
from apps.notifications import transitions
from apps.notifications.models import Delivery, Notice, Preferences, State
from tests.factories import UserFactory
from tests.notifications import reminders
from tests.notifications.mail_servers import Slow
from tests.subjects import subject

pytestmark = pytest.mark.django_db
BEAT = Actor.system("notifications.gather")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada():
    return UserFactory(email="ada@example.org", time_zone="UTC")


@pytest.fixture
def news(tell, ada):
    """Tell Ada something that can wait; Monday 9:00, so her mail comes on Tuesday at 8:00."""

    def say(*keys, **more):
        for key in keys:
            tell([ada], key=key, template="tests/news", **more)

    return say


def beat(at):
    """Do what beat does each minute; return how many mails have gone out."""
    before = len(mail.outbox)
    transitions.wake_snoozed(by=BEAT, at=at)
    transitions.gather(by=BEAT, at=at)
    transitions.deliver(by=BEAT, at=at)
    return len(mail.outbox) - before


def told():
    return [message.body.count("\nRead it: ") for message in mail.outbox]


def test_what_can_wait_goes_in_one_mail_at_the_persons_hour(now, news):
    news("a", "b")
    early, late = now.replace(hour=7, minute=59) + DAY, now.replace(hour=8) + DAY

    assert (beat(now), beat(early), beat(late), beat(late + HOUR)) == (0, 0, 1, 0)

    (delivery,) = Delivery.objects.all()
    assert (delivery.daily_on, delivery.state, told()) == (date(2026, 3, 3), State.SENT, [2])
    assert set(Notice.objects.values_list("mail_at", flat=True)) == {None}


def test_what_comes_after_the_mail_waits_for_the_next_working_day(now, news):
    friday = now.replace(hour=8) + 4 * DAY
    news("a", at=friday - HOUR)
    beat(friday)
    news("b", at=friday + HOUR)

    sent = [beat(friday + number * DAY) for number in range(1, 4)]

    assert (sent, told()) == ([0, 0, 1], [1, 1])


def test_the_hour_is_the_persons_choice(now, news, ada):
    Preferences.objects.create(person=ada, mail_hour=17)
    news("a")

    assert (beat(now + 7 * HOUR), beat(now + 8 * HOUR)) == (0, 1)


def test_a_worker_that_slept_for_days_makes_one_mail(now, news):
    for number in range(5):
        news(str(number), at=now + number * DAY)

    assert beat(now + 10 * DAY) == 1
    assert told() == [5]


def test_a_mail_server_that_was_away_for_days_gets_one_mail(now, news, settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_servers.Down"
    for number in range(4):
        news(str(number), at=now + number * DAY)
        beat(now + number * DAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert beat(now + 4 * DAY) == 1
    assert told() == [4]
    assert Delivery.objects.get().attempts == 1


def test_a_day_has_one_mail_even_when_the_hour_is_moved_back(now, news, ada):
    morning = now.replace(hour=8) + DAY
    news("a")
    beat(morning)
    news("b", at=morning + HOUR)
    later = {"ways": {}, "has_daily_mail": True, "mail_hour": 12, "quiet_from": None, "quiet_to": None}
    transitions.choose(ada, by=Actor(person=ada), at=morning + HOUR, **later)

    sent = [beat(morning + hours * HOUR) for hours in (4, 5, 28)]

    assert (sent, told()) == ([0, 0, 1], [1, 1])


def test_the_database_knows_one_mail_for_a_person_and_day(now, ada):
    mails = [Delivery(recipient=ada, daily_on=date(2026, 3, 3), made_at=now, due_at=now) for _ in range(2)]

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.bulk_create(mails)


def test_what_was_read_done_or_put_off_is_not_told_again(now, news, ada):
    news("read", "done", "put off", "new")
    by = Actor(person=ada)
    notices = {notice.key: notice for notice in Notice.objects.all()}
    transitions.read(notices["read"], by=by, at=now)
    transitions.finish(notices["done"], by=by, at=now)
    transitions.snooze(notices["put off"], until="week", by=by, at=now)

    assert beat(now + DAY) == 1
    assert told() == [1]


def test_a_mail_of_which_everything_was_read_is_dropped(now, news, ada):
    news("a", "b")
    transitions.read_all(by=Actor(person=ada), at=now)

    assert beat(now + DAY) == 0
    assert Delivery.objects.get().state == State.DROPPED


def test_an_audience_that_was_left_takes_its_words_along(now, news, ada):
    ada.is_security = True
    ada.save()
    news("secret", subject=subject(audience=Audience.SECURITY))
    news("open")
    ada.is_security = False
    ada.save()

    assert beat(now + DAY) == 1
    assert told() == [1]


def test_a_person_who_was_deactivated_gets_nothing(now, news, ada):
    news("a")
    ada.is_active = False
    ada.save()

    assert beat(now + DAY) == 0
    assert Delivery.objects.get().state == State.DROPPED


def test_what_comes_while_the_mail_leaves_is_told_the_next_day(now, news, settings):
    morning = now.replace(hour=8) + DAY
    news("a")
    settings.EMAIL_BACKEND = "tests.notifications.mail_servers.Slow"
    Slow.meanwhile.append(lambda: news("b", at=morning - timedelta(seconds=1)))
    Slow.meanwhile.append(lambda: transitions.gather(by=BEAT, at=morning))

    sent = beat(morning), beat(morning + HOUR), beat(morning + DAY)

    assert (sent, told()) == ((1, 0, 1), [1, 1])


@pytest.fixture
def our_reminders(settings, ada):
    settings.REMINDERS = ["tests.notifications.reminders.due"]
    reminders.people[:] = [ada]
    yield
    reminders.people.clear()
    reminders.given_up.clear()
    reminders.asked.clear()


def test_a_reminder_is_asked_about_when_its_mail_leaves_not_when_it_was_found(
    now, our_reminders, monkeypatch
):
    monkeypatch.setattr(reminders, "TEMPLATE", "tests/news")
    transitions.remind(by=BEAT, at=now)
    reminders.given_up.update(Notice.objects.filter(key__contains=":reply:").values_list("key", flat=True))

    assert beat(now + DAY) == 1
    assert (told(), reminders.asked) == ([1], [now + DAY])


def test_a_rehearsal_does_not_wait_for_the_hour(now, our_reminders, monkeypatch):
    monkeypatch.setattr(reminders, "TEMPLATE", "tests/news")
    transitions.remind(by=BEAT, at=now, moment=now + 30 * DAY)

    assert beat(now) == 1
    assert told() == [2]


def test_an_urgent_notice_does_not_wait_for_anything(now, tell, ada):
    Preferences.objects.create(person=ada, quiet_from=now.time(), quiet_to=(now + 10 * HOUR).time())
    tell([ada], key="alarm", template="tests/alarm")

    assert beat(now) == 1


def test_quiet_hours_hold_back_what_is_not_urgent(now, tell, ada):
    Preferences.objects.create(person=ada, quiet_from=now.time(), quiet_to=(now + 10 * HOUR).time())
    tell([ada], key="message")

    assert (beat(now + 9 * HOUR), beat(now + 10 * HOUR)) == (0, 1)


def test_a_calendar_entry_does_not_wait_for_quiet_hours_to_end(now, tell, ada):
    Preferences.objects.create(person=ada, quiet_from=now.time(), quiet_to=(now + 10 * HOUR).time())
    tell([ada], key="meeting", calendar="METHOD:REQUEST")

    assert beat(now) == 1


@pytest.mark.parametrize(("way", "sent"), [("at_once", [1, 0]), ("daily", [0, 1]), ("inbox", [0, 0])])
def test_each_kind_goes_the_way_that_its_reader_chose(now, news, ada, way, sent):
    Preferences.objects.create(person=ada, ways={"tests/news": way})

    news("a")

    assert [beat(now), beat(now + DAY)] == sent
    assert Notice.objects.count() == 1


def test_without_a_daily_mail_its_news_stay_in_the_inbox(now, news, ada):
    Preferences.objects.create(person=ada, has_daily_mail=False)
    news("a")

    assert beat(now + DAY) == 0


@pytest.mark.parametrize("count", [1, 10])
def test_gathering_costs_the_same_for_any_number_of_people(now, tell, count, django_assert_num_queries):
    tell(UserFactory.create_batch(count, time_zone="UTC"), template="tests/news")

    with django_assert_num_queries(11):
        transitions.gather(by=BEAT, at=now + DAY)


def test_telling_what_can_wait_costs_no_message(tell, django_assert_num_queries):
    people = UserFactory.create_batch(10)

    with django_assert_num_queries(5):  # savepoint; wishes, notices, the new ones
        tell(people, template="tests/news")


def test_people_are_gathered_some_at_a_time(now, tell, monkeypatch):
    monkeypatch.setattr(transitions.gathering, "PEOPLE", 2)
    tell(UserFactory.create_batch(5, time_zone="UTC"), template="tests/news")

    assert transitions.gather(by=BEAT, at=now + DAY) == 5
    assert transitions.gather(by=BEAT, at=now + DAY) == 0


def test_whose_mail_cannot_be_made_keeps_nobody_elses(now, tell, monkeypatch):
    monkeypatch.setattr(transitions.gathering, "PEOPLE", 2)
    people = UserFactory.create_batch(5, time_zone="UTC")
    tell(people, template="tests/news")
    User.objects.filter(pk=people[1].pk).update(time_zone="Mars/Olympus_Mons")

    for _ in range(2):
        with pytest.raises(ExceptionGroup, match="daily_mail_not_gathered"):
            transitions.gather(by=BEAT, at=now + DAY)

    mailed = Delivery.objects.filter(daily_on__isnull=False).values_list("recipient", flat=True)
    assert sorted(mailed) == [person.pk for number, person in enumerate(people) if number != 1]
    assert (
        Notice.objects.filter(mail_at__isnull=False).values_list("recipient", flat=True).get() == people[1].pk
    )
