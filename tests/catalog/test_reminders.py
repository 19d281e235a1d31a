"""Who is asked about a playground, when, and for how long."""

from datetime import timedelta

import pytest

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.catalog.queries import due, still_due
from apps.notifications.models import Notice
from apps.notifications.rules import News
from apps.notifications.transitions import notify_many
from tests.factories import ServiceFactory, lead_of, member_of

pytestmark = pytest.mark.django_db


def playground(now, **fields):
    return ServiceFactory(**{"phase": Phase.PLAYGROUND, "review_on": now.date()} | fields)


def test_the_leads_are_asked_when_the_day_has_come(now):
    service = playground(now)
    lead = lead_of(service.team)
    member_of(service.team)
    playground(now, review_on=now.date() + timedelta(days=1))
    playground(now, team=None)
    ServiceFactory(phase=Phase.LIVE, review_on=now.date())

    found = list(due(now=now))

    assert [(one.recipient, one.key, one.kind) for one in found] == [
        (lead.person, f"catalog:{service.pk}:review:20260302", "catalog/review")
    ]


def test_what_moved_on_is_no_longer_asked(now):
    stays, moved, later = (playground(now) for _ in range(3))
    keys = [f"catalog:{service.pk}:review:20260302" for service in (stays, moved, later)]
    Service.objects.filter(pk=moved.pk).update(phase=Phase.GREEN_LIGHT)
    Service.objects.filter(pk=later.pk).update(review_on=now.date() - timedelta(days=1))

    assert still_due(keys, now=now) == {keys[0]}


def test_a_second_run_tells_nobody(now):
    service = playground(now, name="Ledger")
    lead_of(service.team)
    (one,) = due(now=now)
    news = [
        News(
            recipient=one.recipient,
            key=one.key,
            template=one.template,
            subject=one.subject,
            context=one.context,
        )
    ]

    for _ in range(2):
        notify_many(news, by=Actor.system("notifications.remind"), at=now)

    assert Notice.objects.get().title == "Ledger: keep it, move on, or archive it?"


@pytest.mark.parametrize("count", [1, 10])
def test_it_takes_the_same_queries_for_many(now, count, django_assert_num_queries):
    for _ in range(count):
        lead_of(playground(now).team)

    with django_assert_num_queries(3):
        assert len(list(due(now=now))) == count
