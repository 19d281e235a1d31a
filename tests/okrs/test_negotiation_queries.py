"""What other pages read of negotiations: the margin, my work, the measures, what needs a decision."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from apps.comments.transitions import say as comment
from apps.okrs import queries, transitions
from apps.okrs.models import Objective
from apps.okrs.queries.margin import margins
from apps.okrs.queries.offsite import pack_content
from apps.okrs.rules.negotiation_measures import Measures, Share, kappa, median, working_days
from apps.okrs.rules.overview import figures_of
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory, KeyResultFactory, MetricFactory, ObjectiveFactory
from tests.okrs.sides import WORK, capacity_of, seen, sides

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    return sides()


def margin(two, by, now):
    quarter = queries.quarter(two.cycle.slug, two.tracking.slug)
    return margins(quarter, ids=[two.objective.pk], by=by, on=now.date())


def test_the_margin_shows_asked_offered_countered_and_what_it_costs(two, now):
    capacity_of(two.tracking, two.cycle, has="50", promised="45")
    asked = two.ask(
        now, {"deliverable": "EU and US", "ends_on": "2026-03-10", "person_weeks": "4"}, objective=None
    )
    offer = {"deliverable": "Both", "ends_on": "2026-03-31", "person_weeks": "4", "instead_of": "The app"}
    transitions.counter(asked, payload=offer, message="Not before spring.", by=two.giver, at=now)
    last = {"deliverable": "EU now, US in spring", "ends_on": "2026-03-20", "person_weeks": "4"}
    transitions.counter(asked, payload=last, message="EU first?", by=two.buyer, at=now)

    (note,) = margin(two, two.giver, now)[0].asks

    assert note.head == "Checkout asks Tracking"
    assert note.lines == [
        ("Asked", "EU and US, 10 March 2026", False),
        ("Offered", "Both, 31 March 2026, instead of the app", False),
        ("Countered", "EU now, US in spring, 20 March 2026", True),
    ]
    assert (note.cost_label, note.cost, note.room) == ("Costs you", "4 person-weeks", "5 free")
    assert note.message == "EU first?"
    assert note.acts == {"accept", "counter", "decline"}
    drawn = render_to_string("okrs/margin/negotiation.jinja", {"note": note}, using="jinja2")
    wanted = ("Checkout asks", "EU now", "(5 free)", ">Accept<", ">Counter<", ">Say no<")
    assert all(words in drawn for words in wanted)


def test_the_margin_says_when_something_was_reported_and_not_when_it_was_agreed(two, now):
    asked = two.ask(now, WORK, objective=None)
    agreed_at, done_at = now + timedelta(days=1), now + timedelta(days=14)
    accept(asked, two.giver, agreed_at)
    (agreed,) = margin(two, two.buyer, now)[0].asks
    transitions.report(asked, note="Look at it.", by=two.giver, at=done_at)

    (note,) = margin(two, two.buyer, now)[0].asks

    assert (agreed.head, agreed.moved_at) == ("Checkout and Tracking agreed", agreed_at)
    assert (note.head, note.moved_at) == ("Tracking says it is done", done_at)
    drawn = render_to_string("okrs/margin/negotiation.jinja", {"note": note}, using="jinja2")
    assert f'datetime="{done_at:%Y-%m-%d}' in drawn


def test_the_margin_says_which_day_is_which(two, now):
    two.ask(now, {"deliverable": "EU", "ends_on": "2026-03-10", "needed_on": "2026-03-01"}, objective=None)

    notes = [note.lines for note in margin(two, two.giver, now)[0].asks]

    assert [("Asked", "EU, promised for 10 March 2026, needed by 1 March 2026", True)] in notes


def test_the_margin_says_what_the_other_team_has_free(two, now):
    capacity_of(two.tracking, two.cycle, has="50", promised="50")
    two.ask(now)
    page = queries.quarter(two.cycle.slug, two.checkout.slug)

    (note,) = margins(page, ids=[two.objective.pk], by=two.buyer, on=now.date())[two.objective.pk].asks

    assert (note.cost_label, note.room) == ("Costs Tracking", "none free")


def test_the_margin_groups_by_objective_and_shows_nos(two, now):
    asked = two.ask(now)
    transitions.say_no(two.tracking, what="More", reason_code="risk", reason="No", by=two.giver, at=now)
    other = two.ask(now, WORK | {"deliverable": "B"})
    transitions.decline(other, reason_code="risk", reason="The peak.", by=two.giver, at=now)

    found = margin(two, two.buyer, now)

    assert [note.negotiation for note in found[two.objective.pk].asks] == [asked]
    assert [note.no.what for note in found[two.objective.pk].nos] == ["B"]
    assert [note.no.what for note in found[0].nos] == ["More"]
    assert found[two.objective.pk].asks[0].acts == {"withdraw"}
    note = found[two.objective.pk].nos[0]
    drawn = render_to_string("okrs/margin/no.jinja", {"note": note}, using="jinja2")
    assert "Checkout asked" in drawn


@pytest.mark.parametrize("count", [1, 10])
def test_the_margin_costs_the_same(two, now, django_assert_max_num_queries, count):
    capacity_of(two.tracking, two.cycle, has="500")
    for number in range(count):
        two.ask(now, WORK | {"deliverable": f"Thing {number}"})

    with django_assert_max_num_queries(7):
        margin(two, two.giver, now)


def test_my_work_asks_leads_for_answers_and_holders_for_decisions(two, now):
    two.ask(now)
    no = transitions.say_no(
        two.tracking, what="Blue", reason_code="risk", reason="No", by=two.giver, at=now, reopen_when="ever"
    )
    type(no).objects.filter(pk=no.pk).update(state="expired", state_reason="its day has passed")

    found = queries.waiting_for(two.giver.person, now=now + timedelta(days=6))

    assert [(todo.title, todo.action, todo.is_urgent) for todo in found] == [
        ("Tracking inside the order page", "Answer", True),
        ("Decide again: Blue", "Decide", False),
    ]
    for by in (two.buyer, member_of(two.tracking), lead_of(two.tracking, is_admin=True)):
        others = queries.waiting_for(by.person, now=now)
        assert {todo.action for todo in others} <= {"Check in"}


# ---- measures


@pytest.mark.parametrize(
    ("agreed", "expected"), [("7000", "0"), ("5000", "1"), ("6000", "0.5"), ("4000", "1.5"), ("8000", "-0.5")]
)
def test_who_moved(agreed, expected):
    found = kappa(asked=Decimal(5000), offered=Decimal(7000), agreed=Decimal(agreed))

    assert found == Decimal(expected)


def test_who_moved_needs_two_numbers_and_eight_negotiations():
    assert kappa(asked=Decimal(5), offered=Decimal(5), agreed=Decimal(5)) is None
    assert Measures(kappas=[Decimal(1)] * 7).who_moved is None
    assert Measures(kappas=[Decimal("0.9")] * 8).is_dictated
    assert not Measures(kappas=[Decimal("0.8")] * 8).is_dictated
    assert median([Decimal(1), Decimal(4), Decimal(2), Decimal(3)]) == Decimal("2.5")


def test_days_are_working_days(now):
    friday = now.date() + timedelta(days=4)

    assert working_days(friday, friday + timedelta(days=3)) == 1
    assert working_days(friday, friday) == 0
    assert Share(1, 4).words == "1 of 4 (25 %)"
    assert Share(0, 0).words == "none yet"


def propose(two, now, title):
    payload = {"title": title, "key_results": "A sentence"}
    return transitions.propose_objective(
        two.tracking, cycle=two.cycle, from_team=two.checkout, payload=payload, by=two.buyer, at=now
    )


def accept(asked, by, now):
    return transitions.accept(asked, seen=seen(asked), by=by, at=now)


def test_dictated_is_what_came_from_outside_and_was_accepted_at_once_in_silence(two, now):
    Objective.objects.all().update(agreed_at=now)  # one of its own
    accept(propose(two, now, "Dictated"), two.giver, now + timedelta(hours=2))
    accept(propose(two, now, "Slept over"), two.giver, now + timedelta(hours=30))
    talked = propose(two, now, "Talked about")
    comment(talked.subject(on=now.date()), text="Why?", by=two.giver, at=now)
    accept(talked, two.giver, now)
    countered = propose(two, now, "Countered")
    transitions.counter(
        countered, payload={"title": "Countered", "key_results": "Another"}, by=two.giver, at=now
    )
    accept(countered, two.buyer, now)

    assert queries.measures_of(two.cycle).dictated == Share(1, 5)


def test_a_cycle_in_numbers(two, now, django_assert_max_num_queries):
    metric = MetricFactory(team=two.tracking)
    objective = ObjectiveFactory(team=two.tracking, cycle=two.cycle)
    key_result = KeyResultFactory(
        objective=objective, kind="metric", metric=metric, baseline=Decimal(9400), target=Decimal(7000)
    )
    about = {"kind": "target", "objective": objective, "key_result": key_result}
    target = two.ask(now, {"target": "5000"}, **about)
    transitions.counter(target, payload={"target": "7000"}, by=two.giver, at=now + timedelta(days=1))
    transitions.counter(target, payload={"target": "6000"}, by=two.buyer, at=now + timedelta(days=1))
    accept(target, two.giver, now + timedelta(days=1))
    refused = two.ask(now)
    transitions.decline(refused, reason_code="risk", reason="No", by=two.giver, at=now + timedelta(days=3))
    two.ask(now, WORK | {"deliverable": "B"})
    transitions.lapse_all(by=ActorFactory(), at=now + timedelta(days=9))

    with django_assert_max_num_queries(5):
        found = queries.measures_of(two.cycle)

    assert found.kappas == [Decimal("0.5")]
    assert (found.answer_time, found.rounds, found.median_rounds) == (2, [2], 2)
    assert (found.lapsed, found.nos, found.held) == (Share(1, 3), Share(1, 2), Share(1, 1))
    moved = next(one for one in figures_of(found) if one.key == "who_moved")
    assert (moved.value, moved.parts[-41:]) == ("", "from 8 negotiated targets on, there are 1")
    assert not found.chose_nothing
    assert Measures(nos=Share(0, 1)).chose_nothing


def test_loans_sum_to_nought(two, now):
    loan = {"person_weeks": "8", "starts_on": "2026-01-05", "ends_on": "2026-03-27"}
    accept(two.ask(now, loan, kind="loan"), two.giver, now)
    third = TeamFactory()
    two.tracking, two.giver = third, lead_of(third)
    accept(two.ask(now, loan | {"person_weeks": "3"}, kind="loan"), two.giver, now)

    days = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 6, 30)}
    later = CycleFactory(slug="2026-q2", name="Q2 2026", state="planning", **days)

    found = queries.leadership(later, person=UserFactory(), on=now.date())

    assert found.loans == []
    assert [(one.team, one.net) for one in found.balances] == [
        ("Checkout", Decimal(-11)),
        (third.name, Decimal(3)),
        ("Tracking", Decimal(8)),
    ]
    assert sum(one.net for one in found.balances) == 0


def test_a_no_belongs_to_the_quarter_that_was_asked_for_and_not_to_the_day_it_was_said_on(two, now):
    days = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 6, 30)}
    later = CycleFactory(slug="2026-q2", name="Q2 2026", state="planning", **days)
    wish = replace(two, cycle=later, objective=ObjectiveFactory(team=two.checkout, cycle=later))
    asked = wish.ask(now)
    why = {"reason_code": "no_capacity", "reason": "The night comes first."}
    transitions.decline(asked, **why, by=two.giver, at=now)

    found = {
        cycle: queries.leadership(cycle, person=UserFactory(), on=now.date()).nos
        for cycle in (two.cycle, later)
    }

    assert [(cycle.slug, len(nos)) for cycle, nos in found.items()] == [(two.cycle.slug, 0), ("2026-q2", 1)]
    assert [len(pack_content(cycle, on=now.date())["nos"]["rows"]) for cycle in found] == [0, 1]
