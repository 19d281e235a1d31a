"""Who is reminded of check-ins, when, and until when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.accounts.models import Actor
from apps.notifications.transitions import remind
from apps.okrs import queries, rules, transitions
from apps.okrs.models import Cycle, Finding, Objective, Quarter, State
from tests.factories import UserFactory
from tests.okrs.goals import Goals
from tests.okrs.sides import sides

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)  # two weeks after the quarter begins


def found(at):
    return [(one.recipient, one.key, one.context.get("is_late")) for one in queries.due(now=at)]


def publish(goals, at):
    draft = rules.CheckInDraft(lines={goals.objective.pk: rules.LineDraft(status="on_track")})
    row = transitions.save_check_in(goals.quarter, draft=draft, revision=0, by=goals.lead, at=at).row
    return transitions.publish_check_in(row, revision=1, by=goals.lead, at=at).row


def key(goals, step, person, day="20260115"):
    return f"okrs:checkin:{goals.quarter.pk}:{step}:{day}:{person.pk}"


def test_the_leads_are_told_on_the_day_and_a_day_later(goals):
    lead = goals.lead.person

    assert found(DUE - timedelta(days=1)) == []
    assert found(DUE) == [(lead, key(goals, "due", lead), False)]
    assert found(DUE + timedelta(days=1)) == [(lead, key(goals, "late", lead), True)]
    assert found(DUE + timedelta(days=9)) == [(lead, key(goals, "late", lead), True)]


def test_who_is_accountable_is_told_once(goals):
    Objective.objects.update(accountable=goals.member.person)
    assert {row[0] for row in found(DUE)} == {goals.lead.person, goals.member.person}

    Objective.objects.update(accountable=goals.lead.person)
    assert [row[0] for row in found(DUE)] == [goals.lead.person]


def test_the_day_is_that_of_the_reader(goals):
    goals.lead.person.time_zone = "Asia/Tokyo"
    goals.lead.person.save()

    assert len(found(datetime(2026, 1, 14, 20, 0, tzinfo=UTC))) == 1


def test_a_check_in_moves_the_day(goals):
    publish(goals, DUE)

    assert found(DUE + timedelta(days=13)) == []
    assert found(DUE + timedelta(days=14))[0][1] == key(goals, "due", goals.lead.person, "20260129")


@pytest.mark.parametrize(
    "silence",
    [
        lambda: Quarter.objects.update(has_check_ins=False),
        lambda: Objective.objects.update(state=State.DRAFT),
        lambda: Cycle.objects.update(state="grading"),
        lambda: Cycle.objects.update(ends_on=date(2026, 1, 14)),
    ],
)
def test_nobody_is_asked_for_what_is_not_due(goals, silence):
    silence()

    assert found(DUE) == []


def test_what_was_done_meanwhile_is_no_longer_due(goals):
    (one,) = queries.due(now=DUE)
    assert queries.still_due([one.key, "okrs:other:1"], now=DUE) == {one.key}

    publish(goals, DUE)

    assert queries.still_due([one.key], now=DUE) == set()


def test_reviewers_are_asked_after_three_days_until_one_has_read(goals):
    reviewer = UserFactory()
    Objective.objects.update(reviewer=reviewer)
    row = publish(goals, DUE)
    wanted = f"okrs:unread:{row.pk}:3:{reviewer.pk}"

    assert [one[1] for one in found(DUE + timedelta(days=2))] == []
    assert [one[1] for one in found(DUE + timedelta(days=3))] == [wanted]
    assert queries.still_due([wanted], now=DUE + timedelta(days=3)) == {wanted}

    transitions.acknowledge_check_in(row, by=Actor(person=reviewer), at=DUE)
    assert found(DUE + timedelta(days=3)) == []


def test_a_corrected_check_in_is_nobodys_duty(goals):
    reviewer = UserFactory()
    Objective.objects.update(reviewer=reviewer)
    first = publish(goals, DUE)
    draft = transitions.correct_check_in(first, by=goals.lead, at=DUE)
    second = transitions.publish_check_in(draft, revision=1, by=goals.lead, at=DUE).row

    assert [one[1] for one in found(DUE + timedelta(days=3))] == [f"okrs:unread:{second.pk}:3:{reviewer.pk}"]


def test_the_run_of_reminders_finds_them_and_a_second_one_tells_nobody(goals):
    by = Actor.system("notifications.remind")

    assert remind(by=by, at=DUE)["okrs/check_in_due"] == 1
    assert "okrs/check_in_due" not in remind(by=by, at=DUE)


@pytest.mark.parametrize("count", [1, 10])
def test_it_takes_the_same_queries_for_many(count, django_assert_num_queries):
    for place in range(count):
        goals = Goals(key=f"calls-{place}")
        publish(goals, DUE - timedelta(days=14))

    with django_assert_num_queries(9):
        assert len(list(queries.due(now=DUE))) == count


@pytest.fixture
def owed(now):
    two = sides()
    return two, two.ask(now)  # the second of March, to be answered until the ninth


def kinds_of(at, kind):
    return [(one.recipient, one.key) for one in queries.due(now=at) if one.kind == kind]


def test_who_owes_an_answer_is_reminded_two_days_before(owed, now):
    two, asked = owed
    key = f"okrs:answer:{asked.pk}:0:20260309:{two.giver.person.pk}"

    assert kinds_of(now + timedelta(days=4), "okrs/answer_due") == []
    assert kinds_of(now + timedelta(days=5), "okrs/answer_due") == [(two.giver.person, key)]
    assert queries.still_due([key], now=now + timedelta(days=5)) == {key}

    transitions.decline(asked, reason_code="risk", reason="No", by=two.giver, at=now)

    assert kinds_of(now + timedelta(days=5), "okrs/answer_due") == []
    assert queries.still_due([key], now=now + timedelta(days=5)) == set()


def test_what_was_just_put_on_the_table_is_not_reminded_of(owed, now):
    two, asked = owed
    late = now + timedelta(days=6)
    terms = {"deliverable": "Less", "person_weeks": "2", "ends_on": "2026-03-20", "instead_of": "The app"}
    transitions.counter(asked, payload=terms, by=two.giver, at=late, respond_by=late.date())

    assert kinds_of(late, "okrs/answer_due") == []


def test_what_blocks_agreed_work_is_told_before_the_quarter_and_once_more(goals):
    Objective.objects.update(state=State.AGREED)
    Cycle.objects.update(state="planning")
    remark = Finding.objects.create(
        code="L2",
        severity="medium",
        is_blocking=True,
        cycle=goals.cycle,
        team=goals.team,
        objective=goals.objective,
        message="No baseline.",
        fingerprint="1",
        found_at=DUE,
    )
    first = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)

    found = [kinds_of(first + timedelta(days=days), "okrs/blocked") for days in (-8, -7, 0, 7)]

    steps = [[key.split(":")[3] for _person, key in some] for some in found]
    assert steps == [[], ["soon"], ["soon"], ["late"]]
    assert {person for some in found for person, _key in some} == {goals.lead.person}
    decided = {"decided_by": goals.lead.person, "decided_at": DUE, "reason": "So"}
    Finding.objects.filter(pk=remark.pk).update(state="dismissed", **decided)
    assert kinds_of(first, "okrs/blocked") == []
