"""The clocks of Berlin go forward and back while follow-ups fall due at midnight and daily mails leave."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import Actor
from apps.notifications.models import Delivery, Notice, Preferences
from apps.notifications.transitions import deliver, gather, remind
from apps.walkthroughs.models import FollowUp
from apps.walkthroughs.transitions import add_follow_up
from tests.factories import UserFactory
from tests.factories.walkthroughs import NOW, in_progress
from tests.faults.machinery import size

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")
BERLIN = ZoneInfo("Europe/Berlin")
A_DAY = timedelta(days=1)
STEP = timedelta(minutes=size(60, 15))
DAYS = size(3, 6)  # after six days what is still open is told again
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
HOURS = [1, 2, 8]  # of daily mails: on the days of change there is none, or two, of the second


@pytest.fixture
def mailing(mail, settings):
    """Send to the mail server of this test."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail.port
    return mail


def owners():
    """Return who has a daily mail on each day, one for each hour."""
    people = [UserFactory(time_zone="Europe/Berlin", works_on=[*range(1, 8)]) for _hour in HOURS]
    for person, hour in zip(people, HOURS, strict=True):
        Preferences.objects.create(person=person, mail_hour=hour)
    return people


def moments(first):
    """Yield each step from noon before the first day to noon of the last, as real time goes."""
    moment = datetime.combine(first - A_DAY, time(12), BERLIN).astimezone(ZoneInfo("UTC"))
    while moment.astimezone(BERLIN) < datetime.combine(first + (DAYS - 1) * A_DAY, time(12), BERLIN):
        yield moment
        moment += STEP


def told_around(sunday, mailing):
    """Let beat ring through the days around a Sunday; return when who was told, and when mails arrived.

    Each as days from that Sunday, and the hour that a clock on the wall showed.
    """
    first = sunday - timedelta(days=DAYS // 2)
    walkthrough, people = in_progress(), owners()
    lead = walkthrough.service.lead
    for person in people:
        for day in range(DAYS):
            due_on = first + (day - 1) * A_DAY  # so that its midnight is the one with which this day begins
            add_follow_up(walkthrough, text=f"Step {day}", owner=person, due_on=due_on, by=lead, at=NOW)
    Notice.objects.all().delete()  # of the follow-ups themselves
    Delivery.objects.all().delete()
    mails = []
    for moment in moments(first):
        remind(by=SYSTEM, at=moment)
        gather(by=SYSTEM, at=moment)
        before = Counter(mailing.taken)
        deliver(by=SYSTEM, at=moment)
        for (recipient, _subject), number in (mailing.taken - before).items():
            hour = next(hour for hour, person in zip(HOURS, people, strict=True) if person.email == recipient)
            mails += [(hour, *on_the_wall(moment, sunday))] * number
    told = Counter(
        on_the_wall(notice.at, sunday)
        for notice in Notice.objects.filter(recipient__in=people, kind="walkthroughs/follow_up_overdue")
    )
    FollowUp.objects.all().delete()
    return told, sorted(mails)


def on_the_wall(moment, sunday):
    local = moment.astimezone(BERLIN)
    return (local.date() - sunday).days, local.hour


@pytest.mark.parametrize("sunday", [date(2026, 5, 10), FORWARD, BACK], ids=["ordinary", "forward", "back"])
def test_what_is_told_comes_at_the_hour_that_clocks_show(mailing, report, sunday):
    told, mails = told_around(sunday, mailing)

    days = [day - DAYS // 2 for day in range(DAYS)]
    assert told == Counter({(day, 0): len(HOURS) for day in days})
    skipped = sunday == FORWARD  # there is no second hour on that Sunday
    assert mails == [
        (hour, day, 3 if (skipped, day, hour) == (True, 0, 2) else hour) for hour in HOURS for day in days
    ]
    report(
        f"the days around {sunday:%-d %B %Y}, clocks {'change' if sunday in {FORWARD, BACK} else 'stay'}",
        f"{told.total()} reminders at midnight and {len(mails)} daily mails at their hours, none twice",
    )
