"""The strategy, the overview of leadership and the offsite, for programs."""

import pytest

from apps.core.files import store
from apps.okrs import transitions
from apps.okrs.models import Decision, OffsitePack, RankChange, StrategyItem
from apps.okrs.queries import pack_content
from tests.api.asking import Program, token_for
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import QuarterFactory
from tests.okrs.sides import WORK, capacity_of, seen, sides
from tests.refusals import rows

pytestmark = pytest.mark.django_db
SENTENCE = {"horizon": "later", "statement": "They choose where it goes.", "theme": "Choice"}
DECISION = {"text": "Close the depot.", "due_on": "2026-04-01"}


@pytest.fixture
def two(time_machine, now, settings):
    time_machine.move_to(now)
    settings.ROOT_TEAM = "everybody"
    found = sides()
    found.root = TeamFactory(name="Everybody", slug="everybody")
    found.leader = lead_of(found.root)
    return found


@pytest.fixture
def leader(two):
    return Program(two.leader.person)


@pytest.fixture
def item(two):
    return StrategyItem.objects.create(horizon="later", statement="Nobody waits.")


@pytest.fixture
def pack(two, now):
    content = pack_content(two.cycle, on=now.date())
    return OffsitePack.objects.create(cycle=two.cycle, content=content, made_at=now)


def place(two, rest):
    return f"okrs/cycles/{two.cycle.slug}/{rest}/"


def refused(program, method, path, body=None, **headers):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program(method, path, body, **headers)
    assert rows() == before
    return answer.status_code


def test_a_sentence_is_written_and_moved_under_its_revision(leader):
    made = leader("POST", "okrs/horizons/", SENTENCE)
    where = f"okrs/horizons/{made.json()['id']}/"

    leader("PUT", where, SENTENCE, status=428)
    moved = leader("PUT", where, SENTENCE | {"horizon": "next"}, If_Match=made["ETag"])
    stale = leader("PUT", where, SENTENCE | {"theme": "Other"}, If_Match=made["ETag"])

    assert (made.status_code, moved.status_code, moved.json()["horizon"]) == (201, 200, "next")
    assert (stale.status_code, stale["ETag"]) == (412, moved["ETag"])
    assert stale.json()["current"]["horizon"] == "next"


def test_the_strategy_is_read_by_horizon(two, item, leader):
    leader("POST", f"okrs/horizons/{item.pk}/revalidate/", {"verdict": "changed"}, status=200)
    leader("POST", "okrs/horizons/", SENTENCE, status=201)

    shown = Program(UserFactory())("GET", "okrs/horizons/", status=200)

    assert [one["key"] for one in shown["columns"]] == ["now", "next", "later", "vision"]
    later = shown["columns"][2]["rows"]
    assert [one["item"]["verdict"] for one in later] == ["changed", "holds"]
    assert later[0]["doubts"][0]["verdict"] == "too vague to start"
    assert leader("POST", f"okrs/horizons/{item.pk}/revalidate/", {"verdict": "dead"}, status=200)
    assert [one["id"] for one in leader("GET", "okrs/horizons/", status=200)["dead"]] == [item.pk]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"horizon": "someday"}, 400, "horizon"),
        ({"statement": " "}, 422, "statement"),
        ({"horizon": "vision", "statement": "By 2030 all."}, 422, "statement"),
        ({"target_low": "5", "target_high": "3"}, 422, "target_high"),
        ({"confidence": 101}, 400, "confidence"),
        ({"begins_on": "9999-12-31", "precision": "year"}, 422, "begins_on"),
    ],
)
def test_a_sentence_is_refused_field_by_field(leader, change, status, field):
    assert refused(leader, "POST", "okrs/horizons/", SENTENCE | change) == status
    assert list(leader("POST", "okrs/horizons/", SENTENCE | change).json()["errors"]) == [field]


WHO = {
    "member": lambda two: Program(member_of(two.root).person),
    "lead of another": lambda two: Program(two.buyer.person),
    "leadership": lambda _two: Program(ActorFactory(person__is_leadership=True).person),
    "admin": lambda _two: Program(ActorFactory(person__is_admin=True).person),
    "team's token": lambda two: Program(
        secret=token_for(two.leader.person, team_id=two.root.pk, team_name=two.root.name)[0]
    ),
}


@pytest.mark.parametrize("who", WHO)
def test_nobody_else_writes_the_strategy_or_decides(two, item, pack, now, who):
    program = WHO[who](two)
    decision = Decision.objects.create(
        pack=pack, text="Go", owner=two.leader.person, due_on=now.date(), decided_at=now
    )
    decided = DECISION | {"owner": two.leader.person_id}

    assert refused(program, "POST", "okrs/horizons/", SENTENCE) == 403
    assert refused(program, "PUT", f"okrs/horizons/{item.pk}/", SENTENCE, If_Match="*") == 403
    assert refused(program, "POST", f"okrs/horizons/{item.pk}/revalidate/", {"verdict": "dead"}) == 403
    assert refused(program, "POST", place(two, "offsite")) == 403
    assert refused(program, "POST", place(two, "offsite/print")) == 403
    assert refused(program, "POST", place(two, "offsite/decisions"), decided) == 403
    assert refused(program, "POST", f"okrs/decisions/{decision.pk}/finish/") == 403


def test_a_pack_is_frozen_printed_and_decided_about(two, leader):
    assert leader("GET", place(two, "offsite")).status_code == 404
    made = leader("POST", place(two, "offsite"), {}, status=201)
    again = leader("POST", place(two, "offsite"), {}, status=201)
    job = leader("POST", place(two, "offsite/print"), {}, status=202)
    body = DECISION | {"owner": two.giver.person_id}
    decided = leader("POST", place(two, "offsite/decisions"), body, status=201)
    owner = Program(two.giver.person)
    done = owner("POST", f"okrs/decisions/{decided['id']}/finish/", {}, status=200)

    assert (made["made_at"], made["is_printed"], job["kind"]) == (again["made_at"], False, "okrs.offsite")
    assert (done["done_on"], done["owner"]["id"]) == ("2026-03-02", two.giver.person_id)
    shown = leader("GET", place(two, "offsite"), status=200)
    assert shown["decisions"] == [done]
    assert shown["content"]["agenda"][0]["key"] == "vision"


def test_the_printed_pack_is_handed_out(two, pack):
    program = Program(UserFactory())
    assert program("GET", place(two, "offsite/file")).status_code == 404
    pack.file = store(b"%PDF-1.7 of a pack", media_type="application/pdf")
    pack.save()

    file = program("GET", place(two, "offsite/file"), Accept="application/pdf")

    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert file.content == b"%PDF-1.7 of a pack"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"text": ""}, 400, "text"),
        ({"owner": 999_999}, 400, "owner"),
        ({"due_on": "2020-01-01"}, 422, "due_on"),
    ],
)
def test_a_decision_is_refused_field_by_field(two, pack, leader, change, status, field):
    body = DECISION | {"owner": two.giver.person_id} | change

    assert refused(leader, "POST", place(two, "offsite/decisions"), body) == status
    problem = leader("POST", place(two, "offsite/decisions"), body).json()
    assert list(problem["errors"]) == [field]


def test_habits_of_a_quarter_are_told_of_teams(two, now, leader):
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), displaced="The app", by=two.giver, at=now)
    quarter = QuarterFactory(team=two.checkout, cycle=two.cycle)
    RankChange.objects.create(
        quarter=quarter, before=[1, 2], after=[2, 1], reason="A law", person_name="Ada", at=now
    )

    shown = leader("GET", place(two, "habits"), status=200)

    everybody, checkout = shown["rows"]
    assert (everybody["team"], checkout["team"]) == (None, "checkout")
    assert [one["key"] for one in checkout["parts"]] == ["load", "inflation", "flips", "scope", "unpaired"]
    assert checkout["parts"][2]["value"] is None
    assert checkout["signs"][0]["share"] == {"part": 0, "whole": 1, "ratio": "0"}
    assert [(one["team"], one["cost"]) for one in shown["costliest"]] == [("checkout", "0.2")]


def test_leadership_sees_how_a_quarter_is_negotiated(two, now, leader):
    capacity_of(two.tracking, two.cycle, has="50")
    capacity_of(two.checkout, two.cycle, has="50")
    loan = {"person_weeks": "10", "starts_on": "2026-03-02", "ends_on": "2026-03-31"}
    lent = two.ask(now, loan, kind="loan")
    transitions.accept(lent, seen=seen(lent), displaced="The app", by=two.giver, at=now)
    refusal = two.ask(now, WORK | {"deliverable": "B"})
    transitions.decline(refusal, reason_code="risk", reason="The peak.", by=two.giver, at=now)
    waits = two.ask(now)

    shown = leader("GET", place(two, "leadership"), status=200)

    assert [(one["owes"], one["to"], one["negotiations"]) for one in shown["waiting"]] == [
        ("tracking", "checkout", [waits.pk])
    ]
    figures = {one["key"]: one["value"] for one in shown["figures"]}
    assert (figures["no_rate"], figures["who_moved"]) == ("50 %", "")
    measures = shown["measures"]
    assert measures["nos"] == {"part": 1, "whole": 2, "ratio": "0.5"}
    assert (measures["targets"], measures["who_moved"], measures["chose_nothing"]) == (0, None, False)
    assert [(one["team"], one["net"]) for one in shown["balances"]] == [
        ("Checkout", "-10"),
        ("Tracking", "10"),
    ]
    assert [one["what"] for one in shown["nos"]] == ["B"]
    assert shown["loans"][0]["lender"] == "tracking"


@pytest.mark.parametrize("many", [1, 10])
def test_the_overview_costs_the_same_however_much_happens(two, now, leader, many, django_assert_num_queries):
    for number in range(many):
        two.ask(now, WORK | {"deliverable": f"Page {number}"})
        other = two.ask(now, WORK | {"deliverable": f"Road {number}"})
        transitions.decline(other, reason_code="risk", reason="No.", by=two.giver, at=now)
    leader("GET", "me/", status=200)

    with django_assert_num_queries(9):
        shown = leader("GET", place(two, "leadership"), status=200)

    assert (len(shown["nos"]), shown["waiting"][0]["count"]) == (many, many)
