"""The one line about capacity in the head of a quarter, and the ratio that a guard looks at (OKRS 2.2)."""

from dataclasses import dataclass
from decimal import Decimal

from apps.okrs.models import CapacityPlan
from apps.okrs.rules.numbers import ONE, half_up, plain, ratio


@dataclass(frozen=True)
class Promise:
    """What a team has promised of what it has, in person-weeks."""

    promised: Decimal
    available: Decimal  # after upkeep, leave and loans
    up_to: Decimal | None = None  # what a waiver allows

    @property
    def rho(self) -> Decimal | None:
        """Return the utilisation; None where nothing is available."""
        return ratio(self.promised, self.available) if self.available > 0 else None

    @property
    def words(self) -> str:
        """Say "31 of 36 person-weeks promised"."""
        return f"{_weeks(self.promised)} of {_weeks(self.available)} person-weeks promised"


def promise_of(
    plan: CapacityPlan,
    *,
    promised: Decimal,
    lent: Decimal,
    gained: Decimal,
    up_to: Decimal | None,
) -> Promise:
    """Return cap_eff = people x weeks x (1 - upkeep - leave) - lent + gained, borrowed after its ramp."""
    own = plan.people * plan.weeks * (ONE - plan.upkeep_share - plan.leave_share)
    return Promise(promised, own - lent + gained, up_to)


def _weeks(number: Decimal) -> str:
    return plain(half_up(number, 1))
