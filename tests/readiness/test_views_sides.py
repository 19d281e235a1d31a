from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.readiness import transitions
from apps.readiness.models import Exemption
from tests.factories import ServiceFactory, UserFactory, lead_of
from tests.factories.readiness import (
    answer_of,
    area_of,
    conversation_of,
    publish_editions,
    readiness_of,
)
from tests.readiness.posting import post, values

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SCRIPT = "<script>alert(1)</script>"
MOST = 12  # queries of a page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_evidence_is_added_used_again_and_removed(client, team, url, assessment, headers):
    client.post(url("evidence", "REL-01"), {"url": "https://a.example/x", "title": "Test"}, headers=headers)
    link = answer_of(assessment, "REL-01").evidence.get()
    client.post(url("evidence", "REL-02"), {"chosen": link.pk}, headers=headers)
    counts = [answer_of(assessment, item).evidence_count for item in ("REL-01", "REL-02")]
    client.post(url("remove_evidence", "REL-01", link=link.pk), headers=headers)

    assert counts == [1, 1]
    assert [answer_of(assessment, item).evidence_count for item in ("REL-01", "REL-02")] == [0, 1]


@pytest.mark.parametrize(
    "values", [{"url": "javascript:alert(1)"}, {"url": ""}, {"url": "https://a.example", "title": "x" * 201}]
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_no_link_is_refused(client, team, url, assessment, values, headers):
    response = client.post(url("evidence", "REL-01"), values, headers=headers)

    assert response.status_code == 422
    assert answer_of(assessment, "REL-01").evidence_count == 0


def test_links_of_other_checklists_are_not_found(client, team, url, assessment, now):
    other = readiness_of(team=assessment.service.team)
    link = transitions.add_evidence(
        answer_of(other, "REL-01"), title="x", url="https://a.example", by=team, at=now
    )

    assert client.post(url("evidence", "REL-01"), {"chosen": link.pk}).status_code == 404
    assert client.post(url("remove_evidence", "REL-01", link=link.pk)).status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_word_is_added_to_the_thread(client, team, url, headers):
    client.post(url("thread", "REL-01"), {"text": "What is HA?"}, headers=headers)

    assert "What is HA?" in client.get(url("thread", "REL-01"), headers=headers).content.decode()
    assert client.post(url("thread", "REL-01"), {"text": " "}, headers=headers).status_code == 422


def test_anybody_may_ask(client, url, assessment):
    client.force_login(UserFactory())

    response = client.post(url("thread", "REL-01"), {"text": "What is HA?"})

    assert response.status_code == 302


def test_versions_show_what_changed(client, team, url, save, now):
    save("REL-01", text="Two zones.")
    save("REL-01", text="Three zones.", at=now + timedelta(hours=1))

    html = client.get(url("versions", "REL-01"), headers=HTMX).content.decode()

    assert "<ins>Three</ins>" in html


@pytest.mark.parametrize("headers", [{}, HTMX])
@time_machine.travel("2026-03-02T09:00:00+00:00", tick=False)
def test_an_exemption_is_asked_for_and_decided(  # noqa: PLR0913, PLR0917
    client, team, url, assessment, save, enablement, headers
):
    save("REL-01", state="gap", text="Never.")
    wish = {"reason": "May", "measure": "Copies", "ends_on": "2026-05-31"}
    client.post(url("exemption", "REL-01"), wish, headers=headers)
    exemption = Exemption.objects.get()
    decide = url("decide", "REL-01", wish=exemption.pk)
    assert client.post(decide, {"approve": "yes", "reason": "Fine."}, headers=headers).status_code == 403
    client.force_login(enablement.person)
    assert client.post(decide, {"approve": "maybe", "reason": "Fine."}, headers=headers).status_code == 422
    assert client.post(decide, {"approve": "yes", "reason": ""}, headers=headers).status_code == 422

    client.post(decide, {"approve": "yes", "reason": "Fine."}, headers=headers)

    exemption.refresh_from_db()
    assert (exemption.state, exemption.ends_on) == ("approved", date(2026, 5, 31))
    assert "Exempt until 31 May 2026" in client.get(url("area", key="rel")).content.decode()
    client.force_login(team.person)
    client.post(url("withdraw", "REL-01", wish=exemption.pk), headers=headers)
    assert not answer_of(assessment, "REL-01").is_exempt


@pytest.mark.parametrize("ends_on", ["2020-01-01", "soon", "", "2099-01-01"])
def test_a_wish_without_a_proper_end_is_refused(client, team, url, save, ends_on):
    save("REL-01", state="gap", text="Never.")

    response = client.post(
        url("exemption", "REL-01"), {"reason": "May", "measure": "Copies", "ends_on": ends_on}, headers=HTMX
    )

    assert response.status_code == 422
    assert not Exemption.objects.exists()


def test_a_verdict_is_given_and_shown(client, reviewer, url, assessment):
    response = client.post(
        url("verdict", key="rel"), {"value": "weak", "note": "Nobody saw it fail."}, follow=True
    )

    assert "Nobody saw it fail." in response.content.decode()
    assert area_of(assessment, "REL").verdict == "weak"
    assert client.post(url("verdict", key="rel"), {"value": "great"}).status_code == 422
    assert client.post(url("verdict", key="xyz"), {"value": "weak"}).status_code == 404


def test_the_own_team_gives_no_verdict(client, team, url):
    assert client.post(url("verdict", key="rel"), {"value": "strong"}).status_code == 403


def test_items_are_returned(client, reviewer, url, assessment):
    answer = answer_of(assessment, "REL-02")
    foreign = answer_of(readiness_of(), "REL-02")

    response = client.post(url("return_answers"), {"items": [answer.pk], "note": "Where?"})

    assert response.url == url("area", key="rel")
    assert answer_of(assessment, "REL-02").is_returned
    assert client.post(url("return_answers"), {"items": [foreign.pk]}).status_code == 422
    assert client.post(url("return_answers"), {}).status_code == 422


def test_submitting(client, team, url, assessment):
    client.post(url("submit"))

    assessment.refresh_from_db()
    assert assessment.submitted_at is not None
    assert client.get(url("submit")).status_code == 405


@pytest.mark.parametrize("query", ["", "?blank=1", "?guidance=1", "?blank=1&guidance=1"])
def test_it_prints_with_the_codes(client, team, url, save, query):
    save("REL-01", state="in_place", text="Rehearsed in May.")

    html = client.get(url("print_readiness") + query).content.decode()

    assert all(code in html for code in ("REL-01", "REL-04", "SEC-02"))
    assert ("Rehearsed in May." in html) == ("blank" not in query)
    assert ("Milliseconds." in html) == ("guidance" in query)


def test_the_conversation_is_one_page(client, now):
    conversation = conversation_of()
    lead = lead_of(conversation.service.team)
    client.force_login(lead.person)
    address = reverse("readiness:green_light", args=[conversation.service.slug])
    client.get(address)

    with CaptureQueriesContext(connection) as found:
        html = client.get(address).content.decode()

    assert len(found) <= MOST
    assert all(f'<article class="item" id="GL-0{n}"' in html for n in (1, 2, 3))
    assert "We don&#x27;t know yet" in html or "We don't know yet" in html
    assert 'class="weight' not in html
    assert client.get(address.replace("green-light/", "green-light/print/")).status_code == 200


def test_a_conversation_is_saved_one_question_at_a_time(client):
    conversation = conversation_of()
    client.force_login(lead_of(conversation.service.team).person)
    answer = answer_of(conversation, "GL-02")
    address = reverse("readiness:save", args=[conversation.service.slug, answer.pk])

    html = client.post(address, values(answer, state="unknown", text="Hm."), headers=HTMX).content.decode()

    assert 'id="areas"' in html
    assert answer_of(conversation, "GL-02").state == "unknown"
    assert client.post(address, values(answer, state="gap"), headers=HTMX).status_code == 422


def test_the_page_shows_that_a_text_has_answered_the_question(client):
    conversation = conversation_of()
    client.force_login(lead_of(conversation.service.team).person)
    answer = answer_of(conversation, "GL-02")
    address = reverse("readiness:save", args=[conversation.service.slug, answer.pk])

    html = client.post(address, values(answer, text="40 drivers"), headers=HTMX).content.decode()
    page = client.get(reverse("readiness:green_light", args=[conversation.service.slug])).content.decode()

    assert 'data-status data-state="answered" id="GL-02-status"' in html
    item = page[page.index('id="GL-02"') : page.index('id="GL-03"')]
    assert 'value="answered" checked' in item


def test_without_a_conversation_the_page_says_what_it_is_for(client):
    publish_editions()
    service = ServiceFactory(phase=Phase.PLAYGROUND)
    address = reverse("readiness:green_light", args=[service.slug])
    client.force_login(UserFactory())
    assert "Start the conversation" not in client.get(address).content.decode()
    client.force_login(lead_of(service.team).person)

    assert "Start the conversation" in client.get(address).content.decode()
    assert "not open yet" in client.get(reverse("readiness:readiness", args=[service.slug])).content.decode()


def test_a_conversation_is_started_by_form(client):
    publish_editions()
    service = ServiceFactory(phase=Phase.PLAYGROUND)
    client.force_login(lead_of(service.team).person)
    address = reverse("readiness:start", args=[service.slug])
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"expected_users": "Forty <b>drivers</b>", "target_quarter": "soon"})
    assert wrong.status_code == 422
    assert "Forty &lt;b&gt;drivers" in wrong.content.decode()

    response = client.post(address, {"expected_users": "Forty", "target_quarter": "2027-Q1"})

    assert response.url == reverse("readiness:green_light", args=[service.slug])
    assert Service.objects.get(pk=service.pk).phase == Phase.GREEN_LIGHT
    assert client.get(address).status_code == 409


def test_others_do_not_start_a_conversation(client):
    service = ServiceFactory(phase=Phase.PLAYGROUND)
    client.force_login(UserFactory(is_enablement=True))

    assert client.get(reverse("readiness:start", args=[service.slug])).status_code == 403


def test_checklists_can_be_read_by_everybody(client):
    client.force_login(UserFactory())
    assert "No checklist is published yet" in client.get(reverse("readiness:checklists")).content.decode()
    publish_editions()

    with CaptureQueriesContext(connection) as found:
        listed = client.get(reverse("readiness:checklists")).content.decode()
    shown = client.get(reverse("readiness:checklist", args=["operational-readiness"])).content.decode()

    assert len(found) <= MOST
    assert "Operational readiness" in listed
    assert "Name the trigger and the date of the last rehearsal." in shown


@pytest.mark.parametrize("query", ["", "?edition=7", "?edition=x", "?edition=²", "?edition=99999999999"])
def test_an_edition_that_is_not_there_is_not_found(client, query):
    client.force_login(UserFactory())
    if query:
        publish_editions()
    key = "operational-readiness" if query else "nothing"

    assert client.get(reverse("readiness:checklist", args=[key]) + query).status_code == 404


def test_a_service_that_is_not_there_is_not_found(client):
    client.force_login(UserFactory())

    for name in ("green_light", "readiness", "all_items", "start", "print_readiness"):
        assert client.get(reverse(f"readiness:{name}", args=["nowhere"])).status_code == 404


def test_a_long_name_and_a_long_word_break_no_page(client, assessment, team, save, url):
    Service.objects.filter(pk=assessment.service_id).update(name="W" * 200)
    save("REL-01", text="W" * 20_000)

    assert client.get(url("area", key="rel")).status_code == 200


def test_the_road_without_javascript(client, team, url, assessment):
    """Plain forms and links only: answer, conflict, merge, evidence, exemption, submit."""
    html = client.get(url("area", key="rel")).content.decode()
    assert 'class="btn btn-plain btn-sm no-script">Save REL-01' in html
    first = post(client, url, assessment, "REL-01", state="gap", text="Mine.")
    second = post(client, url, assessment, "REL-01", state="gap", text="Other.", revision=0)
    merged = post(client, url, assessment, "REL-01", state="gap", text="Mine. Other.")

    assert (first.status_code, second.status_code, merged.status_code) == (302, 409, 302)
    assert answer_of(assessment, "REL-01").text == "Mine. Other."


def test_somebody_who_left_the_team_may_not_save(client, url, assessment, team):
    team.person.team_ids = []
    team.person.save()

    assert post(client, url, assessment, "REL-01", HTMX, text="x").status_code == 403
    assert Actor(person=team.person).is_in(assessment.service.team_id) is False


def test_the_team_of_a_part_is_offered_no_verdict_and_no_decision(  # noqa: PLR0913, PLR0917
    client, assessment, member, save, of_a_part, enablement, url, now
):
    save("REL-01", state="gap", text="Not yet.")
    wish = {"reason": "Later.", "measure": "By hand.", "ends_on": now.date() + timedelta(days=30)}
    transitions.ask_exemption(answer_of(assessment, "REL-01"), **wish, by=member, at=now)

    offers = {}
    for by in (of_a_part, enablement):
        client.force_login(by.person)
        area = client.get(url("area", key="rel")).content.decode()
        exemption = client.get(url("exemption", "REL-01")).content.decode()
        offers[by] = ("Your verdict" in area, "Approve" in exemption)

    assert offers == {of_a_part: (False, False), enablement: (True, True)}
