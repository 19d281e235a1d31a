"""The habits of teams: what is counted, of whom, and what a reader may know of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.okrs import queries, transitions
from apps.okrs.models import KeyResult, Objective, RankChange, RankSnapshot, TargetChange
from apps.okrs.queries.habits import parts_of_all
from tests.factories import TeamFactory, member_of
from tests.factories.accounts import UserFactory
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    NextCycleFactory,
    ObjectiveFactory,
    QuarterFactory,
)
from tests.okrs.sides import capacity_of, seen, sides

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)
BEFORE = datetime(2025, 12, 20, tzinfo=UTC)
LATER = datetime(2026, 2, 10, tzinfo=UTC)


@pytest.fixture
def two():
    return sides()


def seen_habits(cycle, *, person=None):
    return queries.habits(cycle, person=person or UserFactory(), on=ON)


def of(page, team):
    """Return the parts and signs of a team, or of all, by key."""
    (row,) = (one for one in page.rows if (one.team and one.team.slug) == (team and team.slug))
    return {one.key: one for one in row.parts}, {one.key: one.share for one in row.signs}


def running(two, *, agreed_at=BEFORE, **more):
    return ObjectiveFactory(team=two.tracking, cycle=two.cycle, state="active", agreed_at=agreed_at, **more)


def moved(two, *, before, after):
    quarter = QuarterFactory(team=two.tracking, cycle=two.cycle)
    RankChange.objects.create(
        quarter=quarter, before=before, after=after, reason="A law", person_name="Ada", at=LATER
    )


def test_goals_and_accepted_contributions_are_the_load_of_a_team(two, now):
    for _ in range(3):
        running(two)
    ObjectiveFactory(team=two.tracking, cycle=two.cycle)  # a draft binds nobody
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), displaced="The app", by=two.giver, at=now)
    two.ask(now)  # not answered

    parts, _signs = of(seen_habits(two.cycle), two.tracking)

    assert (parts["load"].shown, parts["load"].words) == ("0.33", "4 on the list, 3 are fine")


def test_the_organisation_may_have_five_and_its_load_is_weighted(two, settings):
    settings.ROOT_TEAM = "checkout"
    for _ in range(5):
        running(two)
    capacity_of(two.tracking, two.cycle, has="30")
    capacity_of(two.checkout, two.cycle, has="90")

    parts, _signs = of(seen_habits(two.cycle), None)

    assert parts["load"].shown == "0.17"  # (0.67 x 30 + 0 x 90) / 120


def test_what_is_committed_to_comes_first(two):
    running(two, ambition="commitment")
    running(two, ambition="commitment")
    running(two)

    assert of(seen_habits(two.cycle), two.tracking)[0]["inflation"].shown == "0.50"


def test_weekly_orders_are_compared(two):
    running(two)
    quarter = QuarterFactory(team=two.tracking, cycle=two.cycle)
    for week, order in enumerate([[1, 2, 3], [2, 1, 3], [1, 2, 3]]):
        RankSnapshot.objects.create(
            quarter=quarter, week_on=date(2026, 1, 5) + timedelta(weeks=week), ordered_ids=order
        )

    assert of(seen_habits(two.cycle), two.tracking)[0]["flips"].shown == "0.40"
    assert of(seen_habits(two.cycle), two.checkout)[0]["flips"].value is None


def test_key_results_that_come_and_go_after_the_start_are_scope(two):
    early, late = running(two), running(two, agreed_at=LATER)
    stopped = running(two)
    for objective in (early, early, late, stopped):
        KeyResultFactory(objective=objective)
    KeyResultFactory(objective=early, dropped_on=date(2026, 2, 1), drop_reason="A law")
    KeyResultFactory(objective=early, dropped_on=date(2025, 12, 27), drop_reason="Never began")
    Objective.objects.filter(pk=stopped.pk).update(
        state="stopped", closed_on=date(2026, 2, 1), close_note="Sold"
    )

    scope = of(seen_habits(two.cycle), two.tracking)[0]["scope"]

    assert scope.words == "1 added and 2 dropped after it began, to 4 key results"
    assert scope.shown == "0.75"


def test_nothing_can_come_or_go_while_the_quarter_is_planned(two):
    cycle = NextCycleFactory()
    objective = ObjectiveFactory(team=two.tracking, cycle=cycle, state="agreed")
    KeyResultFactory(objective=objective)

    assert of(seen_habits(cycle), two.tracking)[0]["scope"].value is None


def test_a_yes_that_makes_no_room_is_counted_for_who_gives(two, now):
    running(two)
    for displaced in ("The app", ""):
        asked = two.ask(now)
        transitions.accept(asked, seen=seen(asked), displaced=displaced, by=two.giver, at=now)

    page = seen_habits(two.cycle)

    assert of(page, two.tracking)[0]["unpaired"].shown == "0.50"
    assert of(page, two.checkout)[0]["unpaired"].shown == "0.00"
    assert of(page, None)[0]["unpaired"].words == "1 of 2 yeses in the quarter made no room"


def test_signs_of_projects_are_counted(two):
    committed, open_ended = running(two, ambition="commitment"), running(two)
    KeyResultFactory(objective=committed, title="Launch the new tracking page", kind="milestone")
    KeyResultFactory(objective=open_ended, title="Migrate to the new cluster")
    KeyResultFactory(objective=open_ended, title="Calls fall from 9,400 to 5,000 a week")
    KeyResultFactory(objective=open_ended, title="Half of all receivers open it", ambition="commitment")

    signs = of(seen_habits(two.cycle), two.tracking)[1]

    assert {key: (one.part, one.whole) for key, one in signs.items()} == {
        "outputs": (2, 4),
        "milestones": (1, 4),
        "dictated": (0, 2),
        "dates": (1, 4),
        "untouched": (2, 2),
    }


def test_three_quarters_tell_whether_goals_are_ever_touched(two):
    cycles = [
        CycleFactory(
            slug=f"old-{n}", name=f"Old {n}", starts_on=day, ends_on=day + timedelta(days=80), state="closed"
        )
        for n, day in enumerate([date(2025, 10, 1), date(2025, 7, 1), date(2025, 4, 1)])
    ]
    running(two)
    kept, changed, stopped, too_old = (
        ObjectiveFactory(
            team=two.tracking,
            cycle=cycle,
            state="closed",
            verdict="keep",
            close_note="So",
            closed_on=date(2026, 1, 5),
        )
        for cycle in (cycles[0], cycles[0], cycles[1], cycles[2])
    )
    TargetChange.objects.create(
        key_result=KeyResultFactory(objective=changed),
        field="target",
        why="correction",
        reason="A slip",
        person_name="Ada",
        on_date=date(2025, 11, 1),
        at=BEFORE,
    )
    Objective.objects.filter(pk=stopped.pk).update(verdict="stop")

    untouched = of(seen_habits(two.cycle), two.tracking)[1]["untouched"]

    assert (untouched.part, untouched.whole) == (2, 4)
    assert {kept.state, too_old.state} == {"closed"}


def test_what_was_accepted_at_once_and_without_a_word_was_dictated(two, now):
    asked = transitions.propose_objective(
        two.tracking,
        cycle=two.cycle,
        from_team=two.checkout,
        payload={"title": "Partners see it", "key_results": "Half of them do"},
        by=two.buyer,
        at=now,
    )
    transitions.accept(asked, seen=seen(asked), displaced="The app", by=two.giver, at=now)

    dictated = of(seen_habits(two.cycle), two.tracking)[1]["dictated"]

    assert (dictated.part, dictated.whole) == (1, 1)


def test_who_may_not_read_a_goal_does_not_find_it_in_numbers_or_moves(two):
    shown = running(two, title="Seen")
    hidden = running(two, title="Marker", visibility="restricted", restricted_because="A merger")
    KeyResultFactory(objective=hidden, title="Ship the merger")
    moved(two, before=[shown.pk, hidden.pk], after=[hidden.pk, shown.pk])

    stranger = seen_habits(two.cycle)
    member = seen_habits(two.cycle, person=member_of(two.tracking).person)

    assert of(stranger, two.tracking)[1]["outputs"].whole == 0
    assert of(member, two.tracking)[1]["outputs"].whole == 1
    (costly,) = stranger.costliest
    assert costly.moves == ["an objective of the team alone: 2 → 1", "Seen: 1 → 2"]
    assert "Marker: 2 → 1" in member.costliest[0].moves
    assert costly.cost == Decimal("0.2")
    assert parts_of_all(two.cycle, on=ON)[0].key == "load"


def test_what_has_left_the_order_keeps_its_name_in_what_moved(two):
    stays = running(two, title="Stays")
    gone = ObjectiveFactory(team=two.tracking, cycle=two.cycle, title="Gone", state="withdrawn")
    moved(two, before=[gone.pk, stays.pk], after=[stays.pk])

    (costly,) = seen_habits(two.cycle).costliest

    assert costly.moves == ["Stays: 2 → 1", "Gone: left from 1"]


@pytest.mark.parametrize("many", [1, 10])
def test_the_page_costs_the_same_for_any_number_of_teams(two, many, django_assert_num_queries):
    moved(two, before=[], after=[running(two).pk])
    for _ in range(many):
        KeyResultFactory(objective=ObjectiveFactory(cycle=two.cycle, state="active", agreed_at=BEFORE))
    person = UserFactory()

    with django_assert_num_queries(9):
        assert len(seen_habits(two.cycle, person=person).rows) == many + 3  # two of ours, and all together


def test_a_quarter_in_which_nothing_is_agreed_has_no_habits():
    cycle = CycleFactory()
    ObjectiveFactory(team=TeamFactory(), cycle=cycle)

    page = seen_habits(cycle)

    assert (page.rows, page.costliest, parts_of_all(cycle, on=ON)) == ([], [], [])
    assert KeyResult.objects.count() == 0
