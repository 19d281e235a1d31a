import pytest

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.okrs import transitions
from apps.okrs.models import Cycle, Metric, Objective, Quarter, RankChange, RankSnapshot, State
from tests.factories import TeamFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    NextCycleFactory,
    ObjectiveFactory,
    QuarterFactory,
)
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql
JOB = Actor.system("okrs.turn")


@pytest.fixture
def page(transactional_db):
    team = TeamFactory()
    rows = [ObjectiveFactory(team=team, state=State.ACTIVE) for _n in range(4)]
    return QuarterFactory(team=team, cycle=rows[0].cycle, ordered_ids=[row.pk for row in rows])


def test_of_two_re_ranks_one_stands_and_the_other_sees_it(page, now):
    leads = [lead_of(page.team) for _n in range(4)]
    ids = page.ordered_ids
    orders = [ids[n:] + ids[:n] for n in (1, 2, 3)]

    results = at_once(
        lambda n: transitions.rank(page, order=orders[n], revision=0, reason="So", by=leads[n], at=now),
        times=3,
    )

    (saved,) = (one for one in results if isinstance(one, Saved))
    assert [type(one).__name__ for one in results].count("Conflict") == 2
    assert all(one.row.ordered_ids == saved.row.ordered_ids for one in results if isinstance(one, Conflict))
    assert RankChange.objects.count() == 1


def test_objectives_that_are_written_at_once_all_have_a_place(transactional_db, now):
    team, cycle = TeamFactory(), CycleFactory()
    members = [member_of(team) for _n in range(4)]

    at_once(
        lambda n: transitions.add_objective(team, cycle=cycle, title=f"Goal {n}", by=members[n], at=now),
        times=4,
    )

    assert set(Quarter.objects.get().ordered_ids) == set(Objective.objects.values_list("pk", flat=True))
    assert Objective.objects.count() == 4


def test_a_double_click_writes_one_objective(transactional_db, now):
    team, cycle = TeamFactory(), CycleFactory()
    member = member_of(team)

    at_once(lambda _n: transitions.add_objective(team, cycle=cycle, title="Goal", by=member, at=now), times=4)

    assert Objective.objects.count() == 1


def test_of_two_writers_one_saves_and_one_sees_both_texts(page, now):
    objective = ObjectiveFactory(team=page.team, cycle=page.cycle)
    members = [member_of(page.team) for _n in range(3)]

    results = at_once(
        lambda n: transitions.edit_objective(
            objective, title=f"Words {n}", why="", instead_of="", revision=0, by=members[n], at=now
        ),
        times=3,
    )

    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Conflict", "Saved"]


def test_two_leads_agree_once(page, now):
    objective = ObjectiveFactory(team=page.team, cycle=page.cycle)
    KeyResultFactory(objective=objective)
    leads = [lead_of(page.team) for _n in range(3)]

    results = at_once(lambda n: transitions.adopt(objective, by=leads[n], at=now), times=3)

    assert sum(isinstance(one, InvalidMoveError) for one in results) == 2
    assert Event.objects.filter(verb="okrs.objective_adopted").count() == 1


def test_workers_lay_out_and_write_down_once(page, now):
    Cycle.objects.all().update(state="planning")

    at_once(lambda _n: transitions.create_cycles(by=JOB, at=now), times=4)
    found = at_once(lambda _n: transitions.snapshot_ranks(by=JOB, at=now), times=4)

    assert Cycle.objects.count() == 3
    assert sorted(found) == [0, 0, 0, 1]
    assert RankSnapshot.objects.count() == 1


def test_a_quarter_closes_once_and_carries_over_once(transactional_db, now):
    cycle = CycleFactory(state="grading")
    NextCycleFactory()
    ObjectiveFactory(cycle=cycle, state=State.CLOSED, closed_on=now.date(), verdict="keep")

    results = at_once(lambda _n: transitions.close_cycle(cycle, by=JOB, at=now), times=3)

    assert sum(isinstance(one, InvalidMoveError) for one in results) == 2
    assert Objective.objects.exclude(carried_from=None).count() == 1


def test_a_metric_that_two_name_at_once_is_one(page, now):
    rows = [KeyResultFactory(objective=ObjectiveFactory(team=page.team, cycle=page.cycle)) for _n in range(3)]
    members = [member_of(page.team) for _n in rows]

    results = at_once(
        lambda n: transitions.measure_key_result(
            rows[n], kind="metric", new_metric="Calls", revision=0, by=members[n], at=now
        ),
        times=3,
    )

    assert all(isinstance(one, Saved) for one in results)
    assert Metric.objects.count() == 1


def test_what_is_begun_while_the_quarter_ends_is_graded_or_refused(transactional_db, now):
    cycle = CycleFactory(ends_on=now.date())
    team = TeamFactory()
    objective = ObjectiveFactory(team=team, cycle=cycle, state=State.AGREED)
    QuarterFactory(team=team, cycle=cycle, ordered_ids=[objective.pk])
    lead = lead_of(team)
    steps = [
        lambda: transitions.activate(objective, by=lead, at=now),
        lambda: transitions.begin_cycle_grading(cycle, by=JOB, at=now),
    ]

    results = at_once(lambda n: steps[n](), times=2)

    objective.refresh_from_db()
    was_refused = isinstance(results[0], InvalidMoveError)
    assert objective.state == (State.AGREED if was_refused else State.GRADING)
