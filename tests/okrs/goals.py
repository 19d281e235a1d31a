"""A team with a quarter, an active objective and three key results; the `now` of tests is day 60 of 89."""

from datetime import date
from decimal import Decimal

from apps.okrs.models import Kind, Milestone, State
from tests.factories import lead_of, member_of
from tests.factories.okrs import (
    CycleFactory,
    KeyResultFactory,
    MetricFactory,
    ObjectiveFactory,
    QuarterFactory,
    value_of,
)


class Goals:
    """`Goals()` makes the rows; its people are actors."""

    def __init__(self, key="calls", **fields):
        self.cycle = CycleFactory()
        self.quarter = QuarterFactory(cycle=self.cycle)
        self.team = self.quarter.team
        self.lead, self.member = lead_of(self.team), member_of(self.team)
        self.metric = MetricFactory(team=self.team, name="Calls", key=key)
        self.objective = ObjectiveFactory(**{"team": self.team, "state": State.ACTIVE} | fields)
        self.calls = KeyResultFactory(
            objective=self.objective,
            title="Calls fall from 100 to 50",
            kind=Kind.METRIC,
            metric=self.metric,
            baseline=Decimal(100),
            target=Decimal(50),
        )
        self.steps = KeyResultFactory(objective=self.objective, kind=Kind.MILESTONE, position=1)
        done = {"done_on": date(2026, 2, 1), "evidence_url": "https://example.org/x"}
        Milestone.objects.create(key_result=self.steps, title="First", **done)
        Milestone.objects.create(key_result=self.steps, title="Second", position=1)
        self.words = KeyResultFactory(objective=self.objective, position=2)

    def values(self, *values, every=7):
        """Record values from the second of January on."""
        first = date(2026, 1, 2).toordinal()
        return [
            value_of(self.metric, date.fromordinal(first + every * place), value)
            for place, value in enumerate(values)
        ]
