"""What no program should send: each gets a clear problem, and nothing of it is written."""

import json
from base64 import b64encode
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from apps.activity.models import Event
from apps.catalog.models import Phase
from tests.api.asking import Program
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of
from tests.factories.readiness import answer_of, readiness_of
from tests.factories.walkthroughs import NOW, held, planned, seat_as
from tests.refusals import rows

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
NUL = "words\0more"
HALF = "\ud800"  # half a character
HUGE = 10**30
FUTURE = {"minutes": 80, "time_zone": "Europe/Stockholm", "place": "Room 4", "panel": []}


def brief(value):
    return ascii(value)[:24]


@pytest.fixture
def service():
    return ServiceFactory(phase=Phase.PLAYGROUND)


@pytest.fixture
def ada(service):
    return Program(lead_of(service.team).person)


def refused(program, method, path, data, **headers):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program(method, path, data, **headers)
    assert rows() == before
    return answer.status_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"words"',
        b"null",
        b"\xff\xfe",
        b'{"name": NaN}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b"[" * 100 + b"]" * 100,
        b'{"name":' * 100 + b"1" + b"}" * 100,
        b"[" * 100_000,
        b'{"\\ud800": 1}',
        b'{"name": "\\ud800", "purpose": "x", "team": "x"}',
    ],
    ids=brief,
)
def test_a_body_that_is_none_is_refused(ada, body):
    assert refused(ada, "POST", "services/", body) == 400


def test_fifty_megabytes_are_refused_before_they_are_read(ada):
    body = b'{"name": "' + b"x" * (50 * 1024 * 1024) + b'"}'

    assert refused(ada, "POST", "services/", body) == 413


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_bodies_are_json(ada, kind):
    answer = ada.client.post(
        "/api/v1/services/", b"name=Ledger", kind, headers={"Authorization": f"Bearer {ada.secret}"}
    )

    assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")


def test_answers_are_json(ada):
    assert ada("GET", "me/", Accept="text/html").status_code == 406


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", NUL),
        ("name", HALF),
        ("name", "two\nlines"),
        ("name", "x" * 201),
        ("name", ""),
        ("name", None),
        ("name", {"a": 1}),
        ("purpose", "x" * 301),
        ("tier", 9),
        ("tier", HUGE),
        ("tier", -HUGE),
        ("tier", 1.5),
        ("tier", "1e999"),
        ("kind", HALF),
        ("moves_money", "perhaps"),
        ("launch_on", "2026-02-30"),
        ("launch_on", HUGE),
        ("team", "nobody"),
        ("team", HUGE),
        ("team", NUL),
        ("team", HALF),
        ("tags", ["x" * 201]),
        ("tags", [str(number) for number in range(51)]),
        ("tags", NUL),
        ("links", [{"url": "javascript:alert(1)"}]),
        ("links", [{"title": "no address"}]),
        ("nmae", "misspelt"),
    ],
    ids=brief,
)
def test_a_service_is_not_registered_with(ada, service, field, value):
    body = {"name": "Ledger", "purpose": "Books parcels", "team": service.team.slug} | {field: value}

    assert refused(ada, "POST", "services/", body) in {400, 422}


def test_a_service_is_registered_once(ada, service):
    body = {"name": "Ledger", "purpose": "Books parcels", "team": service.team.slug}
    ada("POST", "services/", body, status=201)

    assert refused(ada, "POST", "services/", body) == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", NUL),
        ("text", HALF),
        ("text", "x" * 20_001),
        ("state", "great"),
        ("state", HALF),
        ("owner", HUGE),
        ("owner", 0),
        ("owner", True),
        ("owner", "somebody"),
        ("due_on", "9999-12-31"),
        ("reason", NUL),
    ],
    ids=brief,
)
def test_an_answer_is_not_saved_with(field, value):
    answer = answer_of(readiness_of(), "REL-03")
    program = Program(lead_of(answer.assessment.service.team).person)
    body = {"state": "gap", "text": "x"} | {field: value}

    assert refused(program, "PUT", f"answers/{answer.pk}/", body, If_Match='"0"') in {400, 422}


@pytest.mark.parametrize(
    "path",
    [
        "walkthroughs/{}/",
        "answers/{}/",
        "answers/{}/evidence/",
        "people/{}/",
        "inbox/{}/",
        "jobs/{}/",
        "vetoes/{}/",
        "services/{}/",
        "services/{}/answers/",
        "teams/{}/",
        "checklists/{}/",
        "okrs/negotiations/{}/",
        "okrs/nos/{}/",
        "okrs/findings/{}/",
        "okrs/rules/{}/",
        "okrs/horizons/{}/",
        "okrs/objectives/{}/ties/",
        "okrs/cycles/{}/leadership/",
        "okrs/cycles/{}/map/",
        "okrs/negotiations/?cursor={}",
        "walkthroughs/?cursor={}",
        "nothing/{}/",
    ],
)
@pytest.mark.parametrize("name", ["9" * 30, "0", "x", "%00", "-1"])
def test_what_is_not_there_is_not_found(ada, path, name):
    status = ada("GET", path.format(name)).status_code

    is_no_cursor = path.endswith("cursor={}") and name == "%00"  # base64 passes over it: nothing is left
    assert status == (200 if is_no_cursor else 404)


def test_what_is_not_there_is_refused_in_words_of_ours(ada):
    assert ada("GET", "services/nobody/", status=404)["detail"] == "It is not there, or not for you."


WRONG_FILTERS = [
    "services/?phase=nonsense",
    "services/?tier=7",
    "services/?tier=two",
    "services/?team=two words",
    "services/?advisor=somebody",
    f"services/?advisor={HUGE}",
    "services/?weak=%00",
    "services/?mine=perhaps",
    "services/?orphan=2",
    "services/?sort=colour",
    f"services/?q={'x' * 201}",
    "services/?q=%00",
    "services/?phse=live",
    "services/export.csv?phase=nonsense",
    "services/export.csv?sort=name",
    "services/{slug}/answers/?kind=nonsense",
    "services/{slug}/answers/?area=%00",
    "services/{slug}/answers/?state=great",
    "walkthroughs/?show=nonsense",
    "walkthroughs/?risk=nonsense",
    "walkthroughs/?mine=perhaps",
    "checklists/readiness/?edition=newest",
    "inbox/?show=nonsense",
    "people/?q=%00",
    "teams/?q=%00",
    "deliveries/?state=nonsense",
    "okrs/negotiations/?show=nonsense",
    "okrs/negotiations/?stage=great",
    "okrs/negotiations/?team=two words",
    f"okrs/negotiations/?objective={HUGE}",
    "okrs/nos/?show=nonsense",
    "okrs/nos/?mine=perhaps",
    "okrs/nos/?reason=%00",
    "okrs/findings/?state=great",
    "okrs/findings/?code=%00",
    "okrs/findings/?gone=perhaps",
    "events/?since=yesterday",
]


@pytest.mark.parametrize("asked", WRONG_FILTERS)
def test_a_filter_that_makes_no_sense_is_refused_by_its_name(asked):
    root = Program(UserFactory(is_admin=True))
    path = asked.format(slug=readiness_of().service.slug)

    problem = root("GET", path, status=400)

    assert list(problem["errors"]) == [asked.partition("?")[2].partition("=")[0]]


def test_an_empty_filter_is_none(ada, service):
    assert len(ada("GET", "services/?phase=&q=%20&team=&cursor=", status=200)["results"]) == 1


@pytest.mark.parametrize("position", [b"p=words", b"p=-1", b"p=" + b"9" * 30, b"p=%00", b"o=1"])
def test_a_cursor_of_ones_own_making_is_refused_or_means_nothing(ada, position):
    cursor = b64encode(position).decode()

    status = ada("GET", f"services/?cursor={quote(cursor)}").status_code

    assert status == (200 if position == b"o=1" else 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PURGE"])
def test_a_method_that_does_not_exist_is_refused(ada, method):
    assert ada(method, "services/").status_code == 405


@pytest.mark.parametrize("away", [timedelta(days=-365), timedelta(days=365 * 3)])
def test_a_client_whose_clock_is_years_off_schedules_nothing(away):
    walkthrough = planned(at=timezone.now())
    program = Program(walkthrough.service.lead.person)
    body = FUTURE | {"starts_at": timezone.now() + away}

    assert refused(program, "POST", f"walkthroughs/{walkthrough.pk}/schedule/", body) == 422


def test_the_clock_of_a_client_does_not_say_when_something_happened(ada, service):
    headers = {"Date": "Mon, 01 Jan 2001 00:00:00 GMT"}
    begun = timezone.now()

    ada("PATCH", f"services/{service.slug}/", {"tier": 2}, status=200, If_Match='"1"', **headers)

    event = Event.objects.get(service_id=service.pk)
    assert begun < event.at < timezone.now()


def test_a_signature_sent_twice_is_given_once(time_machine):
    time_machine.move_to(NOW)
    walkthrough = held()
    program = Program(seat_as(walkthrough, "peer").person)
    seen = program("GET", f"walkthroughs/{walkthrough.pk}/content/", status=200)["sha256"]
    body = {"decision": "approve", "seen": seen}

    first = program("PUT", f"walkthroughs/{walkthrough.pk}/signature/", body, status=200)
    again = program("PUT", f"walkthroughs/{walkthrough.pk}/signature/", body, status=200)

    assert first["id"] == again["id"]


def test_a_step_taken_twice_is_refused_the_second_time(ada, service):
    start = {"expected_users": "40", "target_quarter": "2027-Q1"}
    readiness_of(ServiceFactory())  # publishes the checklists
    ada("POST", f"services/{service.slug}/green-light/", start, status=201)

    assert refused(ada, "POST", f"services/{service.slug}/green-light/", start) == 409


def test_an_import_is_made_of_text_files(ada):
    noor = Program(UserFactory(is_enablement=True))
    files = [{"name": "picture.png", "text": "x"}]

    assert refused(noor, "POST", "imports/", {"files": files}) == 422
    assert refused(noor, "POST", "imports/", {"files": []}) == 400
    assert refused(ada, "POST", "imports/", {"files": files}) == 403


def test_who_may_not_choose_members_does_not_learn_who_is_there(ada):
    team = TeamFactory()

    assert refused(ada, "POST", f"teams/{team.slug}/members/", {"person": "nobody at all"}) == 403


def test_a_refusal_says_field_by_field_what_is_wrong(ada):
    problem = ada("POST", "services/", {"purpose": 7, "tier": 9, "nmae": "x"}, status=400)

    assert problem["errors"] == {"nmae": ["There is no such field."]}
    problem = ada("POST", "services/", {"purpose": "x", "tier": 9}, status=400)
    assert sorted(problem["errors"]) == ["name", "team", "tier"]
    assert json.dumps(problem["errors"]["name"]) == '["This field is required."]'
