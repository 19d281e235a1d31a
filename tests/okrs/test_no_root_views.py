"""What pages say while no team stands for the whole organisation, and how one comes to."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from tests.factories import TeamFactory, UserFactory, lead_of
from tests.factories.okrs import CycleFactory

pytestmark = pytest.mark.django_db
MISSING = (
    "No team stands for the whole organisation yet, so nobody begins a quarter, writes the strategy or gives "
    "a waiver: Developer Enablement or an administrator makes every team but one part of another. "
    '<a href="/teams/">Teams</a>'
)


@pytest.fixture
def cycle():
    start = timezone.now().date() - timedelta(days=5)
    ends = start + timedelta(days=91)
    return CycleFactory(slug="2026-q9", starts_on=start, ends_on=ends, state="planning")


@pytest.fixture
def page(client):
    client.force_login(UserFactory())
    return lambda url: unescape(client.get(url).content.decode())


@pytest.mark.parametrize("count", [0, 2])
def test_pages_say_that_no_team_stands_for_the_whole(page, count):
    TeamFactory.create_batch(count)

    assert MISSING in page("/okrs/")
    assert MISSING in page("/okrs/horizons/")


def test_a_quarter_says_so_until_one_team_is_above_all_others(client, page, cycle):
    above, below = TeamFactory.create_batch(2)
    before = page(cycle.get_absolute_url())

    client.force_login(UserFactory(is_enablement=True))
    client.post(f"/teams/{below.slug}/edit/", {"name": "Below", "parent": above.pk, "revision": 1})
    after = page(cycle.get_absolute_url())
    client.force_login(lead_of(above).person)
    begun = client.post(f"{cycle.get_absolute_url()}steps/begin/")

    cycle.refresh_from_db()
    assert (MISSING in before, MISSING in after) == (True, False)
    assert (begun.status_code, cycle.state) == (302, "active")


def test_a_name_that_no_team_has_is_said(page, settings, cycle):
    settings.ROOT_TEAM = "evrybody"
    TeamFactory(slug="everybody")

    said = "ROOT_TEAM names “evrybody”, which is no team here, and who runs the portal puts that right."
    assert said in page("/okrs/horizons/")
    assert said in page(cycle.get_absolute_url())
