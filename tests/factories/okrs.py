"""Goals, dull and valid."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from apps.okrs.models import Cycle, CycleState, KeyResult, Metric, MetricValue, Objective, Quarter, State
from tests.factories.catalog import TeamFactory

MADE_AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)


class CycleFactory(factory.django.DjangoModelFactory):
    """The first quarter of 2026; the `now` of tests (2 March) lies in its ninth week."""

    class Meta:
        model = Cycle
        django_get_or_create = ("slug",)

    slug = "2026-q1"
    name = "Q1 2026"
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 3, 31)
    state = CycleState.ACTIVE


class NextCycleFactory(CycleFactory):
    """The quarter that is being planned."""

    slug = "2026-q2"
    name = "Q2 2026"
    starts_on = date(2026, 4, 1)
    ends_on = date(2026, 6, 30)
    state = CycleState.PLANNING


class QuarterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quarter
        django_get_or_create = ("team", "cycle")

    team = factory.SubFactory(TeamFactory)
    cycle = factory.SubFactory(CycleFactory)


class MetricFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Metric

    key = factory.Sequence(lambda n: f"metric-{n}")
    name = factory.Sequence(lambda n: f"Metric {n}")
    unit = "calls a week"
    team = factory.SubFactory(TeamFactory)


class ObjectiveFactory(factory.django.DjangoModelFactory):
    """A draft of a team, authored by itself; a state behind the agreement brings `agreed_at`."""

    class Meta:
        model = Objective

    title = factory.Sequence(lambda n: f"Customers notice improvement {n}")
    team = factory.SubFactory(TeamFactory)
    authored_by = factory.SelfAttribute("team")
    cycle = factory.SubFactory(CycleFactory)
    state = State.DRAFT
    made_at = MADE_AT
    agreed_at = factory.Maybe(
        factory.LazyAttribute(lambda row: row.state in {"agreed", "active", "grading", "closed"}),
        MADE_AT,
        None,
    )


class KeyResultFactory(factory.django.DjangoModelFactory):
    """A sentence; `KeyResultFactory(kind="metric", metric=…, baseline=…, target=…)` is measured."""

    class Meta:
        model = KeyResult

    objective = factory.SubFactory(ObjectiveFactory)
    title = factory.Sequence(lambda n: f"Calls fall by {n + 1} a week")


def value_of(metric, on_date, value):
    """Return the current value of a metric on a date."""
    return MetricValue.objects.create(
        metric=metric,
        on_date=on_date,
        value=Decimal(value),
        source="manual",
        author_name="tests",
        recorded_at=MADE_AT,
    )
