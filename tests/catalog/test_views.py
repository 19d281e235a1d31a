"""The pages of services, teams and imports."""

import csv
import re
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.catalog import transitions
from apps.catalog.models import Membership, Phase, Service, Team
from apps.jobs.models import Job
from apps.jobs.transitions import run_next
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of, member_of

pytestmark = pytest.mark.django_db

SERVICES = "/services/"


@pytest.fixture
def person(client):
    person = UserFactory(name="Ada")
    client.force_login(person)
    return person


@pytest.fixture
def noor(client):
    noor = UserFactory(name="Noor", is_enablement=True)
    client.force_login(noor)
    return noor


def sign_in(client, actor):
    client.force_login(actor.person)
    return actor


def shown(response):
    return [row["name"] for row in response.context["listing"].rows]


# the list ------------------------------------------------------------------------------------------------


def test_signed_out_there_is_nothing(client):
    ServiceFactory(name="Ledger")

    for url in (SERVICES, "/services/export.csv", "/teams/", "/import/", "/services/new/"):
        assert client.get(url).status_code == 302


def test_services_stand_by_name_without_archived_ones(client, person):
    for name in ("b", "a"):
        ServiceFactory(name=name)
    ServiceFactory(name="c", phase=Phase.ARCHIVED, phase_before=Phase.LIVE)

    assert shown(client.get(SERVICES)) == ["a", "b"]
    assert shown(client.get(f"{SERVICES}?phase=archived")) == ["c"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=track", ["Parcel Tracking", "Watcher"]),
        ("q=JAVA", ["Ledger"]),
        ("q=100%", []),
        ("phase=live", ["Ledger"]),
        ("phase=nonsense", ["Ledger", "Parcel Tracking", "Watcher"]),
        ("tier=1", ["Watcher"]),
        ("tier=x", ["Ledger", "Parcel Tracking", "Watcher"]),
        ("team=money", ["Ledger"]),
        ("mine=1", ["Ledger"]),
        ("orphan=1", ["Watcher"]),
        ("weak=any", ["Parcel Tracking"]),
        ("weak=security", ["Parcel Tracking"]),
        ("weak=secur", []),
        ("advisor=1&after=99999999999999999999", ["Ledger", "Parcel Tracking", "Watcher"]),
        ("q=%00", ["Ledger", "Parcel Tracking", "Watcher"]),
    ],
)
def test_filters_stand_in_the_address(client, query, names):
    team = TeamFactory(slug="money")
    ServiceFactory(name="Ledger", phase=Phase.LIVE, team=team, tags=["java"])
    ServiceFactory(name="Parcel Tracking", summary__weak_areas=[{"key": "security", "title": "Security"}])
    ServiceFactory(name="Watcher", purpose="Tracks all", team=None, tier=1)
    sign_in(client, member_of(team))
    query = query.replace("advisor=1&", "")

    assert shown(client.get(f"{SERVICES}?{query}")) == names


def test_the_advisor_is_a_filter(client, noor):
    ServiceFactory(name="Ledger", advisor=noor)
    ServiceFactory(name="Other")

    response = client.get(f"{SERVICES}?advisor={noor.pk}")

    assert shown(response) == ["Ledger"]
    assert [chip.title for chip in response.context["chips"]] == ["Noor"]


def test_pages_go_by_key_and_keep_the_filters(client, person):
    for number in range(51):
        ServiceFactory(name=f"s{number:02}", tier=2)
    ServiceFactory(name="s00", tier=2)  # the same name stands once on each side or twice on one

    first = client.get(f"{SERVICES}?tier=2")
    second = client.get(f"{SERVICES}{first.context['listing'].next_page}")

    assert "tier=2" in first.context["listing"].next_page
    assert (len(shown(first)), shown(second)) == (50, ["s49", "s50"])
    assert first.context["listing"].count == "52"


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Ledger", "Parcels", "Watcher"]),
        ("-name", ["Watcher", "Parcels", "Ledger"]),
        ("since", ["Parcels", "Watcher", "Ledger"]),
        ("-since", ["Ledger", "Watcher", "Parcels"]),
        ("launch", ["Watcher", "Parcels", "Ledger"]),
        ("next", ["Parcels", "Ledger", "Watcher"]),
        ("nonsense", ["Ledger", "Parcels", "Watcher"]),
    ],
)
def test_the_order_stands_in_the_address_and_pages_go_on_in_it(client, person, monkeypatch, sort, names):
    monkeypatch.setattr(import_module("apps.catalog.queries.listing"), "ROWS", 1)  # three pages
    march = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 4)]
    ServiceFactory(name="Ledger", phase_since=march[2], summary__next_on=march[1])
    ServiceFactory(name="Parcels", phase_since=march[0], launch_on=march[2], summary__next_on=march[0])
    ServiceFactory(name="Watcher", phase_since=march[1], launch_on=march[0])
    found, query = [], f"?sort={sort}"

    while query:
        response = client.get(f"{SERVICES}{query}")
        found += shown(response)
        query = response.context["listing"].next_page

    assert found == names


def test_the_heads_say_how_the_list_is_sorted(client, person):
    ServiceFactory(phase_since=datetime(2026, 3, 1, tzinfo=UTC))

    html = client.get(f"{SERVICES}?tier=3&sort=since").content.decode()
    export = client.get(f"{SERVICES}?tier=3&sort=since").context["filters"].query

    assert '<th scope="col" aria-sort="ascending"><a href="?tier=3&amp;sort=-since">Phase since ' in html
    assert '<th scope="col"><a href="?tier=3">Service</a></th>' in html
    assert "since 1 Mar 2026" in html
    assert export == "?tier=3&sort=since"


def test_a_head_with_one_order_leads_nowhere_once_it_is_taken(client, person):
    ServiceFactory()

    before, after = (client.get(f"{SERVICES}{query}").content.decode() for query in ("", "?sort=next"))

    assert '<th scope="col"><a href="?sort=next">Next step</a></th>' in before
    assert '<th scope="col" aria-sort="ascending">Next step ' in after
    assert 'href="?sort=next"' not in after.partition("<thead>")[2].partition("</thead>")[0]


@pytest.mark.parametrize("sort", ["", "next"])
@pytest.mark.parametrize("count", [1, 10])
def test_the_list_takes_eight_queries_at_most(client, person, count, sort, django_assert_max_num_queries):
    for _ in range(count):
        ServiceFactory(advisor=UserFactory(), part_of=ServiceFactory())

    with django_assert_max_num_queries(8):
        client.get(f"{SERVICES}?q=service&after=1&sort={sort}")


def test_the_list_speaks_to_who_finds_nothing(client, person):
    empty = client.get(SERVICES).content.decode()
    ServiceFactory()
    nothing = client.get(f"{SERVICES}?q=<b>nothing</b>").content.decode()

    assert "Here stands everything that teams run" in empty
    assert "&lt;b&gt;nothing&lt;/b&gt;" in nothing
    assert "<b>nothing" not in nothing


def test_htmx_gets_the_list_alone(client, person):
    ServiceFactory(name="Ledger")

    part = client.get(SERVICES, headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="services">')


def test_the_file_holds_all_rows_and_no_formulas(client, person):
    ServiceFactory(name="=1+1", purpose="a, b", tier=2)
    ServiceFactory(name="Other", tier=3)

    response = client.get("/services/export.csv?tier=2")

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert [(row["name"], row["purpose"], row["risk"]) for row in rows] == [("'=1+1", "a, b", "Medium")]


# register, edit, decide ----------------------------------------------------------------------------------

NEW = {
    "name": "Ledger",
    "purpose": "Books parcels",
    "kind": "service",
    "tier": "2",
    "data_class": "internal",
    "exposure": "internal",
}


def test_a_member_registers(client):
    team = TeamFactory()
    sign_in(client, member_of(team))

    response = client.post("/services/new/", NEW | {"team": team.pk, "launch_on": "2027-01-31"})

    service = Service.objects.get()
    assert (response.status_code, response["Location"]) == (302, service.get_absolute_url())
    assert (service.tier, service.has_store, str(service.launch_on)) == (2, False, "2027-01-31")


def test_only_own_teams_can_be_chosen(client, person):
    response = client.post("/services/new/", NEW | {"team": TeamFactory().pk})

    assert response.status_code == 422
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x" * 201},
        {"name": "a\0b"},
        {"name": ""},
        {"purpose": "x" * 301},
        {"tier": "9"},
        {"launch_on": "soon"},
    ],
)
def test_a_refused_form_comes_back_with_its_input(client, wrong):
    team = TeamFactory()
    sign_in(client, member_of(team))

    response = client.post("/services/new/", NEW | {"team": team.pk, "purpose": "Kept"} | wrong)

    assert response.status_code == 422
    if "purpose" not in wrong:
        assert 'value="Kept"' in response.content.decode()
    assert not Service.objects.exists()


def test_a_name_that_the_team_has_is_said_beside_the_field(client):
    team = TeamFactory()
    ServiceFactory(team=team, name="Ledger")
    sign_in(client, member_of(team))

    response = client.post("/services/new/", NEW | {"team": team.pk})

    assert response.status_code == 422
    assert "already has a service called Ledger" in response.content.decode()


def edited(service, **changes):
    values = {"name": service.name, "purpose": service.purpose, "version": service.version} | changes
    return NEW | values


def test_an_edit_is_saved(client):
    service = ServiceFactory(name="Ledger")
    sign_in(client, member_of(service.team))

    response = client.post(
        f"/services/{service.slug}/edit/",
        edited(service, purpose="New", tags="a, b,a", links="https://x.org Home\nhttps://y.org"),
    )

    service.refresh_from_db()
    assert response.status_code == 302
    assert (service.purpose, service.tags) == ("New", ["a", "b"])
    assert service.links == [
        {"title": "Home", "url": "https://x.org"},
        {"title": "https://y.org", "url": "https://y.org"},
    ]


def test_a_stale_edit_shows_both_values_and_loses_neither(client):
    service = ServiceFactory(name="Ledger", purpose="First")
    ada = sign_in(client, member_of(service.team))
    mine = edited(service, purpose="Mine")
    transitions.edit_service(
        service, version=1, changes={"purpose": "<i>Theirs</i>"}, by=ada, at=service.phase_since
    )

    response = client.post(f"/services/{service.slug}/edit/", mine)
    page = response.content.decode()
    again = client.post(f"/services/{service.slug}/edit/", mine | {"version": 2})

    assert response.status_code == 409
    assert "&lt;i&gt;Theirs&lt;/i&gt;" in page
    assert 'value="Mine"' in page
    assert {
        "label": "Purpose",
        "mine": "Mine",
        "theirs": "<i>Theirs</i>",
        "name": "purpose",
    } in response.context["both"]
    assert again.status_code == 302
    assert Service.objects.get().purpose == "Mine"


@pytest.mark.parametrize(
    ("field", "value"), [("links", "javascript:alert(1) x"), ("tags", "x" * 201), ("version", "")]
)
def test_an_edit_that_cannot_be_kept_is_refused(client, field, value):
    service = ServiceFactory(name="Ledger")
    sign_in(client, member_of(service.team))

    response = client.post(f"/services/{service.slug}/edit/", edited(service, **{field: value}))

    assert response.status_code == 422
    assert not Event.objects.exists()


@pytest.mark.parametrize("page", ["edit", "advisor", "adopt"])
def test_pages_of_others_are_refused(client, person, page):
    service = ServiceFactory()

    assert client.get(f"/services/{service.slug}/{page}/").status_code == 403
    assert client.post(f"/services/{service.slug}/{page}/", edited(service)).status_code == 403
    assert client.get(f"/services/nothing/{page}/").status_code == 404


def test_everybody_sees_how_risk_adds_up_and_enablement_sets_it(client, person):
    service = ServiceFactory(tier=2)
    url = f"/services/{service.slug}/risk/"

    seen = client.get(url).content.decode()
    refused = client.post(url, {"level": "high", "reason": "x"})
    client.force_login(UserFactory(is_enablement=True))
    unreasoned = client.post(url, {"level": "high", "reason": ""})
    done = client.post(url, {"level": "high", "reason": "Feeds customs"})

    assert "Tier 2" in seen
    assert "Set it by hand" not in seen
    assert [answer.status_code for answer in (refused, unreasoned, done)] == [403, 422, 302]
    assert Service.objects.get().risk_override == "high"


def test_enablement_hands_over_and_gives_away(client, noor):
    orphan, team = ServiceFactory(team=None), TeamFactory()
    UserFactory(is_enablement=True, name="Theo Martin", joined_at=None)

    form = client.get(f"/services/{orphan.slug}/advisor/").content.decode()
    client.post(f"/services/{orphan.slug}/advisor/", {"advisor": noor.pk})
    client.post(f"/services/{orphan.slug}/adopt/", {"team": team.pk})
    again = client.post(f"/services/{orphan.slug}/adopt/", {"team": team.pk})

    orphan.refresh_from_db()
    assert (orphan.advisor, orphan.team, again.status_code) == (noor, team, 409)
    assert "Theo Martin (has not signed in yet)" in form
    assert "Hand over the advice</h2>" in form


# teams ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 10])
def test_team_pages_take_ten_queries_at_most(client, person, count, django_assert_max_num_queries):
    team = TeamFactory()
    for _ in range(count):
        ServiceFactory(team=team)
        TeamFactory(parent=team)
        member_of(team)
        lead_of(team)

    with django_assert_max_num_queries(5):
        client.get("/teams/")
    with django_assert_max_num_queries(10):
        client.get(team.get_absolute_url())


def test_a_team_is_created_and_filled(client, noor):
    ada = UserFactory(name="Ada Lind", email="ada@example.org")

    client.post("/teams/new/", {"name": "Money", "mission": "Books", "customers": "Ann, Bob"})
    team = Team.objects.get()
    nobody = client.post(f"/teams/{team.slug}/members/", {"person": "nobody"})
    client.post(f"/teams/{team.slug}/members/", {"person": "ADA@example.org"})
    client.post(f"/teams/{team.slug}/members/{ada.pk}/lead/", {"is_lead": "1"})
    page = client.get(team.get_absolute_url()).content.decode()

    assert team.customers == ["Ann", "Bob"]
    assert nobody.status_code == 422
    assert Membership.objects.get().is_lead
    assert "led by" in page
    client.post(f"/teams/{team.slug}/members/{ada.pk}/remove/")
    assert not Membership.objects.exists()


def test_a_name_that_two_people_have_is_asked_about(client, noor):
    team = TeamFactory()
    for _ in range(2):
        UserFactory(name="Ada")

    response = client.post(f"/teams/{team.slug}/members/", {"person": "Ada"})

    assert response.status_code == 422
    assert "More than one person" in response.content.decode()


def test_strangers_change_no_team(client, person):
    team = TeamFactory()
    ada = member_of(team).person

    answers = [
        client.get("/teams/new/"),
        client.post("/teams/new/", {"name": "x"}),
        client.post(f"/teams/{team.slug}/edit/", {"name": "x"}),
        client.post(f"/teams/{team.slug}/members/", {"person": person.email}),
        client.post(f"/teams/{team.slug}/members/{ada.pk}/remove/"),
        client.post(f"/teams/{team.slug}/members/{ada.pk}/lead/", {"is_lead": "1"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert not Event.objects.exists()


def test_a_stale_edit_of_a_team_shows_both_values_and_loses_neither(client):
    team = TeamFactory(name="Money", mission="Books parcels")
    sign_in(client, member_of(team))
    values = {"name": "Money", "mission": "Books every parcel", "customers": "", "disciplines": ""}
    form = client.get(f"/teams/{team.slug}/edit/").content.decode()
    Team.objects.update(mission="Books what moves", revision=2)

    stale = client.post(f"/teams/{team.slug}/edit/", values | {"revision": 1})
    page = stale.content.decode()
    kept = client.post(f"/teams/{team.slug}/edit/", values | {"revision": 2})

    assert 'name="revision" value="1"' in form
    assert (stale.status_code, kept.status_code) == (409, 302)
    assert all(words in page for words in ("Books every parcel", "Books what moves", "Keep mine"))
    assert 'name="revision" value="2"' in page
    assert Team.objects.get().mission == "Books every parcel"


def test_a_new_team_is_offered_as_part_of_the_one_above_all(client, noor):
    above = TeamFactory(name="Parcels")
    chosen = f'<option value="{above.pk}" selected>'

    assert chosen not in client.get("/teams/new/").content.decode()
    TeamFactory(name="Tracking", parent=above)
    assert chosen in client.get("/teams/new/").content.decode()
    TeamFactory(name="Money")
    assert chosen not in client.get("/teams/new/").content.decode()


def test_a_team_is_made_part_of_another_in_the_pages(client, noor):
    above = TeamFactory(name="All of us")
    team = TeamFactory(name="Money", parent=TeamFactory(name="Gone", is_archived=True))

    form = client.get(f"/teams/{team.slug}/edit/").content.decode()
    client.post("/teams/new/", {"name": "Tracking", "parent": above.pk})
    saved = client.post(f"/teams/{team.slug}/edit/", {"name": "Money", "parent": above.pk, "revision": 1})
    circle = client.post(f"/teams/{above.slug}/edit/", {"name": "Us", "parent": team.pk, "revision": 1})
    stale = client.post(f"/teams/{team.slug}/edit/", {"name": "Money", "parent": "", "revision": 1})

    assert re.findall(r"<option[^>]*>([^<]+)", form) == ["No other team", "All of us", "Gone"]
    assert (saved.status_code, circle.status_code, stale.status_code) == (302, 422, 409)
    assert "Money is part of All of us: choose another team, or none." in circle.content.decode()
    assert re.findall(r'<td data-label="[^"]+">([^<]*)', stale.content.decode()) == ["nothing", "All of us"]
    assert set(Team.objects.filter(parent=above).values_list("name", flat=True)) == {"Money", "Tracking"}


def test_members_describe_their_team_but_do_not_place_it(client):
    team, above = TeamFactory(name="Money", parent=TeamFactory()), TeamFactory()
    sign_in(client, member_of(team))

    form = client.get(f"/teams/{team.slug}/edit/").content.decode()
    client.post(f"/teams/{team.slug}/edit/", {"name": "Funds", "parent": above.pk, "revision": 1})

    kept = Team.objects.get(pk=team.pk)
    assert "Part of" not in form
    assert (kept.name, kept.parent_id) == ("Funds", team.parent_id)


# import --------------------------------------------------------------------------------------------------

ENTITY = (
    b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: ledger}\nspec: {owner: money}\n"
)


def zipped(**files):
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return held.getvalue()


def upload(client, *files):
    return client.post(
        "/import/", {"uploads": [SimpleUploadedFile(name, content) for name, content in files]}
    )


@pytest.mark.parametrize(
    "files",
    [
        [("catalog-info.yaml", ENTITY), ("catalog-info.yaml", b"broken: [\n")],
        [("all.zip", zipped(a_yaml=ENTITY, b_yaml=b"broken: [\n"))],
    ],
    ids=["files", "zip"],
)
def test_an_upload_becomes_a_job_and_a_page(client, noor, now, files):
    response = upload(client, *files)
    job = Job.objects.get()
    waiting = client.get(job.url)
    run_next(by=Actor.system("jobs.run"), at=job.due_at)
    page = client.get(job.url).content.decode()

    assert response["Location"] == waiting["Location"] == job.get_absolute_url()
    assert Job.objects.get().problem == ""
    assert Service.objects.get().name == "ledger"
    assert "not valid YAML" in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.txt", b"hello"),
        ("x.yaml", b"\x89PNG\0"),
        ("x.zip", b"PK no zip"),
        ("x.yaml", b""),
    ],
)
def test_what_cannot_be_a_catalog_is_refused_at_once(client, noor, name, content):
    response = upload(client, (name, content))

    assert response.status_code == 422
    assert not Job.objects.exists()


def test_an_import_without_a_file_is_refused_and_leaves_no_empty_job(client, noor):
    response = upload(client)

    assert response.status_code == 422
    assert not Job.objects.exists()


def test_too_many_files_are_refused_in_words(client, noor):
    response = upload(client, *((f"{number}.yaml", ENTITY) for number in range(201)))

    assert response.status_code == 422
    assert "At most 200 files at a time" in response.content.decode()


def test_an_oversized_upload_is_refused(client, noor, settings):
    response = upload(client, ("x.yaml", b"#" * (settings.UPLOAD_LIMIT + 1)))

    assert 400 <= response.status_code < 500
    assert not Job.objects.exists()


def test_only_enablement_and_administrators_upload(client, person):
    assert client.get("/import/").status_code == 403
    assert upload(client, ("x.yaml", ENTITY)).status_code == 403
    assert client.get(reverse("catalog:import_result", args=[1])).status_code == 403
    assert not Job.objects.exists()


def test_an_import_that_nobody_asked_for_is_not_found(client, noor):
    assert client.get(reverse("catalog:import_result", args=[1])).status_code == 404


# the frame -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "titles"),
    [
        (Phase.PLAYGROUND, ["Overview", "History"]),
        (Phase.GREEN_LIGHT, ["Overview", "Green-light", "History"]),
        (Phase.READY, ["Overview", "Green-light", "Readiness", "Walkthrough", "History"]),
        (Phase.LIVE, ["Overview", "Green-light", "Readiness", "Walkthrough", "History"]),
    ],
)
def test_tabs_come_with_the_phase(client, person, phase, titles):
    service = ServiceFactory(phase=phase)

    tabs = client.get(f"/services/{service.slug}/risk/").context["tabs"]

    assert [tab.title for tab in tabs] == titles


def test_tabs_stay_when_it_moves_back_and_a_part_shows_its_whole(client, person, now):
    whole = ServiceFactory(phase=Phase.GREEN_LIGHT)
    part = ServiceFactory(phase=Phase.GREEN_LIGHT, part_of=whole)
    transitions.enter_phase(whole, phase=Phase.READY, by=lead_of(whole.team), at=now)
    transitions.enter_phase(whole, phase=Phase.GREEN_LIGHT, by=lead_of(whole.team), at=now)

    tabs = client.get(f"/services/{part.slug}/risk/").context["tabs"]

    assert [(tab.title, tab.url) for tab in tabs] == [
        ("Overview", f"/services/{part.slug}/"),
        ("Green-light", f"/services/{whole.slug}/green-light/"),
        ("Readiness", f"/services/{whole.slug}/readiness/"),
        ("Walkthrough", f"/services/{whole.slug}/walkthroughs/"),
        ("History", f"/services/{part.slug}/history/"),
    ]
