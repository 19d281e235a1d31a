"""Metrics and their values: written down, corrected, refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.activity.models import Event
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.results import Conflict, Saved
from apps.okrs import transitions
from apps.okrs.models import Metric, MetricTension, MetricValue
from tests.factories import ActorFactory, TeamFactory, lead_of, member_of
from tests.factories.okrs import MetricFactory, value_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def metric():
    return MetricFactory(key="calls", lower_bound=Decimal(0))


@pytest.fixture
def member(metric):
    return member_of(metric.team)


def record(metric, by, at, value="5", on_date=TODAY, **more):
    return transitions.record_value(metric, on_date=on_date, value=Decimal(value), by=by, at=at, **more)


def current(metric):
    rows = MetricValue.objects.filter(metric=metric, is_current=True).order_by("on_date")
    return [(row.on_date, row.value) for row in rows]


def nothing_left(metric):
    return not Event.objects.exists() and not MetricValue.objects.filter(metric=metric).exists()


# Values


def test_a_value_is_recorded_with_who_and_how(metric, member, now):
    value = record(metric, member, now, note="after the release")

    assert current(metric) == [(TODAY, 5)]
    assert (value.author_name, value.source, value.note) == (member.name, "manual", "after the release")
    assert Event.objects.get().data == {
        "on_date": "2026-03-02",
        "value": "5",
        "before": "",
        "source": "manual",
    }


def test_the_same_value_again_changes_nothing(metric, member, now):
    first = record(metric, member, now, source="api")

    assert record(metric, member, now, source="api") == first
    assert (MetricValue.objects.count(), Event.objects.count()) == (1, 1)


def test_a_correction_keeps_what_was_there(metric, member, now):
    first = record(metric, member, now)

    second = record(metric, member, now, value="7.25")

    assert current(metric) == [(TODAY, Decimal("7.25"))]
    assert second.supersedes == first
    assert Event.objects.order_by("-pk").first().data["before"] == "5"


def test_back_dated_values_are_taken(metric, member, now):
    record(metric, member, now, on_date=date(2024, 1, 1))

    assert current(metric) == [(date(2024, 1, 1), 5)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"on_date": date(2026, 3, 3)}, "on_date"),
        ({"on_date": date(1999, 12, 31)}, "on_date"),
        ({"value": "-1"}, "value"),
        ({"value": "1.23456"}, "value"),
        ({"value": "123456789012"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "Infinity"}, "value"),
        ({"note": "x" * 501}, "note"),
        ({"note": "two\nlines"}, "note"),
    ],
)
def test_what_cannot_be_is_refused(metric, member, now, fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        record(metric, member, now, **fields)

    assert refusal.value.field == field
    assert nothing_left(metric)


def test_today_is_the_day_where_somebody_lives(metric):
    late = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    early_bird = member_of(metric.team, time_zone="Asia/Tokyo")

    record(metric, early_bird, late, on_date=date(2026, 3, 3))

    with pytest.raises(InvalidInputError):
        record(metric, member_of(metric.team, time_zone="UTC"), late, on_date=date(2026, 3, 3))


@pytest.mark.parametrize("value", ["100.0001", "-0.5"])
def test_a_percentage_lies_between_nought_and_a_hundred(now, value):
    metric = MetricFactory(unit_kind="percent")

    with pytest.raises(InvalidInputError):
        record(metric, member_of(metric.team), now, value=value)


def test_somebody_elses_metric_takes_no_value(metric, now):
    with pytest.raises(NotPermittedError):
        record(metric, ActorFactory(person__is_admin=True), now)

    assert nothing_left(metric)


def test_an_archived_metric_takes_no_value(member, metric, now):
    transitions.archive_metric(metric, by=member, at=now)

    with pytest.raises(InvalidMoveError):
        record(metric, member, now)


def test_a_paste_is_recorded_whole(metric, member, now):
    value_of(metric, "2026-02-01", "1")
    value_of(metric, "2026-02-02", "2")
    values = {date(2026, 2, 1): Decimal(1), date(2026, 2, 2): Decimal(3), date(2026, 2, 3): Decimal(4)}

    kept = transitions.record_values(metric, values=values, by=member, at=now)

    assert (len(kept), [value for _day, value in current(metric)]) == (2, [1, 3, 4])
    data = {"count": 2, "corrected": 1, "first": "2026-02-02", "last": "2026-02-03"}
    assert Event.objects.get().data == data
    assert transitions.record_values(metric, values=values, by=member, at=now) == []


def test_one_wrong_line_refuses_the_whole_step(metric, member, now):
    values = {date(2026, 2, 1): Decimal(1), date(2026, 3, 3): Decimal(1)}

    with pytest.raises(InvalidInputError):
        transitions.record_values(metric, values=values, by=member, at=now)

    assert nothing_left(metric)


@pytest.mark.parametrize("count", [1, 400])
def test_a_paste_costs_the_same_for_many(metric, member, now, count, django_assert_max_num_queries):
    values = {date.fromordinal(TODAY.toordinal() - day): Decimal(day) for day in range(count)}

    with django_assert_max_num_queries(12):
        transitions.record_values(metric, values=values, by=member, at=now)

    assert len(current(metric)) == count


# Metrics


def test_a_metric_gets_a_key_that_nobody_has(now):
    team = TeamFactory()
    by = member_of(team)

    keys = [transitions.create_metric(team, name="Calls a week", by=by, at=now).key for _ in range(3)]

    assert keys == ["calls-a-week", "calls-a-week-2", "calls-a-week-3"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"key": "Not A Key"}, "key"),
        ({"key": "calls"}, "key"),
        ({"unit_kind": "bananas"}, "unit_kind"),
        ({"good": "sideways"}, "good"),
        ({"cadence_days": 0}, "cadence_days"),
        ({"lower_bound": Decimal(2), "upper_bound": Decimal(1)}, "upper_bound"),
        ({"unit_kind": "percent", "lower_bound": Decimal(100)}, "upper_bound"),
        ({"upper_bound": Decimal("1.00001")}, "upper_bound"),
    ],
)
def test_a_metric_that_cannot_be_is_refused(metric, member, now, fields, field):
    with pytest.raises(InvalidInputError) as refusal:
        transitions.create_metric(metric.team, **{"name": "Calls"} | fields, by=member, at=now)

    assert refusal.value.field == field
    assert (Metric.objects.count(), Event.objects.count()) == (1, 0)


def test_only_its_team_writes_a_metric_down(now):
    team = TeamFactory()

    for by in (ActorFactory(person__is_admin=True), member_of(TeamFactory())):
        with pytest.raises(NotPermittedError):
            transitions.create_metric(team, name="Calls", by=by, at=now)


def changes_of(metric, **changes):
    names = ("name", "unit", "unit_kind", "good", "cadence_days", "lower_bound", "upper_bound")
    return {name: getattr(metric, name) for name in names} | changes


def test_an_edit_is_saved_and_the_slower_one_sees_it(metric, member, now):
    saved = transitions.edit_metric(
        metric, revision=0, changes=changes_of(metric, unit="calls"), by=member, at=now
    )
    slower = transitions.edit_metric(
        metric, revision=0, changes=changes_of(metric, unit="calls a day"), by=member, at=now
    )

    assert isinstance(saved, Saved)
    assert isinstance(slower, Conflict)
    assert (Metric.objects.get().unit, Event.objects.count()) == ("calls", 1)


def test_archived_and_brought_back(metric, member, now):
    transitions.archive_metric(metric, by=member, at=now)
    with pytest.raises(InvalidMoveError):
        transitions.archive_metric(metric, by=member, at=now)

    transitions.restore_metric(metric, by=member, at=now)

    assert Metric.objects.get().archived_at is None
    assert [event.verb for event in Event.objects.order_by("pk")] == [
        "okrs.metric_archived",
        "okrs.metric_restored",
    ]


def test_a_tension_is_declared_once_whichever_comes_first(metric, member, now):
    other = MetricFactory()
    transitions.declare_tension(metric, other=other, note="One harms the other", by=member, at=now)

    with pytest.raises(InvalidMoveError):
        transitions.declare_tension(other, other=metric, note="Again", by=lead_of(other.team), at=now)
    with pytest.raises(InvalidInputError):
        transitions.declare_tension(metric, other=metric, note="Itself", by=member, at=now)
    with pytest.raises(NotPermittedError):
        transitions.declare_tension(metric, other=other, note="Mine?", by=ActorFactory(), at=now)

    assert (MetricTension.objects.count(), Event.objects.count()) == (1, 1)


def test_either_team_ends_a_tension(metric, member, now):
    other = MetricFactory()
    tension = transitions.declare_tension(metric, other=other, note="So it is", by=member, at=now)

    transitions.end_tension(tension, by=member_of(other.team), at=now)

    assert not MetricTension.objects.exists()
    with pytest.raises(InvalidMoveError):
        transitions.end_tension(tension, by=member, at=now)
