"""The numbers that an organisation may set differently; the defaults are those of OKRS.md."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True)
class Thresholds:
    """What counts as behind, overdue, a drop and green. Gaps and grades in parts of one, times in days."""

    # OKRS 1.3: how far progress may lie behind what was expected.
    on_track_gap: Decimal = Decimal("-0.10")
    at_risk_gap: Decimal = Decimal("-0.25")
    # OKRS 1.3: overdue by more than this is stale.
    overdue_days: int = 3
    # OKRS 1.3: points of confidence (0 to 10) lost in one check-in, and over three.
    drop_in_one: int = 2
    drop_over_three: int = 3
    # OKRS 1.3: so many check-ins in a row on which status and hint differ are told.
    disagreements: int = 2
    # OKRS 1.3: a forecast needs so many values, and looks at no more than the newest so many.
    forecast_least: int = 4
    forecast_most: int = 8
    # OKRS 1.2: a value stands for so many times the days between two of them.
    carry_cadences: int = 2
    # OKRS 1.4: where green and amber begin. A commitment has no such number: only 1.0 is green.
    roofshot_green: Decimal = Decimal("0.7")
    roofshot_amber: Decimal = Decimal("0.4")
    moonshot_green: Decimal = Decimal("0.4")
    moonshot_amber: Decimal = Decimal("0.2")


DEFAULTS: Final = Thresholds()
