from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.okrs import tasks, transitions
from apps.okrs.models import Cycle, CycleState, Quarter, RankChange, RankSnapshot, State
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, NextCycleFactory, ObjectiveFactory, QuarterFactory

pytestmark = pytest.mark.django_db
JOB = Actor.system("okrs.snapshot_ranks")


def page_of(count=3, **fields):
    team = TeamFactory()
    rows = [ObjectiveFactory(team=team, **fields) for _n in range(count)]
    return QuarterFactory(team=team, cycle=rows[0].cycle, ordered_ids=[row.pk for row in rows])


def test_a_lead_says_what_comes_first_and_why(now):
    page = page_of(state=State.ACTIVE)
    one, two, three = page.ordered_ids

    result = transitions.rank(
        page, order=[two, one, three], revision=0, reason="Two outages", by=lead_of(page.team), at=now
    )

    assert isinstance(result, Saved)
    assert (result.row.ordered_ids, result.row.revision) == ([two, one, three], 1)
    change = RankChange.objects.get()
    assert (change.before, change.after, change.reason) == (
        [one, two, three],
        [two, one, three],
        "Two outages",
    )
    assert Event.objects.get().data["reason"] == "Two outages"


def test_a_reason_is_needed_once_people_rely_on_it(now):
    page = page_of(state=State.ACTIVE)

    with pytest.raises(InvalidInputError, match="people rely"):
        transitions.rank(page, order=page.ordered_ids[::-1], revision=0, by=lead_of(page.team), at=now)

    assert not RankChange.objects.exists()
    assert not Event.objects.exists()


def test_while_it_is_planned_no_reason_is_needed(now):
    page = page_of(cycle=NextCycleFactory())

    transitions.rank(page, order=page.ordered_ids[::-1], revision=0, by=lead_of(page.team), at=now)

    assert not RankChange.objects.exists()
    assert Event.objects.filter(verb="okrs.order_changed").count() == 1


def test_the_same_order_changes_nothing(now):
    page = page_of()

    result = transitions.rank(page, order=page.ordered_ids, revision=9, by=lead_of(page.team), at=now)

    assert isinstance(result, Saved)
    assert not Event.objects.exists()


def test_whoever_is_slower_sees_the_order_that_stands(now):
    page = page_of()
    lead = lead_of(page.team)
    one, two, three = page.ordered_ids
    transitions.rank(page, order=[two, one, three], revision=0, reason="So", by=lead, at=now)

    result = transitions.rank(page, order=[three, one, two], revision=0, reason="So", by=lead, at=now)

    assert isinstance(result, Conflict)
    assert result.row.ordered_ids == [two, one, three]


def test_an_order_has_each_objective_once(now):
    page = page_of()
    lead = lead_of(page.team)

    for order in ([1, 2], page.ordered_ids[:2], [*page.ordered_ids[:2], page.ordered_ids[0]]):
        with pytest.raises(InvalidInputError, match="one place"):
            transitions.rank(page, order=order, revision=0, reason="So", by=lead, at=now)


def test_only_its_leads_rank(now):
    page = page_of()
    others = [
        member_of(page.team),
        lead_of(TeamFactory()),
        ActorFactory(person__is_admin=True),
        ActorFactory(person__is_leadership=True),
    ]

    for by in others:
        with pytest.raises(NotPermittedError, match="what comes first"):
            transitions.rank(page, order=page.ordered_ids[::-1], revision=0, reason="So", by=by, at=now)


@pytest.mark.parametrize("state", [CycleState.GRADING, CycleState.CLOSED])
def test_a_quarter_that_is_over_keeps_its_order(now, state):
    page = page_of(cycle=CycleFactory(state=state))

    with pytest.raises(InvalidMoveError):
        transitions.rank(
            page, order=page.ordered_ids[::-1], revision=0, reason="So", by=lead_of(page.team), at=now
        )


def test_orders_are_written_down_once_a_week(now):
    page = page_of()
    later = now + timedelta(days=3)  # a Thursday

    made = [transitions.snapshot_ranks(by=JOB, at=at) for at in (now, later, now + timedelta(days=7))]

    assert made == [1, 0, 1]
    weeks = RankSnapshot.objects.order_by("week_on").values_list("week_on", "ordered_ids")
    assert list(weeks) == [(date(2026, 3, 2), page.ordered_ids), (date(2026, 3, 9), page.ordered_ids)]
    assert Event.objects.filter(verb="okrs.ranks_snapped").count() == 2


def test_a_team_that_begins_in_the_week_is_written_down_at_once(now):
    page_of()
    transitions.snapshot_ranks(by=JOB, at=now)
    late = page_of()

    transitions.snapshot_ranks(by=JOB, at=now + timedelta(days=2))

    assert RankSnapshot.objects.filter(quarter=late, week_on=date(2026, 3, 2)).exists()


def test_what_is_over_or_not_there_any_more_is_not_in_the_list(now):
    page = page_of(2)
    gone = ObjectiveFactory(team=page.team, cycle=page.cycle, state=State.WITHDRAWN)
    new = ObjectiveFactory(team=page.team, cycle=page.cycle)
    Quarter.objects.filter(pk=page.pk).update(ordered_ids=[gone.pk, *page.ordered_ids])

    transitions.snapshot_ranks(by=JOB, at=now)

    assert RankSnapshot.objects.get().ordered_ids == [*page.ordered_ids, new.pk]


def test_closed_quarters_and_empty_pages_are_left_out(now):
    page_of(cycle=CycleFactory(state=CycleState.CLOSED))
    QuarterFactory(cycle=NextCycleFactory())

    assert transitions.snapshot_ranks(by=JOB, at=now) == 0


@pytest.mark.parametrize("count", [1, 10])
def test_the_job_takes_as_many_queries_for_ten_teams(now, django_assert_max_num_queries, count):
    for _n in range(count):
        page_of(1)

    with django_assert_max_num_queries(9):
        transitions.snapshot_ranks(by=JOB, at=now)


@pytest.mark.parametrize("runs", [1, 2])
def test_the_task_is_safe_to_repeat(runs):
    page_of()

    for _run in range(runs):
        tasks.snapshot_ranks()

    assert RankSnapshot.objects.count() == 1


def test_the_database_keeps_one_order_a_week():
    page = page_of()
    RankSnapshot.objects.create(quarter=page, week_on=date(2026, 3, 2), ordered_ids=[])

    with pytest.raises(IntegrityError), transaction.atomic():
        RankSnapshot.objects.create(quarter=page, week_on=date(2026, 3, 2), ordered_ids=[])

    assert Cycle.objects.exists()
