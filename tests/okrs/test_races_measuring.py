"""Two at once do it once: values, drafts, publishing, grades."""

from datetime import date
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.okrs import rules, transitions
from apps.okrs.models import KeyResult, MetricTension, MetricValue, State, TargetChange, TeamCheckIn
from tests.factories.okrs import MetricFactory
from tests.okrs.goals import Goals
from tests.races import at_once, on_postgresql

pytestmark = on_postgresql
TIMES = 4


def test_the_same_value_at_once_is_one_row(now):
    goals = Goals()

    rows = at_once(
        lambda _n: transitions.record_value(
            goals.metric, on_date=date(2026, 3, 1), value=Decimal(5), by=goals.member, at=now
        ),
        times=TIMES,
    )

    assert len({row.pk for row in rows}) == 1
    assert (MetricValue.objects.count(), Event.objects.count()) == (1, 1)


def test_different_values_at_once_leave_one_current(now):
    goals = Goals()

    at_once(
        lambda n: transitions.record_value(
            goals.metric, on_date=date(2026, 3, 1), value=Decimal(n), by=goals.member, at=now
        ),
        times=TIMES,
    )

    assert MetricValue.objects.count() == TIMES
    assert MetricValue.objects.filter(is_current=True).count() == 1


def test_one_draft_is_begun(now):
    goals = Goals()

    results = at_once(
        lambda n: transitions.save_check_in(
            goals.quarter, draft=rules.CheckInDraft(priorities=str(n)), revision=0, by=goals.member, at=now
        ),
        times=TIMES,
    )

    assert sum(isinstance(result, Saved) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == TIMES - 1
    assert TeamCheckIn.objects.count() == 1


def test_a_draft_is_published_once(now):
    goals = Goals()
    line = rules.LineDraft(status="on_track", items={goals.calls.pk: rules.ItemDraft(value=Decimal(70))})
    draft = rules.CheckInDraft(lines={goals.objective.pk: line})
    row = transitions.save_check_in(goals.quarter, draft=draft, revision=0, by=goals.member, at=now).row

    results = at_once(
        lambda _n: transitions.publish_check_in(row, revision=1, by=goals.member, at=now), times=TIMES
    )

    assert sum(isinstance(result, InvalidMoveError) for result in results) == TIMES - 1
    assert Event.objects.filter(verb="okrs.check_in_published").count() == 1
    assert MetricValue.objects.count() == 1


def test_a_check_in_is_corrected_by_one(now):
    goals = Goals()
    draft = rules.CheckInDraft(lines={goals.objective.pk: rules.LineDraft(status="on_track")})
    row = transitions.save_check_in(goals.quarter, draft=draft, revision=0, by=goals.member, at=now).row
    row = transitions.publish_check_in(row, revision=1, by=goals.member, at=now).row

    results = at_once(lambda _n: transitions.correct_check_in(row, by=goals.lead, at=now), times=TIMES)

    assert sum(isinstance(result, InvalidMoveError) for result in results) == TIMES - 1
    assert TeamCheckIn.objects.filter(corrects=row).count() == 1


def test_the_first_grade_stands(now):
    goals = Goals(state=State.GRADING)

    results = at_once(
        lambda n: transitions.grade_key_result(
            goals.calls, grade=Decimal(n) / 10, reason="So", revision=0, by=goals.lead, at=now
        ),
        times=TIMES,
    )

    assert sum(isinstance(result, Saved) for result in results) == 1
    assert KeyResult.objects.get(pk=goals.calls.pk).revision == 1


def test_the_first_change_of_terms_stands(now):
    goals = Goals()

    def change(number):
        draft = rules.MeasureDraft(
            kind="metric", metric=goals.metric, baseline=Decimal(100), target=Decimal(10 + number)
        )
        return transitions.change_terms(
            goals.calls, draft=draft, revision=0, why="external", reason="So", by=goals.lead, at=now
        )

    results = at_once(change, times=TIMES)

    assert sum(isinstance(result, Saved) for result in results) == 1
    assert TargetChange.objects.count() == 1


def test_a_tension_is_declared_once_from_both_sides(now):
    goals = Goals()
    other = MetricFactory(team=goals.team)
    pair = [goals.metric, other]

    results = at_once(
        lambda n: transitions.declare_tension(
            pair[n % 2], other=pair[1 - n % 2], note="So", by=goals.member, at=now
        ),
        times=TIMES,
    )

    assert sum(isinstance(result, InvalidMoveError) for result in results) == TIMES - 1
    assert MetricTension.objects.count() == 1


@pytest.mark.parametrize("key", ["", "calls-2"])
def test_two_metrics_of_one_name_are_two_or_one_is_refused(now, key):
    goals = Goals()

    results = at_once(
        lambda _n: transitions.create_metric(goals.team, name="Calls two", key=key, by=goals.member, at=now),
        times=2,
    )

    made = [result for result in results if not isinstance(result, Exception)]
    assert len({metric.pk for metric in made}) == len(made) >= 1
