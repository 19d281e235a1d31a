"""The list of walkthroughs: what its rows say, and that they cost the same however many there are."""

import pytest
from django.urls import reverse

from apps.walkthroughs.models import Seat
from apps.walkthroughs.queries import Filters, listing
from tests.factories import UserFactory
from tests.factories.walkthroughs import NOW, cancelled, decided, held, planned, scheduled, sign, signing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday"), pytest.mark.thorough]


def rows(show, **fields):
    return listing(UserFactory(), Filters(show=show, **fields), now=NOW).rows


def said(show):
    return [(row["word"], row["waits_for"]) for row in rows(show)]


def test_each_state_says_whom_it_waits_for():
    planned()
    meeting, signed = scheduled(), held("high")
    invited = Seat.objects.filter(walkthrough=meeting, invited_at__isnull=False).order_by("pk")
    silent = [seat.person.name for seat in invited if not seat.reply]
    first, *others = signing(signed)
    sign(first)
    decided()
    cancelled()

    assert silent
    assert others
    assert sorted(said("coming")) == [("Planned", []), ("Scheduled", silent)]
    assert said("silent") == [("Scheduled", silent)]
    assert said("held") == [("Held", [seat.person.name for seat in others])]
    assert said("decided") == [("Approved", [])]
    assert said("cancelled") == [("Cancelled", [])]


def test_who_left_or_only_watches_is_not_waited_for():
    walkthrough = held("low")
    Seat.objects.filter(walkthrough=walkthrough).update(left_at=NOW)
    Seat.objects.create(walkthrough=walkthrough, person=UserFactory(), capacity="observer", invited_at=NOW)
    Seat.objects.create(
        walkthrough=walkthrough, person=UserFactory(), capacity="peer", is_required=False, invited_at=NOW
    )

    assert said("held") == [("Held", [])]


def test_a_row_says_service_team_time_and_risk(client):
    walkthrough = scheduled("high")
    service = walkthrough.service

    (row,) = rows("coming")

    assert (row["service"], row["team"], row["risk"]) == (service.name, service.team.name, "high")
    assert row["when"].endswith(walkthrough.time_zone.rpartition("/")[2])
    assert row["moment"] == walkthrough.starts_at


def test_a_name_is_no_markup(client):
    planned(name="<b>Ledger</b>")
    client.force_login(UserFactory())

    html = client.get(reverse("walkthroughs:walkthroughs")).content.decode()

    assert "&lt;b&gt;Ledger&lt;/b&gt;" in html
    assert "<b>Ledger" not in html


@pytest.mark.parametrize("show", ["coming", "held"])
@pytest.mark.parametrize("count", [1, 10])
def test_the_list_takes_eight_queries_at_most(client, django_assert_max_num_queries, show, count):
    for _ in range(count):
        scheduled() if show == "coming" else held()
    client.force_login(UserFactory())

    with django_assert_max_num_queries(8):
        page = client.get(reverse("walkthroughs:walkthroughs"), {"show": show})

    assert len(page.context["listing"].rows) == count
