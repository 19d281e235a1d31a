"""The real reminders after an outage and when the clocks change: the newest step of a subject, once."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from apps.accounts.models import User
from apps.notifications.models import Notice
from apps.notifications.tasks import deliver, gather, remind
from apps.walkthroughs import transitions as walkthroughs
from tests.factories.walkthroughs import MEETING, in_progress, scheduled

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
DAY = timedelta(days=1)
STARTS = MEETING["starts_at"]


def beat(at):
    """Let a worker do what beat asks of it; the clock stands at a moment."""
    with time_machine.travel(at, tick=False):
        for task in (remind, gather, deliver):
            task()


def countdowns(person):
    """Return of which days a person was told by mail."""
    return [
        line.partition(":")[0]
        for message in mail.outbox
        if message.to == [person.email]
        for line in message.body.splitlines()
        if line.endswith(f"walkthrough of {SERVICE}") and not line.startswith("You are")
    ]


SERVICE = "Parcel Tracking"
DAY_OF_IT = "Mon 30 March"


@pytest.fixture
def walkthrough(now):
    found = scheduled()
    found.service.name = SERVICE
    found.service.save()
    beat(now)
    mail.outbox.clear()
    return found


@pytest.fixture
def lead(walkthrough):
    return User.objects.get(pk=walkthrough.service.lead.person_id)


def test_a_worker_that_slept_for_ten_days_tells_seven_days_once(walkthrough, lead):
    beat(STARTS - 15 * DAY)  # the last sign of life: 28 days were told
    mail.outbox.clear()

    for hours in range(0, 48, 6):
        beat(STARTS - 5 * DAY + timedelta(hours=hours))

    assert countdowns(lead) == [DAY_OF_IT]
    assert not Notice.objects.filter(kind="walkthroughs/countdown", key__contains=":14:").exists()


def test_a_mail_server_that_was_away_for_ten_days_tells_seven_days_once(walkthrough, lead, settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_servers.Down"
    for days in range(15, 4, -1):  # found in time, step by step, and never sent
        beat(STARTS - days * DAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    beat(STARTS - 5 * DAY + timedelta(hours=1))
    beat(STARTS - 5 * DAY + timedelta(hours=2))

    steps = Notice.objects.filter(kind="walkthroughs/countdown", recipient=lead).order_by("pk")
    assert [notice.key.split(":")[3] for notice in steps] == ["28", "14", "7"]
    assert countdowns(lead) == [DAY_OF_IT]


def test_a_walkthrough_that_was_cancelled_meanwhile_is_not_counted_down(walkthrough, lead, settings, now):
    settings.EMAIL_BACKEND = "tests.notifications.mail_servers.Down"
    beat(STARTS - 7 * DAY)
    walkthroughs.cancel(walkthrough, reason="Later.", by=walkthrough.service.lead, at=STARTS - 6 * DAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    beat(STARTS - 5 * DAY)

    assert countdowns(lead) == []


def zoned(person, zone):
    person.time_zone = zone
    person.save()


@pytest.fixture
def follow_up(now):
    """Give Berlin something to do until Sunday, 29 March 2026: in that night the clocks go forward there."""
    walkthrough = in_progress()
    by = walkthrough.service.lead
    zoned(by.person, "Europe/Berlin")
    return walkthroughs.add_follow_up(
        walkthrough, text="Restore it.", owner=by.person, due_on=date(2026, 3, 29), by=by, at=now
    )


def told(follow_up):
    kinds = Notice.objects.filter(recipient=follow_up.owner, kind__startswith="walkthroughs/follow_up_")
    return [kind.rpartition("_")[2] for kind in kinds.order_by("pk").values_list("kind", flat=True)]


def test_a_due_date_ends_at_local_midnight_also_when_the_clocks_change(follow_up):
    begins = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
    late = []
    for hours in range(72):
        beat(begins + timedelta(hours=hours))
        late += [hours] if told(follow_up)[-1] == "overdue" else []

    assert told(follow_up) == ["due", "due", "overdue"]
    # Monday 0:00 in Berlin is Sunday 22:00 in UTC, an hour earlier than a week before.
    assert begins + timedelta(hours=late[0]) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("monday", [date(2026, 3, 30), date(2026, 10, 26)])
def test_the_daily_mail_of_a_week_in_which_the_clocks_change_comes_once_a_day(tell, monday, now):
    person = User.objects.create(name="Ada", email="ada@example.org", time_zone="Europe/Berlin")
    friday = datetime(monday.year, monday.month, monday.day, 12, 0, tzinfo=UTC) - 3 * DAY
    for number in range(5 * 24):
        at = friday + timedelta(hours=number)
        tell([person], key=str(number), template="tests/news", at=at)
        with time_machine.travel(at, tick=False):
            gather()
            deliver()

    days = [message.extra_headers["Message-ID"].split(".")[2][:8] for message in mail.outbox]
    assert days == [f"{monday:%Y%m%d}", f"{monday + DAY:%Y%m%d}", f"{monday + 2 * DAY:%Y%m%d}"]
