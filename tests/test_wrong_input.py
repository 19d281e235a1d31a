"""What nobody should send: each gets a clear refusal, and nothing of it is written."""

from functools import partial
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.jobs.models import Job
from apps.jobs.transitions import run_next
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of
from tests.factories.readiness import answer_of, readiness_of
from tests.factories.walkthroughs import held, in_progress, planned, scheduled, seat_as
from tests.refusals import refused, rows, soon

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
NUL = "words\0more"
LONG = "x" * 201
MEGABYTE = 1024 * 1024
BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n" % (new, new, *(old,) * 9)
    for old, new in zip(b"abcdefghijk", b"bcdefghijkl", strict=True)
)
BOMB += b"""
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: bomb, tags: *l, annotations: *k}
spec: {type: *j, lifecycle: production, owner: *i}
"""


def brief(value):
    """Name a case by the beginning of its value."""
    return ascii(value)[:16]


@pytest.fixture
def post(client):
    return partial(refused, client)


# text that cannot be kept --------------------------------------------------------------------------------

REGISTER = {"name": "Ledger", "purpose": "Books parcels", "kind": "service", "tier": "3"}
REGISTER |= {"data_class": "internal", "exposure": "internal"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", LONG),
        ("name", NUL),
        ("name", "two\nlines"),
        ("name", ""),
        ("purpose", "x" * 301),
        ("purpose", NUL),
        ("tier", "9"),
        ("data_class", "secret"),
        ("launch_on", "2026-02-30"),
        ("launch_on", "9999-12-31"),
        ("launch_on", "0026-03-01"),
        ("team", "999"),
        ("kind", NUL),
    ],
    ids=brief,
)
def test_a_service_is_not_registered_with(post, field, value):
    team = TeamFactory()
    data = REGISTER | {"team": team.pk, field: value}

    assert post(lead_of(team), reverse("catalog:register"), data).status_code == 422


@pytest.mark.parametrize("value", [LONG, NUL], ids=brief)
@pytest.mark.parametrize(
    ("page", "field"),
    [("catalog:create_team", "name"), ("accounts:invite", "name"), ("accounts:invite", "email")],
)
def test_names_of_teams_and_people_have_an_end(post, page, field, value):
    admin = UserFactory(is_admin=True)
    data = {"name": "Money", "email": "money@example.org"} | {field: value}

    assert post(admin, reverse(page), data).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", NUL),
        ("name", LONG),
        ("name", NUL),
        ("expertise", NUL),
        ("works_from", "25:00"),
    ],
    ids=brief,
)
def test_a_profile_is_not_kept_with(post, field, value):
    person = UserFactory()
    data = {
        "name": "Ada",
        "time_zone": "Europe/Berlin",
        "works_from": "09:00",
        "works_to": "17:00",
        "works_on": [1],
    }

    assert post(person, reverse("accounts:profile"), data | {field: value}).status_code == 422

    person.refresh_from_db()
    assert person.time_zone == "Europe/Berlin"


def _answer_page(name, field, **data):
    def page():
        assessment = readiness_of()
        answer = answer_of(assessment, "REL-03")
        url = reverse(f"readiness:{name}", args=[assessment.service.slug, answer.pk])
        return lead_of(assessment.service.team), url, {"revision": 0, "state": "gap"} | data, field

    return page


def _service_page(name, field, **data):
    def page():
        service = ServiceFactory(phase=Phase.PLAYGROUND)
        return lead_of(service.team), reverse(name, args=[service.slug]), data, field

    return page


def _meeting_page(make, name, field, **data):
    def page():
        walkthrough = make()
        return walkthrough.service.lead, reverse(f"walkthroughs:{name}", args=[walkthrough.pk]), data, field

    return page


def _sign_page():
    walkthrough = held()
    seat = seat_as(walkthrough, "peer")
    return seat.person, reverse("walkthroughs:sign", args=[walkthrough.pk]), {"decision": "object"}, "note"


FORMS = {
    "answer": _answer_page("save", "text"),
    "reason": _answer_page("save", "reason", state="not_applicable"),
    "comment": _answer_page("thread", "text"),
    "evidence": _answer_page("evidence", "title", url="https://example.org"),
    "address": _answer_page("evidence", "url"),
    "exemption": _answer_page("exemption", "reason", measure="A copy", ends_on="2027-01-01"),
    "green-light": _service_page("readiness:start", "expected_users", target_quarter="2027-Q1"),
    "archive": _service_page("walkthroughs:archive", "reason"),
    "cancel": _meeting_page(scheduled, "cancel", "reason"),
    "minutes": _meeting_page(in_progress, "notes", "text", revision=0),
    "follow-up": _meeting_page(in_progress, "add_follow_up", "text", due_on="2027-01-01"),
    "signature": _sign_page,
}


@pytest.mark.parametrize("name", FORMS)
def test_no_form_takes_a_character_that_cannot_be_stored(post, name):
    by, url, data, field = FORMS[name]()

    answer = post(by, url, data | {field: NUL})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "name", ["answer", "comment", "evidence", "green-light", "cancel", "minutes", "follow-up"]
)
def test_no_text_is_endless(post, name):
    by, url, data, field = FORMS[name]()

    answer = post(by, url, data | {field: "x" * 50_001})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//example.org", "example.org", "http://"]
)
def test_evidence_is_a_whole_web_address(post, address):
    by, url, data, _field = FORMS["evidence"]()

    assert post(by, url, data | {"url": address}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"day": "2020-01-01"}, {"time_zone": "Mars/Olympus"}, {"minutes": "5"}, {"day": "soon"}, {"place": NUL}],
)
def test_a_walkthrough_is_not_scheduled(post, wrong):
    walkthrough = planned()
    UserFactory(reviews=True), UserFactory(is_enablement=True)
    data = {
        "day": soon(),
        "time": "14:00",
        "minutes": "80",
        "time_zone": "Europe/Stockholm",
        "place": "Room 4",
    }
    lead = walkthrough.service.lead
    data |= {"presenters": lead.person_id}

    answer = post(lead, reverse("walkthroughs:schedule", args=[walkthrough.pk]), data | wrong)

    assert answer.status_code == 422
    walkthrough.refresh_from_db()
    assert walkthrough.starts_at is None


# files ----------------------------------------------------------------------------------------------------


def _zip(**files):
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("catalog-info.yaml", b"\0" * 11 * MEGABYTE, 413),
        ("catalog-info.yaml", b"\x89PNG\r\n\0\0", 422),
        ("picture.png", b"\x89PNG", 422),
        ("catalog.zip", b"no zip at all", 422),
        ("catalog-info.yaml", b"", 422),
    ],
)
def test_an_upload_is_refused(post, name, content, status):
    noor = UserFactory(is_enablement=True)

    answer = post(noor, reverse("catalog:import"), {"uploads": SimpleUploadedFile(name, content)})

    assert answer.status_code == status


def test_a_yaml_bomb_on_the_command_line_is_nothing_that_could_be_read(tmp_path, capsys):
    (tmp_path / "catalog-info.yaml").write_bytes(BOMB)
    before = rows()

    with pytest.raises(CommandError, match="Nothing could be read"):
        call_command("import_catalog", str(tmp_path))

    assert "unfolds to more than" in capsys.readouterr().out
    assert rows() == before


@pytest.mark.parametrize("name", ["bomb.yaml", "bomb.zip"])
def test_an_uploaded_yaml_bomb_is_left_out_with_its_reason(client, name):
    client.force_login(UserFactory(is_enablement=True))
    content = BOMB if name.endswith("yaml") else _zip(**{"catalog-info.yaml": BOMB})

    client.post(reverse("catalog:import"), {"uploads": SimpleUploadedFile(name, content)})
    run_next(by=Actor.system("tests"), at=timezone.now())

    page = client.get(reverse("catalog:import_result", args=[Job.objects.get().subject_id]))
    assert "nfolds to more than 200,000 values" in page.content.decode()
    assert not Service.objects.exists()


def test_a_report_of_somebody_elses_future_is_not_printed(post):
    walkthrough = scheduled()

    answer = post(walkthrough.service.lead, reverse("walkthroughs:report", args=[walkthrough.pk]))

    assert answer.status_code == 409
    assert not Job.objects.exists()


def test_no_page_takes_a_number_that_no_database_has(client):
    client.force_login(UserFactory())
    huge = "9" * 30

    statuses = {
        client.get(url).status_code
        for url in (
            f"/walkthroughs/{huge}/",
            f"/jobs/{huge}/",
            f"/inbox/{huge}/",
            f"/settings/people/{huge}/",
        )
    }

    assert statuses == {404}
