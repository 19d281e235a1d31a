"""The clocks of Berlin go forward and back while reminders fall due."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from apps.accounts.models import Actor
from apps.catalog.models import Phase
from apps.notifications.models import Notice
from apps.notifications.transitions import remind
from tests.factories import ServiceFactory, TeamFactory, lead_of
from tests.faults.machinery import size

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("notifications.remind")
STEP = timedelta(minutes=size(180, 60))
DAYS = size(3, 9)
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)


def told_around(sunday):
    """Let beat ring through the days around a Sunday; return how many were told of what, by day."""
    team = TeamFactory()
    lead_of(team)
    first = sunday - timedelta(days=DAYS // 2)
    for day in range(DAYS):
        ServiceFactory(team=team, phase=Phase.PLAYGROUND, review_on=first + timedelta(days=day))
    moment = datetime.combine(first, time(0), UTC)
    while moment < datetime.combine(first + timedelta(days=DAYS), time(0), UTC):
        remind(by=SYSTEM, at=moment)
        moment += STEP
    told = Counter((notice.kind, (notice.at.date() - sunday).days) for notice in Notice.objects.all())
    assert not Notice.objects.filter(mail_at=None).exists()  # each goes with the mail of a day
    Notice.objects.all().delete()
    ServiceFactory._meta.model.objects.update(phase=Phase.LIVE)
    return told


def test_what_is_told_is_what_any_other_week_tells(report):
    ordinary = told_around(date(2026, 5, 10))

    assert told_around(FORWARD) == told_around(BACK) == ordinary
    assert sum(ordinary.values()) == DAYS
    seen = f"{DAYS} reminders on their days, none twice, as in any other week"
    report(f"clocks changed on {FORWARD:%-d %B} and {BACK:%-d %B %Y}", seen)
