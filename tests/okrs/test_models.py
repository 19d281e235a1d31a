"""What the database refuses, whoever writes it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from apps.okrs.models import CycleState, Kind, Objective, State
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    NextCycleFactory,
    ObjectiveFactory,
    value_of,
)

pytestmark = pytest.mark.django_db


def test_a_key_result_that_goes_nowhere_is_no_row():
    with pytest.raises(IntegrityError, match="goes_somewhere"):
        KeyResultFactory(kind=Kind.METRIC, metric=MetricFactory(), baseline=Decimal(5), target=Decimal(5))


def test_a_metric_has_one_current_value_for_each_date():
    metric = MetricFactory()
    value_of(metric, "2026-02-02", "4")

    with pytest.raises(IntegrityError):
        value_of(metric, "2026-02-02", "5")


def test_one_cycle_is_active():
    CycleFactory(state=CycleState.ACTIVE)

    with pytest.raises(IntegrityError):
        NextCycleFactory(state=CycleState.ACTIVE)


def test_what_is_agreed_says_since_when():
    objective = ObjectiveFactory(state=State.ACTIVE)

    with pytest.raises(IntegrityError, match="agreement_is_whole"):
        Objective.objects.filter(pk=objective.pk).update(agreed_at=None)
