"""What the rules noticed, for programs."""

import pytest

from apps.okrs.models import Finding
from tests.api.asking import Program, token_for
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import ObjectiveFactory
from tests.okrs.sides import fresh
from tests.refusals import rows

pytestmark = pytest.mark.django_db
LIST = "okrs/findings/"
WHY = {"reason": "We look again in May."}


@pytest.fixture
def finding(time_machine, now):
    """A conflict between two teams."""
    time_machine.move_to(now)
    left = ObjectiveFactory(team=TeamFactory(name="Sales", slug="sales"))
    right = ObjectiveFactory(team=TeamFactory(name="Finance", slug="finance"))
    return made(now, left, other_team=right.team, other_objective=right)


def made(now, objective, **fields):
    values = {"code": "K1", "severity": "high", "evidence": {"metric": "Calls", "pushed": ["up", "down"]}}
    return Finding.objects.create(
        team=objective.team,
        objective=objective,
        cycle=objective.cycle,
        message="Two ways on one metric.",
        fingerprint=str(Finding.objects.count()),
        found_at=now,
        **values | fields,
    )


def there(finding, step=""):
    return f"{LIST}{finding.pk}/{step and f'{step}/'}"


def refused(program, path, body):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program("POST", path, body)
    assert rows() == before
    return answer.status_code


STEPS = {
    "accept": (WHY, "accepted", ""),
    "dismiss": (WHY, "dismissed", ""),
    "resolve": (WHY | {"resolution": "sequence"}, "open", "sequence"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_lead_of_either_side_decides_and_takes_it_back(finding, step):
    body, state, resolution = STEPS[step]
    lead = Program(lead_of(finding.other_team).person)

    done = lead("POST", there(finding, step), body, status=200)
    again = lead("POST", there(finding, "reopen"), {}, status=200)

    assert (done["state"], done["resolution"], done["reason"]) == (state, resolution, WHY["reason"])
    assert done["evidence"] == {"metric": "Calls", "pushed": ["up", "down"]}
    assert (again["state"], again["resolution"], again["decided_by"]) == ("open", "", None)


def test_dropping_the_own_side_is_done_at_once(finding):
    lead = Program(lead_of(finding.team).person)

    lead("POST", there(finding, "resolve"), WHY | {"resolution": "drop"}, status=200)

    assert fresh(finding.objective).state == "withdrawn"
    (no,) = lead("GET", "okrs/nos/", status=200)["results"]
    assert no["what"] == finding.objective.title


def test_everybody_argues(finding):
    said = Program(UserFactory())("POST", there(finding, "thread"), {"text": "One is daily."}, status=201)

    assert Program(UserFactory())("GET", there(finding, "thread"), status=200) == [said]


WHO = {
    "member": lambda team: Program(member_of(team).person),
    "stranger": lambda team: Program(lead_of(TeamFactory(parent=team)).person),
    "admin": lambda _team: Program(ActorFactory(person__is_admin=True).person),
    "team's token": lambda team: Program(
        secret=token_for(lead_of(team).person, team_id=team.pk, team_name=team.name)[0]
    ),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("step", [*STEPS, "reopen"])
def test_nobody_else_decides(finding, step, who):
    body = STEPS[step][0] if step in STEPS else {}

    assert refused(WHO[who](finding.team), there(finding, step), body) == 403


@pytest.mark.parametrize("step", [*STEPS, "reopen"])
def test_what_is_gone_is_not_decided(finding, now, step):
    Finding.objects.update(gone_at=now, state="resolved")
    lead = Program(lead_of(finding.team).person)

    assert refused(lead, there(finding, step), STEPS[step][0] if step in STEPS else {}) == 409


@pytest.mark.parametrize(
    ("step", "body", "status"),
    [("accept", {}, 400), ("dismiss", {"reason": ""}, 400), ("resolve", WHY | {"resolution": "pray"}, 400)],
)
def test_a_decision_has_its_reason(finding, step, body, status):
    assert refused(Program(lead_of(finding.team).person), there(finding, step), body) == status


def test_what_is_about_a_hidden_objective_is_hidden(finding, now):
    hidden = {"visibility": "restricted", "restricted_because": "A merger"}
    type(finding.objective).objects.filter(pk=finding.other_objective_id).update(**hidden)
    theirs = Program(lead_of(finding.other_team).person)
    ours = Program(lead_of(finding.team).person)

    assert ours("GET", LIST, status=200)["results"] == []
    assert ours("GET", there(finding)).status_code == 404
    assert ours("POST", there(finding, "accept"), WHY).status_code == 404
    assert theirs("GET", there(finding), status=200)["may_decide"] is True
    assert Program(UserFactory(is_admin=True))("GET", there(finding), status=200)["may_decide"] is False


@pytest.mark.parametrize(
    ("asking", "count"),
    [
        ("", 2),
        ("?team=finance", 1),
        ("?state=accepted", 0),
        ("?severity=low", 1),
        ("?code=l5", 1),
        ("?cycle=2026-q1", 2),
        ("?cycle=1999-q1", 0),
        ("?gone=true", 0),
        ("?objective={}", 2),
    ],
)
def test_the_list_is_narrowed(finding, now, asking, count):
    made(now, finding.objective, code="L5", severity="low")
    asked = asking.format(finding.objective_id)

    assert len(Program(UserFactory())("GET", f"{LIST}{asked}", status=200)["results"]) == count


@pytest.mark.parametrize("many", [1, 10])
def test_the_list_costs_the_same_however_long_it_is(finding, now, many, django_assert_num_queries):
    for number in range(many - 1):
        made(now, finding.objective, code=f"L{number + 1}")
    program = Program(UserFactory())
    program("GET", "me/", status=200)

    with django_assert_num_queries(2):  # the token, the list
        assert len(program("GET", LIST, status=200)["results"]) == many


def test_rules_are_read_and_argued_with():
    program = Program(UserFactory())
    every = program("GET", "okrs/rules/", status=200)

    said = program("POST", "okrs/rules/l5/thread/", {"text": "Twenty words are few."}, status=201)

    one = next(row for row in every if row["code"] == "L5")
    assert program("GET", "okrs/rules/L5/", status=200) == one
    assert all(one[name] for name in ("title", "why", "weak", "strong", "stops"))
    assert program("GET", "okrs/rules/l5/thread/", status=200) == [said]
    assert {row["severity"] for row in every} == {"", "low", "medium", "high"}
    assert program("GET", "okrs/rules/x99/").status_code == 404
