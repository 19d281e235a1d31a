"""What becomes of questions, promises and loans when the objective that they serve ends, or its quarter."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Event
from apps.notifications.models import Notice
from apps.okrs import transitions
from apps.okrs.models import Allocation, Loan, Move, Objective, Participant, Stage, State
from apps.okrs.queries import ledgers
from apps.okrs.rules.asking import Ask
from tests.factories import TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, NextCycleFactory
from tests.okrs.sides import WORK, capacity_of, fresh, seen, sides

pytestmark = pytest.mark.django_db
LOAN = {"person_weeks": "8", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}
OBJECTIVE = {"title": "Receivers stop calling", "key_results": "Calls fall to 5,000 a week"}
GRACE_IS_OVER = datetime(2026, 4, 20, 9, tzinfo=UTC)


@pytest.fixture
def two():
    return sides()


def accept(asked, by, at):
    return transitions.accept(asked, seen=seen(asked), displaced="The courier app", by=by, at=at)


def lent(two, now):
    asked = two.ask(now, kind="loan", payload=LOAN)
    accept(asked, two.giver, now)
    return asked


def test_stopping_gives_back_what_was_lent_for_it_in_both_ledgers(two, now):
    lender = capacity_of(two.tracking, two.cycle, has="50", promised="36")
    borrower = capacity_of(two.checkout, two.cycle, has="45")
    loan = lent(two, now)

    transitions.stop(two.objective, reason="The supplier does it", by=two.buyer, at=now)

    assert (fresh(loan).stage, Loan.objects.get().ended_on) == (Stage.REVOKED, now.date())
    found = ledgers([lender.pk, borrower.pk], on=now.date())
    assert (found[lender.pk].lent, found[borrower.pk].borrowed) == (0, ())
    assert Participant.objects.get(team=two.tracking).part == "informed"
    notice = Notice.objects.filter(recipient=two.giver.person).latest("pk")
    assert "gives back" in notice.title
    assert "The supplier does it" in notice.text
    assert Event.objects.get(verb="okrs.agreement_revoked").data["person_weeks"] == "8"


def test_stopping_frees_the_weeks_that_another_team_promised(two, now):
    asked = two.ask(now)
    accept(asked, two.giver, now)

    transitions.stop(two.objective, reason="The supplier does it", by=two.buyer, at=now)

    assert not Allocation.objects.exists()
    assert fresh(asked).stage == Stage.REVOKED
    assert not Notice.objects.filter(kind="okrs/stopped").exists()  # one word for each team is enough


def test_stopping_ends_what_is_asked_whoever_owes_the_answer(two, now):
    ours, theirs = two.ask(now), two.ask(now, kind="loan", payload=LOAN)
    transitions.counter(theirs, payload=LOAN | {"person_weeks": "6"}, by=two.giver, at=now)

    transitions.stop(two.objective, reason="The supplier does it", by=two.buyer, at=now)

    assert [fresh(one).stage for one in (ours, theirs)] == [Stage.WITHDRAWN, Stage.WITHDRAWN]
    last = Move.objects.filter(negotiation=theirs).latest("seq")
    assert (last.team, last.person, last.reason) == (
        two.checkout,
        two.buyer.person,
        "The objective was stopped. The supplier does it",
    )


def test_what_is_promised_to_something_else_stays(two, now):
    wish = Ask(kind="contribution", initiator=two.checkout, counterpart=two.tracking, cycle=two.cycle)
    other = transitions.ask(
        wish, payload={"deliverable": "A page", "person_weeks": "2"}, by=two.buyer, at=now
    )
    accept(other, two.giver, now)

    transitions.stop(two.objective, reason="The supplier does it", by=two.buyer, at=now)

    assert (fresh(other).stage, Allocation.objects.get().person_weeks) == (Stage.AGREED, 2)


def test_an_agreement_that_is_revoked_frees_what_served_the_objective(two, now):
    proposed = transitions.propose_objective(
        two.tracking, cycle=two.cycle, from_team=two.checkout, payload=OBJECTIVE, by=two.buyer, at=now
    )
    accept(proposed, two.giver, now)
    third = TeamFactory(name="Routing")
    wish = two.wish(initiator=two.tracking, counterpart=third, objective=proposed.objective)
    helped = transitions.ask(
        wish, payload={"deliverable": "A feed", "person_weeks": "3"}, by=two.giver, at=now
    )
    accept(helped, lead_of(third), now)

    transitions.revoke(proposed, reason="The market changed.", by=two.buyer, at=now)

    assert (fresh(proposed.objective).state, fresh(helped).stage) == (State.STOPPED, Stage.REVOKED)
    assert not Allocation.objects.exists()


def test_a_change_that_lends_nobody_ends_the_loan_on_the_day_of_whoever_agrees(two, now):
    asked = two.ask(now, WORK | {"lent_weeks": "5"})
    accept(asked, two.giver, now)
    change = transitions.ask_for_change(
        asked, payload=WORK, reason="They are needed at home", by=two.giver, at=now
    )
    two.buyer.person.time_zone = "Pacific/Auckland"

    accept(change, two.buyer, now.replace(hour=23))  # there the next day has begun

    assert Loan.objects.get().ended_on == now.date() + timedelta(days=1)


@pytest.mark.parametrize("step", ["withdraw", "defer"])
def test_a_draft_that_leaves_the_quarter_takes_its_questions_along(two, now, step):
    Objective.objects.filter(pk=two.objective.pk).update(state=State.DRAFT, agreed_at=None)
    asked = two.ask(now)
    more = {"horizon": "later", "reason": "Too early"} if step == "defer" else {"reason": "Double"}

    getattr(transitions, step)(two.objective, by=member_of(two.checkout), at=now, **more)

    assert fresh(asked).stage == Stage.WITHDRAWN
    assert Notice.objects.filter(recipient=two.giver.person, kind="okrs/moved").count() == 1


def test_who_stops_it_sees_first_what_ends_with_it(client, two, now):
    lent(two, now)
    two.ask(now)
    client.force_login(two.buyer.person)

    shown = client.get(reverse("okrs:objective_step", args=[two.objective.pk, "stop"])).content.decode()

    assert "What ends with it" in shown
    assert "8 person-weeks given back" in shown
    assert "Tracking: Tracking inside the order page" in shown


# ---- a quarter that closes


def closing(two):
    cycle = two.cycle
    cycle.state = "grading"
    cycle.save()
    NextCycleFactory()
    transitions.close_cycle(cycle, by=Actor.system("okrs.turn"), at=GRACE_IS_OVER)


def test_a_proposal_that_nobody_answered_lapses_with_its_quarter_and_is_a_draft_again(now):
    two = sides(state="active")
    Objective.objects.filter(pk=two.objective.pk).delete()
    proposed = transitions.propose_objective(
        two.tracking, cycle=two.cycle, from_team=two.checkout, payload=OBJECTIVE, by=two.buyer, at=now
    )

    closing(two)

    objective = fresh(proposed.objective)
    assert (fresh(proposed).stage, objective.state, objective.cycle) == (Stage.LAPSED, State.DRAFT, None)
    told = Notice.objects.filter(kind="okrs/lapsed").values_list("recipient", flat=True)
    assert set(told) == {two.buyer.person_id, two.giver.person_id}
    assert Move.objects.latest("pk").reason == "Q1 2026 closed before an answer came."


@pytest.mark.parametrize("way", ["withdraw", "take up", "propose anew"])
def test_in_the_backlog_there_is_a_way_forward(now, way):
    two = sides(state="active")
    Objective.objects.filter(pk=two.objective.pk).update(state=State.NEGOTIATING, agreed_at=None)
    two.ask(now, kind="objective", payload=OBJECTIVE)
    closing(two)
    objective, at = fresh(two.objective), GRACE_IS_OVER
    coming = CycleFactory._meta.model.objects.get(state="planning", starts_on=date(2026, 4, 1))

    if way == "withdraw":
        transitions.withdraw(objective, by=two.buyer, at=at)
    else:
        transitions.take_up(objective, cycle=coming, by=two.buyer, at=at)
    if way == "propose anew":
        two.cycle, two.objective = coming, fresh(objective)
        again = two.ask(at, kind="objective", payload=OBJECTIVE)
        accept(again, two.giver, at)

    states = {"withdraw": State.WITHDRAWN, "take up": State.DRAFT, "propose anew": State.AGREED}
    assert fresh(objective).state == states[way]


def test_a_question_about_a_draft_lapses_with_its_quarter(two, now):
    Objective.objects.filter(pk=two.objective.pk).update(state=State.DRAFT, agreed_at=None)
    asked = two.ask(now)

    closing(two)

    assert (fresh(asked).stage, fresh(two.objective).cycle) == (Stage.LAPSED, None)
    assert Decimal(Event.objects.get(verb="okrs.cycle_closed").data["put_back"]) == 1


def test_what_was_promised_in_a_closed_quarter_stays_when_its_draft_is_withdrawn_later(two, now):
    Objective.objects.filter(pk=two.objective.pk).update(state=State.DRAFT, agreed_at=None)
    asked = two.ask(now)
    accept(asked, two.giver, now)
    own = capacity_of(two.checkout, two.cycle, has="50", promised="6")
    Allocation.objects.filter(quarter=own).update(objective=two.objective)
    closing(two)

    transitions.withdraw(fresh(two.objective), by=two.buyer, at=GRACE_IS_OVER)

    assert (fresh(two.objective).state, fresh(asked).stage) == (State.WITHDRAWN, Stage.AGREED)
    assert sorted(Allocation.objects.values_list("person_weeks", flat=True)) == [4, 6]
