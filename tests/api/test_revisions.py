"""What two programs may change at once: each names the revision that it read."""

import pytest

from apps.catalog.models import Phase
from tests.api.asking import Program
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of
from tests.factories.readiness import answer_of, readiness_of
from tests.factories.walkthroughs import NOW, held, in_progress, seat_as

pytestmark = pytest.mark.django_db
GAP = {"state": "gap", "text": "Nobody restored it yet."}


@pytest.fixture
def answer():
    return answer_of(readiness_of(), "REL-03")


@pytest.fixture
def ada(answer):
    return Program(lead_of(answer.assessment.service.team).person)


def test_an_answer_carries_its_revision(answer, ada):
    read = ada("GET", f"answers/{answer.pk}/")

    assert read["ETag"] == '"0"'
    saved = ada("PUT", f"answers/{answer.pk}/", GAP, If_Match=read["ETag"])
    assert (saved.status_code, saved["ETag"], saved.json()["state"]) == (200, '"1"', "gap")


def test_a_save_without_a_revision_is_refused(answer, ada):
    refusal = ada("PUT", f"answers/{answer.pk}/", GAP, status=428)

    assert "If-Match" in refusal["detail"]
    assert answer_of(answer.assessment, "REL-03").state == "open"


@pytest.mark.parametrize("asked", ['"7"', '"0', "0", '"x"', f'"{"9" * 40}"', "gzip"])
def test_a_save_on_another_revision_is_refused_with_what_stands(answer, ada, asked):
    refusal = ada("PUT", f"answers/{answer.pk}/", GAP, If_Match=asked)

    assert (refusal.status_code, refusal["ETag"]) == (412, '"0"')
    assert refusal.json()["current"]["state"] == "open"
    assert answer_of(answer.assessment, "REL-03").state == "open"


@pytest.mark.parametrize("asked", ['"0"', 'W/"0"', "*"])  # compressed answers carry the weak form
def test_every_form_of_a_revision_is_understood(answer, ada, asked):
    ada("PUT", f"answers/{answer.pk}/", GAP, status=200, If_Match=asked)


def test_the_same_save_again_is_a_success_and_changes_nothing(answer, ada):
    first = ada("PUT", f"answers/{answer.pk}/", GAP, If_Match='"0"')
    again = ada("PUT", f"answers/{answer.pk}/", GAP, If_Match='"0"')

    assert (first.status_code, again.status_code) == (200, 200)
    assert first["ETag"] == again["ETag"] == '"1"'


def test_a_compressed_answer_still_names_a_revision_that_works(answer, ada):
    ada("PUT", f"answers/{answer.pk}/", GAP | {"text": "Not yet. " * 60}, If_Match="*")  # worth compressing

    read = ada("GET", f"answers/{answer.pk}/", Accept_Encoding="gzip")

    assert read["Content-Encoding"] == "gzip"
    ada("PUT", f"answers/{answer.pk}/", GAP, status=200, If_Match=read["ETag"])


def test_a_service_is_changed_under_its_version():
    service = ServiceFactory(phase=Phase.PLAYGROUND, version=7)
    ada = Program(lead_of(service.team).person)
    where = f"services/{service.slug}/"

    ada("PATCH", where, {"tier": 2}, status=428)
    stale = ada("PATCH", where, {"tier": 2}, If_Match='"6"')
    saved = ada("PATCH", where, {"tier": 2}, If_Match=stale["ETag"])

    assert (stale.status_code, stale.json()["current"]["tier"]) == (412, 3)
    assert (saved.status_code, saved.json()["tier"], saved["ETag"]) == (200, 2, '"8"')


def test_a_team_is_changed_under_its_revision():
    team = TeamFactory(revision=3, mission="Carry parcels")
    ada = Program(lead_of(team).person)
    where = f"teams/{team.slug}/"

    ada("PATCH", where, {"mission": "Mine"}, status=428)
    saved = ada("PATCH", where, {"mission": "Theirs"}, If_Match=ada("GET", where)["ETag"])
    stale = ada("PATCH", where, {"mission": "Mine"}, If_Match='"3"')
    same = ada("PATCH", where, {"mission": "Theirs"}, If_Match='"3"')

    assert (saved.status_code, saved["ETag"], saved.json()["mission"]) == (200, '"4"', "Theirs")
    assert (stale.status_code, stale["ETag"], stale.json()["current"]["mission"]) == (412, '"4"', "Theirs")
    assert (same.status_code, same["ETag"]) == (200, '"4"')  # equal content is a success


def test_what_a_team_is_part_of_is_read_and_written_by_its_id():
    team, above = TeamFactory(revision=3), TeamFactory()
    noor, ada = Program(UserFactory(is_enablement=True)), Program(lead_of(team).person)
    where, wanted = f"teams/{team.slug}/", {"parent": above.pk}

    made = noor("POST", "teams/", {"name": "Tracking"} | wanted, status=201)
    refused = ada("PATCH", where, wanted, If_Match='"3"')
    saved = noor("PATCH", where, wanted, status=200, If_Match='"3"')
    same = ada("PATCH", where, {"name": "Money"} | wanted, status=200, If_Match='"4"')
    circle = noor("PATCH", f"teams/{above.slug}/", {"parent": team.pk}, If_Match='"1"')
    unknown = noor("PATCH", where, {"parent": 10**30}, If_Match='"5"')

    assert [one["parent"] for one in (made, saved, same)] == [above.pk] * 3
    assert [one.status_code for one in (refused, circle, unknown)] == [403, 422, 400]
    assert list(circle.json()["errors"]) == ["parent"]


def test_minutes_are_changed_under_their_revision():
    walkthrough = in_progress()
    ada = Program(walkthrough.service.lead.person)
    where = f"walkthroughs/{walkthrough.pk}/notes/"

    ada("PUT", where, {"text": "x"}, status=428)
    ada("PUT", where, {"text": "Theirs"}, status=200, If_Match='"0"')
    stale = ada("PUT", where, {"text": "Mine"}, If_Match='"0"')

    assert (stale.status_code, stale.json()["current"]["notes"]) == (412, "Theirs")


@pytest.mark.parametrize(
    ("method", "step", "more"), [("PUT", "signature", {"decision": "approve"}), ("POST", "confirm", {})]
)
def test_a_signature_of_what_changed_meanwhile_is_refused_with_what_stands(time_machine, method, step, more):
    time_machine.move_to(NOW)
    walkthrough = held()
    peer, where = Program(seat_as(walkthrough, "peer").person), f"walkthroughs/{walkthrough.pk}"
    seen = peer("GET", f"{where}/content/", status=200)["sha256"]
    if step == "confirm":
        peer("PUT", f"{where}/signature/", {"decision": "approve", "seen": seen}, status=200)

    stale = peer(method, f"{where}/{step}/", {"seen": "0" * 64} | more)

    assert (stale.status_code, stale.json()["current"]) == (409, {"sha256": seen})
    assert "ETag" not in stale  # it names no revision: there is nothing to send back as If-Match
