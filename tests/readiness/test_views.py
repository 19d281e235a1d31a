import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.readiness import transitions
from apps.readiness.models import Answer, Assessment
from tests.factories import ServiceFactory, UserFactory
from tests.factories.readiness import (
    SYSTEM,
    answer_of,
    readiness_of,
)
from tests.readiness.posting import post

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SCRIPT = "<script>alert(1)</script>"
MOST = 12  # queries of a page


def fill(assessment, member, count):
    """Make the area as full as pages get: every item with an answer, a thread, evidence and versions."""
    for number, answer in enumerate(Answer.objects.filter(assessment=assessment)[:count]):
        at = assessment.opened_at + timedelta(days=number)
        transitions.save_answer(
            answer, revision=0, state="gap", text="No.", owner=member.person, by=member, at=at
        )
        transitions.add_evidence(answer, title="x", url=f"https://e.example/{number}", by=member, at=at)
        transitions.say(answer, text="Hello", by=member, at=at)


@pytest.mark.parametrize("count", [1, 4])
def test_an_area_costs_the_same_for_any_number_of_items(client, team, url, assessment, count):
    fill(assessment, team, count)
    client.get(url("area", key="rel"))

    with CaptureQueriesContext(connection) as found:
        response = client.get(url("area", key="rel"))

    assert response.status_code == 200
    assert len(found) == 10


@pytest.mark.parametrize("name", ["all_items", "print_readiness", "readiness", "next_open"])
def test_other_pages_stay_within_the_budget(client, team, url, assessment, name):
    fill(assessment, team, 4)

    with CaptureQueriesContext(connection) as found:
        client.get(url(name))

    assert len(found) <= MOST


@pytest.mark.parametrize("name", ["evidence", "thread", "versions", "exemption", "item"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_stands_beside_an_item_stays_within_the_budget(client, team, url, assessment, name, headers):
    fill(assessment, team, 4)

    with CaptureQueriesContext(connection) as found:
        response = client.get(url(name, "REL-01"), headers=headers)

    assert response.status_code in {200, 302}
    assert len(found) <= MOST


@pytest.mark.parametrize(
    ("changed", "most"),
    [({"text": "Only words."}, 9), ({"state": "in_place", "text": "Rehearsed in May."}, 12)],
)
def test_a_save_takes_few_queries(client, team, url, assessment, changed, most):
    client.get(url("area", key="rel"))

    with CaptureQueriesContext(connection) as found:
        response = post(client, url, assessment, "REL-01", HTMX, **changed)

    ours = [query for query in found if "SAVEPOINT" not in query["sql"]]
    assert response.status_code == 200
    assert len(ours) - 2 <= most  # without the two that this test asked for itself


def test_an_autosave_answers_with_what_stands_around_the_field(client, team, url, assessment):
    response = post(client, url, assessment, "REL-01", HTMX, state="in_place", text="TBD")

    html = response.content.decode()
    assert "<textarea" not in html
    assert 'id="REL-01-revision" value="1" hx-swap-oob="true"' in html
    assert 'id="areas"' in html
    assert "1 of 4 answered." in html
    assert "A few words about how" in html
    assert answer_of(assessment, "REL-01").state == "in_place"


def test_words_alone_leave_the_areas_alone(client, team, url, assessment):
    html = post(client, url, assessment, "REL-01", HTMX, text="More.").content.decode()

    assert 'id="areas"' not in html


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({"state": "planned"}, "Who does it, and by when?"),
        ({"state": "not_applicable"}, "Why does it not apply?"),
    ],
)
def test_who_has_only_just_chosen_a_state_is_asked_for_the_rest(client, team, url, assessment, values, asked):
    at_once = post(client, url, assessment, "REL-01", HTMX, chosen="1", **values)
    later = post(client, url, assessment, "REL-01", HTMX, **values)

    assert [at_once.status_code, later.status_code] == [422, 422]
    shown = at_once.content.decode()
    assert (asked in shown, "problem" in shown, "Nothing was saved yet" in shown) == (True, False, False)
    assert 'class="hint problem" role="alert"' in later.content.decode()
    assert answer_of(assessment, "REL-01").state == "open"


def test_what_is_wrong_is_said_at_once(client, team, url, assessment):
    tomorrow = {"owner": UserFactory().pk, "due_on": "2026-04-01"}

    response = post(client, url, assessment, "REL-01", HTMX, chosen="1", state="planned", **tomorrow)

    assert "is not in the team that owns this service" in response.content.decode()


def test_an_area_leads_to_its_neighbours_and_keeps_the_filters(client, team, url):
    first = client.get(url("area", key="rel")).content.decode()
    last = client.get(f"{url('area', key='sec')}?open=1&focus=nothing").content.decode()

    assert f'href="{url("area", key="sec")}" rel="next"' in first
    assert 'rel="prev"' not in first
    assert f'href="{url("area", key="rel")}?open=1" rel="prev"' in last
    assert 'rel="next"' not in last


def test_a_plain_save_leads_back_to_the_item(client, team, url, assessment):
    response = post(client, url, assessment, "REL-01", text="More.")

    assert (response.status_code, response.url) == (302, f"{url('area', key='rel')}#REL-01")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stale_save_shows_both_texts(client, team, url, assessment, save, headers):
    save("REL-01", text=f"Theirs and ours {SCRIPT}")

    response = post(client, url, assessment, "REL-01", headers, text=f"Mine and ours {SCRIPT}", revision=0)

    html = response.content.decode()
    assert response.status_code == 409
    assert "<del>Theirs</del>" in html
    assert "<ins>Mine</ins>" in html
    assert 'name="revision" value="1"' in html
    assert all(words in html for words in ("Keep mine", "Take theirs", "Merge by hand"))
    assert SCRIPT not in html
    assert answer_of(assessment, "REL-01").text == f"Theirs and ours {SCRIPT}"


@pytest.mark.parametrize("changed", [{"revision": 0, "text": "Mine."}, {"revision": 1, "state": "planned"}])
def test_a_plain_page_about_one_save_says_what_was_asked_and_how_far_it_is(
    client, team, url, assessment, save, changed
):
    save("REL-01", text="Theirs.")

    html = post(client, url, assessment, "REL-01", **changed).content.decode()

    assert "REL-01: What happens when the store fails over?</h2>" in html
    assert re.search(r'<span id="answered">\d of \d answered</span>', html)


def test_only_where_a_script_runs_is_it_saved_as_you_type(client, team, url):
    html = client.get(url("area", key="rel")).content.decode()

    assert '<span class="only-script"> · saved as you type</span>' in html
    assert '<span class="no-script"> · each item has its button to save</span>' in html


def test_keeping_mine_after_a_conflict_gives_the_whole_item(client, team, url, assessment, save):
    save("REL-01", text="Theirs.")

    response = post(client, url, assessment, "REL-01", HTMX, text="Mine.", whole="1")

    assert '<article class="item" id="REL-01"' in response.content.decode()
    assert answer_of(assessment, "REL-01").text == "Mine."


def test_taking_theirs_gives_the_whole_item(client, team, url, assessment, save):
    save("REL-01", text="Theirs.")

    html = client.get(url("item", "REL-01"), headers=HTMX).content.decode()

    assert "Theirs.</textarea>" in html


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"state": "planned"}, "Planned needs an owner and a date."),
        ({"state": "not_applicable"}, "Not applicable needs a reason."),
        ({"state": "nonsense"}, "is not a state of this checklist"),
        ({"text": "x" * 20_001}, "20,001 characters"),
        ({"text": "nul\0"}, "haracter"),
        ({"owner": "999999"}, "Choose somebody of the team."),
        ({"owner": "9" * 40}, "less than or equal"),
        ({"owner": "me"}, "whole number"),
        ({"due_on": "tomorrow"}, "valid date"),
        ({"due_on": "0001-01-01"}, "too far away"),
        ({"revision": "-1"}, "greater than or equal"),
        ({"revision": ""}, "required"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_cannot_be_kept_comes_back_with_the_reason(  # noqa: PLR0913, PLR0917
    client, team, url, assessment, headers, changed, words
):
    response = post(client, url, assessment, "REL-01", headers, **({"text": "My words."} | changed))

    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert answer_of(assessment, "REL-01").revision == 0
    if not headers and "text" not in changed:
        assert "My words.</textarea>" in html


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["save", "item", "confirm", "evidence", "thread", "versions", "exemption"])
def test_an_answer_under_another_service_is_not_found(client, team, assessment, name, method):
    other = readiness_of()
    pk = answer_of(assessment, "REL-01").pk

    response = getattr(client, method)(reverse(f"readiness:{name}", args=[other.service.slug, pk]))

    assert response.status_code in {404, 405}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_others_read_and_do_not_write(client, reviewer, url, assessment, headers):
    page = client.get(url("area", key="rel")).content.decode()

    assert post(client, url, assessment, "REL-01", headers, text="Mine.").status_code == 403
    assert "What happens when the store fails over?" in page
    assert "data-autosave" not in page
    assert "Give your verdict" in page


def test_a_person_without_a_role_reads_only(client, url, assessment):
    client.force_login(UserFactory())

    html = client.get(url("area", key="rel")).content.decode()

    assert "data-autosave" not in html
    assert "Give your verdict" not in html


def test_a_seat_shows_the_verdict_form(client, url, assessment, now):
    person = UserFactory(reviews=True)
    transitions.set_reviewers(assessment.service, people=[person], by=SYSTEM, at=now)
    client.force_login(person)

    assert "Give your verdict" in client.get(url("area", key="rel")).content.decode()


def test_who_is_signed_out_keeps_the_words(client, url, assessment):
    assert post(client, url, assessment, "REL-01", HTMX, text="Mine.").status_code == 401
    assert client.get(url("area", key="rel")).status_code == 302


def test_html_is_shown_as_text(client, team, url, assessment, save, now):
    save("REL-01", state="not_applicable", text=SCRIPT, reason=SCRIPT)
    transitions.say(answer_of(assessment, "REL-01"), text=SCRIPT, by=team, at=now)
    transitions.add_evidence(
        answer_of(assessment, "REL-01"), title=SCRIPT, url="https://a.example", by=team, at=now
    )
    pages = [url("area", key="rel"), url("all_items"), url("print_readiness")]
    pages += [url(name, "REL-01") for name in ("evidence", "thread", "versions", "exemption")]

    for page in pages:
        assert SCRIPT not in client.get(page).content.decode()


def test_filters_stand_in_the_address(client, team, url, assessment, save):
    save("REL-01", state="in_place", text="Yes, in May.", owner=team.person)

    def shown(query):
        html = client.get(url("area", key="rel") + query).content.decode()
        return [
            item
            for item in ("REL-01", "REL-02", "REL-03", "REL-04")
            if f'<article class="item" id="{item}"' in html
        ]

    assert shown("") == ["REL-01", "REL-02", "REL-03", "REL-04"]
    assert shown("?open=1") == ["REL-02", "REL-03", "REL-04"]
    assert shown("?mine=1") == ["REL-01"]
    assert shown("?mine=1&open=1") == []
    assert shown("?focus=REL-03") == ["REL-03"]
    assert shown("?focus=NONE") == ["REL-01", "REL-02", "REL-03", "REL-04"]


def test_focus_leads_to_the_neighbours(client, team, url):
    html = client.get(url("area", key="rel") + "?focus=REL-02").content.decode()

    assert 'href="?focus=REL-01" rel="prev"' in html
    assert 'href="?focus=REL-03" rel="next"' in html
    assert "2 of 4" in html


@pytest.mark.parametrize("key", ["REL", "xyz", "rel-01"])
def test_an_area_that_is_not_there_is_not_found(client, team, url, key):
    assert client.get(url("area", key="rel").replace("/rel/", f"/{key}/")).status_code == 404


def test_the_tab_leads_to_the_first_area_with_something_open(client, team, url, save):
    for item in ("REL-01", "REL-02", "REL-03", "REL-04"):
        save(item, state="in_place", text="It is.")

    assert client.get(url("readiness")).url == url("area", key="sec")
    assert client.get(url("readiness") + "?item=REL-02").url == f"{url('area', key='rel')}#REL-02"


def test_next_open_leads_on(client, team, url, save):
    assert client.get(url("next_open")).url == f"{url('area', key='rel')}#REL-01"
    assert client.get(url("next_open") + "?after=REL-01").url == f"{url('area', key='rel')}#REL-02"


def test_when_nothing_is_open_next_says_so(client, team, url, assessment):
    Answer.objects.filter(assessment=assessment, applies=True).update(state="gap")

    response = client.get(url("next_open"), follow=True)

    assert "Nothing is open for you." in response.content.decode()


def test_a_part_leads_to_its_whole(client, team, assessment):
    part = ServiceFactory(part_of=assessment.service, team=assessment.service.team)

    response = client.get(reverse("readiness:readiness", args=[part.slug]))

    assert response.url == reverse("readiness:readiness", args=[assessment.service.slug])


def test_a_closed_checklist_is_read_only(client, team, url, assessment, now):
    Assessment.objects.filter(pk=assessment.pk).update(closed_at=now)

    html = client.get(url("area", key="rel")).content.decode()

    assert "kept as it was" in html
    assert "data-autosave" not in html
    assert post(client, url, assessment, "REL-01", HTMX, text="Mine.").status_code == 409


def test_still_true_confirms(client, team, url, assessment):
    Answer.objects.filter(assessment=assessment, item="REL-01").update(text="A pair.", is_inherited=True)
    assert "Still true" in client.get(url("area", key="rel")).content.decode()

    response = client.post(url("confirm", "REL-01"), headers=HTMX)

    assert '<article class="item" id="REL-01"' in response.content.decode()
    assert answer_of(assessment, "REL-01").state == "in_place"
    assert client.post(url("confirm", "REL-01")).status_code == 409
