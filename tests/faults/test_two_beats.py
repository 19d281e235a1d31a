"""Somebody starts beat twice: both ring for everything."""

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import Actor
from apps.catalog.models import Phase
from apps.notifications.models import Notice
from apps.notifications.transitions import gather
from tests.factories import ServiceFactory, TeamFactory, lead_of
from tests.faults.machinery import PATIENCE, send_all, size
from tests.workers import until


def test_everybody_is_reminded_once(portal, mail, report):
    yesterday = timezone.now().date() - timedelta(days=1)
    number = size(30, 1_000)
    leads = set()
    for _ in range(number):
        team = TeamFactory()
        leads.add(lead_of(team).person.pk)
        ServiceFactory(team=team, phase=Phase.PLAYGROUND, review_on=yesterday)

    for _ in range(2):
        portal.start(concurrency=2)
        portal.start_beat()
    assert until(lambda: Notice.objects.count() >= number, within=PATIENCE)
    Notice.objects.exclude(mail_at=None).update(mail_at=timezone.now())  # not at the hour of a daily mail
    gather(by=Actor.system("notifications.gather"), at=timezone.now())  # what the workers left of it
    send_all()

    assert sorted(Notice.objects.values_list("recipient_id", flat=True)) == sorted(leads)
    assert len(mail.taken) == number
    assert mail.repeated == 0
    report("two beats and two workers", f"{number:,} reminders told once, {mail.number:,} mails, none twice")
