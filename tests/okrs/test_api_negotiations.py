"""Negotiations for programs: every move, by those who may, from where it is possible."""

import pytest

from apps.okrs import transitions
from apps.okrs.models import Negotiation, No
from tests.api.asking import Program, token_for
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory
from tests.okrs.sides import WORK, capacity_of, fresh, seen, sides
from tests.refusals import rows

pytestmark = pytest.mark.django_db
LIST = "okrs/negotiations/"
NO = {"reason_code": "risk", "reason": "The peak."}
OTHER = {"terms": WORK | {"person_weeks": "3"}}


@pytest.fixture
def two(time_machine, now):
    time_machine.move_to(now)
    return sides()


@pytest.fixture
def asked(two, now):
    return two.ask(now)


@pytest.fixture
def buyer(two):
    return Program(two.buyer.person)


@pytest.fixture
def giver(two):
    return Program(two.giver.person)


def there(negotiation, act=""):
    return f"{LIST}{negotiation.pk}/{act and f'{act}/'}"


def agreed(two, now):
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    return asked


def reported(two, now):
    found = agreed(two, now)
    transitions.report(found, by=two.giver, at=now)
    return found


def wish(two, **more):
    sides = {"initiator": "checkout", "counterpart": "tracking", "cycle": two.cycle.slug}
    return {"kind": "contribution", "objective": two.objective.pk, "terms": WORK} | sides | more


def refused(program, path, body, *, method="POST"):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program(method, path, body)
    assert rows() == before
    return answer.status_code


def test_a_lead_asks(two, buyer):
    made = buyer("POST", LIST, wish(two, message="Please.", respond_by="2026-03-05"), status=201)

    assert (made["stage"], made["owes"], made["respond_by"]) == ("open", "tracking", "2026-03-05")
    assert made["terms"]["payload"] == WORK
    assert made["acts"] == ["amend", "withdraw"]
    assert [(one["act"], one["reason"]) for one in made["moves"]] == [("propose", "Please.")]


def test_a_member_keeps_a_draft_that_a_lead_sends(two, buyer, giver):
    member = Program(member_of(two.checkout).person)

    made = member("POST", LIST, wish(two, draft=True), status=201)
    assert (made["stage"], made["acts"]) == ("draft", [])
    assert giver("GET", f"{LIST}{made['id']}/").status_code == 404
    assert giver("GET", LIST, status=200)["results"] == []
    sent = buyer("POST", f"{LIST}{made['id']}/propose/", {"message": "Now."}, status=200)

    assert (sent["stage"], sent["owes"]) == ("open", "tracking")


def test_a_target_is_asked_for_and_agreed(two, buyer, giver):
    metric = MetricFactory(team=two.checkout)
    sentence = KeyResultFactory(objective=two.objective, kind="metric", metric=metric, baseline=9, target=5)
    body = wish(two, kind="target", key_result=sentence.pk, terms={"target": "3"})
    body |= {"initiator": "tracking", "counterpart": "checkout"}

    made = giver("POST", LIST, body, status=201)
    offer = {"terms": {"target": "4"}, "seen": made["terms"]["sha256"]}
    made = buyer("POST", f"{LIST}{made['id']}/counter/", offer, status=200)
    giver("POST", f"{LIST}{made['id']}/accept/", {"seen": made["terms"]["sha256"]}, status=200)

    sentence = fresh(sentence)
    assert (sentence.asked_target, sentence.offered_target, sentence.target) == (3, 4, 4)


def test_accepting_binds_what_was_looked_at(two, asked, buyer, giver):
    looked_at = seen(asked)
    buyer("POST", there(asked, "amend"), OTHER, status=200)

    problem = giver("POST", there(asked, "accept"), {"seen": looked_at}, status=409)

    assert problem["current"]["terms"]["payload"]["person_weeks"] == "3"
    assert fresh(asked).stage == "open"
    giver("POST", there(asked, "accept"), {"seen": problem["current"]["terms"]["sha256"]}, status=200)


def test_other_terms_than_what_was_looked_at_show_what_lies_there(two, asked, buyer, giver):
    looked_at = seen(asked)
    buyer("POST", there(asked, "amend"), OTHER, status=200)

    body = {"terms": WORK | {"person_weeks": "1"}, "seen": looked_at}
    assert refused(giver, there(asked, "counter"), body) == 409
    assert refused(buyer, there(asked, "amend"), body) == 409


def test_a_yes_names_the_objective_that_serves(two, asked, giver):
    own = ObjectiveFactory(team=two.tracking, cycle=two.cycle)
    body = {"seen": seen(asked), "within": own.pk}

    giver("POST", there(asked, "accept"), body, status=200)

    (tie,) = giver("GET", f"okrs/objectives/{own.pk}/ties/", status=200)["ties"]
    assert (tie["kind"], tie["target"]) == ("contributes", f"objective:{two.objective.pk}")


def test_a_yes_in_mid_cycle_names_what_makes_room(two, asked, giver):
    capacity_of(two.tracking, two.cycle, has="50", promised="40")
    body = {"seen": seen(asked)}

    problem = giver("POST", there(asked, "accept"), body, status=422)
    assert list(problem["errors"]) == ["displaced"]
    done = giver("POST", there(asked, "accept"), body | {"displaced": "The app"}, status=200)

    assert done["displaced"] == "The app"


@pytest.mark.parametrize(("act", "until"), [("decline", None), ("defer", "2026-06-01")])
def test_a_no_goes_into_the_register(two, asked, giver, buyer, act, until):
    body = NO | ({"until_on": until} if until else {})

    done = giver("POST", there(asked, act), body, status=200)

    assert (done["stage"], done["acts"]) == ({"decline": "declined", "defer": "deferred"}[act], [])
    kept = buyer("GET", f"okrs/nos/{done['no']}/", status=200)
    assert (kept["negotiation"], kept["reason"], kept["until_on"]) == (asked.pk, "The peak.", until)


def test_what_is_done_is_reported_disputed_and_confirmed(two, now, buyer, giver):
    found = agreed(two, now)

    assert giver("POST", there(found, "report"), {"note": "Done."}, status=200)["stage"] == "reported"
    assert buyer("POST", there(found, "dispute"), {"reason": "The US."}, status=200)["stage"] == "agreed"
    giver("POST", there(found, "report"), {}, status=200)
    done = buyer("POST", there(found, "satisfied"), {"note": "Thanks."}, status=200)

    assert (done["stage"], [one["reason"] for one in done["moves"]][2:]) == (
        "closed",
        ["Done.", "The US.", "", "Thanks."],
    )


def test_an_agreement_is_changed_by_a_negotiation_of_its_own(two, now, buyer, giver):
    found = agreed(two, now)
    body = OTHER | {"reason": "A holiday."}

    made = giver("POST", there(found, "change"), body, status=201)

    assert (made["kind"], made["changes"], made["owes"]) == ("change", found.pk, "checkout")
    assert buyer("GET", there(found), status=200)["changed_by"] == [made["id"]]
    buyer("POST", f"{LIST}{made['id']}/accept/", {"seen": made["terms"]["sha256"]}, status=200)


def test_an_agreement_is_revoked_and_an_ask_withdrawn(two, now, buyer, giver):
    found, other = agreed(two, now), two.ask(now, WORK | {"deliverable": "B"})

    assert giver("POST", there(found, "revoke"), {"reason": "Ill."}, status=200)["stage"] == "revoked"
    assert buyer("POST", there(other, "withdraw"), {"note": "Bought."}, status=200)["stage"] == "withdrawn"


def test_a_draft_is_discarded(two, buyer):
    made = buyer("POST", LIST, wish(two, draft=True), status=201)

    assert buyer("POST", f"{LIST}{made['id']}/discard/", {}, status=200)["stage"] == "void"


def test_talk_binds_nobody(two, asked):
    stranger = Program(UserFactory())

    said = stranger("POST", there(asked, "thread"), {"text": "Why not Returns?"}, status=201)

    assert stranger("GET", there(asked, "thread"), status=200) == [said]
    assert fresh(asked).revision == asked.revision


BODIES = {
    "accept": lambda asked: {"seen": seen(asked)},
    "counter": lambda _asked: OTHER,
    "amend": lambda _asked: OTHER,
    "decline": lambda _asked: NO,
    "defer": lambda _asked: NO | {"until_on": "2026-06-01"},
    "withdraw": lambda _asked: {},
    "report": lambda _asked: {},
    "revoke": lambda _asked: {"reason": "Ill."},
    "change": lambda _asked: OTHER | {"reason": "A holiday."},
    "satisfied": lambda _asked: {},
    "dispute": lambda _asked: {"reason": "The US."},
}
OWED = ("accept", "counter", "decline", "defer")
STANDING = {"report": agreed, "revoke": agreed, "change": agreed, "satisfied": reported, "dispute": reported}


@pytest.mark.parametrize("act", BODIES)
@pytest.mark.parametrize("who", ["member", "stranger", "admin", "leading admin", "team's token", "across"])
def test_nobody_moves_for_another_side(two, now, act, who):
    found = STANDING.get(act, lambda two, now: two.ask(now))(two, now)
    theirs = act in (*OWED, "report")
    team = two.tracking if theirs else two.checkout
    if who == "across" and act in {"revoke", "change"}:
        return  # either side may
    program = {
        "member": lambda: Program(member_of(team).person),
        "stranger": lambda: Program(lead_of(TeamFactory()).person),
        "admin": lambda: Program(ActorFactory(person__is_admin=True).person),
        "leading admin": lambda: Program(lead_of(team, is_admin=True).person),
        "team's token": lambda: Program(
            secret=token_for(lead_of(team).person, team_id=team.pk, team_name=team.name)[0]
        ),
        "across": lambda: Program((two.buyer if theirs else two.giver).person),
    }[who]()

    assert refused(program, there(found, act), BODIES[act](found)) == 403


@pytest.mark.parametrize("act", [*BODIES, "propose", "discard"])
def test_what_is_over_does_not_move(two, asked, now, act):
    transitions.decline(asked, reason_code="risk", reason="No.", by=two.giver, at=now)
    who = two.giver if act in (*OWED, "report") else two.buyer

    body = BODIES.get(act, lambda _asked: {})(asked)
    assert refused(Program(who.person), there(asked, act), body) == 409


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"kind": "change"}, 400, "kind"),
        ({"initiator": "nobody"}, 400, "initiator"),
        ({"counterpart": "checkout"}, 422, "counterpart"),
        ({"cycle": "1999-q1"}, 400, "cycle"),
        ({"terms": {"deliverable": ""}}, 400, "terms"),
        ({"terms": {"target": "3"}}, 422, "target"),
        ({"terms": {"person_weeks": "NaN"}}, 400, "terms"),
        ({"terms": {"nonsense": "x"}}, 400, "terms"),
        ({"terms": {}}, 422, "deliverable"),
        ({"respond_by": "2026-01-01"}, 422, "respond_by"),
        ({"kind": "loan", "objective": None}, 422, "objective"),
        ({"kind": "target"}, 422, "key_result"),
        ({"kind": "objective", "objective": None, "draft": True}, 422, "draft"),
    ],
)
def test_an_ask_is_refused_field_by_field(two, buyer, change, status, field):
    body = wish(two) | change

    assert refused(buyer, LIST, body) == status
    problem = buyer("POST", LIST, body, status=status)
    assert list(problem["errors"]) == [field]


@pytest.mark.parametrize("name", ["objective", "key_result"])
def test_what_is_not_there_is_asked_about_by_nobody(two, buyer, name):
    assert refused(buyer, LIST, wish(two) | {name: 999_999}) == 404


def test_a_no_without_a_reason_is_none(two, asked, giver):
    assert refused(giver, there(asked, "decline"), {"reason_code": "risk"}) == 400
    assert refused(giver, there(asked, "decline"), NO | {"reason": " "}) == 400
    assert refused(giver, there(asked, "defer"), NO) == 400
    assert refused(giver, there(asked, "defer"), NO | {"until_on": "2020-01-01"}) == 422
    assert refused(giver, there(asked, "counter"), {"terms": WORK}) == 422  # that would be to accept
    assert refused(giver, there(asked, "accept"), {"seen": seen(asked), "within": 999}) == 422
    assert not No.objects.exists()


def test_what_is_kept_among_few_is_hidden(two, asked, buyer):
    objective = fresh(two.objective)
    objective.visibility, objective.restricted_because = "restricted", "A merger"
    objective.save()
    stranger, admin = Program(UserFactory()), Program(UserFactory(is_admin=True))

    assert stranger("GET", LIST, status=200)["results"] == []
    for method, act in (("GET", ""), ("GET", "thread"), ("POST", "thread"), ("POST", "accept")):
        assert stranger(method, there(asked, act), {} if method == "POST" else None).status_code == 404
    assert stranger("POST", LIST, wish(two)).status_code == 404
    assert buyer("GET", there(asked), status=200)["title"] == asked.title
    assert admin("GET", there(asked), status=200)["acts"] == []


@pytest.mark.parametrize(
    ("asking", "count"),
    [
        ("", 2),
        ("?show=for-us", 0),
        ("?show=for-others", 1),
        ("?show=agreed", 1),
        ("?team=tracking", 2),
        ("?team=nobody", 0),
        ("?cycle=2026-q1&kind=contribution", 2),
        ("?kind=loan", 0),
        ("?stage=agreed", 1),
        ("?objective={}", 2),
    ],
)
def test_the_list_is_narrowed(two, now, buyer, asking, count):
    agreed(two, now)
    two.ask(now)

    found = buyer("GET", f"{LIST}{asking.format(two.objective.pk)}", status=200)["results"]

    assert len(found) == count


@pytest.mark.parametrize("many", [1, 10])
def test_a_list_costs_the_same_however_long_it_is(two, now, buyer, many, django_assert_num_queries):
    for number in range(many):
        two.ask(now, WORK | {"deliverable": f"Page {number}"})
    buyer("GET", "me/", status=200)

    with django_assert_num_queries(2):  # the token, the list
        found = buyer("GET", LIST, status=200)["results"]

    assert len(found) == many


@pytest.mark.parametrize("rounds", [1, 10])
def test_one_costs_the_same_however_many_rounds(two, asked, now, buyer, rounds, django_assert_num_queries):
    capacity_of(two.tracking, two.cycle, has="50")
    for number in range(rounds):
        by = two.buyer if number % 2 else two.giver
        transitions.counter(asked, payload=WORK | {"deliverable": f"{number}"}, by=by, at=now)
    buyer("GET", "me/", status=200)

    with django_assert_num_queries(7):
        found = buyer("GET", there(asked), status=200)

    assert len(found["moves"]) == rounds + 1
    assert Negotiation.objects.count() == 1
