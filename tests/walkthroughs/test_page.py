import pytest
from django.urls import reverse

from apps.walkthroughs import queries
from apps.walkthroughs.models import Capacity, FollowUp, State
from tests.factories import UserFactory
from tests.factories.walkthroughs import (
    answer_all,
    cancelled,
    decided,
    fresh,
    held,
    in_progress,
    in_state,
    planned,
    scheduled,
    seat_as,
    sign,
    signing,
)
from tests.walkthroughs.asking import HTMX, MOST, open_as, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]


PAGES = {
    "schedule": lambda: (planned("critical"), "lead"),
    "move": lambda: (scheduled("critical"), "lead"),
    "cancel": lambda: (scheduled(), "lead"),
    "add_seat": lambda: (held("critical"), "lead"),
    "add_follow_up": lambda: (held("critical"), "lead"),
    "notes": lambda: (in_progress("critical"), "lead"),
    "sign": lambda: (held("critical"), "seat"),
    "report": lambda: (held(), "lead"),
}


@pytest.mark.parametrize("name", list(PAGES))
def test_no_page_takes_more_than_twelve_queries(client, django_assert_max_num_queries, name):
    walkthrough, who = PAGES[name]()
    UserFactory.create_batch(8, reviews=True, is_architect=True, is_security=True, is_enablement=True)
    lead = walkthrough.service.lead.person
    client.force_login(lead if who == "lead" else seat_as(walkthrough, Capacity.PEER).person)

    with django_assert_max_num_queries(MOST):
        response = client.get(reverse(f"walkthroughs:{name}", args=[walkthrough.pk]))

    assert response.status_code == 200


@pytest.mark.parametrize("name", ["launch", "of_service", "move_back", "archive"])
def test_no_page_of_a_service_takes_more_than_twelve_queries(client, django_assert_max_num_queries, name):
    walkthrough = decided("critical")
    answer_all(walkthrough, state="gap")
    assessment = walkthrough.assessment
    type(assessment).objects.filter(pk=assessment.pk).update(content_version=99)
    client.force_login(walkthrough.service.lead.person)

    with django_assert_max_num_queries(MOST):
        response = client.get(reverse(f"walkthroughs:{name}", args=[walkthrough.service.slug]))

    assert response.status_code == 200


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("who", ["lead", "seat", "somebody"])
def test_the_page_shows_every_state_to_everybody_within_the_budget(
    client, django_assert_max_num_queries, state, who
):
    walkthrough = in_state(state, "high")
    people = {"lead": walkthrough.service.lead.person, "somebody": UserFactory()}
    if who == "seat":
        seats = queries.seats_of(walkthrough)
        people["seat"] = seats[-1].person if seats else UserFactory()
    client.force_login(people[who])

    with django_assert_max_num_queries(MOST):
        response = client.get(walkthrough.get_absolute_url())

    assert response.status_code == 200
    assert f"<h1>Walkthrough of {walkthrough.service}</h1>" in response.content.decode()


def test_the_page_stays_in_the_budget_when_a_signature_must_be_compared(
    client, django_assert_max_num_queries
):
    walkthrough = held("high")
    for seat in signing(walkthrough):
        sign(seat)
    answer_all(walkthrough, state="gap")
    assessment = walkthrough.assessment
    type(assessment).objects.filter(pk=assessment.pk).update(content_version=99)
    client.force_login(seat.person)

    with django_assert_max_num_queries(MOST):
        response = client.get(walkthrough.get_absolute_url())

    assert "it counts again once it is confirmed" in response.content.decode()


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("show", list(queries.SHOWN))
def test_the_list_costs_the_same_for_any_number(client, django_assert_max_num_queries, count, show):
    made = {"coming": planned, "silent": scheduled, "held": held, "cancelled": cancelled}
    for _number in range(count):
        made.get(show, scheduled)()
    client.force_login(UserFactory())

    with django_assert_max_num_queries(10):
        response = client.get(reverse("walkthroughs:walkthroughs"), {"show": show})

    expected = 0 if show == "decided" else count
    assert response.content.decode().count('<td data-label="When">') == expected


def test_the_list_says_what_waits_for_the_person(client):
    walkthrough = scheduled()
    seat = seat_as(walkthrough, Capacity.PEER)

    response = open_as(client, seat.person, "walkthroughs")

    assert "Do you come to the walkthrough?" in response.content.decode()


def test_live_is_204_from_one_query_while_nothing_changed(client, django_assert_num_queries):
    walkthrough = in_progress()
    client.force_login(UserFactory())
    url = reverse("walkthroughs:live", args=[walkthrough.pk])

    with django_assert_num_queries(3):  # session, person, revision
        response = client.get(url, {"since": walkthrough.revision}, headers=HTMX)

    assert response.status_code == 204


def test_live_shows_what_somebody_else_wrote(client):
    walkthrough = in_progress()
    lead = walkthrough.service.lead.person
    send(client, lead, "notes", walkthrough.pk, data={"text": "The restore was shown.", "revision": 0})

    client.force_login(UserFactory())
    url = reverse("walkthroughs:live", args=[walkthrough.pk])
    response = client.get(url, {"since": walkthrough.revision}, headers=HTMX)

    html = response.content.decode().strip()
    assert response.status_code == 200
    assert html.startswith('<div id="live"')
    assert "The restore was shown." in html


def test_live_says_that_the_meeting_began_and_leaves_the_page_alone(client):
    walkthrough = scheduled()
    url = reverse("walkthroughs:live", args=[walkthrough.pk])
    send(client, walkthrough.service.lead.person, "begin", walkthrough.pk)

    response = client.get(url, {"since": walkthrough.revision, "state": "scheduled"}, headers=HTMX)

    html = response.content.decode()
    assert "This walkthrough is in progress now." in html
    assert "state=scheduled" in html  # until the page is shown anew


def test_live_of_nothing_is_not_found(client):
    assert open_as(client, UserFactory(), "live", 4711).status_code == 404


def test_without_a_script_the_box_that_ends_the_meeting_stands_apart(client):
    walkthrough = in_progress()

    response = open_as(client, walkthrough.service.lead.person, "walkthrough", walkthrough.pk)

    html = response.content.decode()
    assert '<section class="no-script box spaced" id="ending-plain"' in html


def test_beginning_asks_first_and_says_what_follows(client):
    walkthrough = scheduled()
    lead = walkthrough.service.lead.person

    page = open_as(client, lead, "walkthrough", walkthrough.pk).content.decode()
    asked = open_as(client, lead, "begin", walkthrough.pk)
    unasked = open_as(client, UserFactory(), "begin", walkthrough.pk)

    assert f'data-dialog href="{reverse("walkthroughs:begin", args=[walkthrough.pk])}"' in page
    assert "the agenda stays as it is now" in asked.content.decode()
    assert fresh(walkthrough).state == State.SCHEDULED
    assert unasked.status_code == 403
    send(client, lead, "begin", walkthrough.pk)
    assert open_as(client, lead, "begin", walkthrough.pk).status_code == 409


def test_the_meeting_by_forms(client):
    walkthrough = scheduled()
    lead = walkthrough.service.lead.person
    seat = seat_as(walkthrough, Capacity.PEER)
    area = walkthrough.assessment.areas.order_by("position")[0]

    send(client, lead, "begin", walkthrough.pk)
    send(client, seat.person, "verdict", walkthrough.pk, area.pk, data={"value": "weak", "note": ""})
    data = {"text": "Name a second person.", "owner": lead.pk, "due_on": "2026-03-09", "must_fix": "on"}
    send(client, seat.person, "add_follow_up", walkthrough.pk, data=data)
    one = FollowUp.objects.get()
    send(client, lead, "finish", one.pk, data={"note": "Tomas is on it."})
    send(client, lead, "hold", walkthrough.pk)

    html = client.get(walkthrough.get_absolute_url()).content.decode()
    assert fresh(walkthrough).state == State.HELD
    assert all(words in html for words in ("○ weak", "Name a second person.", "Tomas is on it."))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_minutes_that_somebody_else_saved_come_back_with_both_texts(client, headers):
    walkthrough = in_progress()
    lead = walkthrough.service.lead.person
    send(client, lead, "notes", walkthrough.pk, data={"text": "Theirs.", "revision": 0})

    response = send(
        client, lead, "notes", walkthrough.pk, data={"text": "Mine.", "revision": 0}, headers=headers
    )

    html = response.content.decode()
    assert response.status_code == 409
    assert all(words in html for words in ("Theirs.</div>", "Mine.</textarea>", 'name="revision" value="1"'))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_minutes_that_are_too_long_are_not_lost(client, headers):
    walkthrough = in_progress()
    lead = walkthrough.service.lead.person

    response = send(
        client, lead, "notes", walkthrough.pk, data={"text": "x" * 50_001, "revision": 0}, headers=headers
    )

    assert (response.status_code, "x" * 50_001 in response.content.decode()) == (422, True)


def test_the_editor_of_the_minutes_opens_as_a_part(client):
    walkthrough = in_progress()

    response = open_as(client, walkthrough.service.lead.person, "notes", walkthrough.pk, **HTMX)

    assert response.content.decode().strip().startswith('<div id="notes">')


def test_a_stranger_cannot_write_minutes(client):
    walkthrough = in_progress()

    response = send(client, UserFactory(), "notes", walkthrough.pk, data={"text": "Hm.", "revision": 0})

    assert response.status_code == 403


def test_what_people_write_is_text(client):
    walkthrough = in_progress(name="<script>alert(1)</script>")
    lead = walkthrough.service.lead.person

    send(client, lead, "notes", walkthrough.pk, data={"text": "<img src=x onerror=alert(1)>", "revision": 0})
    html = client.get(walkthrough.get_absolute_url()).content.decode()

    assert "<script>alert" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
