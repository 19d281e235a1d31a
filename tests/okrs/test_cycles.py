from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import tasks, transitions
from apps.okrs.models import Cycle, CycleState, KeyResult, Kind, Milestone, Objective, Quarter, State, Verdict
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    NextCycleFactory,
    ObjectiveFactory,
    QuarterFactory,
)

pytestmark = pytest.mark.django_db
JOB = Actor.system("okrs.turn")


def on(day):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=9)


def states():
    return dict(Cycle.objects.order_by("starts_on").values_list("slug", "state"))


@pytest.fixture
def root():
    return TeamFactory(name="Parcels", slug="parcels")


def test_the_first_run_lays_out_three_quarters_and_begins_the_present_one(now):
    transitions.turn(by=JOB, at=now)

    assert states() == {"2026-q1": "active", "2026-q2": "planning", "2026-q3": "planning"}
    assert Event.objects.filter(verb="okrs.cycle_made").count() == 3
    assert Event.objects.filter(verb="okrs.cycle_begun").count() == 1


@pytest.mark.parametrize("runs", [1, 3])
def test_turning_is_safe_to_repeat(now, runs):
    for _run in range(runs):
        tasks.turn()
    before = Event.objects.count()

    transitions.turn(by=JOB, at=datetime.now(UTC))

    assert Cycle.objects.count() == 3
    assert Event.objects.count() == before


def test_a_year_that_begins_in_april_cuts_other_quarters(now, settings):
    settings.FISCAL_YEAR_STARTS = 4

    transitions.create_cycles(by=JOB, at=now)

    assert list(Cycle.objects.order_by("starts_on").values_list("slug", "name", "starts_on")) == [
        ("2026-q4", "Q4 FY2026", date(2026, 1, 1)),
        ("2027-q1", "Q1 FY2027", date(2026, 4, 1)),
        ("2027-q2", "Q2 FY2027", date(2026, 7, 1)),
    ]


def test_a_year_that_was_moved_leaves_no_day_in_two_quarters(now, settings):
    transitions.create_cycles(by=JOB, at=now)
    settings.FISCAL_YEAR_STARTS = 2

    transitions.create_cycles(by=JOB, at=on(date(2026, 9, 15)))

    rows = list(Cycle.objects.order_by("starts_on").values_list("starts_on", "ends_on"))
    assert all(first[1] < second[0] for first, second in pairwise(rows))
    assert rows[3] == (date(2026, 10, 1), date(2026, 10, 31))


def test_on_its_day_the_next_quarter_begins_and_the_old_one_is_graded(now, root):
    transitions.turn(by=JOB, at=now)
    team = TeamFactory()
    lead = lead_of(team)
    first = Cycle.objects.get(slug="2026-q1")
    active = ObjectiveFactory(team=team, cycle=first, state=State.ACTIVE)
    draft = ObjectiveFactory(team=team, cycle=first, state=State.DRAFT)

    transitions.turn(by=JOB, at=on(date(2026, 4, 1)))

    assert states()["2026-q1"] == "grading"
    assert states()["2026-q2"] == "active"
    active.refresh_from_db()
    draft.refresh_from_db()
    assert (active.state, draft.state) == (State.GRADING, State.DRAFT)
    assert Event.objects.filter(verb="okrs.objective_grading_begun", subject_id=active.pk).count() == 1
    (notice,) = Notice.objects.filter(kind="okrs/grading")
    assert notice.recipient == lead.person
    assert "1 objective" in notice.text


def test_after_the_grace_a_graded_quarter_closes_by_itself(now, root):
    transitions.turn(by=JOB, at=now)
    transitions.turn(by=JOB, at=on(date(2026, 4, 1)))
    first = Cycle.objects.get(slug="2026-q1")
    waiting = ObjectiveFactory(cycle=first, state=State.GRADING)

    transitions.turn(by=JOB, at=on(date(2026, 4, 20)))
    assert states()["2026-q1"] == "grading"

    Objective.objects.filter(pk=waiting.pk).update(
        state=State.CLOSED, closed_on=date(2026, 4, 20), verdict=Verdict.STOP
    )
    transitions.turn(by=JOB, at=on(date(2026, 4, 14)))
    assert states()["2026-q1"] == "grading"

    transitions.turn(by=JOB, at=on(date(2026, 4, 15)))
    assert states()["2026-q1"] == "closed"


def test_a_portal_that_slept_for_a_year_catches_up(now):
    transitions.turn(by=JOB, at=now)

    transitions.turn(by=JOB, at=on(date(2027, 3, 2)))

    found = states()
    assert [found[slug] for slug in ("2026-q1", "2026-q2", "2026-q3")] == ["closed"] * 3
    assert [slug for slug, state in found.items() if state == "active"] == ["2027-q1"]


def test_a_lead_of_the_root_team_turns_the_quarter(root):
    cycle = CycleFactory(state=CycleState.ACTIVE)
    coming = NextCycleFactory()
    lead = lead_of(root)

    transitions.begin_cycle_grading(cycle, by=lead, at=on(date(2026, 3, 20)))
    transitions.begin_cycle(coming, by=lead, at=on(date(2026, 4, 1)))
    transitions.close_cycle(cycle, by=lead, at=on(date(2026, 4, 2)))

    assert states() == {"2026-q1": "closed", "2026-q2": "active"}


@pytest.mark.parametrize(
    "step", [transitions.begin_cycle, transitions.begin_cycle_grading, transitions.close_cycle]
)
def test_nobody_else_turns_it(root, step):
    state = {"begin_cycle": "planning", "begin_cycle_grading": "active", "close_cycle": "grading"}
    cycle = CycleFactory(state=state[step.__name__])
    strangers = [member_of(root), lead_of(TeamFactory(parent=root)), ActorFactory(person__is_admin=True)]

    for by in strangers:
        with pytest.raises(NotPermittedError, match="a lead of Parcels"):
            step(cycle, by=by, at=on(date(2026, 3, 30)))

    cycle.refresh_from_db()
    assert cycle.state == state[step.__name__]
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (transitions.begin_cycle, "active"),
        (transitions.begin_cycle, "grading"),
        (transitions.begin_cycle, "closed"),
        (transitions.begin_cycle_grading, "planning"),
        (transitions.begin_cycle_grading, "grading"),
        (transitions.begin_cycle_grading, "closed"),
        (transitions.close_cycle, "planning"),
        (transitions.close_cycle, "active"),
        (transitions.close_cycle, "closed"),
    ],
)
def test_a_quarter_moves_one_way(root, step, state):
    cycle = CycleFactory(state=state)

    with pytest.raises(InvalidMoveError):
        step(cycle, by=JOB, at=on(date(2026, 3, 30)))

    assert not Event.objects.exists()


def test_one_quarter_is_active_at_a_time(root):
    CycleFactory(state=CycleState.ACTIVE)
    coming = NextCycleFactory()

    with pytest.raises(InvalidMoveError, match="Q1 2026 is still active"):
        transitions.begin_cycle(coming, by=JOB, at=on(date(2026, 4, 1)))


def test_it_begins_not_before_its_day_and_is_graded_from_two_weeks_before_its_end(root):
    with pytest.raises(InvalidMoveError, match="begins on 1 April 2026"):
        transitions.begin_cycle(NextCycleFactory(), by=JOB, at=on(date(2026, 3, 31)))
    with pytest.raises(InvalidMoveError, match="from 17 March 2026"):
        transitions.begin_cycle_grading(CycleFactory(), by=JOB, at=on(date(2026, 3, 16)))


@pytest.mark.parametrize("state", [State.AGREED, State.ACTIVE, State.GRADING])
def test_it_does_not_close_while_something_waits(root, state):
    cycle = CycleFactory(state=CycleState.GRADING)
    ObjectiveFactory(cycle=cycle, state=state)

    with pytest.raises(InvalidMoveError, match="1 objective waits"):
        transitions.close_cycle(cycle, by=JOB, at=on(date(2026, 4, 20)))

    assert not Event.objects.exists()


def closed(team, cycle, verdict, **fields):
    return ObjectiveFactory(
        team=team, cycle=cycle, state=State.CLOSED, closed_on=cycle.ends_on, verdict=verdict, **fields
    )


def test_what_goes_on_is_copied_as_drafts_in_its_order(root, now):
    cycle, coming = CycleFactory(state=CycleState.GRADING), NextCycleFactory()
    team = TeamFactory()
    kept = closed(team, cycle, Verdict.KEEP, title="Calls fall", instead_of="an app", tags=["calls"])
    stopped = closed(team, cycle, Verdict.STOP)
    changed = closed(team, cycle, Verdict.CHANGE, title="The night is quiet")
    QuarterFactory(team=team, cycle=cycle, ordered_ids=[changed.pk, stopped.pk, kept.pk])
    planned = ObjectiveFactory(team=team, cycle=coming)
    QuarterFactory(team=team, cycle=coming, ordered_ids=[planned.pk])
    steps = KeyResultFactory(objective=kept, title="Both markets", kind=Kind.MILESTONE, position=1)
    Milestone.objects.create(key_result=steps, title="US")
    Milestone.objects.create(
        key_result=steps, title="EU", done_on=now.date(), evidence_url="https://x.example"
    )
    KeyResultFactory(objective=kept, title="Gone", dropped_on=now.date(), drop_reason="Nobody counts it")

    transitions.close_cycle(cycle, by=JOB, at=on(date(2026, 4, 20)))

    copies = {one.title: one for one in Objective.objects.exclude(carried_from=None)}
    assert set(copies) == {"Calls fall", "The night is quiet"}
    copy = copies["Calls fall"]
    assert (copy.state, copy.cycle, copy.carried_from, copy.instead_of, copy.tags, copy.verdict) == (
        State.DRAFT,
        coming,
        kept,
        "an app",
        ["calls"],
        "",
    )
    assert list(copy.key_results.values_list("title", flat=True)) == ["Both markets"]
    assert list(Milestone.objects.filter(key_result__objective=copy).values_list("title", flat=True)) == [
        "US"
    ]
    order = Quarter.objects.get(team=team, cycle=coming).ordered_ids
    assert order == [planned.pk, copies["The night is quiet"].pk, copy.pk]
    assert Event.objects.get(verb="okrs.cycle_closed").data == {"carried": 2, "put_back": 0}
    assert Event.objects.filter(verb="okrs.carried_over").count() == 2


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (State.IDEA, State.IDEA),
        (State.DRAFT, State.DRAFT),
        (State.PROPOSED, State.DRAFT),  # and nobody answered
        (State.NEGOTIATING, State.DRAFT),
    ],
)
def test_what_was_never_agreed_goes_into_the_backlog(root, state, then):
    cycle = CycleFactory(state=CycleState.GRADING)
    NextCycleFactory()
    left = ObjectiveFactory(cycle=cycle, state=state)

    transitions.close_cycle(cycle, by=JOB, at=on(date(2026, 4, 20)))

    left.refresh_from_db()
    assert (left.cycle, left.horizon, left.state) == (None, "next", then)


def test_what_was_carried_over_is_not_carried_twice(root):
    cycle = CycleFactory(state=CycleState.GRADING)
    coming = NextCycleFactory()
    closed(TeamFactory(), cycle, Verdict.KEEP)

    transitions.close_cycle(cycle, by=JOB, at=on(date(2026, 4, 20)))
    transitions.reopen_cycle(
        cycle, reason="A wrong grade", by=ActorFactory(person__is_admin=True), at=on(date(2026, 4, 21))
    )
    transitions.close_cycle(cycle, by=JOB, at=on(date(2026, 4, 22)))

    assert Objective.objects.filter(cycle=coming).count() == 1


def test_closing_takes_as_many_queries_for_ten_teams_as_for_one(root, django_assert_max_num_queries):
    cycle = CycleFactory(state=CycleState.GRADING)
    NextCycleFactory()
    for _team in range(10):
        KeyResultFactory(objective=closed(TeamFactory(), cycle, Verdict.KEEP))

    with django_assert_max_num_queries(70):  # of them two for each copy: its event, its team's page
        transitions.close_cycle(cycle, by=JOB, at=on(date(2026, 4, 20)))

    assert KeyResult.objects.count() == 20


def test_an_administrator_reopens_with_a_reason_and_the_job_leaves_it_open(root):
    cycle = CycleFactory(state=CycleState.CLOSED)
    admin = ActorFactory(person__is_admin=True)

    transitions.reopen_cycle(cycle, reason="Two grades were swapped.", by=admin, at=on(date(2026, 5, 1)))
    transitions.turn(by=JOB, at=on(date(2026, 5, 2)))

    cycle.refresh_from_db()
    assert (cycle.state, cycle.reopened_because) == (CycleState.GRADING, "Two grades were swapped.")


def test_reopening_is_refused_without_a_reason_or_a_right(root):
    cycle = CycleFactory(state=CycleState.CLOSED)

    with pytest.raises(InvalidInputError, match="Reason is needed"):
        transitions.reopen_cycle(
            cycle, reason=" ", by=ActorFactory(person__is_admin=True), at=on(date(2026, 5, 1))
        )
    with pytest.raises(NotPermittedError, match="Only an administrator"):
        transitions.reopen_cycle(cycle, reason="Why not", by=lead_of(root), at=on(date(2026, 5, 1)))
    with pytest.raises(InvalidMoveError):
        transitions.reopen_cycle(
            NextCycleFactory(), reason="Why", by=ActorFactory(person__is_admin=True), at=on(date(2026, 5, 1))
        )

    assert not Event.objects.exists()
