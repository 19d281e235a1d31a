"""The acts of a negotiation, and what they leave behind."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.okrs import tasks, transitions
from apps.okrs.models import (
    Act,
    AlignmentLink,
    Allocation,
    KeyResult,
    Loan,
    Move,
    Negotiation,
    No,
    Objective,
    Participant,
    Stage,
    TargetChange,
    Terms,
)
from apps.okrs.queries import ledgers
from apps.okrs.rules import negotiating
from apps.okrs.rules.asking import Ask
from apps.okrs.rules.negotiating import Standing
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, NextCycleFactory, ObjectiveFactory
from tests.okrs.sides import WORK, capacity_of, fresh, quarter_of, seen, sides

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    return sides()


@pytest.fixture
def asked(two, now):
    return two.ask(now)


def accept(negotiation, by, now, **more):
    return transitions.accept(negotiation, seen=seen(negotiation), by=by, at=now, **more)


def counter(negotiation, by, now, **changes):
    payload = {name: value for name, value in (WORK | changes).items() if value}
    return transitions.counter(negotiation, payload=payload, by=by, at=now)


def test_a_question_waits_for_the_other_side_a_week(two, asked, now):
    assert (asked.stage, asked.owes, asked.rounds) == (Stage.OPEN, two.tracking, 0)
    assert asked.respond_by == date(2026, 3, 9)
    assert asked.title == "Tracking inside the order page"
    assert [(move.act, move.team, move.person) for move in asked.moves.all()] == [
        (Act.PROPOSE, two.checkout, two.buyer.person)
    ]
    assert list(Notice.objects.values_list("recipient", "kind")) == [(two.giver.person_id, "okrs/asked")]


def test_a_member_drafts_and_a_lead_sends(two, now):
    wish = two.wish()
    member = member_of(two.checkout)

    draft = transitions.begin(wish, payload=WORK, by=member, at=now)
    with pytest.raises(NotPermittedError, match="Only a lead of Checkout"):
        transitions.propose(draft, by=member, at=now)
    sent = transitions.propose(draft, by=two.buyer, at=now, respond_by=date(2026, 3, 20))

    assert (draft.stage, sent.stage, sent.respond_by) == (Stage.DRAFT, Stage.OPEN, date(2026, 3, 20))
    assert Event.objects.get(verb="okrs.ask_drafted").audience == f"team:{two.checkout.pk}"


def test_who_leads_neither_side_is_told_who_speaks(two, asked, now):
    others = "Only a lead of Checkout or Tracking, or who is accountable there, can speak here"

    with pytest.raises(NotPermittedError, match=others):
        transitions.accept(asked, seen=seen(asked), by=member_of(two.tracking), at=now)


def test_both_sides_agree_on_the_same_words(two, asked, now):
    capacity_of(two.tracking, two.cycle, has="50")
    under = ObjectiveFactory(team=two.tracking, cycle=two.cycle, state="agreed")

    result = accept(asked, two.giver, now, within=under)

    assert isinstance(result, Saved)
    agreed = fresh(asked)
    assert (agreed.stage, agreed.owes, agreed.closed_at) == (Stage.AGREED, None, now)
    promised = Allocation.objects.get(negotiation=agreed)
    assert (promised.quarter.team, promised.person_weeks, promised.objective) == (two.tracking, 4, under)
    assert Participant.objects.get(objective=two.objective, team=two.tracking).part == "contributor"
    links = set(AlignmentLink.objects.values_list("objective", "kind", "to_objective"))
    assert links == {
        (two.objective.pk, "depends_on", under.pk),
        (under.pk, "contributes", two.objective.pk),
    }
    linked = Event.objects.filter(verb="okrs.linked").order_by("pk")
    assert [(one.subject_id, one.data["kind"]) for one in linked] == [
        (two.objective.pk, "depends on"),
        (under.pk, "contributes to"),
    ]
    assert Event.objects.get(verb="okrs.agreed").data["terms"]["person_weeks"] == "4"
    assert Notice.objects.filter(recipient=two.buyer.person, kind="okrs/agreed").count() == 1


def test_no_circle_of_contributions_is_made(two, asked, now):
    under = ObjectiveFactory(team=two.tracking, cycle=two.cycle, state="agreed")
    AlignmentLink.objects.create(
        objective=two.objective, kind="contributes", to_objective=under, statement="It helps"
    )

    accept(asked, two.giver, now, within=under)

    assert not AlignmentLink.objects.filter(objective=under, kind="contributes").exists()


def test_terms_that_changed_meanwhile_are_shown_and_not_accepted(two, asked, now):
    old = seen(asked)
    transitions.amend(asked, payload=WORK | {"person_weeks": "9"}, by=two.buyer, at=now)

    result = transitions.accept(asked, seen=old, by=two.giver, at=now)

    assert isinstance(result, Conflict)
    assert result.row.terms.payload["person_weeks"] == "9"
    assert fresh(asked).stage == Stage.OPEN
    assert not Allocation.objects.exists()


def test_a_counter_turns_the_table(two, asked, now):
    counter(asked, two.giver, now, ends_on="2026-03-30")

    found = fresh(asked)
    assert (found.stage, found.owes, found.rounds) == (Stage.OPEN, two.checkout, 1)
    assert [terms.version for terms in found.all_terms.order_by("version")] == [1, 2]
    assert Notice.objects.filter(recipient=two.buyer.person, kind="okrs/countered").count() == 1


def test_a_counter_changes_something(two, asked, now):
    with pytest.raises(InvalidInputError, match="Change at least one field"):
        counter(asked, two.giver, now, person_weeks="4.00")

    assert Terms.objects.count() == 1


def test_a_counter_to_old_terms_shows_the_new_ones(two, asked, now):
    old = seen(asked)
    transitions.amend(asked, payload=WORK | {"person_weeks": "9"}, by=two.buyer, at=now)

    result = transitions.counter(asked, payload=WORK, seen=old, by=two.giver, at=now)

    assert isinstance(result, Conflict)


@pytest.mark.parametrize("step", ["accept", "counter", "decline", "defer"])
def test_only_the_side_that_owes_the_answer_gives_it(two, asked, now, step):
    who = {
        "the other side": two.buyer,
        "a member": member_of(two.tracking),
        "a stranger": lead_of(TeamFactory()),
        "an administrator": ActorFactory(person__is_admin=True),
        "an administrator who leads it": lead_of(two.tracking, is_admin=True),
    }
    words = {"reason_code": "risk", "reason": "No"}
    steps = {
        "accept": lambda by: accept(asked, by, now),
        "counter": lambda by: counter(asked, by, now, person_weeks="9"),
        "decline": lambda by: transitions.decline(asked, **words, by=by, at=now),
        "defer": lambda by: transitions.defer_ask(asked, until_on=date(2026, 5, 1), **words, by=by, at=now),
    }
    moves, events = Move.objects.count(), Event.objects.count()

    for name, by in who.items():
        with pytest.raises(NotPermittedError):
            steps[step](by)
        assert fresh(asked).stage == Stage.OPEN, name

    assert (Move.objects.count(), Event.objects.count()) == (moves, events)
    assert not No.objects.exists()


def test_who_is_accountable_answers_too(two, now):
    accountable = member_of(two.tracking)
    mine = ObjectiveFactory(
        team=two.tracking, cycle=two.cycle, state="agreed", accountable=accountable.person
    )
    asked = two.ask(now, kind="loan", objective=mine, payload=LOAN)

    accept(asked, accountable, now)

    loan = Loan.objects.get()
    assert (loan.lender.team, loan.borrower.team) == (two.checkout, two.tracking)


def test_nobody_accepts_their_own_terms_for_the_other_team(two, now):
    both = lead_of(two.checkout)
    both.person.team_ids = both.person.lead_ids = [two.checkout.pk, two.tracking.pk]
    both.person.save()
    two.buyer = both
    asked = two.ask(now)

    with pytest.raises(NotPermittedError, match="yourself"):
        accept(asked, both, now)
    accept(asked, two.giver, now)

    assert fresh(asked).stage == Stage.AGREED


OVER = ["declined", "deferred", "withdrawn", "revoked", "lapsed", "void", "closed"]


@pytest.mark.parametrize("stage", ["draft", "agreed", "reported", *OVER])
def test_nothing_is_accepted_that_is_not_open(two, asked, now, stage):
    Negotiation.objects.filter(pk=asked.pk).update(stage=stage, owes=None)

    with pytest.raises(InvalidMoveError, match="nobody can accept"):
        accept(asked, two.giver, now)

    assert not Allocation.objects.exists()


def test_a_no_is_written_with_the_move(two, asked, now):
    transitions.decline(asked, reason_code="no_capacity", reason="The peak.", by=two.giver, at=now)

    no = No.objects.get()
    assert (no.kind, no.team, no.requester, no.holder) == ("no", two.tracking, two.checkout, two.giver.person)
    assert (no.what, no.reason_code, no.reason) == (asked.title, "no_capacity", "The peak.")
    assert (no.dependency, no.tags, no.objective) == (two.tracking, ["parcels"], two.objective)
    assert fresh(asked).stage == Stage.DECLINED
    told = Notice.objects.filter(kind="okrs/said_no")
    assert list(told.values_list("recipient", flat=True)) == [two.buyer.person_id]
    assert "The peak." in told.get().text


def test_not_now_says_when(two, asked, now):
    with pytest.raises(InvalidInputError) as refusal:
        transitions.defer_ask(
            asked, reason_code="wrong_time", reason="Later", until_on=None, by=two.giver, at=now
        )
    transitions.defer_ask(
        asked, reason_code="wrong_time", reason="Later", until_on=date(2026, 4, 1), by=two.giver, at=now
    )

    assert refusal.value.field == "until_on"
    no = No.objects.get()
    assert (no.kind, no.until_on, fresh(asked).stage) == ("not_now", date(2026, 4, 1), Stage.DEFERRED)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason_code": "", "reason": "No"}, "reason_code"),
        ({"reason_code": "mood", "reason": "No"}, "reason_code"),
        ({"reason_code": "risk", "reason": "  "}, "reason"),
    ],
)
def test_a_no_has_a_reason(two, asked, now, said, field):
    with pytest.raises(InvalidInputError) as refusal:
        transitions.decline(asked, **said, by=two.giver, at=now)

    assert refusal.value.field == field
    assert (No.objects.count(), Move.objects.count()) == (0, 1)


def test_a_question_is_taken_back_until_it_is_answered(two, asked, now):
    transitions.withdraw_ask(asked, reason="We found another way.", by=two.buyer, at=now)

    assert fresh(asked).stage == Stage.WITHDRAWN
    with pytest.raises(InvalidMoveError):
        transitions.withdraw_ask(asked, by=two.buyer, at=now)


def test_after_a_counter_the_other_one_withdraws(two, asked, now):
    counter(asked, two.giver, now, person_weeks="9")

    with pytest.raises(NotPermittedError):
        transitions.withdraw_ask(asked, by=two.buyer, at=now)
    with pytest.raises(NotPermittedError):
        transitions.amend(asked, payload=WORK, by=two.buyer, at=now)
    transitions.withdraw_ask(asked, by=two.giver, at=now)

    assert fresh(asked).stage == Stage.WITHDRAWN


def test_what_is_done_is_said_by_the_giver_and_judged_by_the_requester(two, asked, now):
    accept(asked, two.giver, now)

    with pytest.raises(NotPermittedError):
        transitions.report(asked, by=two.buyer, at=now)
    transitions.report(asked, note="In both markets.", by=two.giver, at=now)
    with pytest.raises(NotPermittedError):
        transitions.be_satisfied(asked, by=two.giver, at=now)
    transitions.dispute(asked, reason="The US page is empty.", by=two.buyer, at=now)
    again = fresh(asked)
    transitions.report(asked, by=two.giver, at=now)
    transitions.be_satisfied(asked, by=two.buyer, at=now)

    assert (again.stage, fresh(asked).stage) == (Stage.AGREED, Stage.CLOSED)


@pytest.mark.parametrize("who", ["buyer", "giver"])
def test_either_side_revokes_and_frees_what_was_bound(two, asked, now, who):
    accept(asked, two.giver, now)

    transitions.revoke(asked, reason="Two people left.", by=getattr(two, who), at=now)

    assert fresh(asked).stage == Stage.REVOKED
    assert not Allocation.objects.exists()
    assert Participant.objects.get(team=two.tracking).part == "informed"
    assert Event.objects.get(verb="okrs.agreement_revoked").data["person_weeks"] == "4"


def test_a_draft_is_discarded_in_silence(two, now):
    wish = Ask(kind="contribution", initiator=two.checkout, counterpart=two.tracking, cycle=two.cycle)
    draft = transitions.begin(wish, payload=WORK, by=two.buyer, at=now)

    transitions.discard(draft, by=two.buyer, at=now)

    assert fresh(draft).stage == Stage.VOID
    assert not Notice.objects.exists()


def test_silence_lapses_and_is_never_a_yes(two, asked, now):
    early = transitions.lapse_all(by=ActorFactory(), at=now + timedelta(days=7, hours=14))
    count = transitions.lapse_all(by=ActorFactory(), at=now + timedelta(days=8, hours=4))
    again = transitions.lapse_all(by=ActorFactory(), at=now + timedelta(days=9))

    assert (early, count, again) == (0, 1, 0)
    assert fresh(asked).stage == Stage.LAPSED
    assert not Allocation.objects.exists()
    told = Notice.objects.filter(kind="okrs/lapsed").values_list("recipient", flat=True)
    assert set(told) == {two.buyer.person_id, two.giver.person_id}


def test_beat_lets_lapse_and_brings_back(two, asked, now):
    no = transitions.say_no(
        two.tracking,
        what="Blue",
        reason_code="risk",
        reason="No",
        until_on=date(2026, 3, 3),
        by=two.giver,
        at=now,
    )

    tasks.lapse()  # today is long after
    tasks.decide_again()

    assert (fresh(asked).stage, fresh(no).state) == (Stage.LAPSED, "expired")
    assert Event.objects.get(verb="okrs.no_comes_back").actor_name == "okrs.decide_again"


def test_the_standing_follows_from_the_moves(two, asked, now):
    counter(asked, two.giver, now, person_weeks="9")
    counter(asked, two.buyer, now, person_weeks="6")
    transitions.amend(asked, payload=WORK | {"person_weeks": "5"}, by=two.buyer, at=now)
    accept(asked, two.giver, now)

    found = fresh(asked)
    replayed = negotiating.standing_of(
        found.moves.order_by("seq"), sides=(found.initiator_id, found.counterpart_id)
    )
    assert replayed == Standing(Stage(found.stage), found.owes_id, found.terms_id, found.rounds)
    assert found.rounds == 2


LOAN = {"person_weeks": "8", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}


def test_a_loan_posts_to_both_ledgers(two, now):
    lender = capacity_of(two.tracking, two.cycle, has="50", promised="36")
    borrower = capacity_of(two.checkout, two.cycle, has="45", promised="50")
    asked = two.ask(now, kind="loan", payload=LOAN)

    accept(asked, two.giver, now, displaced="The new courier app")

    loan = Loan.objects.get()
    assert (loan.lender, loan.borrower, loan.ramp) == (lender, borrower, Decimal("0.2"))
    found = ledgers([lender.pk, borrower.pk], on=now.date())
    assert (found[lender.pk].rho_words, found[borrower.pk].rho_words) == ("0.86", "0.97")
    assert Participant.objects.get(team=two.tracking).part == "lender"
    assert Event.objects.get(verb="okrs.people_lent").data["person_weeks"] == "8"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"starts_on": "2025-12-31"}, "starts_on"),
        ({"ends_on": "2026-04-01"}, "ends_on"),
        ({"starts_on": "2026-03-01", "ends_on": "2026-02-01"}, "ends_on"),
        ({"person_weeks": "-1"}, "person_weeks"),
        ({"person_weeks": "4,5"}, "person_weeks"),
        ({"person_weeks": ""}, "person_weeks"),
        ({"ramp": "1"}, "ramp"),
        ({"unknown": "1"}, "unknown"),
    ],
)
def test_a_loan_lies_inside_its_quarter_and_lends_somebody(two, now, said, field):
    with pytest.raises(InvalidInputError) as refusal:
        two.ask(now, kind="loan", payload=LOAN | said)

    assert refusal.value.field == field
    assert not Negotiation.objects.exists()


def test_a_loan_is_called_what_lies_on_the_table(two, now):
    asked = two.ask(now, kind="loan", payload=LOAN)

    transitions.counter(asked, payload=LOAN | {"person_weeks": "5"}, by=two.giver, at=now)

    assert fresh(asked).title == "5 person-weeks for “Buyers see where their parcel is”"


def test_what_was_asked_in_words_keeps_its_name(two, now):
    asked = two.ask(now)

    transitions.counter(asked, payload=WORK | {"deliverable": "A link only"}, by=two.giver, at=now)

    assert fresh(asked).title == WORK["deliverable"]


def test_a_team_lends_itself_nobody(two, now):
    two.tracking = two.checkout

    with pytest.raises(InvalidInputError, match="lends itself nobody"):
        two.ask(now, kind="loan", payload=LOAN)


def test_a_revoked_loan_ends(two, now):
    asked = two.ask(now, kind="loan", payload=LOAN)
    accept(asked, two.giver, now)

    transitions.revoke(asked, reason="They are needed at home.", by=two.giver, at=now)

    assert Loan.objects.get().ended_on == now.date()


@pytest.fixture
def measured(two):
    metric = MetricFactory(team=two.tracking, lower_bound=Decimal(0), upper_bound=Decimal(10_000))
    objective = ObjectiveFactory(team=two.tracking, cycle=two.cycle, state="draft")
    return KeyResultFactory(
        objective=objective, kind="metric", metric=metric, baseline=Decimal(9400), target=Decimal(7000)
    )


def target(two, key_result, now, value="5000", **more):
    about = {"kind": "target", "objective": key_result.objective, "key_result": key_result}
    return two.ask(now, payload={"target": value} | more, **about)


def test_an_agreed_target_stands_beside_what_was_asked_and_offered(two, measured, now):
    asked = target(two, measured, now)
    transitions.counter(asked, payload={"target": "7000"}, by=two.giver, at=now)
    transitions.counter(asked, payload={"target": "6200"}, by=two.buyer, at=now)

    accept(asked, two.giver, now)

    found = fresh(measured)
    assert (found.asked_target, found.offered_target, found.target) == (5000, 7000, 6200)
    assert not TargetChange.objects.exists()


def test_a_target_that_was_agreed_before_leaves_a_trace(two, measured, now):
    Objective.objects.filter(pk=measured.objective_id).update(state="active", agreed_at=now)
    asked = target(two, measured, now)

    accept(asked, two.giver, now)

    change = TargetChange.objects.get()
    assert (change.field, change.old, change.new, change.why) == ("target", "7000", "5000", "renegotiated")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("9400", "nothing would move"),
        ("-1", "bounds"),
        ("10000.5", "bounds"),
        ("5,000", "a number"),
        ("nan", "digits"),
    ],
)
def test_a_target_can_be_reached(two, measured, now, value, words):
    with pytest.raises(InvalidInputError, match=words) as refusal:
        target(two, measured, now, value)

    assert refusal.value.field == "target"


def test_a_sentence_has_no_target(two, now):
    key_result = KeyResultFactory(objective=ObjectiveFactory(team=two.tracking, cycle=two.cycle))

    with pytest.raises(InvalidMoveError, match="metric first"):
        target(two, key_result, now)


OBJECTIVE = {
    "title": "Receivers stop calling us",
    "key_results": "Calls fall to 5,000 a week\nHalf of all receivers open the page",
    "instead_of": "The courier app",
}


@pytest.fixture
def proposed(two, now):
    return transitions.propose_objective(
        two.tracking, cycle=two.cycle, from_team=two.checkout, payload=OBJECTIVE, by=two.buyer, at=now
    )


def test_an_objective_is_proposed_to_another_team(two, proposed):
    objective = proposed.objective
    assert (objective.team, objective.authored_by, fresh(objective).state) == (
        two.tracking,
        two.checkout,
        "proposed",
    )
    assert quarter_of(two.tracking, two.cycle).ordered_ids == [objective.pk]
    assert proposed.owes == two.tracking


def test_it_becomes_what_both_agreed(two, proposed, now):
    less = OBJECTIVE | {"key_results": "Calls fall to 6,000 a week\nHalf of all receivers open the page"}
    transitions.counter(proposed, payload=less, by=two.giver, at=now)
    negotiating_now = fresh(proposed.objective).state

    accept(proposed, two.buyer, now)

    objective = fresh(proposed.objective)
    assert (negotiating_now, objective.state, objective.agreed_at) == ("negotiating", "agreed", now)
    rows = KeyResult.objects.filter(objective=objective).order_by("position", "pk")
    assert [(row.title, row.dropped_on is None) for row in rows] == [
        ("Calls fall to 5,000 a week", False),
        ("Half of all receivers open the page", True),
        ("Calls fall to 6,000 a week", True),
    ]
    assert quarter_of(two.tracking, two.cycle).agreed_at == now


def test_an_objective_that_is_refused_leaves_the_order(two, proposed, now):
    transitions.decline(proposed, reason_code="lower_value", reason="No", by=two.giver, at=now)

    assert fresh(proposed.objective).state == "declined"
    assert quarter_of(two.tracking, two.cycle).ordered_ids == []


def test_an_objective_that_is_put_off_lies_on_the_horizon(two, proposed, now):
    transitions.defer_ask(
        proposed, reason_code="wrong_time", reason="No", until_on=date(2026, 4, 1), by=two.giver, at=now
    )

    objective = fresh(proposed.objective)
    assert (objective.state, objective.cycle, objective.horizon) == ("deferred", None, "next")


def test_a_revoked_objective_stops(two, proposed, now):
    accept(proposed, two.giver, now)

    transitions.revoke(proposed, reason="The market changed.", by=two.giver, at=now)

    objective = fresh(proposed.objective)
    assert (objective.state, objective.close_note) == ("stopped", "The market changed.")


def test_an_objective_of_several_owners_needs_all_of_them(two, proposed, now):
    third = TeamFactory(name="Routing")
    other = lead_of(third)
    objective = proposed.objective
    Participant.objects.create(objective=objective, team=third, part="owner")
    accept(proposed, two.giver, now)
    waiting = fresh(objective).state

    wish = Ask(
        kind="objective", initiator=two.tracking, counterpart=third, cycle=two.cycle, objective=objective
    )
    second = transitions.ask(wish, payload=OBJECTIVE, by=two.giver, at=now)
    accept(second, other, now)

    assert (waiting, fresh(objective).state) == ("negotiating", "agreed")


def test_a_proposal_of_another_team_is_no_members_business(two, now):
    with pytest.raises(NotPermittedError):
        transitions.propose_objective(
            two.tracking,
            cycle=two.cycle,
            from_team=two.checkout,
            payload=OBJECTIVE,
            by=member_of(two.checkout),
            at=now,
        )

    assert Objective.objects.count() == 1


def test_the_same_is_not_asked_twice_at_once(two, proposed, now):
    wish = Ask(
        kind="objective",
        initiator=two.tracking,
        counterpart=two.checkout,
        cycle=two.cycle,
        objective=proposed.objective,
    )

    with pytest.raises(InvalidMoveError, match="answer there"):
        transitions.ask(wish, payload=OBJECTIVE, by=two.giver, at=now)


def test_a_change_of_what_was_agreed_is_a_negotiation_of_its_own(two, asked, now):
    accept(asked, two.giver, now)

    change = transitions.ask_for_change(
        asked, payload=WORK | {"person_weeks": "6"}, reason="Two more countries.", by=two.giver, at=now
    )
    before = Allocation.objects.get().person_weeks
    accept(change, two.buyer, now)

    assert (change.kind, change.changes, change.owes) == ("change", asked, two.checkout)
    assert (before, Allocation.objects.get().person_weeks) == (4, 6)
    assert fresh(asked).stage == Stage.AGREED


def test_a_change_is_not_revoked_without_what_it_changed(two, asked, now):
    accept(asked, two.giver, now)
    change = transitions.ask_for_change(
        asked, payload=WORK | {"person_weeks": "6"}, reason="Two more countries.", by=two.giver, at=now
    )
    accept(change, two.buyer, now)

    with pytest.raises(InvalidMoveError, match="Revoke the agreement itself"):
        transitions.revoke(change, reason="Less again.", by=two.giver, at=now)
    assert Allocation.objects.get().person_weeks == 6
    transitions.revoke(asked, reason="The market changed.", by=two.giver, at=now)

    assert not Allocation.objects.exists()


def test_a_change_of_what_was_revoked_meanwhile_brings_nothing_back(two, asked, now):
    accept(asked, two.giver, now)
    change = transitions.ask_for_change(
        asked, payload=WORK | {"person_weeks": "6"}, reason="More of it", by=two.buyer, at=now
    )
    transitions.revoke(asked, reason="Two people left.", by=two.giver, at=now)

    with pytest.raises(InvalidMoveError, match="is revoked"):
        accept(change, two.giver, now, displaced="The app")

    assert not Allocation.objects.exists()


def test_what_belongs_to_no_objective_is_changed_too(two, now):
    asked = two.ask(now, objective=None)
    accept(asked, two.giver, now)

    change = transitions.ask_for_change(
        asked, payload=WORK | {"person_weeks": "6"}, reason="More.", by=two.giver, at=now
    )

    assert (change.kind, change.stage, change.owes) == ("change", Stage.OPEN, two.checkout)


def test_a_refused_change_leaves_the_agreement(two, asked, now):
    accept(asked, two.giver, now)
    change = transitions.ask_for_change(
        asked, payload=WORK | {"person_weeks": "6"}, reason="More.", by=two.buyer, at=now
    )

    transitions.decline(change, reason_code="no_capacity", reason="No room.", by=two.giver, at=now)

    assert Allocation.objects.get().person_weeks == 4
    assert fresh(asked).stage == Stage.AGREED


def test_a_change_of_an_agreed_objective_rewrites_it(two, proposed, now):
    accept(proposed, two.giver, now)

    change = transitions.ask_for_change(
        proposed,
        payload=OBJECTIVE | {"title": "Receivers call less"},
        reason="Wiser now.",
        by=two.giver,
        at=now,
    )
    accept(change, two.buyer, now)

    objective = fresh(proposed.objective)
    assert (objective.title, objective.state) == ("Receivers call less", "agreed")


def test_a_yes_in_mid_cycle_above_eighty_percent_names_what_it_displaces(two, asked, now):
    capacity_of(two.tracking, two.cycle, has="50", promised="38")

    with pytest.raises(InvalidInputError, match=r"0\.76 to 0\.84") as refusal:
        accept(asked, two.giver, now)
    accept(asked, two.giver, now, displaced="The courier app")

    assert refusal.value.field == "displaced"
    assert fresh(asked).displaced == "The courier app"


def test_people_who_are_lent_for_it_make_the_room(two, now):
    capacity_of(two.tracking, two.cycle, has="50", promised="38")
    asked = two.ask(now, WORK | {"lent_weeks": "5"})

    accept(asked, two.giver, now)  # 42 of 54

    assert (fresh(asked).displaced, Loan.objects.get().lender.team) == ("", two.checkout)


def test_a_yes_while_planning_displaces_nothing_yet(now):
    two = sides(state="planning")
    capacity_of(two.tracking, two.cycle, has="50", promised="38")
    asked = two.ask(now)

    accept(asked, two.giver, now)

    assert fresh(asked).displaced == ""


def test_more_than_all_needs_a_waiver(two, asked, now):
    quarter = capacity_of(two.tracking, two.cycle, has="50", promised="48")

    with pytest.raises(InvalidMoveError, match=r"1\.04"):
        accept(asked, two.giver, now, displaced="The courier app")
    quarter.waivers.create(
        reason="A short peak",
        approver=two.buyer.person,
        up_to=Decimal("1.10"),
        expires_on=date(2026, 3, 31),
        at=now,
    )
    accept(asked, two.giver, now, displaced="The courier app")

    assert fresh(asked).stage == Stage.AGREED


def test_the_giver_says_in_its_own_terms_what_makes_room(two, asked, now):
    capacity_of(two.tracking, two.cycle, has="50", promised="38")

    with pytest.raises(InvalidInputError) as refusal:
        counter(asked, two.giver, now, person_weeks="5")
    counter(asked, two.giver, now, person_weeks="5", instead_of="The courier app")
    accept(asked, two.buyer, now)

    assert refusal.value.field == "instead_of"
    assert fresh(asked).displaced == "The courier app"


def test_a_closed_quarter_takes_no_promise(two, now):
    two.cycle = NextCycleFactory(state="closed")

    with pytest.raises(InvalidMoveError, match="closed"):
        two.ask(now, objective=None)


def test_what_is_about_a_hidden_objective_lets_the_other_side_in(two, now):
    Objective.objects.filter(pk=two.objective.pk).update(
        visibility="restricted", restricted_because="A partner"
    )
    two.objective.refresh_from_db()

    asked = two.ask(now)

    assert Participant.objects.get(objective=two.objective).team == two.tracking
    assert Notice.objects.get().audience == f"team:{two.tracking.pk}"
    told = Event.objects.filter(verb="okrs.asked").order_by("pk").values_list("team_id", "audience")
    assert list(told) == [(side.pk, f"team:{side.pk}") for side in (two.tracking, two.checkout)]
    assert fresh(asked).stage == Stage.OPEN


@pytest.mark.parametrize("act", ["propose", "counter", "accept"])
@pytest.mark.parametrize("what", ["cycle", "objective"])
def test_nobody_is_bound_to_what_has_ended_meanwhile(two, now, act, what):
    wish = two.wish()
    draft = transitions.begin(wish, payload=WORK, by=two.buyer, at=now)
    asked = draft if act == "propose" else transitions.propose(draft, by=two.buyer, at=now)
    if what == "cycle":
        type(two.cycle).objects.update(state="grading")
    else:
        type(two.objective).objects.update(state="stopped", closed_on=now.date())
    count = Event.objects.count()

    steps = {
        "propose": lambda: transitions.propose(asked, by=two.buyer, at=now),
        "counter": lambda: transitions.counter(
            asked, payload=WORK | {"person_weeks": "2"}, by=two.giver, at=now
        ),
        "accept": lambda: transitions.accept(asked, seen=seen(asked), by=two.giver, at=now),
    }

    with pytest.raises(InvalidMoveError, match=r"nothing is promised|nothing left"):
        steps[act]()

    assert Event.objects.count() == count
