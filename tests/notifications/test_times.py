from datetime import UTC, date, datetime, time, timedelta

import pytest

from apps.core.errors import InvalidInputError
from apps.notifications import rules
from apps.notifications.models import Preferences
from tests.factories import UserFactory

BERLIN, AUCKLAND, NEW_YORK = "Europe/Berlin", "Pacific/Auckland", "America/New_York"


def moment(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def person(zone=BERLIN, **more):
    return UserFactory.build(time_zone=zone, **more)


def next_mail(after, *, hour=8, **who):
    return rules.next_daily_mail(person(**who), Preferences(mail_hour=hour), after=moment(after))


@pytest.mark.parametrize(
    ("after", "comes"),
    [
        ("2026-03-02T07:59:59+01:00", "2026-03-02T08:00:00+01:00"),
        ("2026-03-02T08:00:00+01:00", "2026-03-03T08:00:00+01:00"),  # what comes with the mail waits a day
        ("2026-03-06T09:00:00+01:00", "2026-03-09T08:00:00+01:00"),  # Friday: on Monday
    ],
)
def test_the_daily_mail_comes_at_its_hour_of_a_working_day(after, comes):
    assert next_mail(after) == moment(comes)


def test_working_days_are_the_persons_own():
    assert next_mail("2026-03-02T09:00:00+01:00", works_on=[7]) == moment("2026-03-08T08:00:00+01:00")
    assert next_mail("2026-03-02T09:00:00+01:00", works_on=[]) == moment("2026-03-03T08:00:00+01:00")


@pytest.mark.parametrize(
    ("zone", "comes"),
    [
        (AUCKLAND, "2026-03-03T08:00:00+13:00"),
        (NEW_YORK, "2026-03-03T08:00:00-05:00"),
        ("UTC", "2026-03-03T08:00:00Z"),
    ],
)
def test_the_hour_is_that_of_the_persons_zone(zone, comes):
    assert next_mail("2026-03-02T15:00:00+01:00", zone=zone) == moment(comes)


@pytest.mark.parametrize(
    ("after", "hour", "comes"),
    [
        # The day before they change: the next mail is at eight o'clock there, whatever that is in UTC.
        ("2026-03-28T09:00:00+01:00", 8, "2026-03-29T08:00:00+02:00"),
        ("2026-10-24T09:00:00+02:00", 8, "2026-10-25T08:00:00+01:00"),
        # The hour that the clocks skip comes an hour later, and only once.
        ("2026-03-28T12:00:00+01:00", 2, "2026-03-29T03:00:00+02:00"),
        ("2026-03-29T03:00:00+02:00", 2, "2026-03-30T02:00:00+02:00"),
        # Of the hour that they repeat the first is meant, and the second brings no second mail.
        ("2026-10-24T12:00:00+02:00", 2, "2026-10-25T02:00:00+02:00"),
        ("2026-10-25T02:00:00+02:00", 2, "2026-10-26T02:00:00+01:00"),
        ("2026-10-25T02:30:00+01:00", 2, "2026-10-26T02:00:00+01:00"),
    ],
)
def test_clocks_that_change_move_no_mail_and_repeat_none(after, hour, comes):
    assert next_mail(after, hour=hour, works_on=[1, 2, 3, 4, 5, 6, 7]) == moment(comes)


def test_a_year_has_one_mail_for_each_day():
    ada, wishes = person(works_on=[1, 2, 3, 4, 5, 6, 7]), Preferences(mail_hour=2)
    mails = [moment("2026-01-01T00:00:00+01:00")]
    while len(mails) < 366:
        mails.append(rules.next_daily_mail(ada, wishes, after=mails[-1]))

    days = [rules.day_of(mail, ada) for mail in mails[1:]]
    assert days == [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]


NIGHT = Preferences(quiet_from=time(20), quiet_to=time(7))
NOON = Preferences(quiet_from=time(12), quiet_to=time(13))


@pytest.mark.parametrize(
    ("wishes", "now", "leaves"),
    [
        (NIGHT, "2026-03-02T19:59:00+01:00", "2026-03-02T19:59:00+01:00"),
        (NIGHT, "2026-03-02T20:00:00+01:00", "2026-03-03T07:00:00+01:00"),
        (NIGHT, "2026-03-03T06:59:00+01:00", "2026-03-03T07:00:00+01:00"),
        (NIGHT, "2026-03-03T07:00:00+01:00", "2026-03-03T07:00:00+01:00"),
        (NIGHT, "2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00"),  # a night of nine hours
        (NIGHT, "2026-10-24T22:00:00+02:00", "2026-10-25T07:00:00+01:00"),
        (NOON, "2026-03-02T12:30:00+01:00", "2026-03-02T13:00:00+01:00"),
        (NOON, "2026-03-02T13:00:00+01:00", "2026-03-02T13:00:00+01:00"),
        (Preferences(), "2026-03-02T03:00:00+01:00", "2026-03-02T03:00:00+01:00"),
    ],
)
def test_quiet_hours_hold_a_mail_back_until_they_end(wishes, now, leaves):
    assert rules.after_quiet_hours(person(), wishes, now=moment(now)) == moment(leaves)


@pytest.mark.parametrize(
    ("choice", "day", "until"),
    [
        ("tomorrow", None, "2026-03-28T08:30:00+01:00"),
        ("week", None, "2026-03-30T08:30:00+02:00"),  # the clocks changed on Sunday
        ("day", date(2026, 4, 7), "2026-04-07T08:30:00+02:00"),
    ],
)
def test_what_is_snoozed_comes_back_when_the_person_begins_to_work(choice, day, until):
    ada = person(works_from=time(8, 30))

    found = rules.snooze_until(choice, day, person=ada, now=moment("2026-03-27T22:00:00+01:00"))

    assert found == moment(until)


def test_tomorrow_is_tomorrow_where_the_person_lives():
    now = moment("2026-03-02T20:00:00Z")  # the third over there

    found = rules.snooze_until("tomorrow", None, person=person(AUCKLAND), now=now)

    assert found == moment("2026-03-04T09:00:00+13:00")


def test_next_monday_is_never_today():
    found = rules.snooze_until("week", None, person=person("UTC"), now=moment("2026-03-02T08:00:00Z"))

    assert found == moment("2026-03-09T09:00:00Z")


@pytest.mark.parametrize(
    ("choice", "day"),
    [("day", None), ("day", date(2026, 3, 2)), ("day", date(2027, 3, 4)), ("never", None)],
)
def test_a_day_that_is_none_is_refused(choice, day):
    with pytest.raises(InvalidInputError, match="a day after today"):
        rules.snooze_until(choice, day, person=person("UTC"), now=moment("2026-03-02T08:00:00Z"))


@pytest.mark.parametrize(("begins", "ends"), [(time(20), None), (None, time(7)), (time(7), time(7))])
def test_quiet_hours_are_whole_or_none(begins, ends):
    with pytest.raises(InvalidInputError, match="Quiet hours"):
        rules.clean_quiet(begins, ends)
