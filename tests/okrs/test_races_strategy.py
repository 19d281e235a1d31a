"""Two at once: one of them counts, and nothing is doubled."""

from datetime import date
from decimal import Decimal

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Candidate
from apps.okrs import transitions
from apps.okrs.models import (
    AlignmentLink,
    Allocation,
    Decision,
    Finding,
    Negotiation,
    No,
    Objective,
    OffsitePack,
    Pothole,
    StrategyItem,
)
from apps.okrs.transitions import Sentence
from tests.factories.catalog import TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, NextCycleFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import capacity_of, sides
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql


def one(team):
    return [Candidate(key="test:1", kind="Gap", title="A gap", url="/x/")]


def test_two_who_close_a_circle_close_none(now):
    first, second = ObjectiveFactory(), ObjectiveFactory()
    sides = [(first, second, member_of(first.team)), (second, first, member_of(second.team))]

    def tie(number):
        source, target, by = sides[number]
        return transitions.link_objective(
            source, kind="contributes", target=target, statement="So", by=by, at=now
        )

    results = at_once(tie, times=2)

    assert sum(isinstance(one, InvalidInputError) for one in results) == 1
    assert AlignmentLink.objects.count() == 1


def test_two_who_write_the_same_sentence_write_one(now):
    lead = lead_of(TeamFactory())
    sentence = Sentence(horizon="later", statement="Nobody has to call")

    results = at_once(lambda _number: transitions.write_strategy(sentence, by=lead, at=now), times=4)

    assert len({row.pk for row in results}) == 1
    assert StrategyItem.objects.count() == 1


def test_a_double_click_asks_promises_and_says_no_once(now):
    two = sides()
    quarter = capacity_of(two.tracking, two.cycle, has="100")
    weeks = {"person_weeks": Decimal(4), "kind": "upkeep", "label": "On call"}
    said = {"what": "The app", "reason_code": "risk", "reason": "Nobody asked"}

    asked = at_once(lambda _number: two.ask(now), times=3)
    at_once(lambda _number: transitions.promise_weeks(quarter, **weeks, by=two.giver, at=now), times=3)
    at_once(lambda _number: transitions.say_no(two.tracking, **said, by=two.giver, at=now), times=3)

    assert sum(isinstance(one, InvalidMoveError) for one in asked) == 2
    assert [kind.objects.count() for kind in (Negotiation, Allocation, No)] == [1, 1, 1]


def test_of_two_who_take_weeks_back_one_does(now):
    two = sides()
    quarter = capacity_of(two.tracking, two.cycle, has="100", promised="4")
    row = Allocation.objects.get(quarter=quarter)

    results = at_once(lambda _number: transitions.free_weeks(row, by=two.giver, at=now), times=3)

    assert sorted(type(one).__name__ for one in results) == ["InvalidMoveError"] * 2 + ["NoneType"]


def test_two_runs_store_each_finding_once(now):
    ObjectiveFactory(title="Increase revenue by 20 %")
    by = Actor.system("okrs.look")

    results = at_once(lambda _n: transitions.look(by=by, at=now, is_whole=True), times=3)

    assert results == [1, 1, 1]
    assert Finding.objects.filter(code="L5").count() == 1
    assert Event.objects.filter(verb="okrs.rules_run").count() == 1


def test_accepted_or_dismissed_and_not_both(now):
    objective = ObjectiveFactory()
    finding = Finding.objects.create(
        code="K1",
        severity="high",
        team=objective.team,
        objective=objective,
        message="Two ways.",
        fingerprint="1",
        found_at=now,
    )
    lead = lead_of(objective.team)
    steps = [transitions.accept_risk, transitions.dismiss]

    results = at_once(lambda n: steps[n](finding, reason="So", by=lead, at=now), times=2)

    assert sum(isinstance(one, InvalidMoveError) for one in results) == 1
    assert Event.objects.filter(verb__startswith="okrs.finding_").count() == 1


def test_a_pothole_is_taken_once(now, settings):
    settings.CANDIDATES = [f"{__name__}.one"]
    quarter = QuarterFactory(cycle=NextCycleFactory())
    members = [member_of(quarter.team) for _member in range(3)]

    at_once(
        lambda n: transitions.take_pothole(quarter, key="test:1", title="It recovers", by=members[n], at=now),
        times=3,
    )

    assert (Pothole.objects.count(), Objective.objects.count()) == (1, 1)


def test_none_is_said_once(now, settings):
    settings.CANDIDATES = [f"{__name__}.one"]
    quarter = QuarterFactory(cycle=NextCycleFactory())
    leads = [lead_of(quarter.team) for _lead in range(2)]

    at_once(lambda n: transitions.leave_all_potholes(quarter, reason="So", by=leads[n], at=now), times=2)

    assert (Pothole.objects.count(), No.objects.count()) == (1, 1)


def test_a_cycle_has_one_pack_and_a_sentence_one_edit(now, settings):
    root = TeamFactory(slug="all")
    settings.ROOT_TEAM = "all"
    leads = [lead_of(root) for _lead in range(2)]
    cycle = CycleFactory()
    item = transitions.write_strategy(Sentence(horizon="later", statement="So"), by=leads[0], at=now)

    at_once(lambda n: transitions.prepare_offsite(cycle, by=leads[n], at=now), times=2)
    pack = OffsitePack.objects.get()
    at_once(
        lambda n: transitions.decide(
            pack, text="Go.", owner=leads[0].person, due_on=date(2026, 3, 9), by=leads[n], at=now
        ),
        times=2,
    )
    edits = at_once(
        lambda n: transitions.edit_strategy(
            item, Sentence(horizon="later", statement=f"So {n}"), revision=0, by=leads[n], at=now
        ),
        times=2,
    )

    assert Decision.objects.count() == 1
    assert sorted(type(one).__name__ for one in edits) == ["Conflict", "Saved"]
