"""A sentence says the numbers by which it is measured, also when it goes on into another quarter."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from apps.accounts.models import Actor
from apps.okrs import rules, transitions
from apps.okrs.models import CycleState, KeyResult, State
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    NextCycleFactory,
    ObjectiveFactory,
    value_of,
)


@pytest.mark.parametrize(
    ("title", "old", "new", "then"),
    [
        ("Calls fall from 41 % to 28 %", 41, 33, "Calls fall from 33 % to 28 %"),
        ("Calls fall from 9,400 to 5,000", 9400, 7250, "Calls fall from 7,250 to 5,000"),
        ("Answers in 2.5 s, then 1 s", "2.5", "1.75", "Answers in 1.75 s, then 1 s"),
        ("From 4 to 2 by Q4", 4, 3, "From 3 to 2 by Q4"),
        ("4 of 4 teams", 4, 3, "4 of 4 teams"),  # which one is meant nobody knows
        ("Calls fall by half", 41, 33, "Calls fall by half"),
    ],
)
def test_another_number_takes_its_place(title, old, new, then):
    assert rules.renumbered(title, Decimal(old), Decimal(new)) == then


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Calls fall from 41 % to 28 %", "says from 41, measured from 33"),
        ("Calls fall from 33 % to 30 %", "says to 30, measured to 28"),
        ("Calls fall from 33 % to 28 %", ""),
        ("Calls fall to less", ""),
    ],
)
def test_a_sentence_that_says_otherwise_is_named(title, words):
    found = rules.other_numbers(title, baseline=Decimal(33), target=Decimal(28))

    assert found.endswith(words)
    assert bool(found) == bool(words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "then", "baseline"),
    [
        ("33", "Calls fall from 33 % to 28 %", 33),
        ("45", "Calls fall from 45 % to 28 %", 45),  # worse than it began
        ("27", "Calls fall from 41 % to 28 %", 41),  # there: a new target is somebody's choice
        (None, "Calls fall from 41 % to 28 %", 41),
    ],
)
def test_what_is_carried_over_goes_on_from_the_newest_value(value, then, baseline):
    cycle, coming = CycleFactory(state=CycleState.GRADING), NextCycleFactory()
    kept = ObjectiveFactory(cycle=cycle, state=State.CLOSED, closed_on=cycle.ends_on, verdict="keep")
    metric = MetricFactory(unit="%")
    KeyResultFactory(
        objective=kept,
        title="Calls fall from 41 % to 28 %",
        kind="metric",
        metric=metric,
        baseline=Decimal(41),
        target=Decimal(28),
    )
    if value:
        value_of(metric, date(2026, 3, 20), value)

    at = datetime(2026, 4, 20, 9, tzinfo=UTC)
    transitions.close_cycle(cycle, by=Actor.system("okrs.turn"), at=at)

    copy = KeyResult.objects.get(objective__cycle=coming)
    assert (copy.title, copy.baseline, copy.target) == (then, Decimal(baseline), Decimal(28))
    assert copy.baseline_on == (date(2026, 3, 20) if copy.baseline != 41 else None)
