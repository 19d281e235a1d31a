"""How a key result is measured, who may change it after the agreement, and what it then stands at."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.models import KeyResult, Kind, Milestone, State, TargetChange
from tests.factories import ActorFactory, TeamFactory, member_of
from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory, value_of
from tests.okrs.goals import Goals

pytestmark = pytest.mark.django_db
OVER = [State.DECLINED, State.DEFERRED, State.WITHDRAWN, State.STOPPED]


def metric_draft(goals, **fields):
    values = {"metric": goals.metric, "baseline": Decimal(100), "target": Decimal(50)}
    return rules.MeasureDraft(kind=Kind.METRIC, **values | fields)


def measure(key_result, draft, by, now, revision=0, **why):
    return transitions.change_terms(key_result, draft=draft, revision=revision, by=by, at=now, **why)


def test_a_sentence_becomes_a_number(now):
    goals = Goals(state=State.DRAFT)

    saved = measure(goals.words, metric_draft(goals), goals.member, now)

    assert isinstance(saved, Saved)
    row = KeyResult.objects.get(pk=goals.words.pk)
    assert (row.kind, row.metric, row.baseline, row.target, row.revision) == (
        "metric",
        goals.metric,
        100,
        50,
        1,
    )
    assert not TargetChange.objects.exists()
    event = Event.objects.get()
    assert (event.verb, event.data["why"]) == ("okrs.terms_changed", "")


def test_what_another_kind_used_is_put_away(now):
    goals = Goals(state=State.DRAFT)

    measure(goals.calls, rules.MeasureDraft(kind=Kind.SENTENCE, target=Decimal(3)), goals.member, now)

    row = KeyResult.objects.get(pk=goals.calls.pk)
    assert (row.metric, row.baseline, row.target) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"metric": None}, "metric"),
        ({"target": Decimal(100)}, "target"),
        ({"target": Decimal("1.00001")}, "target"),
        ({"baseline": Decimal(123456789012)}, "baseline"),
        ({"baseline_on": date(1900, 1, 1)}, "baseline_on"),
        ({"carry_days": 400}, "carry_days"),
        ({"curve": "wild"}, "curve"),
        ({"kind": "levels"}, "kind"),
        ({"kind": Kind.MAINTAIN}, "band_low"),
        ({"kind": Kind.MAINTAIN, "band_low": Decimal(3), "band_high": Decimal(1)}, "band_high"),
        ({"kind": Kind.MAINTAIN, "band_low": Decimal(3), "required_share": Decimal(2)}, "required_share"),
        ({"kind": Kind.MILESTONE, "milestones": [rules.MilestoneDraft(" ")]}, "milestones"),
        ({"kind": Kind.MILESTONE, "milestones": [rules.MilestoneDraft("x", pk=99)]}, "milestones"),
        ({"kind": Kind.MILESTONE, "milestones": [rules.MilestoneDraft("x")] * 31}, "milestones"),
        (
            {"kind": Kind.MILESTONE, "milestones": [rules.MilestoneDraft("x", due_on=date(2029, 2, 1))]},
            "milestones",
        ),
    ],
)
def test_a_measure_that_cannot_be_is_refused(now, fields, field):
    goals = Goals(state=State.DRAFT)
    values = {"kind": Kind.METRIC, "metric": goals.metric, "baseline": Decimal(100), "target": Decimal(50)}

    with pytest.raises(InvalidInputError) as refusal:
        measure(goals.words, rules.MeasureDraft(**values | fields), goals.member, now)

    assert refusal.value.field == field
    assert not Event.objects.exists()


def test_an_archived_metric_measures_nothing_new(now):
    goals = Goals(state=State.DRAFT)
    transitions.archive_metric(goals.metric, by=goals.member, at=now)

    with pytest.raises(InvalidMoveError):
        measure(goals.words, metric_draft(goals), goals.member, now)


def test_the_slower_one_sees_what_was_saved(now):
    goals = Goals(state=State.DRAFT)
    measure(goals.words, metric_draft(goals), goals.member, now)

    slower = measure(goals.words, metric_draft(goals, target=Decimal(40)), goals.lead, now)

    assert isinstance(slower, Conflict)
    assert slower.row.target == 50
    assert isinstance(measure(goals.words, metric_draft(goals), goals.lead, now), Saved)


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_stays_as_it_is(now, state):
    goals = Goals(state=state)

    with pytest.raises(InvalidMoveError):
        measure(goals.words, metric_draft(goals), goals.lead, now)


def test_another_team_does_not_measure(now):
    goals = Goals(state=State.DRAFT)

    with pytest.raises(NotPermittedError):
        measure(goals.words, metric_draft(goals), member_of(TeamFactory()), now)

    assert not Event.objects.exists()


# After the agreement


@pytest.mark.parametrize("state", [State.AGREED, State.ACTIVE, State.GRADING])
def test_what_was_agreed_is_asked_for(now, state):
    goals = Goals(state=state)

    for by in (goals.member, goals.lead, ActorFactory(person__is_admin=True)):
        with pytest.raises(InvalidMoveError, match="Ask for a change"):
            measure(goals.calls, metric_draft(goals, target=Decimal(60)), by, now)

    assert not TargetChange.objects.exists()


def test_a_lead_says_what_changed_outside(now):
    goals = Goals()

    measure(
        goals.calls,
        metric_draft(goals, target=Decimal(60)),
        goals.lead,
        now,
        why="external",
        reason="The phones count both markets now",
    )

    change = TargetChange.objects.get()
    assert (change.field, change.old, change.new, change.why) == ("target", "50", "60", "external")
    assert (change.person_name, change.on_date) == (goals.lead.name, date(2026, 3, 2))


def test_an_administrator_corrects(now):
    goals = Goals()
    admin = ActorFactory(person__is_admin=True)

    measure(
        goals.calls, metric_draft(goals, target=Decimal(5)), admin, now, why="correction", reason="A typo"
    )

    assert TargetChange.objects.get().why == "correction"


@pytest.mark.parametrize(
    ("who", "why"),
    [("member", "external"), ("admin", "external"), ("lead", "correction"), ("other", "external")],
)
def test_others_do_neither(now, who, why):
    goals = Goals()
    people = {"admin": ActorFactory(person__is_admin=True), "other": ActorFactory()}
    by = people.get(who) or getattr(goals, who)

    with pytest.raises(NotPermittedError):
        measure(goals.calls, metric_draft(goals, target=Decimal(60)), by, now, why=why, reason="So")

    assert not TargetChange.objects.exists()


@pytest.mark.parametrize(("why", "reason"), [("external", " "), ("renegotiated", "We talked"), ("x", "y")])
def test_a_change_has_a_reason_of_its_kind(now, why, reason):
    goals = Goals()

    with pytest.raises(InvalidInputError):
        measure(goals.calls, metric_draft(goals, target=Decimal(60)), goals.lead, now, why=why, reason=reason)


def test_a_baseline_that_was_found_at_last_is_filled_in(now):
    goals = Goals()
    KeyResult.objects.filter(pk=goals.calls.pk).update(baseline=None)

    measure(goals.calls, metric_draft(goals, baseline_on=date(2026, 1, 2)), goals.member, now)

    assert KeyResult.objects.get(pk=goals.calls.pk).baseline == 100
    assert not TargetChange.objects.exists()


def test_a_missing_target_is_no_such_gap(now):
    goals = Goals()
    KeyResult.objects.filter(pk=goals.calls.pk).update(target=None)

    with pytest.raises(InvalidMoveError):
        measure(goals.calls, metric_draft(goals), goals.member, now)


def test_what_is_graded_stays_as_it_was(now):
    goals = Goals(state=State.GRADING)
    KeyResult.objects.filter(pk=goals.calls.pk).update(graded_at=now, grade=Decimal("0.5"))

    with pytest.raises(InvalidMoveError, match="graded"):
        measure(
            goals.calls, metric_draft(goals, target=Decimal(60)), goals.lead, now, why="external", reason="So"
        )


def test_milestones_come_in_order_and_a_finished_one_stays(now):
    goals = Goals(state=State.DRAFT)
    first, _second = goals.steps.milestones.order_by("position")
    drafts = [rules.MilestoneDraft("Zeroth"), rules.MilestoneDraft("First, renamed", pk=first.pk)]

    measure(goals.steps, rules.MeasureDraft(kind=Kind.MILESTONE, milestones=drafts), goals.member, now)

    rows = list(Milestone.objects.filter(key_result=goals.steps).order_by("position"))
    assert [(row.title, bool(row.done_on)) for row in rows] == [("Zeroth", False), ("First, renamed", True)]
    only = rules.MeasureDraft(kind=Kind.MILESTONE, milestones=drafts[:1])
    with pytest.raises(InvalidInputError, match="is done"):
        measure(goals.steps, only, goals.member, now, revision=1)


# Where it stands


def test_many_key_results_are_read_at_once(now, django_assert_num_queries):
    goals = Goals()
    goals.values(100, 90, 80)
    rows = queries.checked_key_results([goals.objective.pk])

    with django_assert_num_queries(2):
        found = queries.progress_of_key_results(rows, on=now.date())

    calls, steps, words = (found[row.pk] for row in (goals.calls, goals.steps, goals.words))
    assert (calls.progress.raw, calls.number, calls.hint) == (Decimal("0.4"), "80", "off_track")
    assert calls.explained()[0] == "(80 - 100) / (50 - 100) = 0.40"
    assert (steps.number, steps.progress.shown) == ("1 of 2", Decimal("0.5"))
    assert (words.words, words.number, words.tone) == ("no measure yet", "", "")


@pytest.mark.parametrize("count", [1, 10])
def test_it_takes_two_queries_for_any_number(now, count, django_assert_num_queries):
    goals = Goals()
    for _ in range(count):
        metric = MetricFactory(team=goals.team)
        value_of(metric, "2026-02-02", "4")
        KeyResultFactory(
            objective=goals.objective, kind=Kind.METRIC, metric=metric, baseline=Decimal(1), target=Decimal(9)
        )
    rows = queries.checked_key_results([goals.objective.pk])

    with django_assert_num_queries(2):
        found = queries.progress_of_key_results(rows, on=now.date())

    assert len(found) == count + 3


def test_late_values_count_until_the_grace_is_over(now):
    goals = Goals()
    end = goals.cycle.ends_on
    rows = queries.checked_key_results([goals.objective.pk])
    value_of(goals.metric, end + timedelta(days=14), "60")
    value_of(goals.metric, end + timedelta(days=15), "50")

    found = queries.progress_of_key_results(rows, on=end + timedelta(days=90))

    assert found[goals.calls.pk].progress.value == 60


def test_what_was_corrected_does_not_count(now):
    goals = Goals()
    goals.values(100)
    rows = queries.checked_key_results([goals.objective.pk])
    transitions.record_value(
        goals.metric, on_date=date(2026, 1, 2), value=Decimal(75), by=goals.member, at=now
    )

    assert queries.progress_of_key_results(rows, on=now.date())[goals.calls.pk].number == "75"


def test_without_a_quarter_nothing_is_measured(now):
    row = KeyResultFactory(objective=ObjectiveFactory(cycle=None, horizon="later"))

    found = queries.progress_of_key_results([row], on=now.date())

    assert (found[row.pk].words, found[row.pk].spark) == ("no measure yet", None)
