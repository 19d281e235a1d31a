import re
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.catalog.models import Phase, Service
from apps.readiness.models import Answer, Assessment
from apps.walkthroughs.models import Capacity, Seat, State, Walkthrough
from tests.factories import UserFactory
from tests.factories.catalog import lead_of
from tests.factories.readiness import conversation_of
from tests.factories.walkthroughs import (
    LEVELS,
    NOW,
    cancelled,
    decided,
    fresh,
    held,
    planned,
    scheduled,
    seat_as,
    signing,
    veto,
)
from tests.walkthroughs.asking import open_as, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]


def test_the_form_marks_who_never_came_in(client):
    walkthrough = planned("low")
    UserFactory(reviews=True, name="Amara Diallo", joined_at=None)
    UserFactory(reviews=True, name="Priya Nair")

    form = open_as(client, walkthrough.service.lead.person, "schedule", walkthrough.pk).context["form"]

    names = [name for _key, name in form.seats[0].field.choices]
    assert names == ["Choose somebody", "Priya Nair", "Amara Diallo (has not signed in yet)"]


def test_the_form_proposes_a_panel_and_schedules_it(client):
    walkthrough = planned("high")
    lead = walkthrough.service.lead.person
    people = [
        UserFactory(reviews=True, name="Priya Nair"),
        UserFactory(is_architect=True, name="Chen Wei"),
        UserFactory(is_security=True, name="Sam Okoro"),
        UserFactory(is_enablement=True, name="Noor Haddad"),
    ]

    form = open_as(client, lead, "schedule", walkthrough.pk).context["form"]
    data = {
        "day": "2026-03-30",
        "time": "14:00",
        "minutes": 80,
        "time_zone": "Europe/Stockholm",
        "place": "Room 4",
        "presenters": [lead.pk],
    } | {field.name: field.initial.pk for field in form.seats}
    response = send(client, lead, "schedule", walkthrough.pk, data=data)

    assert response.status_code == 302
    assert fresh(walkthrough).starts_at.isoformat() == "2026-03-30T12:00:00+00:00"
    assert {seat.person for seat in signing(walkthrough)} == set(people)
    assert {seat.reason for seat in signing(walkthrough)} == {"when proposed: 0 open seats"}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("day", "2026-03-01", "The start lies in the past."),
        ("time_zone", "Mars/Olympus", "There is no time zone"),
        ("time_zone", "localtime", "There is no time zone"),
        ("time_zone", "UTC\0", "cannot be stored|Null characters"),
        ("minutes", "481", "less than or equal to 480"),
        ("place", "x" * 301, "at most 300"),
        ("presenters", "", "Somebody of the team must present."),
    ],
)
def test_wrong_input_comes_back_and_nothing_is_written(client, field, value, words):
    walkthrough = planned()
    lead = walkthrough.service.lead.person
    peer, helper = UserFactory(reviews=True), UserFactory(is_enablement=True)
    data = {
        "day": "2026-03-30",
        "time": "14:00",
        "minutes": 80,
        "time_zone": "UTC",
        "place": "My own words",
        "presenters": [lead.pk],
        "seat_0": peer.pk,
        "seat_1": helper.pk,
    } | {field: value}

    response = send(client, lead, "schedule", walkthrough.pk, data=data)

    html = response.content.decode()
    assert response.status_code == 422
    assert any(word in html for word in words.split("|"))
    assert "My own words" in html or field == "place"
    assert fresh(walkthrough).state == State.PLANNED


def test_an_hour_that_clocks_leave_out_is_refused_and_nobody_comes_at_another(client):
    walkthrough = planned()
    lead = walkthrough.service.lead.person
    peer, helper = UserFactory(reviews=True), UserFactory(is_enablement=True)
    data = {
        "day": "2026-03-29",
        "time": "02:30",
        "minutes": 80,
        "time_zone": "Europe/Berlin",
        "presenters": [lead.pk],
        "seat_0": peer.pk,
        "seat_1": helper.pk,
    }

    response = send(client, lead, "schedule", walkthrough.pk, data=data)

    assert response.status_code == 422
    assert "Clocks leave 02:30 out on that day; 03:30 exists." in response.content.decode()
    assert fresh(walkthrough).state == State.PLANNED


def test_a_list_goes_on_behind_a_walkthrough_without_a_time(client):
    first, second = planned(), planned()

    client.force_login(first.service.lead.person)
    page = client.get(reverse("walkthroughs:walkthroughs"), {"after": first.pk})

    assert [row["pk"] for row in page.context["listing"].rows] == [second.pk]


def test_a_form_in_which_somebody_sits_twice_comes_back(client):
    walkthrough = planned()
    lead = walkthrough.service.lead.person
    both = UserFactory(reviews=True, is_enablement=True)
    data = {
        "day": "2026-03-30",
        "time": "14:00",
        "minutes": 80,
        "time_zone": "UTC",
        "presenters": [lead.pk],
        "seat_0": both.pk,
        "seat_1": both.pk,
    }

    response = send(client, lead, "schedule", walkthrough.pk, data=data)

    assert response.status_code == 422
    assert "has another seat already" in response.content.decode()


@pytest.mark.parametrize("name", ["schedule", "move", "cancel", "add_seat"])
def test_pages_for_planning_are_for_leads_and_enablement(client, name):
    walkthrough = planned() if name == "schedule" else scheduled()

    answers = [
        open_as(client, person, name, walkthrough.pk).status_code
        for person in (UserFactory(), walkthrough.service.lead.person, UserFactory(is_enablement=True))
    ]

    assert answers == [403, 200, 200]


def test_moving_and_cancelling_by_form(client):
    walkthrough = scheduled()
    lead = walkthrough.service.lead.person
    data = {"day": "2026-03-31", "time": "15:30", "minutes": 60, "time_zone": "UTC", "place": ""}

    moved = send(client, lead, "move", walkthrough.pk, data=data)
    refused = send(client, lead, "cancel", walkthrough.pk, data={"reason": " "})
    called_off = send(client, lead, "cancel", walkthrough.pk, data={"reason": "<b>Later</b>"})

    assert [moved.status_code, refused.status_code, called_off.status_code] == [302, 422, 302]
    walkthrough = fresh(walkthrough)
    assert (walkthrough.starts_at.isoformat(), walkthrough.state) == (
        "2026-03-31T15:30:00+00:00",
        State.CANCELLED,
    )
    assert "&lt;b&gt;Later&lt;/b&gt;" in client.get(walkthrough.get_absolute_url()).content.decode()


def test_a_seat_is_replaced_and_handed_over_by_form(client):
    walkthrough = scheduled()
    seat = seat_as(walkthrough, Capacity.PEER)
    second, third = UserFactory.create_batch(2, reviews=True)

    handed = send(client, seat.person, "hand_over", seat.pk, data={"person": second.pk})
    seat = seat_as(walkthrough, Capacity.PEER)
    replaced = send(client, walkthrough.service.lead.person, "replace", seat.pk, data={"person": third.pk})

    assert [handed.status_code, replaced.status_code] == [302, 302]
    assert seat_as(walkthrough, Capacity.PEER).person == third
    assert open_as(client, third, "hand_over", seat.pk).status_code == 403


def test_prepare_lists_the_gaps_and_opens_the_ten_areas(client):
    service = conversation_of().service
    lead = lead_of(service.team).person

    listed = open_as(client, lead, "prepare", service.slug)
    opened = send(client, lead, "prepare", service.slug)
    again = send(client, lead, "prepare", service.slug)

    assert "3 questions stay open" in listed.content.decode()
    assert (opened.url, again.status_code) == (reverse("readiness:readiness", args=[service.slug]), 409)
    assert Walkthrough.objects.get().planned_on == (NOW + timedelta(days=28)).date()


@pytest.mark.parametrize("name", ["prepare", "move_back", "archive"])
def test_moves_are_for_leads(client, name):
    service = planned().service if name != "prepare" else conversation_of().service

    assert open_as(client, UserFactory(is_enablement=True), name, service.slug).status_code == 403
    assert (
        open_as(
            client,
            service.lead.person if hasattr(service, "lead") else lead_of(service.team).person,
            name,
            service.slug,
        ).status_code
        == 200
    )


def test_moves_ask_for_a_reason(client):
    service = planned().service
    lead = service.lead.person

    refused = send(client, lead, "archive", service.slug, data={"reason": "  "})
    archived = send(client, lead, "archive", service.slug, data={"reason": "Replaced."})
    restored = send(client, lead, "restore", service.slug, data={"reason": "Not after all."})
    back = send(client, lead, "move_back", service.slug, data={"reason": "Later."})

    assert [one.status_code for one in (refused, archived, restored, back)] == [422, 302, 302, 302]
    service.refresh_from_db()
    assert service.phase == Phase.GREEN_LIGHT


def test_the_tab_of_a_service_plans_another_one(client):
    walkthrough = cancelled()
    service = walkthrough.service
    lead = service.lead.person

    response = open_as(client, lead, "of_service", service.slug)
    assert "Plan a walkthrough" in response.content.decode()
    planned_one = send(client, lead, "plan", service.slug)

    newest = Walkthrough.objects.order_by("-pk")[0]
    assert planned_one.url == reverse("walkthroughs:schedule", args=[newest.pk])
    assert "Plan a walkthrough" not in open_as(client, lead, "of_service", service.slug).content.decode()


def test_a_veto_is_shown_and_lifted_by_leadership(client):
    walkthrough = held("high")
    stands = veto(walkthrough)
    leader = UserFactory(is_leadership=True)

    shown = open_as(client, UserFactory(), "lift_veto", stands.pk).content.decode()
    refused = send(client, UserFactory(), "lift_veto", stands.pk, data={"reason": "Go."})
    lifted = send(client, leader, "lift_veto", stands.pk, data={"reason": "The move is paid for."})

    assert ("Addresses leave the region." in shown, "Lift the veto" in shown) == (True, False)
    assert [refused.status_code, lifted.status_code] == [403, 302]
    assert "The move is paid for." in open_as(client, leader, "lift_veto", stands.pk).content.decode()


def test_the_form_to_sign_says_what_each_decision_needs(client):
    walkthrough = held("high")

    html = open_as(client, seat_as(walkthrough, "security").person, "sign", walkthrough.pk).content.decode()

    asked = ["Conditions, or the reason", "What would lift the veto", "Look at it again on"]
    said = [re.search(rf"{label} <span class=.optional.>\((.*?)\)", html)[1] for label in asked]
    assert said == ["needed unless you approve", "needed for a veto", "needed for a veto"]
    assert "{#" not in html


@pytest.mark.parametrize("level", ["low", "medium"])
def test_an_approval_whose_signatures_wait_again_does_not_look_approved(client, level):
    walkthrough = decided("low")
    lead = walkthrough.service.lead.person
    Service.objects.filter(pk=walkthrough.service_id).update(**LEVELS["medium"], version=9)
    if level == "low":
        Service.objects.filter(pk=walkthrough.service_id).update(**LEVELS["low"], version=10)
        Answer.objects.filter(assessment=walkthrough.assessment, item="REL-01").update(state="gap")
        Assessment.objects.filter(pk=walkthrough.assessment_id).update(content_version=99)

    page = open_as(client, lead, "walkthrough", walkthrough.pk).context["page"]

    assert page.unsettled == {"low": "0 of 2 signatures count", "medium": "1 seat to be filled"}[level]
    assert (page.tone, page.shape) == ("", "")


def test_an_approval_that_counts_looks_approved(client):
    walkthrough = decided()

    page = open_as(client, walkthrough.service.lead.person, "walkthrough", walkthrough.pk).context["page"]

    assert (page.unsettled, page.tone, page.shape) == ("", "strong", "●")


def test_the_author_keeps_a_veto(client):
    walkthrough = held("high")
    stands = veto(walkthrough)

    late = send(client, stands.author, "keep_veto", stands.pk, data={"review_on": "2026-03-02"})
    kept = send(client, stands.author, "keep_veto", stands.pk, data={"review_on": "2026-04-02"})

    stands.refresh_from_db()
    assert [late.status_code, kept.status_code] == [422, 302]
    assert stands.review_on.isoformat() == "2026-04-02"


def test_the_report_is_asked_for_and_watched(client, django_assert_max_num_queries):
    walkthrough = held()
    person = UserFactory()

    asked = send(client, person, "report", walkthrough.pk)
    with django_assert_max_num_queries(6):
        shown = client.get(asked.url)
    missing = open_as(client, person, "report_file", walkthrough.pk)

    assert "a worker takes it in a moment" in shown.content.decode()
    assert missing.status_code == 404


@pytest.mark.parametrize("name", ["add_seat", "schedule", "begin", "hold", "ask_again"])
def test_what_a_page_refuses_leads_back_to_its_walkthrough(client, name):
    walkthrough = cancelled()

    response = send(client, walkthrough.service.lead.person, name, walkthrough.pk)

    assert response.status_code == 409
    assert f'<a class="btn btn-primary" href="{walkthrough.get_absolute_url()}">' in response.content.decode()


@pytest.mark.parametrize("name", ["move", "cancel", "add_seat", "schedule", "begin"])
def test_a_form_that_leads_nowhere_says_so_instead(client, name):
    """A page that is still open somewhere, or its address, offers no step that would be refused."""
    walkthrough = cancelled()

    page = open_as(client, walkthrough.service.lead.person, name, walkthrough.pk)

    html = page.content.decode()
    assert (page.status_code, "<textarea" in html) == (409, False)
    assert "is cancelled" in html
    assert f'<a class="btn btn-primary" href="{walkthrough.get_absolute_url()}">' in html


@pytest.mark.parametrize("name", ["replace", "hand_over", "sign"])
def test_a_seat_of_a_cancelled_meeting_is_nobodys_to_change(client, name):
    walkthrough = cancelled()
    seat = seat_as(walkthrough, Capacity.PEER)
    person = walkthrough.service.lead.person if name == "replace" else seat.person

    page = open_as(client, person, name, walkthrough.pk if name == "sign" else seat.pk)

    assert (page.status_code, "This walkthrough is cancelled" in page.content.decode()) == (409, True)


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_what_was_held_is_neither_moved_nor_cancelled(client, name):
    walkthrough = held()

    assert open_as(client, walkthrough.service.lead.person, name, walkthrough.pk).status_code == 409


@pytest.mark.parametrize("name", ["replace", "hand_over"])
def test_whoever_may_not_seat_somebody_is_led_back_too(client, name):
    walkthrough = scheduled()
    seat = seat_as(walkthrough, Capacity.PEER)

    page = open_as(client, UserFactory(), name, seat.pk)

    assert page.status_code == 403
    assert f'href="{walkthrough.get_absolute_url()}">Back to the walkthrough</a>' in page.content.decode()


def test_somebody_with_a_seat_replies_on_the_page(client):
    walkthrough = scheduled()
    seat = seat_as(walkthrough, Capacity.PEER)

    replied = send(client, seat.person, "reply", walkthrough.pk, data={"reply": "maybe", "note": "Train."})
    stranger = send(client, UserFactory(), "reply", walkthrough.pk, data={"reply": "yes"})

    assert [replied.status_code, stranger.status_code] == [302, 404]
    assert Seat.objects.get(pk=seat.pk).reply == "maybe"
    assert "Train." in client.get(walkthrough.get_absolute_url()).content.decode()
