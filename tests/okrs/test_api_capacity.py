"""A team's person-weeks for programs."""

import pytest

from apps.catalog.models import Team
from apps.okrs import transitions
from apps.okrs.models import Allocation, CapacityPlan
from tests.api.asking import Program, token_for
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import ObjectiveFactory
from tests.okrs.sides import capacity_of, fresh, seen, sides
from tests.refusals import rows

pytestmark = pytest.mark.django_db
PLAN = {"people": "5", "weeks": "13", "upkeep_share": "0.25", "leave_share": "0.1"}


@pytest.fixture
def two(time_machine, now, settings):
    time_machine.move_to(now)
    settings.ROOT_TEAM = "everybody"
    TeamFactory(name="Everybody", slug="everybody")
    return sides()


@pytest.fixture
def lead(two):
    return Program(two.giver.person)


def place(two, rest=""):
    return f"okrs/cycles/{two.cycle.slug}/teams/tracking/capacity/{rest}"


def refused(program, method, path, body=None, **headers):
    """Send it; return the status after a look at the tables."""
    program("GET", "me/", status=200)  # the token's first use is noted
    before = rows()
    answer = program(method, path, body, **headers)
    assert rows() == before
    return answer.status_code


def test_a_plan_is_saved_under_its_revision(two, lead):
    empty = lead("GET", place(two))
    assert (empty.json()["plan"], empty.json()["ledger"], empty["ETag"]) == (None, None, '"0"')

    lead("PUT", place(two), PLAN, status=428)
    saved = lead("PUT", place(two), PLAN, If_Match=empty["ETag"])
    stale = lead("PUT", place(two), PLAN | {"people": "6"}, If_Match='"0"')

    assert (saved.status_code, saved["ETag"]) == (200, '"1"')
    assert saved.json()["ledger"]["own"] == "42.25"
    assert (stale.status_code, stale["ETag"], stale.json()["current"]["plan"]["people"]) == (
        412,
        '"1"',
        "5.0",
    )


def test_weeks_are_promised_changed_and_freed(two, lead):
    capacity_of(two.tracking, two.cycle, has="50")
    objective = ObjectiveFactory(team=two.tracking, cycle=two.cycle, title="Quiet nights")

    made = lead("POST", place(two, "promises/"), {"objective": objective.pk, "person_weeks": "9"}, status=201)
    assert (made["label"], made["kind"], made["person_weeks"]) == ("Quiet nights", "outcome", "9.00")
    lead("PUT", place(two, f"promises/{made['id']}/"), {"person_weeks": "20"}, status=200)
    assert lead("GET", place(two), status=200)["ledger"]["rho"] == "0.4"
    assert lead("DELETE", place(two, f"promises/{made['id']}/")).status_code == 204

    assert not Allocation.objects.exists()


def test_the_organisation_s_lead_waives(two):
    leader = Program(lead_of(Team.objects.get(slug="everybody")).person)
    capacity_of(two.tracking, two.cycle, has="50", promised="55")
    body = {"up_to": "1.15", "expires_on": "2026-03-20", "reason": "The peak."}

    made = leader("POST", place(two, "waivers/"), body, status=201)

    shown = leader("GET", place(two), status=200)
    assert (shown["waivers"], shown["ledger"]["fill"], shown["ledger"]["up_to"]) == ([made], "over", "1.15")


def test_a_loan_stands_in_both_ledgers(two, now, lead):
    capacity_of(two.tracking, two.cycle, has="50")
    capacity_of(two.checkout, two.cycle, has="50")
    asked = two.ask(
        now, {"person_weeks": "10", "starts_on": "2026-03-02", "ends_on": "2026-03-31"}, kind="loan"
    )
    transitions.accept(asked, seen=seen(asked), displaced="The app", by=two.giver, at=now)

    out = lead("GET", place(two), status=200)
    got = lead("GET", place(two).replace("tracking", "checkout"), status=200)

    assert out["loans_out"] == got["loans_in"]
    assert (out["ledger"]["available"], got["ledger"]["available"]) == ("40", "58")


WHO = {
    "member": lambda two: Program(member_of(two.tracking).person),
    "stranger": lambda two: Program(two.buyer.person),
    "admin": lambda _two: Program(ActorFactory(person__is_admin=True).person),
    "team's token": lambda two: Program(
        secret=token_for(two.giver.person, team_id=two.tracking.pk, team_name=two.tracking.name)[0]
    ),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("PUT", "", PLAN),
        ("POST", "promises/", {"label": "Nights", "kind": "upkeep", "person_weeks": "1"}),
        ("PUT", "promises/{}/", {"person_weeks": "1"}),
        ("DELETE", "promises/{}/", None),
        ("POST", "waivers/", {"up_to": "1.15", "expires_on": "2026-03-20", "reason": "The peak."}),
    ],
)
def test_nobody_else_plans(two, who, method, rest, body):
    quarter = capacity_of(two.tracking, two.cycle, has="50", promised="5")
    path = place(two, rest.format(Allocation.objects.get(quarter=quarter).pk))

    assert refused(WHO[who](two), method, path, body, If_Match="*") == 403


@pytest.mark.parametrize("who", ["own lead", "team's token", "both"])
def test_no_lead_waives_for_the_own_team_and_no_token_for_anybody(two, who):
    capacity_of(two.tracking, two.cycle, has="50")
    root = Team.objects.get(slug="everybody")
    both = lead_of(root).person
    both.team_ids = [*both.team_ids, two.tracking.pk]
    both.save()
    program = {
        "own lead": lambda: Program(two.giver.person),
        "both": lambda: Program(both),
        "team's token": lambda: Program(
            secret=token_for(lead_of(root).person, team_id=root.pk, team_name=root.name)[0]
        ),
    }[who]()
    body = {"up_to": "1.15", "expires_on": "2026-03-20", "reason": "The peak."}

    assert refused(program, "POST", place(two, "waivers/"), body) == 403


@pytest.mark.parametrize(
    ("asked", "body", "status", "field"),
    [
        ("PUT ", PLAN | {"people": "0"}, 422, "people"),
        ("PUT ", PLAN | {"upkeep_share": "0.95"}, 422, "upkeep_share"),
        ("PUT ", {"people": "5", "weeks": "13"}, 400, "upkeep_share"),
        ("POST promises/", {"person_weeks": "-1", "label": "x"}, 422, "person_weeks"),
        ("POST promises/", {"person_weeks": "1"}, 422, "label"),
        ("POST promises/", {"person_weeks": "1", "objective": 999}, 422, "objective"),
        ("POST promises/", {"person_weeks": "1", "label": "x", "kind": "fun"}, 400, "kind"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_its_field(two, lead, asked, body, status, field):
    method, _space, rest = asked.partition(" ")

    assert refused(lead, method, place(two, rest), body, If_Match="*") == status
    assert list(lead(method, place(two, rest), body, If_Match="*").json()["errors"]) == [field]


def test_what_was_agreed_is_not_freed_here(two, now, lead):
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    promise = Allocation.objects.get()

    assert refused(lead, "DELETE", place(two, f"promises/{promise.pk}/")) == 409


def test_a_quarter_that_is_over_keeps_its_numbers(two, lead):
    capacity_of(two.tracking, two.cycle, has="50")
    type(two.cycle).objects.update(state="closed")

    assert refused(lead, "PUT", place(two), PLAN, If_Match="*") == 409
    assert lead("GET", place(two), status=200)["plan"]["people"] == "5.0"


def test_who_may_not_read_what_it_is_for_sees_the_weeks_alone(two, now):
    """Of an objective that its team keeps to itself, and of what is agreed about one."""
    capacity_of(two.tracking, two.cycle, has="50")
    hidden = {"visibility": "restricted", "restricted_because": "A merger"}
    own = ObjectiveFactory(team=two.tracking, cycle=two.cycle, title="Merge the fleets", **hidden)
    quarter = CapacityPlan.objects.get().quarter
    transitions.promise_weeks(quarter, person_weeks=3, objective=own, by=two.giver, at=now)
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    type(own).objects.filter(pk=two.objective.pk).update(**hidden)

    seen_by_all = Program(UserFactory())("GET", place(two), status=200)
    seen_by_us = Program(two.giver.person)("GET", place(two), status=200)

    assert [(one["label"], one["person_weeks"]) for one in seen_by_all["promises"]] == [
        ("…", "3.00"),
        ("…", "4.00"),
    ]
    assert {(one["objective"], one["negotiation"]) for one in seen_by_all["promises"]} == {(None, None)}
    assert [one["label"] for one in seen_by_us["promises"]] == [
        "Merge the fleets",
        "Tracking inside the order page",
    ]


@pytest.mark.parametrize("many", [1, 10])
def test_it_costs_the_same_however_much_is_promised(two, lead, many, django_assert_num_queries):
    quarter = capacity_of(two.tracking, two.cycle, has="50")
    for number in range(many):
        Allocation.objects.create(quarter=quarter, label=f"Nights {number}", person_weeks=1)
    lead("GET", "me/", status=200)

    with django_assert_num_queries(7):
        assert len(lead("GET", place(two), status=200)["promises"]) == many


def test_a_plan_that_says_the_same_is_no_conflict(two, lead):
    lead("PUT", place(two), PLAN, status=200, If_Match='"0"')

    lead("PUT", place(two), PLAN, status=200, If_Match='"0"')

    assert fresh(CapacityPlan.objects.get()).revision == 1
