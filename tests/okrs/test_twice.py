"""The same form once more: a double click, a replay, an old tab."""

from datetime import date
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict
from apps.okrs import transitions
from apps.okrs.models import (
    Allocation,
    Cycle,
    Loan,
    Negotiation,
    No,
    NoException,
    Objective,
    State,
    Waiver,
)
from tests.factories import TeamFactory, lead_of
from tests.factories.okrs import KeyResultFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import WORK, capacity_of, fresh, quarter_of, seen, sides

pytestmark = pytest.mark.django_db
LOAN = {"person_weeks": "2", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}


@pytest.fixture
def two():
    return sides()


def rows():
    """Return how much there is of everything that a second click could double."""
    kinds = (Negotiation, Objective, Allocation, Waiver, No, NoException)
    return [kind.objects.count() for kind in kinds] + [Event.objects.count()]


@pytest.mark.parametrize(("kind", "payload"), [("contribution", WORK), ("loan", LOAN)])
def test_work_and_people_are_asked_for_once_in_the_same_words(two, now, kind, payload):
    asked = two.ask(now, payload, kind=kind)
    before = rows()

    with pytest.raises(InvalidMoveError, match="in the same words"):
        two.ask(now, payload, kind=kind)

    assert rows() == before
    transitions.withdraw_ask(asked, by=two.buyer, at=now)
    two.ask(now, payload, kind=kind)  # what is over may be asked for again
    two.ask(now, payload | {"conditions": "In the mornings"}, kind=kind)  # and other words are another ask


def test_a_draft_is_kept_once(two, now):
    wish = two.wish()
    transitions.begin(wish, payload=WORK, by=two.buyer, at=now)

    with pytest.raises(InvalidMoveError, match="in the same words"):
        transitions.begin(wish, payload=WORK, by=two.buyer, at=now)

    assert Negotiation.objects.count() == 1


def test_an_objective_is_proposed_once(two, now):
    said = {"title": "Receivers know when", "key_results": "Calls fall"}
    more = {"cycle": two.cycle, "from_team": two.checkout, "payload": said, "by": two.buyer, "at": now}
    transitions.propose_objective(two.tracking, **more)
    before = rows()

    with pytest.raises(InvalidMoveError, match="is proposed to Tracking already"):
        transitions.propose_objective(two.tracking, **more)

    assert rows() == before


def test_the_same_weeks_are_promised_once(two, now):
    quarter = capacity_of(two.tracking, two.cycle, has="100")
    said = {"person_weeks": Decimal(4), "kind": "upkeep", "label": "On call", "by": two.giver, "at": now}
    first = transitions.promise_weeks(quarter, **said)
    before = rows()

    again = transitions.promise_weeks(quarter, **said)
    transitions.promise_weeks(quarter, **said | {"person_weeks": Decimal(5)})

    assert again == first
    assert rows()[:-1] == [*before[:2], before[2] + 1, *before[3:-1]]


def test_person_weeks_that_somebody_took_back_are_taken_back_once(two, now):
    quarter = capacity_of(two.tracking, two.cycle, has="100")
    said = {"person_weeks": Decimal(4), "kind": "upkeep", "label": "On call", "by": two.giver, "at": now}
    promised = transitions.promise_weeks(quarter, **said)
    transitions.free_weeks(Allocation.objects.get(pk=promised.pk), by=two.giver, at=now)

    with pytest.raises(InvalidMoveError, match="taken these person-weeks back already"):
        transitions.free_weeks(promised, by=two.giver, at=now)
    with pytest.raises(InvalidMoveError, match="taken these person-weeks back already"):
        transitions.change_weeks(promised, person_weeks=Decimal(5), by=two.giver, at=now)


def test_a_waiver_is_given_once(two, now):
    root = TeamFactory(name="Company")
    for team in (two.tracking, two.checkout):
        type(team).objects.filter(pk=team.pk).update(parent=root)
    capacity_of(two.tracking, two.cycle, has="100")
    said = {"reason": "The fair", "up_to": Decimal("1.2"), "expires_on": date(2026, 3, 20)}
    by = lead_of(root)

    first = transitions.waive(quarter_of(two.tracking, two.cycle), **said, by=by, at=now)
    before = rows()
    again = transitions.waive(quarter_of(two.tracking, two.cycle), **said, by=by, at=now)

    assert (again, rows()) == (first, before)


def test_a_no_is_said_once_and_so_is_an_exception(two, now):
    said = {"what": "The app", "reason_code": "risk", "reason": "Nobody asked", "by": two.giver, "at": now}
    no = transitions.say_no(two.tracking, requester=two.checkout, **said)
    transitions.make_exception(no, reason="One week", person_weeks=Decimal(1), by=two.giver, at=now)
    before = rows()

    transitions.say_no(two.tracking, requester=two.checkout, **said)
    transitions.make_exception(no, reason="One week", person_weeks=Decimal(1), by=two.giver, at=now)

    assert rows() == before


def test_a_milestone_is_taken_out_once(now):
    key_result = KeyResultFactory()
    lead = lead_of(key_result.objective.team)
    step = transitions.add_milestone(key_result, title="Both markets", by=lead, at=now)
    stale = type(step).objects.select_related("key_result").get(pk=step.pk)
    transitions.remove_milestone(step, by=lead, at=now)
    before = Event.objects.count()

    with pytest.raises(InvalidMoveError, match="taken this milestone out already"):
        transitions.remove_milestone(stale, by=lead, at=now)
    with pytest.raises(InvalidMoveError, match="taken this milestone out already"):
        transitions.reach_milestone(stale, done_on=now.date(), evidence_url="/x", by=lead, at=now)

    assert Event.objects.count() == before


@pytest.mark.parametrize(("kind", "payload"), [("contribution", WORK), ("loan", LOAN)])
def test_what_was_promised_in_a_closed_quarter_stays_on_record(two, now, kind, payload):
    for team in (two.tracking, two.checkout):
        capacity_of(team, two.cycle, has="100")
    asked = two.ask(now, payload, kind=kind)
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    Objective.objects.update(state=State.CLOSED, closed_on=now.date(), verdict="keep")
    Cycle.objects.update(state="closed")

    with pytest.raises(InvalidMoveError, match="is closed: what was promised in it stays on record"):
        transitions.revoke(asked, reason="We did something else", by=two.giver, at=now)

    assert Allocation.objects.count() + Loan.objects.filter(ended_on=None).count() == 1
    transitions.report(asked, by=two.giver, at=now)  # how it went may still be said


def test_nothing_is_done_under_an_objective_that_has_ended_meanwhile(two, now):
    under = ObjectiveFactory(team=two.tracking, cycle=two.cycle, state=State.AGREED)
    QuarterFactory(team=two.tracking, cycle=two.cycle, ordered_ids=[under.pk])
    asked = two.ask(now)
    transitions.stop(fresh(under), reason="No longer", by=two.giver, at=now)

    with pytest.raises(InvalidInputError, match="is stopped meanwhile") as refusal:
        transitions.accept(asked, seen=seen(asked), within=under, by=two.giver, at=now)

    assert refusal.value.field == "within"
    assert (fresh(asked).stage, Allocation.objects.count()) == ("open", 0)


def test_nothing_is_done_under_an_objective_that_is_being_graded(two, now):
    under = ObjectiveFactory(team=two.tracking, cycle=two.cycle, state=State.GRADING)
    asked = two.ask(now)

    with pytest.raises(InvalidInputError, match="is grading meanwhile"):
        transitions.accept(asked, seen=seen(asked), within=under, by=two.giver, at=now)

    assert (fresh(asked).stage, Allocation.objects.count()) == ("open", 0)


def test_what_a_colleague_changed_meanwhile_is_shown_before_it_is_changed_again(two, now):
    asked = two.ask(now)
    shown, colleague = seen(asked), lead_of(two.checkout)
    transitions.amend(asked, payload=WORK | {"person_weeks": "9"}, seen=shown, by=colleague, at=now)

    result = transitions.amend(asked, payload=WORK | {"person_weeks": "2"}, seen=shown, by=two.buyer, at=now)

    assert isinstance(result, Conflict)
    assert fresh(asked).terms.payload["person_weeks"] == "9"
