"""How the OKR rules divide, round and write numbers: here, and nowhere else."""

from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
# Two different numbers of 15 digits differ by more than this when they are divided: what is not
# quite reached never becomes exactly 1, and what moved never becomes exactly 0.
PLACES: Final = 18
SHORT: Final = 2
_STEP: Final = ONE.scaleb(-PLACES)
_WIDE: Final = Context(prec=60)


def ratio(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """Return part ÷ whole with 18 places, rounded half to even; the only division of measured numbers."""
    quotient = _WIDE.divide(Decimal(part), Decimal(whole)).quantize(_STEP, context=_WIDE)
    return quotient or ZERO  # a nought has no sign: nobody reads "-0.00"


def clamp(value: Decimal, low: Decimal | None = ZERO, high: Decimal | None = ONE) -> Decimal:
    """Return the nearest number between two ends; None is an open end."""
    if low is not None and value < low:
        return low
    return high if high is not None and value > high else value


def half_up(value: Decimal, places: int = 0) -> Decimal:
    """Round as people do at school: halves go away from nought."""
    rounded = value.quantize(ONE.scaleb(-places), rounding=ROUND_HALF_UP, context=_WIDE)
    return rounded or abs(rounded)


def places_of(*values: Decimal | None) -> int:
    """Return how many decimal places the most exact of these numbers has."""
    exponents = (value.normalize().as_tuple().exponent for value in values if value is not None)
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)


def short(value: Decimal) -> str:
    """Write "0.57": two places, and more where the number would else look like the 0 or 1 that it is not."""
    for places in range(SHORT, PLACES):
        rounded = half_up(value, places)
        if rounded == value or rounded not in (ZERO, ONE):
            return f"{rounded:,f}"
    return f"{value:,f}"


def plain(value: Decimal, unit: str = "") -> str:
    """Write "6,900" or "33 %": all digits, no closing noughts, the unit behind."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def term(value: Decimal) -> str:
    """Write a number inside a formula; a negative one in brackets, so that "5 - (-3)" can be read."""
    return f"({plain(value)})" if value < 0 else plain(value)


def day(on: date) -> str:
    """Write "4 December"; the page's quarter says the year."""
    return f"{on:%-d %B}"


def many(count: int, noun: str) -> str:
    """Write "1 day", "2 days"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
