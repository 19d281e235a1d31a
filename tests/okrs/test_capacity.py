"""Person-weeks: the formulas of OKRS 2.2, and who plans, promises and allows."""

from datetime import date
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.okrs import queries, transitions
from apps.okrs.models import Allocation, CapacityPlan, Waiver
from apps.okrs.rules.capacity import Borrowed, Fill, Ledger, raises_above_slack
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, ObjectiveFactory, QuarterFactory
from tests.okrs.sides import capacity_of, fresh


def ledger(has, promised, **more):
    return Ledger(
        people=Decimal(has) / 10,
        weeks=Decimal(10),
        upkeep_share=Decimal(0),
        allocated=(("outcome", Decimal(promised)),),
        **more,
    )


def test_the_worked_example():
    """Borrower 50 on 45 is 1.11, after a loan of 8 it is 0.97; lender 36 on 50 is 0.72, then 0.86."""
    loan = Borrowed(Decimal(8))

    assert ledger(45, 50).rho_words == "1.11"
    assert ledger(45, 50, borrowed=(loan,)).rho_words == "0.97"
    assert ledger(50, 36).rho_words == "0.72"
    assert ledger(50, 36, lent=Decimal(8)).rho_words == "0.86"


def test_upkeep_and_leave_are_no_capacity():
    found = Ledger(
        people=Decimal(5), weeks=Decimal(13), upkeep_share=Decimal("0.25"), leave_share=Decimal("0.05")
    )

    assert found.own == Decimal("45.5")
    assert (found.upkeep_percent, found.leave_percent) == ("25", "5")


@pytest.mark.parametrize(
    ("promised", "fill"), [("40", Fill.SLACK), ("40.01", Fill.FULL), ("50", Fill.FULL), ("50.01", Fill.OVER)]
)
def test_the_bands(promised, fill):
    assert ledger(50, promised).fill == fill


def test_who_lent_everything_is_over():
    found = ledger(10, 1, lent=Decimal(10))

    assert (found.rho, found.fill, found.rho_words) == (None, Fill.OVER, "none")


def test_a_waiver_allows_as_much_and_no_more():
    assert ledger(50, 55, up_to=Decimal("1.10")).is_allowed
    assert not ledger(50, 56, up_to=Decimal("1.10")).is_allowed
    assert not ledger(50, 56).is_allowed


def test_only_what_makes_a_team_fuller_raises_it():
    full = ledger(50, 45)

    assert raises_above_slack(full, full.with_more(promised=Decimal(1)))
    assert raises_above_slack(full, full.with_more(lent=Decimal(1)))
    assert not raises_above_slack(full, full)
    assert not raises_above_slack(ledger(50, 10), ledger(50, 11))


PLAN = {"people": Decimal(5), "weeks": Decimal(13), "upkeep_share": Decimal("0.25")}


@pytest.fixture
def quarter(db):
    return QuarterFactory(team=TeamFactory(name="Tracking"))


@pytest.fixture
def lead(quarter):
    return lead_of(quarter.team)


def test_a_lead_plans(quarter, lead, now):
    result = transitions.plan_capacity(quarter, **PLAN, by=lead, at=now)

    assert isinstance(result, Saved)
    assert queries.ledger(quarter, on=now.date()).own == Decimal("48.75")
    assert Event.objects.get(verb="okrs.capacity_planned").data["person_weeks"] == "48.75"


def test_the_same_plan_twice_is_one(quarter, lead, now):
    transitions.plan_capacity(quarter, **PLAN, by=lead, at=now)
    transitions.plan_capacity(quarter, **PLAN, by=lead, at=now)

    assert Event.objects.filter(verb="okrs.capacity_planned").count() == 1


def test_the_slower_plan_meets_the_other(quarter, lead, now):
    transitions.plan_capacity(quarter, **PLAN, by=lead, at=now)

    result = transitions.plan_capacity(quarter, **(PLAN | {"people": Decimal(7)}), by=lead, at=now)

    assert isinstance(result, Conflict)
    assert CapacityPlan.objects.get().people == 5


@pytest.mark.parametrize("who", ["member", "stranger", "admin"])
def test_nobody_else_plans_or_promises(quarter, now, who):
    by = {
        "member": member_of(quarter.team),
        "stranger": lead_of(TeamFactory()),
        "admin": ActorFactory(person__is_admin=True),
    }[who]

    with pytest.raises(NotPermittedError):
        transitions.plan_capacity(quarter, **PLAN, by=by, at=now)
    with pytest.raises(NotPermittedError):
        transitions.promise_weeks(quarter, person_weeks=Decimal(1), label="Nights", by=by, at=now)

    assert (CapacityPlan.objects.count(), Allocation.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"people": Decimal(0)}, "people"),
        ({"weeks": Decimal(99)}, "weeks"),
        ({"upkeep_share": None}, "upkeep_share"),
        ({"upkeep_share": Decimal(1)}, "upkeep_share"),
        ({"upkeep_share": Decimal("0.9"), "leave_share": Decimal("0.1")}, "upkeep_share"),
        ({"leave_share": Decimal("-0.1")}, "leave_share"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(quarter, lead, now, said, field):
    with pytest.raises(InvalidInputError) as refusal:
        transitions.plan_capacity(quarter, **(PLAN | said), by=lead, at=now)

    assert refusal.value.field == field
    assert not Event.objects.exists()


def test_an_objective_has_its_weeks_once(quarter, lead, now):
    objective = ObjectiveFactory(team=quarter.team, cycle=quarter.cycle)
    for weeks in (3, 5):
        transitions.promise_weeks(quarter, person_weeks=Decimal(weeks), objective=objective, by=lead, at=now)

    assert list(Allocation.objects.values_list("person_weeks", "label")) == [(5, objective.title)]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"person_weeks": Decimal(0), "label": "Nights"}, "person_weeks"),
        ({"person_weeks": Decimal(1)}, "label"),
        ({"person_weeks": Decimal(1), "label": "Nights", "kind": "fun"}, "kind"),
    ],
)
def test_a_promise_that_cannot_be_is_refused(quarter, lead, now, said, field):
    with pytest.raises(InvalidInputError) as refusal:
        transitions.promise_weeks(quarter, **said, by=lead, at=now)

    assert refusal.value.field == field


def test_weeks_go_to_own_objectives_of_the_quarter(quarter, lead, now):
    with pytest.raises(InvalidInputError, match="is not one of Tracking"):
        transitions.promise_weeks(
            quarter, person_weeks=Decimal(1), objective=ObjectiveFactory(), by=lead, at=now
        )


def test_what_a_team_keeps_to_itself_stays_out_of_history(quarter, lead, now):
    hidden = ObjectiveFactory(
        team=quarter.team,
        cycle=quarter.cycle,
        title="Zaubernuss",
        visibility="restricted",
        restricted_because="A partner",
    )
    row = transitions.promise_weeks(quarter, person_weeks=Decimal(1), objective=hidden, by=lead, at=now)
    transitions.change_weeks(row, person_weeks=Decimal(2), by=lead, at=now)
    transitions.free_weeks(row, by=lead, at=now)

    assert not any("Zaubernuss" in str(event.data) for event in Event.objects.all())


def test_a_closed_quarter_keeps_its_numbers(now, db):
    quarter = QuarterFactory(cycle=CycleFactory(state="closed"))

    with pytest.raises(InvalidMoveError, match="stay as they were"):
        transitions.plan_capacity(quarter, **PLAN, by=lead_of(quarter.team), at=now)


@pytest.fixture
def root(settings, db):
    settings.ROOT_TEAM = "everybody"
    return TeamFactory(name="Everybody", slug="everybody")


WAIVER = {"reason": "A short peak", "up_to": Decimal("1.15"), "expires_on": date(2026, 3, 31)}


def test_a_lead_of_the_organisation_allows_more(quarter, lead, root, now):
    capacity_of(quarter.team, quarter.cycle, has="50", promised="55")

    transitions.waive(quarter, **WAIVER, by=lead_of(root), at=now)

    assert queries.ledger(quarter, on=now.date()).is_allowed
    assert not queries.ledger(quarter, on=date(2026, 4, 1)).is_allowed
    assert list(Notice.objects.values_list("recipient", flat=True)) == [lead.person_id]


def test_nobody_allows_it_for_themselves(quarter, root, now):
    both = lead_of(root)
    both.person.team_ids = [root.pk, quarter.team_id]
    both.person.save()
    people = [both, lead_of(quarter.team), member_of(root), ActorFactory(person__is_admin=True)]
    people += [ActorFactory(person__is_leadership=True)]

    for by in people:
        with pytest.raises(NotPermittedError):
            transitions.waive(quarter, **WAIVER, by=by, at=now)

    assert not Waiver.objects.exists()


def test_without_an_organisation_nobody_allows_it(quarter, lead, now):
    TeamFactory()  # two without a parent: neither is the organisation

    with pytest.raises(InvalidMoveError, match="No team stands"):
        transitions.waive(quarter, **WAIVER, by=lead, at=now)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"up_to": Decimal(1)}, "up_to"),
        ({"up_to": Decimal(4)}, "up_to"),
        ({"up_to": Decimal("1.155")}, "up_to"),
        ({"expires_on": date(2026, 4, 1)}, "expires_on"),
        ({"expires_on": date(2026, 2, 1)}, "expires_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_waiver_has_a_reason_and_an_end(quarter, root, now, said, field):
    with pytest.raises(InvalidInputError) as refusal:
        transitions.waive(quarter, **(WAIVER | said), by=lead_of(root), at=now)

    assert refusal.value.field == field


def test_ledgers_of_many_quarters_take_four_queries(django_assert_num_queries, now, db):
    quarters = [capacity_of(TeamFactory(), CycleFactory(), has="50", promised="10") for _ in range(10)]

    with django_assert_num_queries(4):
        found = queries.ledgers([one.pk for one in quarters], on=now.date())

    assert len(found) == 10
    assert fresh(quarters[0]).pk in found
