from datetime import date
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.notifications.models import Notice
from apps.okrs import transitions
from apps.okrs.models import (
    AlignmentLink,
    Allocation,
    CapacityPlan,
    CycleState,
    Finding,
    Negotiation,
    No,
    Objective,
    Participant,
    Quarter,
    State,
    StrategyItem,
    Waiver,
)
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    NextCycleFactory,
    ObjectiveFactory,
    QuarterFactory,
)

pytestmark = pytest.mark.django_db
ASKED = (State.PROPOSED, State.NEGOTIATING)  # and nobody answered in time
# Each step that a team takes alone: its function, from where, to where, what it needs.
STEPS = {
    "make_draft": ([State.IDEA], State.DRAFT, {}),
    "make_idea": ([State.DRAFT], State.IDEA, {}),
    "withdraw": ([State.IDEA, State.DRAFT, *ASKED], State.WITHDRAWN, {"reason": "Double"}),
    "defer": ([State.DRAFT, *ASKED], State.DEFERRED, {"horizon": "later", "reason": "Too early"}),
    "adopt": ([State.DRAFT], State.AGREED, {}),
    "activate": ([State.AGREED], State.ACTIVE, {}),
    "begin_grading": ([State.ACTIVE], State.GRADING, {}),
    "back_to_work": ([State.GRADING], State.ACTIVE, {}),
    "stop": ([State.AGREED, State.ACTIVE], State.STOPPED, {"reason": "The supplier does it"}),
}
BY_LEADS = {"adopt", "activate", "begin_grading", "back_to_work", "stop"}
RIGHT = [(name, state) for name, (states, _to, _what) in STEPS.items() for state in states]
WRONG = [
    (name, state) for name, (states, _to, _what) in STEPS.items() for state in State if state not in states
]


def made(state=State.DRAFT, **fields):
    end = {"closed_on": date(2026, 3, 1), "verdict": "stop"} if state == State.CLOSED else {}
    objective = ObjectiveFactory(state=state, **end, **fields)
    QuarterFactory(team=objective.team, cycle=objective.cycle, ordered_ids=[objective.pk])
    KeyResultFactory(objective=objective)
    return objective


def take(name, objective, by, at, **more):
    return getattr(transitions, name)(objective, by=by, at=at, **(STEPS[name][2] | more))


@pytest.mark.parametrize(("name", "state"), RIGHT)
def test_a_step_moves_the_objective_and_is_written_down(name, state, now):
    objective = made(state)

    take(name, objective, lead_of(objective.team), now)

    objective.refresh_from_db()
    assert objective.state == STEPS[name][1]
    assert Event.objects.get().subject_id == objective.pk


@pytest.mark.parametrize(("name", "state"), WRONG)
def test_a_step_from_another_state_is_refused(name, state, now):
    objective = made(state)
    lead = lead_of(objective.team)

    with pytest.raises(InvalidMoveError):
        take(name, objective, lead, now)

    objective.refresh_from_db()
    assert objective.state == state
    assert not Event.objects.exists()
    assert not No.objects.exists()


@pytest.mark.parametrize("name", STEPS)
def test_others_may_not_take_it(name, now):
    objective = made(STEPS[name][0][0])
    others = [ActorFactory(), lead_of(TeamFactory()), ActorFactory(person__is_leadership=True)]
    if name in BY_LEADS:
        others += [member_of(objective.team)]
    if name in BY_LEADS | {"withdraw", "defer"}:
        others += [ActorFactory(person__is_admin=True)]

    for by in others:
        with pytest.raises(NotPermittedError):
            take(name, objective, by, now)

    assert not Event.objects.exists()


@pytest.mark.parametrize("name", sorted(set(STEPS) - BY_LEADS))
def test_members_take_what_binds_nobody(name, now):
    objective = made(STEPS[name][0][0])

    take(name, objective, member_of(objective.team), now)

    objective.refresh_from_db()
    assert objective.state == STEPS[name][1]


@pytest.mark.parametrize("name", sorted(BY_LEADS))
def test_who_is_accountable_speaks_for_it(name, now):
    objective = made(STEPS[name][0][0])
    member = member_of(objective.team)
    Objective.objects.filter(pk=objective.pk).update(accountable=member.person)

    take(name, objective, member, now)

    objective.refresh_from_db()
    assert objective.state == STEPS[name][1]


# ---- adopting


def test_adopting_says_since_when_the_quarter_is_agreed(now):
    objective = made()

    transitions.adopt(objective, by=lead_of(objective.team), at=now)

    objective.refresh_from_db()
    assert objective.agreed_at == now
    assert Quarter.objects.get(team=objective.team).agreed_at == now


def test_what_nobody_could_judge_is_not_adopted(now):
    objective = made()
    objective.key_results.update(dropped_on=now.date(), drop_reason="x")

    with pytest.raises(InvalidInputError, match="at least one key result"):
        transitions.adopt(objective, by=lead_of(objective.team), at=now)


def test_what_serves_another_team_is_proposed_and_not_adopted(now):
    objective, theirs = made(), made(team=TeamFactory(name="Checkout"))
    AlignmentLink.objects.create(
        kind="contributes", objective=objective, to_objective=theirs, statement="Fewer calls"
    )

    with pytest.raises(InvalidMoveError, match="concerns Checkout too"):
        transitions.adopt(objective, by=lead_of(objective.team), at=now)


def test_what_serves_the_strategy_is_agreed_with_leadership(now):
    objective = made()
    item = StrategyItem.objects.create(horizon="now", statement="Anyone knows")
    AlignmentLink.objects.create(
        kind="contributes", objective=objective, to_strategy_item=item, statement="Fewer calls"
    )

    with pytest.raises(InvalidMoveError, match="concerns leadership too"):
        transitions.adopt(objective, by=lead_of(objective.team), at=now)


def test_every_owner_of_the_organisations_objective_agrees(now):
    objective = made()
    Participant.objects.create(objective=objective, team=TeamFactory(name="Hubs"), part="owner")

    with pytest.raises(InvalidMoveError, match="concerns Hubs too"):
        transitions.adopt(objective, by=lead_of(objective.team), at=now)


def test_what_another_team_wrote_is_answered(now):
    objective = made(authored_by=TeamFactory(name="Parcels"))

    with pytest.raises(InvalidMoveError, match="Parcels wrote this"):
        transitions.adopt(objective, by=lead_of(objective.team), at=now)


def asked(objective):
    return Negotiation.objects.create(
        kind="objective",
        title="Do this",
        initiator=TeamFactory(),
        counterpart=objective.team,
        cycle=objective.cycle,
        objective=objective,
        stage="open",
        respond_by=date(2026, 3, 9),
        opened_at=objective.made_at,
        owes=objective.team,
    )


@pytest.mark.parametrize("name", ["adopt", "withdraw", "defer"])
def test_what_is_asked_about_is_answered_first(name, now):
    objective = made()
    asked(objective)

    with pytest.raises(InvalidMoveError, match=r"negotiation|Withdraw the ask"):
        take(name, objective, lead_of(objective.team), now)


@pytest.mark.parametrize("state", [CycleState.GRADING, CycleState.CLOSED])
def test_nothing_is_adopted_for_a_quarter_that_is_over(state, now):
    objective = made(cycle=CycleFactory(state=state))

    with pytest.raises(InvalidMoveError, match="next quarter"):
        transitions.adopt(objective, by=lead_of(objective.team), at=now)


# ---- beginning


def found(objective, **fields):
    values = {"code": "L2", "severity": "medium", "is_blocking": True, "message": "It has no baseline."}
    return Finding.objects.create(
        **(values | fields),
        team=objective.team,
        objective=objective,
        fingerprint=f"{objective.pk}{len(Finding.objects.all())}",
        found_at=objective.made_at,
    )


def test_what_blocks_is_passed_with_a_reason_that_stays(now):
    objective = made(State.AGREED)
    lead = lead_of(objective.team)
    found(objective)
    found(objective, code="K1", is_blocking=False, severity="high", message="Two teams pull.")
    found(objective, code="L5", is_blocking=False, message="It is long.")

    with pytest.raises(InvalidInputError, match="K1, L2 stand against it"):
        transitions.activate(objective, by=lead, at=now)
    transitions.activate(objective, reason="Measured from Monday", by=lead, at=now)

    objective.refresh_from_db()
    assert [(one["code"], one["reason"]) for one in objective.activated_over] == [
        ("K1", "Measured from Monday"),
        ("L2", "Measured from Monday"),
    ]
    assert Event.objects.get().data["over"] == objective.activated_over


def test_an_accepted_risk_does_not_block(now):
    objective = made(State.AGREED)
    lead = lead_of(objective.team)
    found(objective, state="accepted", decided_by=lead.person, decided_at=now, reason="We know")

    transitions.activate(objective, by=lead, at=now)

    objective.refresh_from_db()
    assert objective.activated_over == []


def test_what_others_have_not_promised_blocks(now):
    objective, theirs = made(State.AGREED), made(team=TeamFactory(name="Checkout"))
    lead = lead_of(objective.team)
    AlignmentLink.objects.create(
        kind="depends_on", objective=objective, to_objective=theirs, statement="Needs their page"
    )

    with pytest.raises(InvalidInputError, match="K5 stand"):
        transitions.activate(objective, by=lead, at=now)
    promise = asked(objective)
    Negotiation.objects.filter(pk=promise.pk).update(
        kind="contribution", initiator=objective.team, counterpart=theirs.team, stage="agreed", owes=None
    )
    transitions.activate(objective, by=lead, at=now)

    objective.refresh_from_db()
    assert objective.state == State.ACTIVE


def test_a_team_does_not_begin_more_than_it_has_hands_for(now):
    objective = made(State.AGREED)
    lead = lead_of(objective.team)
    page = Quarter.objects.get(team=objective.team)
    CapacityPlan.objects.create(
        quarter=page, people=Decimal(2), weeks=Decimal(13), upkeep_share=Decimal("0.5")
    )
    Allocation.objects.create(quarter=page, label="Work", objective=objective, person_weeks=Decimal(14))

    with pytest.raises(InvalidMoveError, match=r"1.08 times"):
        transitions.activate(objective, reason="We hurry", by=lead, at=now)
    Waiver.objects.create(
        quarter=page,
        reason="Christmas",
        approver=lead.person,
        up_to=Decimal("1.10"),
        expires_on=now.date(),
        at=now,
    )
    transitions.activate(objective, by=lead, at=now)

    objective.refresh_from_db()
    assert objective.state == State.ACTIVE


@pytest.mark.parametrize("state", [CycleState.PLANNING, CycleState.GRADING])
def test_work_begins_and_goes_on_only_in_the_active_quarter(state, now):
    cycle = CycleFactory(state=state)
    agreed, graded = made(State.AGREED, cycle=cycle), made(State.GRADING, cycle=cycle)

    with pytest.raises(InvalidMoveError):
        transitions.activate(agreed, by=lead_of(agreed.team), at=now)
    with pytest.raises(InvalidMoveError, match=r"its work is over|planning"):
        transitions.back_to_work(graded, by=lead_of(graded.team), at=now)


# ---- exits, and the way back


def test_what_is_deferred_lies_on_its_horizon_with_a_no_that_its_decider_holds(now):
    objective = made()
    member = member_of(objective.team)

    transitions.defer(
        objective, horizon="later", reason="The contract ends", until_on=date(2026, 9, 1), by=member, at=now
    )

    objective.refresh_from_db()
    assert (objective.cycle, objective.horizon) == (None, "later")
    assert Quarter.objects.get(team=objective.team).ordered_ids == []
    no = No.objects.get()
    assert (no.kind, no.holder, no.until_on, no.objective, no.reason) == (
        "not_now",
        member.person,
        date(2026, 9, 1),
        objective,
        "The contract ends",
    )


def test_an_administrator_says_not_now_for_nobody(now):
    objective = made()

    with pytest.raises(NotPermittedError, match="itself puts off or takes back"):
        take("defer", objective, ActorFactory(person__is_admin=True), now)

    assert not No.objects.exists()


@pytest.mark.parametrize(("values", "field"), [({"horizon": "now"}, "horizon"), ({"reason": " "}, "reason")])
def test_deferring_says_where_to_and_why(values, field, now):
    objective = made()

    with pytest.raises(InvalidInputError) as refusal:
        take("defer", objective, lead_of(objective.team), now, **values)

    assert refusal.value.field == field
    assert not No.objects.exists()


def test_what_was_deferred_is_taken_up_as_a_draft(now):
    objective = made()
    member = member_of(objective.team)
    take("defer", objective, member, now)
    coming = NextCycleFactory()

    transitions.take_up(objective, cycle=coming, by=member, at=now)

    objective.refresh_from_db()
    assert (objective.state, objective.cycle, objective.horizon) == (State.DRAFT, coming, "now")
    assert Quarter.objects.get(cycle=coming).ordered_ids == [objective.pk]
    assert (No.objects.get().state, No.objects.get().state_reason) == ("reopened", "Taken up for Q2 2026")
    assert Event.objects.filter(verb="okrs.no_reopened").count() == 1
    assert Event.objects.filter(verb="okrs.objective_taken_up").count() == 1


def test_taking_up_is_refused_where_it_makes_no_sense(now):
    objective = made()
    member = member_of(objective.team)
    coming = NextCycleFactory()

    with pytest.raises(InvalidMoveError, match="is in Q1 2026 already"):
        transitions.take_up(objective, cycle=coming, by=member, at=now)
    take("defer", objective, member, now)
    with pytest.raises(NotPermittedError):
        transitions.take_up(objective, cycle=coming, by=lead_of(TeamFactory()), at=now)
    coming.state = CycleState.CLOSED
    coming.save()
    with pytest.raises(InvalidMoveError, match="next quarter"):
        transitions.take_up(objective, cycle=coming, by=member, at=now)


def test_stopping_frees_hands_and_tells_who_takes_part(now):
    objective = made(State.ACTIVE)
    page = Quarter.objects.get(team=objective.team)
    Allocation.objects.create(quarter=page, label="Work", objective=objective, person_weeks=Decimal("9.5"))
    other = TeamFactory()
    theirs = lead_of(other)
    Participant.objects.create(objective=objective, team=other, part="contributor")

    transitions.stop(
        objective, reason="The supplier does it", frees="two people", by=lead_of(objective.team), at=now
    )

    objective.refresh_from_db()
    assert objective.close_note == "The supplier does it Frees: two people"
    assert not Allocation.objects.exists()
    assert Event.objects.get(verb="okrs.objective_stopped").data["person_weeks"] == "9.5"
    assert [(one.recipient, one.kind) for one in Notice.objects.all()] == [(theirs.person, "okrs/stopped")]
    assert (No.objects.get().kind, No.objects.get().what) == ("stop", objective.title)


def test_stopping_needs_a_reason(now):
    objective = made(State.ACTIVE)

    with pytest.raises(InvalidInputError, match="Reason is needed"):
        transitions.stop(objective, reason="", by=lead_of(objective.team), at=now)

    assert not No.objects.exists()
