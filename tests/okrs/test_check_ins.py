"""Check-ins: one draft, published once, corrected by another one, acknowledged by a reviewer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.notifications.models import Notice
from apps.okrs import queries, rules, transitions
from apps.okrs.models import CheckIn, CheckInItem, Cycle, Metric, MetricValue, Objective, State, TeamCheckIn
from tests.factories import ActorFactory, TeamFactory, UserFactory, lead_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory
from tests.okrs.goals import Goals

pytestmark = pytest.mark.django_db


def line_of(goals, *, status="on_track", value=None, confidence=7, **words):
    item = rules.ItemDraft(value=None if value is None else Decimal(value), confidence=confidence, note="so")
    return rules.LineDraft(status=status, items={goals.calls.pk: item}, **words)


def draft_of(goals, priorities="Calls first", **line):
    return rules.CheckInDraft(priorities=priorities, lines={goals.objective.pk: line_of(goals, **line)})


def save(goals, now, draft=None, revision=0, by=None):
    return transitions.save_check_in(
        goals.quarter, draft=draft or draft_of(goals), revision=revision, by=by or goals.member, at=now
    )


def published(goals, now, **line):
    row = save(goals, now, draft_of(goals, **line)).row
    return transitions.publish_check_in(row, revision=row.revision, by=goals.member, at=now).row


# The draft


def test_the_first_words_make_the_draft(goals, now):
    row = save(goals, now).row

    assert (row.priorities, row.revision, row.published_at, row.author) == (
        "Calls first",
        1,
        None,
        goals.member.person,
    )
    item = CheckInItem.objects.get()
    assert (item.key_result, item.confidence, item.check_in.status) == (goals.calls, 7, "on_track")
    assert not Event.objects.exists()


def test_a_page_has_one_draft_for_the_whole_team(goals, now):
    save(goals, now)

    again = save(goals, now, draft_of(goals, "Pages first", confidence=3), revision=1, by=goals.lead)

    row = TeamCheckIn.objects.get()
    assert (row.priorities, row.revision, row.author) == ("Pages first", 2, goals.lead.person)
    assert CheckInItem.objects.get().confidence == 3
    assert isinstance(again, Saved)


@pytest.mark.parametrize("revision", [0, 2])
def test_the_slower_one_sees_the_draft(goals, now, revision):
    save(goals, now)

    slower = save(goals, now, draft_of(goals, "Mine"), revision=revision, by=goals.lead)

    assert isinstance(slower, Conflict)
    assert TeamCheckIn.objects.get().priorities == "Calls first"


def test_only_the_team_checks_in(goals, now):
    for by in (ActorFactory(person__is_admin=True), lead_of(TeamFactory())):
        with pytest.raises(NotPermittedError):
            save(goals, now, by=by)

    assert not TeamCheckIn.objects.exists()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"status": "splendid"}, "status"),
        ({"confidence": 11}, "confidence"),
        ({"value": "1.23456"}, "value"),
        ({"changed": "x" * 3001}, "what changed"),
    ],
)
def test_what_cannot_be_said_is_refused(goals, now, line, field):
    with pytest.raises(InvalidInputError) as refusal:
        save(goals, now, draft_of(goals, **line))

    assert refusal.value.field == field
    assert not TeamCheckIn.objects.exists()


def test_nobody_speaks_of_other_objectives(goals, now):
    foreign = KeyResultFactory()
    lines = {foreign.objective_id: rules.LineDraft(status="on_track")}
    with pytest.raises(InvalidInputError):
        save(goals, now, rules.CheckInDraft(lines=lines))

    items = {foreign.pk: rules.ItemDraft(confidence=1)}
    with pytest.raises(InvalidInputError):
        save(goals, now, rules.CheckInDraft(lines={goals.objective.pk: rules.LineDraft(items=items)}))

    assert not CheckIn.objects.exists()


def test_a_value_is_typed_for_own_metrics_alone(goals, now):
    theirs = KeyResultFactory(
        objective=goals.objective,
        kind="metric",
        metric=MetricFactory(),
        baseline=Decimal(1),
        target=Decimal(2),
    )
    items = {theirs.pk: rules.ItemDraft(value=Decimal(5))}
    with pytest.raises(NotPermittedError):
        save(goals, now, rules.CheckInDraft(lines={goals.objective.pk: rules.LineDraft(items=items)}))

    items = {goals.words.pk: rules.ItemDraft(value=Decimal(5))}
    with pytest.raises(InvalidInputError):
        save(goals, now, rules.CheckInDraft(lines={goals.objective.pk: rules.LineDraft(items=items)}))


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "closed"},
        {"starts_on": date(2026, 3, 3)},
        {"ends_on": date(2026, 2, 1), "grace_days": 14},
    ],
)
def test_a_quarter_that_does_not_run_takes_none(goals, now, fields):
    Cycle.objects.filter(pk=goals.cycle.pk).update(**fields)

    with pytest.raises(InvalidMoveError):
        save(goals, now)


def test_a_late_one_is_taken_within_the_grace(goals, now):
    Cycle.objects.filter(pk=goals.cycle.pk).update(state="grading", ends_on=date(2026, 2, 20))

    assert isinstance(save(goals, now), Saved)


# Publishing


def test_a_published_one_records_values_and_freezes_numbers(goals, now):
    goals.values(100, 90)

    row = published(goals, now, value="75", changed="The new page is live")

    assert (row.on_date, row.published_at) == (date(2026, 3, 2), now)
    value = MetricValue.objects.get(on_date=date(2026, 3, 2))
    assert (value.value, value.source) == (75, "check_in")
    item = CheckInItem.objects.get(key_result=goals.calls)
    assert item.snapshot == {
        "value": "75",
        "as_of": "2026-03-02",
        "previous": "90",
        "raw": "0.5",
        "shown": "0.5",
        "expected": "0.674157303370786517",
        "target": "50",
        "target_words": "50",
        "baseline": "100",
        "words": "two weeks behind",
        "hint": "at_risk",
    }
    assert CheckInItem.objects.count() == 3  # each key result of an objective has one


def test_the_hint_stands_beside_what_the_team_says(goals, now):
    row = published(goals, now, value="99", status="on_track")

    line = row.lines.get()
    assert (line.status, line.hint) == ("on_track", "off_track")
    events = {event.verb: event.data for event in Event.objects.all()}
    assert events["okrs.status_said"] == {
        "status": "on track",
        "hint": "off track",
        "on_date": "2026-03-02",
    }
    assert events["okrs.check_in_published"] == {"on_date": "2026-03-02", "objectives": 1, "corrects": None}


def test_a_snapshot_outlives_a_new_target(goals, now):
    published(goals, now, value="75")
    goals.calls.refresh_from_db()
    draft = rules.MeasureDraft(kind="metric", metric=goals.metric, baseline=Decimal(100), target=Decimal(60))
    transitions.change_terms(
        goals.calls, draft=draft, revision=0, why="external", reason="So", by=goals.lead, at=now
    )

    assert CheckInItem.objects.get(key_result=goals.calls).snapshot["target"] == "50"


def test_published_words_never_change(goals, now):
    row = published(goals, now)

    with pytest.raises(InvalidMoveError):
        transitions.publish_check_in(row, revision=row.revision, by=goals.member, at=now)
    with pytest.raises(InvalidMoveError):
        transitions.discard_check_in(row, by=goals.member, at=now)
    save(goals, now, draft_of(goals, "Something else"))  # a draft of its own

    assert TeamCheckIn.objects.get(pk=row.pk).priorities == "Calls first"


@pytest.mark.parametrize("status", ["", "on_track"])
def test_each_objective_gets_a_status(goals, now, status):
    ObjectiveFactory(team=goals.team, state=State.ACTIVE)
    row = save(goals, now, draft_of(goals, status=status)).row

    with pytest.raises(InvalidInputError):
        transitions.publish_check_in(row, revision=1, by=goals.member, at=now)

    assert not Event.objects.exists()
    assert not MetricValue.objects.exists()


def test_silence_is_not_published(goals, now):
    Objective.objects.update(state=State.DRAFT)
    row = save(goals, now, rules.CheckInDraft()).row

    with pytest.raises(InvalidInputError):
        transitions.publish_check_in(row, revision=1, by=goals.member, at=now)


def test_a_draft_that_changed_meanwhile_is_read_again(goals, now):
    row = save(goals, now).row

    assert isinstance(transitions.publish_check_in(row, revision=0, by=goals.member, at=now), Conflict)
    assert not Event.objects.exists()


def test_a_value_out_of_bounds_is_not_saved(goals, now):
    Metric.objects.update(upper_bound=Decimal(80))

    with pytest.raises(InvalidInputError, match="81 lies above 80"):
        save(goals, now, draft_of(goals, value="81"))

    assert not TeamCheckIn.objects.exists()


def test_a_value_out_of_bounds_that_were_narrowed_since_publishes_nothing(goals, now):
    row = save(goals, now, draft_of(goals, value="81")).row
    Metric.objects.update(upper_bound=Decimal(80))

    with pytest.raises(InvalidInputError, match="81 lies above 80"):
        transitions.publish_check_in(row, revision=1, by=goals.member, at=now)

    assert TeamCheckIn.objects.get().published_at is None
    assert not MetricValue.objects.exists()


def test_a_draft_can_be_thrown_away(goals, now):
    row = save(goals, now).row

    transitions.discard_check_in(row, by=goals.lead, at=now)

    assert not TeamCheckIn.objects.exists()
    assert Event.objects.get().verb == "okrs.check_in_discarded"
    with pytest.raises(InvalidMoveError):
        transitions.discard_check_in(row, by=goals.lead, at=now)


# Correcting


def test_a_correction_takes_the_place_of_the_first(goals, now):
    first = published(goals, now, value="75", changed="Too much")
    later = now + timedelta(days=1)

    draft = transitions.correct_check_in(first, by=goals.lead, at=later)
    assert (draft.corrects, draft.lines.get().changed) == (first, "Too much")
    fixed = save(goals, later, draft_of(goals, value="70", changed="Right"), revision=1).row
    second = transitions.publish_check_in(fixed, revision=2, by=goals.lead, at=later).row

    assert (second.pk, second.on_date) == (draft.pk, date(2026, 3, 2))
    assert MetricValue.objects.get(is_current=True).value == 70
    assert [line.changed for line in CheckIn.objects.order_by("pk")] == ["Too much", "Right"]
    assert list(queries.published()) == [second]
    with pytest.raises(InvalidMoveError):
        transitions.correct_check_in(first, by=goals.lead, at=later)


def test_one_thing_at_a_time(goals, now):
    first = published(goals, now)
    draft = save(goals, now).row

    with pytest.raises(InvalidMoveError):
        transitions.correct_check_in(first, by=goals.lead, at=now)
    with pytest.raises(InvalidMoveError):
        transitions.correct_check_in(draft, by=goals.lead, at=now)
    with pytest.raises(NotPermittedError):
        transitions.correct_check_in(first, by=ActorFactory(), at=now)


def test_a_correction_speaks_of_what_was_closed_meanwhile(goals, now):
    first = published(goals, now)
    Objective.objects.filter(pk=goals.objective.pk).update(
        state=State.CLOSED, verdict="keep", closed_on=now.date()
    )
    draft = transitions.correct_check_in(first, by=goals.lead, at=now)

    row = transitions.publish_check_in(draft, revision=1, by=goals.lead, at=now).row

    assert row.lines.get().objective == goals.objective


# Reviewers


def reviewed(goals):
    reviewer = UserFactory()
    Objective.objects.filter(pk=goals.objective.pk).update(reviewer=reviewer)
    return ActorFactory(person=reviewer)


def test_a_reviewer_is_told_and_acknowledges_once(goals, now):
    by = reviewed(goals)
    row = published(goals, now)

    assert [notice.recipient for notice in Notice.objects.all()] == [by.person]
    saved = transitions.acknowledge_check_in(row, by=by, at=now)

    assert (saved.acknowledged_by, saved.acknowledged_at) == (by.person, now)
    with pytest.raises(InvalidMoveError):
        transitions.acknowledge_check_in(row, by=by, at=now)


def test_without_a_reviewer_the_leads_above_are(goals, now):
    goals.team.parent = TeamFactory()
    goals.team.save()
    above = lead_of(goals.team.parent)

    row = published(goals, now)

    assert [notice.recipient for notice in Notice.objects.all()] == [above.person]
    assert queries.reviewers_of(row) == [above.person]
    assert queries.unread(above.person) == [row]
    assert queries.unread(goals.lead.person) == []


def test_nobody_acknowledges_their_own_words(goals, now):
    Objective.objects.filter(pk=goals.objective.pk).update(reviewer=goals.member.person)
    row = published(goals, now)

    for by in (goals.member, goals.lead, ActorFactory(person__is_admin=True)):
        with pytest.raises(NotPermittedError):
            transitions.acknowledge_check_in(row, by=by, at=now)

    assert not Notice.objects.exists()


def test_a_draft_is_not_acknowledged(goals, now):
    by = reviewed(goals)
    row = save(goals, now).row

    with pytest.raises(InvalidMoveError):
        transitions.acknowledge_check_in(row, by=by, at=now)


# Health


def test_health_says_what_was_said_and_whether_it_is_old(goals, now):
    def health(days, *, own=True):
        day = now.date() + timedelta(days=days)
        teams = [goals.team.pk] if own else []
        return queries.health_of_objectives([goals.objective], on=day, own=teams)[goals.objective.pk]

    assert (health(-60).word, health(-60).due_on) == ("Pending", date(2026, 1, 15))
    published(goals, now, status="at_risk")

    assert (health(0).word, health(0).tone, health(0).due_on) == ("At risk", "adequate", date(2026, 3, 16))
    assert health(17).word == "At risk"
    assert (health(18).word, health(18).is_stale) == ("Stale", True)
    assert health(18, own=False).word == "At risk"  # shown to the team itself alone


def test_two_contradictions_in_a_row_are_told(goals, now):
    goals.values(100)
    for days in (20, 5):
        published(goals, now - timedelta(days=days), status="on_track")

    health = queries.health_of_objectives([goals.objective], on=now.date())[goals.objective.pk]

    assert health.otherwise == "says on track, numbers say off track"


@pytest.mark.parametrize("count", [1, 10])
def test_health_takes_two_queries_for_many(now, count, django_assert_num_queries):
    goals = Goals()
    published(goals, now)
    rows = [goals.objective, *ObjectiveFactory.create_batch(count, team=goals.team, state=State.ACTIVE)]

    with django_assert_num_queries(2):
        assert len(queries.health_of_objectives(rows, on=now.date())) == count + 1


def test_an_api_value_does_not_reset_the_clock(goals, now):
    transitions.record_value(
        goals.metric, on_date=now.date(), value=Decimal(80), source="api", by=goals.member, at=now
    )

    health = queries.health_of_objectives([goals.objective], on=now.date())[goals.objective.pk]

    assert (health.last_on, health.is_stale) == (None, True)
