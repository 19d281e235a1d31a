"""What changed meanwhile, and what is somebody else's: each try is refused, and nothing of it is written."""

from functools import partial

import pytest
from django.urls import reverse

from apps.catalog.models import Phase
from apps.notifications.models import Notice
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.readiness import answer_of, conversation_of, present_readiness, readiness_of
from tests.factories.walkthroughs import held, in_progress, scheduled, seat_as
from tests.refusals import refused, rows, soon

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def post(client):
    return partial(refused, client)


def test_a_stale_answer_shows_both_texts(post, client):
    assessment = readiness_of()
    answer, by = answer_of(assessment, "REL-03"), lead_of(assessment.service.team)
    url = reverse("readiness:save", args=[assessment.service.slug, answer.pk])
    client.force_login(by.person)
    client.post(url, {"revision": 0, "state": "in_place", "text": "Theirs"})

    stale = post(by, url, {"revision": 0, "state": "in_place", "text": "Mine"})

    assert stale.status_code == 409
    assert all(words in stale.content.decode() for words in ("Theirs", "Mine"))
    assert answer_of(assessment, "REL-03").text == "Theirs"


def test_stale_minutes_are_not_written_over(post, client):
    walkthrough = in_progress()
    url, lead = reverse("walkthroughs:notes", args=[walkthrough.pk]), walkthrough.service.lead
    client.force_login(lead.person)
    client.post(url, {"revision": 0, "text": "Theirs"})

    stale = post(lead, url, {"revision": 0, "text": "Mine"})

    assert stale.status_code == 409
    assert all(words in stale.content.decode() for words in ("Theirs", "Mine"))


def test_a_signature_is_for_what_was_on_screen(post):
    walkthrough = held()
    url = reverse("walkthroughs:sign", args=[walkthrough.pk])

    assert (
        post(seat_as(walkthrough, "peer").person, url, {"decision": "approve", "seen": "0" * 64}).status_code
        == 409
    )


def test_a_stale_edit_of_a_service_shows_both(post, client):
    service = ServiceFactory(phase=Phase.PLAYGROUND, name="Ledger", version=7)
    data = {"name": "Book of Parcels", "purpose": "Books parcels", "kind": "service", "tier": "3"}
    data |= {"data_class": "internal", "exposure": "internal", "version": 6}

    answer = post(lead_of(service.team), reverse("catalog:edit", args=[service.slug]), data)

    assert answer.status_code == 409
    assert all(words in answer.content.decode() for words in ("Ledger", "Book of Parcels"))


def _foreign():
    """Return what belongs to one team, and a lead of another."""
    walkthrough = held()
    service = walkthrough.service
    answer = answer_of(present_readiness(service), "REL-03")
    return service, answer, walkthrough, lead_of(TeamFactory())


@pytest.mark.parametrize(
    ("name", "status"),
    [("save", 403), ("evidence", 403), ("exemption", 403), ("confirm", 403)],
)
def test_another_teams_answer_is_not_changed(post, name, status):
    service, answer, _walkthrough, stranger = _foreign()
    data = {"revision": 0, "state": "gap", "url": "https://example.org", "text": "x"}
    data |= {"reason": "x", "measure": "x", "ends_on": soon(60)}

    assert (
        post(stranger, reverse(f"readiness:{name}", args=[service.slug, answer.pk]), data).status_code
        == status
    )


@pytest.mark.parametrize("name", ["prepare", "launch", "move_back", "archive", "plan"])
def test_another_teams_service_is_not_moved(post, name):
    service, _answer, _walkthrough, stranger = _foreign()

    answer = post(stranger, reverse(f"walkthroughs:{name}", args=[service.slug]), {"reason": "Because"})

    assert answer.status_code in {403, 409}


@pytest.mark.parametrize(
    ("name", "status"),
    [("sign", 404), ("confirm", 404), ("reply", 404), ("cancel", 403), ("move", 403), ("notes", 403)],
)
def test_who_has_no_seat_does_nothing_at_a_walkthrough(post, name, status):
    _service, _answer, walkthrough, stranger = _foreign()
    data = {"decision": "approve", "reply": "yes", "reason": "x", "revision": 0, "text": "x"}

    assert post(stranger, reverse(f"walkthroughs:{name}", args=[walkthrough.pk]), data).status_code == status


def test_the_own_team_neither_reviews_nor_decides(post):
    walkthrough = in_progress()
    by = member_of(walkthrough.service.team, is_enablement=True, is_security=True)
    area = walkthrough.assessment.areas.get(key="REL")

    answer = post(by, reverse("walkthroughs:verdict", args=[walkthrough.pk, area.pk]), {"value": "strong"})

    assert answer.status_code == 403


def test_an_item_is_reached_by_its_own_service_only(post):
    service, answer, _walkthrough, _stranger = _foreign()
    other = ServiceFactory()

    url = reverse("readiness:save", args=[other.slug, answer.pk])

    assert post(lead_of(service.team), url, {"revision": 0, "state": "gap", "text": "x"}).status_code == 404


def test_an_area_of_another_checklist_gets_no_verdict_here(post):
    walkthrough, other = in_progress(), in_progress()
    area = other.assessment.areas.get(key="REL")
    seat = seat_as(walkthrough, "peer")

    url = reverse("walkthroughs:verdict", args=[walkthrough.pk, area.pk])

    assert post(seat.person, url, {"value": "weak"}).status_code == 404


def test_a_notice_is_opened_by_its_reader_only(post):
    assessment = conversation_of()  # tells the lead's colleagues
    lead_of(assessment.service.team)
    scheduled()
    notice = Notice.objects.first()

    assert post(UserFactory(), reverse("notifications:open", args=[notice.pk])).status_code == 404


@pytest.mark.parametrize("page", ["roles", "invite_again", "deactivate", "reactivate"])
def test_people_are_not_administered_by_everybody(post, page):
    somebody = UserFactory(joined_at=None)

    url = reverse(f"accounts:{page}", args=[somebody.pk])

    assert (
        post(UserFactory(is_enablement=True), url, {"roles": "admin", "email": "a@example.org"}).status_code
        == 403
    )


def test_a_signed_out_form_is_refused_and_kept_out(client):
    answer = answer_of(readiness_of(), "REL-03")
    before = rows()

    url = reverse("readiness:save", args=[answer.assessment.service.slug, answer.pk])

    assert client.post(url, {"revision": 0, "state": "gap"}).status_code == 401
    assert rows() == before


def test_a_forged_reply_link_leads_nowhere(client):
    assert client.get("/walkthroughs/reply/eyJzZWF0IjoxfQ:forged/").status_code == 404
