"""What is written while a quarter closes is written before, or refused: its state is read behind the lock."""

from threading import Event as Signal
from threading import Thread

from django.db import connection, transaction

from apps.accounts.models import Actor
from apps.core.errors import InvalidMoveError
from apps.okrs import rules, transitions
from apps.okrs.models import (
    Allocation,
    Cycle,
    CycleState,
    Negotiation,
    Objective,
    Stage,
    State,
    TeamCheckIn,
)
from tests.factories import TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, NextCycleFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import seen, sides
from tests.races import on_postgresql

pytestmark = on_postgresql
JOB = Actor.system("okrs.turn")
A_WHILE, PATIENCE = 1.0, 20.0


def while_ending(ending, step):
    """Take a step while a quarter ends: it waits for those locks, and goes on behind the commit."""
    holds = Signal()
    result = []

    def late():
        try:
            holds.wait(PATIENCE)
            result.append(step())
        except Exception as error:  # noqa: BLE001 -- the test looks at the error
            result.append(error)
        finally:
            connection.close()

    thread = Thread(target=late, daemon=True)
    thread.start()
    with transaction.atomic():
        ending()
        holds.set()
        thread.join(A_WHILE)
    thread.join(PATIENCE)
    return result[0]


def test_nothing_is_written_into_a_quarter_that_closes(transactional_db, now):
    cycle = CycleFactory(state=CycleState.ACTIVE, ends_on=now.date())
    NextCycleFactory()
    team = TeamFactory()
    QuarterFactory(team=team, cycle=cycle)
    member = member_of(team)

    result = while_ending(
        lambda: transitions.begin_cycle_grading(cycle, by=JOB, at=now),
        lambda: transitions.add_objective(team, cycle=cycle, title="Late", by=member, at=now),
    )

    assert isinstance(result, InvalidMoveError)
    assert Cycle.objects.get(pk=cycle.pk).state == CycleState.GRADING
    assert not Objective.objects.exists()


def test_the_first_page_of_a_team_is_no_way_into_a_quarter_that_closes(transactional_db, now):
    cycle = CycleFactory(state=CycleState.ACTIVE, ends_on=now.date())
    team = TeamFactory()
    member = member_of(team)

    result = while_ending(
        lambda: transitions.begin_cycle_grading(cycle, by=JOB, at=now),
        lambda: transitions.add_objective(team, cycle=cycle, title="Late", by=member, at=now),
    )

    assert isinstance(result, InvalidMoveError)
    assert not Objective.objects.exists()


def test_nobody_checks_in_for_a_quarter_that_closes(transactional_db, now):
    cycle = CycleFactory(state=CycleState.GRADING)
    NextCycleFactory()
    team = TeamFactory()
    quarter = QuarterFactory(team=team, cycle=cycle)
    member = member_of(team)

    result = while_ending(
        lambda: transitions.close_cycle(cycle, by=JOB, at=now),
        lambda: transitions.save_check_in(
            quarter, draft=rules.CheckInDraft(priorities="So"), revision=0, by=member, at=now
        ),
    )

    assert isinstance(result, InvalidMoveError)
    assert not TeamCheckIn.objects.exists()


def test_nobody_plans_or_ranks_in_a_quarter_that_closes(transactional_db, now):
    cycle = CycleFactory(state=CycleState.ACTIVE, ends_on=now.date())
    team = TeamFactory()
    rows = [ObjectiveFactory(team=team, cycle=cycle, state=State.ACTIVE) for _n in range(2)]
    ids = [one.pk for one in rows]
    quarter = QuarterFactory(team=team, cycle=cycle, ordered_ids=ids)
    lead = lead_of(team)

    result = while_ending(
        lambda: transitions.begin_cycle_grading(cycle, by=JOB, at=now),
        lambda: transitions.rank(quarter, order=ids[::-1], revision=0, reason="So", by=lead, at=now),
    )

    assert isinstance(result, InvalidMoveError)
    quarter.refresh_from_db()
    assert quarter.ordered_ids == ids


def test_nobody_publishes_into_a_quarter_that_closes(transactional_db, now):
    cycle = CycleFactory(state=CycleState.GRADING)
    NextCycleFactory()
    team = TeamFactory()
    quarter = QuarterFactory(team=team, cycle=cycle)
    member = member_of(team)
    said = rules.CheckInDraft(priorities="So")
    draft = transitions.save_check_in(quarter, draft=said, revision=0, by=member, at=now).row

    result = while_ending(
        lambda: transitions.close_cycle(cycle, by=JOB, at=now),
        lambda: transitions.publish_check_in(draft, revision=1, by=member, at=now),
    )

    assert isinstance(result, InvalidMoveError)
    assert TeamCheckIn.objects.get().published_at is None


def test_nothing_is_promised_to_what_stops_meanwhile(transactional_db, now):
    two = sides()
    asked = two.ask(now)
    looked_at = seen(asked)

    result = while_ending(
        lambda: transitions.stop(two.objective, reason="So", by=two.buyer, at=now),
        lambda: transitions.accept(asked, seen=looked_at, displaced="The app", by=two.giver, at=now),
    )

    assert isinstance(result, InvalidMoveError)
    assert Negotiation.objects.get().stage == Stage.WITHDRAWN
    assert not Allocation.objects.exists()


def test_nothing_is_agreed_in_a_quarter_whose_questions_lapse(transactional_db, now):
    two = sides()
    asked = two.ask(now)
    looked_at = seen(asked)
    Objective.objects.update(state=State.DRAFT, agreed_at=None)
    Cycle.objects.update(state=CycleState.GRADING)
    NextCycleFactory()

    result = while_ending(
        lambda: transitions.close_cycle(two.cycle, by=JOB, at=now),
        lambda: transitions.accept(asked, seen=looked_at, displaced="The app", by=two.giver, at=now),
    )

    assert isinstance(result, InvalidMoveError)
    assert Negotiation.objects.get().stage == Stage.LAPSED
