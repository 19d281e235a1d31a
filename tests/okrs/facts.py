"""A quarter that the lint and the checks have nothing to say about; tests spoil one value of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from apps.okrs.rules.findings import Party
from apps.okrs.rules.fingerprints import About
from apps.okrs.rules.lint import KeyResultFacts, MetricFacts, ObjectiveFacts, UnitFacts

START, END = date(2027, 4, 1), date(2027, 6, 30)

METRIC = MetricFacts(id=3, name="Answer time", unit_kind="duration", cadence_days=7)
KEY_RESULT = KeyResultFacts(
    id=11,
    title="Answer time from 9 hours to 2 hours",
    metric=METRIC,
    baseline=Decimal(9),
    target=Decimal(2),
    starts_on=START,
    ends_on=END,
    confidence=Decimal(5),
)
SENTENCE = KeyResultFacts(
    id=12, title="70% of new landlords list their first flat without calling us", confidence=Decimal(5)
)
OBJECTIVE = ObjectiveFacts(
    id=7,
    title="Landlords call us first when something breaks",
    instead_of="The second region waits until autumn.",
    ambition="roofshot",
    accountable=("Ada",),
    owner="Repairs",
    key_results=(KEY_RESULT, SENTENCE),
)
UNIT = UnitFacts(
    id=2,
    name="Repairs",
    load=Decimal("0.9"),
    has_plan=True,
    upkeep_share=Decimal("0.3"),
    objectives=(OBJECTIVE,),
)


def key_result(**changes):
    return replace(KEY_RESULT, **changes)


def metric(**changes):
    return replace(METRIC, **changes)


def objective(*results, **changes):
    return replace(OBJECTIVE, **({"key_results": results} if results else {}), **changes)


def unit(*objectives, **changes):
    return replace(UNIT, **({"objectives": objectives} if objectives else {}), **changes)


def party(kind, pk, title="Faster answers", team="Repairs"):
    return Party(about=About(kind, pk), title=title, unit=team)
