"""A quarter of 91 days, and short ways to say what is measured in it."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from apps.okrs.models import Kind
from apps.okrs.rules import Measure, Milestone, Point

START = date(2026, 10, 1)
END = date(2026, 12, 31)
DAYS = (END - START).days  # 91: thirteen weeks

NUMBERS = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=3)
SHARES = st.decimals(min_value=0, max_value=1, places=3)


def day(number):
    """Return a day of the quarter; 0 is its first."""
    return START + timedelta(days=number)


def number(value):
    return None if value is None else Decimal(str(value))


def metric(baseline, target, **fields):
    ends = {"starts_on": START, "ends_on": END}
    return Measure(kind=Kind.METRIC, baseline=number(baseline), target=number(target), **ends | fields)


def maintained(low, high, **fields):
    ends = {"starts_on": START, "ends_on": END}
    return Measure(kind=Kind.MAINTAIN, band_low=number(low), band_high=number(high), **ends | fields)


def of_kind(kind, **fields):
    return Measure(kind=kind, **{"starts_on": START, "ends_on": END} | fields)


def points(values):
    """Return the values by number of the day."""
    return [Point(day(on), number(value)) for on, value in values.items()]


def steps(done, count, on=0):
    """Return so many milestones, of which the first ones are done."""
    evidence = {"done_on": day(on), "evidence_url": "https://example.test/proof"}
    return [Milestone(**evidence if index < done else {}) for index in range(count)]
