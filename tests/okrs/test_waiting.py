"""What goals put on somebody's page My work."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from apps.okrs import queries, transitions
from apps.okrs.models import Finding
from tests.factories import TeamFactory, UserFactory, lead_of, member_of
from tests.factories.okrs import QuarterFactory
from tests.okrs.goals import Goals
from tests.okrs.sides import seen, sides

pytestmark = pytest.mark.django_db


def found_in(goals, now, count=1, **fields):
    start = Finding.objects.count()
    given = {"code": "K5", "severity": "high", "message": "Tracking has not promised it.", "found_at": now}
    for number in range(start, start + count):
        row = given | {"cycle": goals.cycle, "team": goals.team, "fingerprint": str(number)} | fields
        Finding.objects.create(**row)


def waiting(person, now):
    return [(todo.title, todo.action, todo.is_urgent) for todo in queries.waiting_for(person.person, now=now)]


def test_leads_are_asked_for_check_ins_and_findings(now):
    goals = Goals()
    found_in(goals, now)
    accountable = member_of(goals.team)
    goals.objective.accountable = accountable.person
    goals.objective.save()

    assert waiting(goals.lead, now) == [
        (f"Check in for {goals.team}", "Check in", True),
        ("Tracking has not promised it.", "Look at it", False),
    ]
    assert waiting(accountable, now) == [(f"Check in for {goals.team}", "Check in", True)]
    assert waiting(goals.member, now) == []


def test_findings_of_a_quarter_stand_together_and_questions_stay_there(now):
    goals = Goals()
    goals.quarter.has_check_ins = False
    goals.quarter.save()
    found_in(goals, now, count=2)
    found_in(goals, now, severity="low")
    found_in(goals, now, state="resolved")
    found_in(goals, now, gone_at=now)

    (todo,) = queries.waiting_for(goals.lead.person, now=now)

    assert (todo.title, todo.detail) == ("2 findings to decide about", f"{goals.team}, {goals.cycle}")
    assert todo.url == f"{reverse('okrs:findings', args=[goals.cycle.slug])}?team={goals.team.slug}"


def test_an_administrator_decides_about_no_finding_and_answers_for_nobody(now):
    goals = Goals()
    found_in(goals, now)
    admin = lead_of(goals.team, is_admin=True)

    assert [action for _title, action, _urgent in waiting(admin, now)] == ["Check in"]


def test_a_check_in_waits_from_its_day_on(now):
    goals = Goals()
    early = now.replace(month=1, day=5)

    assert waiting(goals.lead, early) == []
    assert "Check in" in {
        action for _title, action, _urgent in waiting(goals.lead, early + timedelta(days=20))
    }


def test_who_is_accountable_owes_the_answer_about_it(now):
    two = sides()
    by = member_of(two.checkout)
    two.objective.accountable = by.person
    two.objective.save()
    asked = two.ask(now)
    type(asked).objects.filter(pk=asked.pk).update(owes=two.checkout)

    assert [action for _title, action, _urgent in waiting(by, now)] == ["Answer", "Check in"]
    assert waiting(member_of(two.checkout), now) == []


def test_a_check_in_waits_for_its_reviewer(now, django_assert_num_queries):
    goals = Goals()
    reviewer = UserFactory()
    goals.objective.reviewer = reviewer
    goals.objective.save()
    said = goals.quarter.check_ins.create(
        on_date=date(2026, 2, 20), author=goals.lead.person, published_at=now
    )
    said.lines.create(objective=goals.objective, status="on_track")

    with django_assert_num_queries(1):
        (todo,) = queries.waiting_for(reviewer, now=now)

    assert (todo.title, todo.action) == (f"Read the check-in of {goals.team}", "Read")


def test_check_ins_to_read_stand_in_one_row(now):
    goals, reviewer = Goals(), UserFactory()
    goals.objective.reviewer = reviewer
    goals.objective.save()
    for day in (6, 20):
        said = goals.quarter.check_ins.create(
            on_date=date(2026, 2, day), author=goals.lead.person, published_at=now
        )
        said.lines.create(objective=goals.objective, status="on_track")

    (todo,) = queries.waiting_for(reviewer, now=now)

    assert todo.title == f"2 check-ins to read: {goals.team}"
    assert (todo.url, todo.action, todo.when.day) == ("/okrs/check-ins/#unread", "Read them", 6)


def listed(by, show, now):
    return queries.listing(by.person, show=show, on=now.date()).rows


def test_what_is_said_to_be_done_waits_for_who_asked(now):
    two = sides()
    asked = two.ask(now)
    transitions.accept(asked, seen=seen(asked), by=two.giver, at=now)
    transitions.report(asked, by=two.giver, at=now)

    wanted = (f"Was that it? {asked.title}", "Look at it", False)

    assert wanted in waiting(two.buyer, now)
    assert wanted not in waiting(two.giver, now)
    (row,) = listed(two.buyer, "for-us", now)
    assert row.is_ours_to_confirm
    assert (listed(two.buyer, "agreed", now), listed(two.giver, "for-us", now)) == ([], [])
    assert not listed(two.giver, "agreed", now)[0].is_ours_to_confirm
    transitions.be_satisfied(asked, by=two.buyer, at=now)
    assert wanted not in waiting(two.buyer, now)


def test_one_finding_names_its_objective(now):
    goals = Goals()
    goals.quarter.has_check_ins = False
    goals.quarter.save()
    found_in(goals, now, objective=goals.objective)

    (todo,) = queries.waiting_for(goals.lead.person, now=now)

    assert todo.detail == f"“{goals.objective.title}”, {goals.team}, {goals.cycle}"


@pytest.mark.parametrize("count", [1, 10])
def test_my_work_costs_the_same(now, django_assert_num_queries, count):
    two = sides()
    for number in range(count):
        two.ask(now, {"deliverable": f"Part {number}", "person_weeks": "1", "ends_on": "2026-03-20"})
        QuarterFactory(cycle=two.cycle, team=TeamFactory(parent=two.tracking))
    queries.waiting_for(two.giver.person, now=now)

    with django_assert_num_queries(2):
        assert len(queries.waiting_for(two.giver.person, now=now)) == count
