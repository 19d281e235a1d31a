"""Ties, services, the map and the candidates of a quarter, for programs."""

import pytest

from apps.core.results import Candidate
from apps.okrs.models import AlignmentLink, Objective, Pothole, ServiceLink, StrategyItem
from tests.api.asking import Program
from tests.factories import ServiceFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, KeyResultFactory, ObjectiveFactory, QuarterFactory
from tests.refusals import rows

pytestmark = pytest.mark.django_db
HIDDEN = {"visibility": "restricted", "restricted_because": "A merger"}
CANDIDATES = "tests.okrs.test_api_ties.two"


def two(team):
    return [Candidate(key=f"test:{n}", kind="Gap", title=f"Gap {n}", url="/x/") for n in range(2)]


@pytest.fixture
def objective(time_machine, now, settings):
    time_machine.move_to(now)
    settings.CANDIDATES = [CANDIDATES]
    return ObjectiveFactory(team=TeamFactory(name="Sales", slug="sales"), title="Buyers come back")


@pytest.fixture
def aim():
    return ObjectiveFactory(team=TeamFactory(name="Everybody"), title="Nobody waits")


@pytest.fixture
def member(objective):
    return Program(member_of(objective.team).person)


def refused(program, method, path, body=None):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program(method, path, body)
    assert rows() == before
    return answer.status_code


def tie(objective, aim, **fields):
    return AlignmentLink.objects.create(
        **{"kind": "contributes", "objective": objective, "to_objective": aim, "statement": "So"} | fields
    )


def wanted(key, **more):
    return {"kind": "contributes", "target": key, "statement": "Fewer calls."} | more


def test_an_objective_is_tied_to_goals_sentences_and_the_strategy(objective, aim, member):
    part = KeyResultFactory(objective=aim, title="Calls fall")
    item = StrategyItem.objects.create(horizon="later", statement="They choose")
    where = f"okrs/objectives/{objective.pk}/ties/"
    keys = [f"objective:{aim.pk}", f"key_result:{part.pk}", f"strategy:{item.pk}"]

    made = [member("POST", where, wanted(key), status=201) for key in keys]
    needs = wanted(keys[0], kind="depends_on", needed_on="2026-03-20")
    made.append(member("POST", where, needs, status=201))

    assert [(one["target"], one["title"]) for one in made[:3]] == list(
        zip(keys, ["Nobody waits", "Calls fall", "They choose"], strict=True)
    )
    shown = member("GET", where, status=200)["ties"]
    assert sorted(one["id"] for one in shown) == sorted(one["id"] for one in made)
    here = member("GET", f"okrs/objectives/{aim.pk}/ties/", status=200)["here"]
    assert [(one["team"], one["title"]) for one in here] == [("sales", "Buyers come back")] * 3


def test_targets_are_found_by_words(objective, aim, member):
    ObjectiveFactory(title="Nobody waits in secret", **HIDDEN)
    where = f"okrs/objectives/{objective.pk}/targets/"

    assert [one["key"] for one in member("GET", f"{where}?q=waits", status=200)] == [f"objective:{aim.pk}"]
    assert member("GET", f"{where}?q=%00").status_code == 400


def test_a_tie_and_a_service_are_taken_away(objective, aim, member):
    service = ServiceFactory(slug="parcel-tracking")
    made = member("POST", f"okrs/objectives/{objective.pk}/services/", {"service": service.slug}, status=201)
    shown = member("GET", f"okrs/objectives/{objective.pk}/ties/", status=200)["services"]
    assert shown == [made]

    assert member("DELETE", f"okrs/service-links/{made['id']}/").status_code == 204
    assert member("DELETE", f"okrs/ties/{tie(objective, aim).pk}/").status_code == 204

    assert not AlignmentLink.objects.exists()
    assert not ServiceLink.objects.exists()


def test_another_team_ties_nothing(objective, aim):
    stranger = Program(lead_of(TeamFactory(parent=objective.team)).person)
    link = tie(objective, aim)
    about = ServiceLink.objects.create(objective=objective, service=ServiceFactory(slug="tracking"))
    where = f"okrs/objectives/{objective.pk}"

    assert refused(stranger, "POST", f"{where}/ties/", wanted(f"objective:{aim.pk}")) == 403
    assert refused(stranger, "POST", f"{where}/services/", {"service": "tracking"}) == 403
    assert refused(stranger, "DELETE", f"okrs/ties/{link.pk}/") == 403
    assert refused(stranger, "DELETE", f"okrs/service-links/{about.pk}/") == 403


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"target": "objective:999"}, 422, "target"),
        ({"target": "nonsense"}, 422, "target"),
        ({"target": "objective:{own}"}, 422, "target"),
        ({"target": "objective:{hidden}"}, 422, "target"),
        ({"kind": "likes"}, 400, "kind"),
        ({"statement": ""}, 400, "statement"),
        ({"needed_on": "2026-03-20"}, 422, "needed_on"),
    ],
)
def test_a_tie_is_refused_field_by_field(objective, aim, member, change, status, field):
    ids = {"own": objective.pk, "hidden": ObjectiveFactory(**HIDDEN).pk}
    body = wanted(f"objective:{aim.pk}") | {name: text.format(**ids) for name, text in change.items()}

    assert refused(member, "POST", f"okrs/objectives/{objective.pk}/ties/", body) == status
    problem = member("POST", f"okrs/objectives/{objective.pk}/ties/", body).json()
    assert list(problem["errors"]) == [field]


def test_what_is_over_is_tied_to_nothing(objective, aim, member):
    Objective.objects.filter(pk=objective.pk).update(state="declined")

    body = wanted(f"objective:{aim.pk}")
    assert refused(member, "POST", f"okrs/objectives/{objective.pk}/ties/", body) == 409


def test_what_is_hidden_is_tied_for_its_readers_alone(objective, aim, member):
    secret = ObjectiveFactory(team=objective.team, title="Merge", **HIDDEN)
    link = tie(secret, aim)
    stranger = Program(UserFactory())

    assert stranger("GET", f"okrs/objectives/{secret.pk}/ties/").status_code == 404
    assert stranger("DELETE", f"okrs/ties/{link.pk}/").status_code == 404
    assert stranger("GET", f"okrs/objectives/{aim.pk}/ties/", status=200)["here"] == []
    assert stranger("GET", "okrs/cycles/2026-q1/map/", status=200)["ties"] == []
    assert len(member("GET", "okrs/cycles/2026-q1/map/", status=200)["ties"]) == 1


def test_the_map_is_rows_and_a_drawing(objective, aim, member):
    tie(objective, aim)
    loose = ObjectiveFactory(title="Alone")

    shown = member("GET", "okrs/cycles/2026-q1/map/", status=200)
    near = member("GET", "okrs/cycles/2026-q1/map/?team=sales", status=200)

    assert [(one["objective"], one["target"]) for one in shown["ties"]] == [
        (objective.pk, f"objective:{aim.pk}")
    ]
    assert [one["id"] for one in shown["loose"]] == [loose.pk]
    assert {one["key"] for one in shown["nodes"]} == {f"objective:{objective.pk}", f"objective:{aim.pk}"}
    (edge,) = shown["edges"]
    assert (edge["source"], edge["is_dependency"]) == (f"objective:{objective.pk}", False)
    assert (near["ties"], near["loose"]) == (shown["ties"], [])
    assert member("GET", "okrs/cycles/1999-q1/map/").status_code == 404


@pytest.mark.parametrize("many", [1, 10])
def test_the_map_costs_the_same_however_large_it_is(objective, aim, member, many, django_assert_num_queries):
    for number in range(many):
        tie(ObjectiveFactory(team=objective.team, title=f"{number}"), aim)
    member("GET", "me/", status=200)

    with django_assert_num_queries(5):
        assert len(member("GET", "okrs/cycles/2026-q1/map/", status=200)["ties"]) == many


PLACE = "okrs/cycles/2026-q1/teams/sales/potholes/"


def test_a_candidate_is_taken_and_another_left(objective, member):
    assert [one["title"] for one in member("GET", PLACE, status=200)["open"]] == ["Gap 0", "Gap 1"]

    member("POST", f"{PLACE}take/", {"key": "test:0", "title": "It recovers"}, status=200)
    shown = member("POST", f"{PLACE}leave/", {"key": "test:1", "reason": "It ends in May."}, status=200)

    (taken,) = shown["taken"]
    assert Objective.objects.get(pk=taken["objective"]).title == "It recovers"
    assert [one["reason"] for one in shown["left"]] == ["It ends in May."]
    assert (shown["open"], shown["no"]) == ([], None)


def test_a_lead_takes_none_of_them(objective):
    lead = Program(lead_of(objective.team).person)

    shown = lead("POST", f"{PLACE}leave-all/", {"reason": "All are lent."}, status=200)

    assert lead("GET", f"okrs/nos/{shown['no']}/", status=200)["reason"] == "All are lent."


@pytest.mark.parametrize(
    ("step", "body", "who", "status"),
    [
        ("take", {"key": "test:0", "title": "It recovers"}, "stranger", 403),
        ("leave", {"key": "test:0", "reason": "Later."}, "stranger", 403),
        ("leave-all", {"reason": "Later."}, "stranger", 403),
        ("leave-all", {"reason": "Later."}, "member", 403),
        ("take", {"key": "test:9", "title": "It recovers"}, "member", 409),
        ("take", {"key": "test:0", "title": ""}, "member", 400),
        ("leave", {"key": "test:0"}, "member", 400),
    ],
)
def test_a_candidate_is_for_its_team(objective, step, body, who, status):
    QuarterFactory(team=objective.team, cycle=CycleFactory())  # a first look would make it
    person = member_of(objective.team if who == "member" else TeamFactory(parent=objective.team)).person

    assert refused(Program(person), "POST", f"{PLACE}{step}/", body) == status
    assert not Pothole.objects.exists()
