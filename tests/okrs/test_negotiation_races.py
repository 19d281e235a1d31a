"""Two at once; these need a database with row locks."""

from decimal import Decimal

from apps.core.errors import InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.okrs import transitions
from apps.okrs.models import Allocation, CapacityPlan, Loan, Move, No, Stage
from tests.factories import lead_of
from tests.okrs.sides import WORK, capacity_of, fresh, quarter_of, seen, sides
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql
TIMES = 4


def kinds(results):
    return sorted(type(result).__name__ for result in results)


def test_two_accept_and_one_does(now):
    two = sides()
    capacity_of(two.tracking, two.cycle, has="500")
    asked = two.ask(now)
    leads = [lead_of(two.tracking) for _ in range(TIMES)]
    digest = seen(asked)

    results = at_once(
        lambda number: transitions.accept(asked, seen=digest, by=leads[number], at=now), times=TIMES
    )

    assert kinds(results) == ["InvalidMoveError"] * 3 + ["Saved"]
    assert (Allocation.objects.filter(negotiation=asked).count(), Move.objects.count()) == (1, 2)
    assert fresh(asked).stage == Stage.AGREED


def test_accept_against_counter(now):
    two = sides()
    asked = two.ask(now)
    digest = seen(asked)
    other = lead_of(two.tracking)

    def step(number):
        if number:
            return transitions.accept(asked, seen=digest, by=two.giver, at=now)
        return transitions.counter(asked, payload=WORK | {"person_weeks": "9"}, seen=digest, by=other, at=now)

    first, second = at_once(step, times=2)

    found = fresh(asked)
    if found.stage == Stage.AGREED:
        assert isinstance(second, Saved)
        assert isinstance(first, InvalidMoveError)
        assert Allocation.objects.get().person_weeks == 4
    else:
        assert isinstance(first, Saved)
        assert isinstance(second, Conflict)
        assert not Allocation.objects.exists()
    assert [move.seq for move in found.moves.order_by("seq")] == [1, 2]


def test_accept_against_amend_binds_what_was_on_screen(now):
    two = sides()
    asked = two.ask(now)
    digest = seen(asked)

    def step(number):
        if number:
            return transitions.accept(asked, seen=digest, by=two.giver, at=now)
        return transitions.amend(asked, payload=WORK | {"person_weeks": "9"}, by=two.buyer, at=now)

    at_once(step, times=2)

    found = fresh(asked)
    if found.stage == Stage.AGREED:
        assert Allocation.objects.get().person_weeks == 4
    else:
        assert (found.stage, found.terms.payload["person_weeks"]) == (Stage.OPEN, "9")
        assert not Allocation.objects.exists()


def test_a_yes_and_a_no_at_once_leave_one(now):
    two = sides()
    asked = two.ask(now)
    digest, other = seen(asked), lead_of(two.tracking)

    def step(number):
        if number:
            return transitions.accept(asked, seen=digest, by=two.giver, at=now)
        return transitions.decline(asked, reason_code="risk", reason="No", by=other, at=now)

    results = at_once(step, times=2)

    assert sum(isinstance(result, InvalidMoveError) for result in results) == 1
    assert No.objects.count() + Allocation.objects.count() == 1


def test_two_teams_lend_each_other_and_nobody_waits_in_a_circle(now):
    two = sides()
    loan = {"person_weeks": "2", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}
    asks = [two.ask(now, loan | {"skills": str(number)}, kind="loan") for number in range(TIMES)]
    digests = [seen(one) for one in asks]
    capacity_of(two.tracking, two.cycle, has="100", promised="99")

    results = at_once(
        lambda number: transitions.accept(
            asks[number], seen=digests[number], displaced="The app", by=two.giver, at=now
        ),
        times=TIMES,
    )

    lent = sum(isinstance(result, Saved) for result in results)
    assert lent == 0  # 99 of 98 would be too many, whoever is first
    assert Loan.objects.count() == 0


def test_the_last_weeks_are_promised_once(now):
    two = sides()
    asks = [two.ask(now, WORK | {"deliverable": str(number)}) for number in range(TIMES)]
    digests = [seen(one) for one in asks]
    capacity_of(two.tracking, two.cycle, has="100", promised="91")

    results = at_once(
        lambda number: transitions.accept(
            asks[number], seen=digests[number], displaced="The app", by=two.giver, at=now
        ),
        times=TIMES,
    )

    assert kinds(results) == ["InvalidMoveError"] * 2 + ["Saved"] * 2
    assert Allocation.objects.filter(quarter=quarter_of(two.tracking, two.cycle)).count() == 3


def test_two_first_plans_are_one(now):
    two = sides()
    leads = [lead_of(two.tracking) for _ in range(TIMES)]
    two.ask(now)  # the quarter exists
    quarter = quarter_of(two.tracking, two.cycle)

    results = at_once(
        lambda number: transitions.plan_capacity(
            quarter,
            people=Decimal(number + 1),
            weeks=Decimal(13),
            upkeep_share=Decimal("0.2"),
            by=leads[number],
            at=now,
        ),
        times=TIMES,
    )

    assert kinds(results) == ["Conflict"] * 3 + ["Saved"]
    assert CapacityPlan.objects.count() == 1
