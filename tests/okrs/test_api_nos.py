"""The register of nos for programs."""

import pytest

from apps.catalog.models import Team
from apps.okrs import transitions
from apps.okrs.models import NoException
from tests.api.asking import Program, token_for
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import MetricFactory, ObjectiveFactory
from tests.refusals import rows

pytestmark = pytest.mark.django_db
LIST = "okrs/nos/"
SAID = {"team": "tracking", "what": "Blue parcels", "reason_code": "risk", "reason": "They fade."}


@pytest.fixture
def team(time_machine, now):
    time_machine.move_to(now)
    return TeamFactory(name="Tracking", slug="tracking")


@pytest.fixture
def by(team):
    return lead_of(team)


@pytest.fixture
def lead(by):
    return Program(by.person)


def said(by, now, what="Blue parcels", **more):
    team = Team.objects.get(slug="tracking")
    return transitions.say_no(team, what=what, reason_code="risk", reason="They fade.", by=by, at=now, **more)


def refused(program, path, body):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program("POST", path, body)
    assert rows() == before
    return answer.status_code


def test_a_lead_says_no_with_its_way_back(team, by, lead):
    metric = MetricFactory(key="faded", team=team, name="Faded parcels", unit="a week")
    TeamFactory(name="Sales", slug="sales")
    body = SAID | {"metric": metric.key, "threshold_way": "below", "threshold": "3", "requester": "sales"}

    made = lead("POST", LIST, body | {"tags": ["Colour"]}, status=201)

    assert made["condition"] == "when “Faded parcels” falls below 3 a week"
    assert (made["kind"], made["state"], made["requester"], made["tags"]) == (
        "not_now",
        "active",
        "sales",
        ["colour"],
    )
    assert (made["holder"]["id"], made["may_decide"], made["may_ask"]) == (by.person_id, True, False)


STEPS = {
    "hold": ({"until_on": "2026-06-01", "reason": "Still."}, "active"),
    "reopen": ({"reason": "Better colours."}, "reopened"),
    "let-go": ({"reason": "Nobody asks."}, "lapsed"),
    "exceptions": ({"reason": "One van.", "person_weeks": "1.5"}, "active"),
    "ask": ({"reason": "Better colours."}, "active"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_no_is_decided_again(by, lead, now, step):
    found = said(by, now)
    body, state = STEPS[step]

    done = lead("POST", f"{LIST}{found.pk}/{step}/", body, status=201 if step == "exceptions" else 200)

    assert done["state"] == state
    assert done == lead("GET", f"{LIST}{found.pk}/", status=200)


def test_a_no_is_handed_over(team, by, lead, now):
    found, other = said(by, now), member_of(team)

    done = lead("POST", f"{LIST}{found.pk}/hand-over/", {"holder": other.person_id}, status=200)

    assert done["holder"] == {"id": other.person_id, "name": other.person.name}
    assert Program(other.person)("GET", f"{LIST}{found.pk}/", status=200)["may_decide"] is True


def test_an_exception_stands_beside_the_no(team, by, lead, now):
    found = said(by, now)
    secret = ObjectiveFactory(team=team, visibility="restricted", restricted_because="A merger")
    body = {"reason": "One van.", "objective": secret.pk}

    made = lead("POST", f"{LIST}{found.pk}/exceptions/", body, status=201)
    seen = Program(UserFactory())("GET", f"{LIST}{found.pk}/", status=200)

    assert [one["objective"] for one in made["exceptions"]] == [secret.pk]
    assert [one["objective"] for one in seen["exceptions"]] == [None]  # which one, its readers know alone
    assert NoException.objects.count() == 1


def test_everybody_may_ask_to_reopen(by, now):
    found = said(by, now)

    done = Program(UserFactory())("POST", f"{LIST}{found.pk}/ask/", {"reason": "Please."}, status=200)

    assert (done["state"], done["may_decide"], done["may_ask"]) == ("active", False, True)


WHO = {
    "member": lambda team: Program(member_of(team).person),
    "stranger": lambda team: Program(lead_of(TeamFactory(parent=team)).person),
    "admin": lambda _team: Program(ActorFactory(person__is_admin=True).person),
    "leading admin": lambda team: Program(lead_of(team, is_admin=True).person),
    "team's token": lambda team: Program(
        secret=token_for(lead_of(team).person, team_id=team.pk, team_name=team.name)[0]
    ),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("step", ["", "hold", "reopen", "let-go", "exceptions", "hand-over"])
def test_nobody_else_decides(team, by, now, step, who):
    found, program = said(by, now), WHO[who](team)
    body = STEPS[step][0] if step in STEPS else {"holder": by.person_id} if step else SAID

    assert refused(program, f"{LIST}{found.pk}/{step}/" if step else LIST, body) == 403


@pytest.mark.parametrize("step", [*STEPS, "hand-over"])
def test_what_is_over_is_not_decided_again(by, lead, now, step):
    found = said(by, now)
    transitions.let_go(found, reason="Nobody asks.", by=by, at=now)
    body = STEPS[step][0] if step in STEPS else {"holder": by.person_id}

    assert refused(lead, f"{LIST}{found.pk}/{step}/", body) == 409


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"reason": ""}, 400, "reason"),
        ({"reason_code": "mood"}, 400, "reason_code"),
        ({"team": "nobody"}, 400, "team"),
        ({"until_on": "2020-01-01"}, 422, "until_on"),
        ({"threshold": "3"}, 422, "metric"),
        ({"threshold": "1e30"}, 400, "threshold"),
        ({"metric": "nothing"}, 400, "metric"),
        ({"what": "x" * 301}, 422, "what"),
        ({"tags": ["x" * 51]}, 422, "tags"),
        ({"because": "x"}, 400, "because"),
    ],
)
def test_a_no_is_refused_field_by_field(lead, change, status, field):
    assert refused(lead, LIST, SAID | change) == status
    assert list(lead("POST", LIST, SAID | change).json()["errors"]) == [field]


def test_what_is_about_a_hidden_objective_is_hidden(team, by, now):
    found = said(by, now)
    type(found).objects.filter(pk=found.pk).update(
        objective=ObjectiveFactory(team=team, visibility="restricted", restricted_because="A merger")
    )
    stranger = Program(UserFactory())

    assert stranger("GET", LIST, status=200)["results"] == []
    assert stranger("GET", f"{LIST}{found.pk}/").status_code == 404
    assert stranger("POST", f"{LIST}{found.pk}/ask/", {"reason": "Why?"}).status_code == 404
    assert len(Program(by.person)("GET", LIST, status=200)["results"]) == 1


@pytest.mark.parametrize(
    ("asking", "count"),
    [
        ("", 1),
        ("?show=all", 2),
        ("?show=gone", 1),
        ("?mine=true", 1),
        ("?team=tracking", 1),
        ("?team=nobody", 0),
        ("?reason=risk", 1),
        ("?reason=other", 0),
        ("?show=again", 0),
    ],
)
def test_the_register_is_narrowed(by, lead, now, asking, count):
    said(by, now)
    transitions.let_go(said(by, now, "Green parcels"), reason="So.", by=by, at=now)

    assert len(lead("GET", f"{LIST}{asking}", status=200)["results"]) == count


@pytest.mark.parametrize("many", [1, 10])
def test_the_register_costs_the_same_however_long_it_is(by, lead, now, many, django_assert_num_queries):
    for number in range(many):
        said(by, now, f"Parcels {number}")
    lead("GET", "me/", status=200)

    with django_assert_num_queries(2):  # the token, the register
        assert len(lead("GET", LIST, status=200)["results"]) == many
