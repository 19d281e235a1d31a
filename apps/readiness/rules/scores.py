"""How an area counts: strength, coverage, and whether it is weak."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from apps.readiness.models import Area, Kind, Value, Weight

# In half points, so that a planned item's half stays whole.
POINTS: Final = {Weight.HIGH.value: 6, Weight.MEDIUM.value: 4, Weight.LOW.value: 2}
WEAK_BELOW: Final = Fraction(3, 5)


@dataclass(frozen=True)
class Score:
    """The numbers of one area; its row holds the same."""

    applicable: int = 0
    answered: int = 0
    weight: int = 0
    credit: int = 0
    open_high: int = 0
    gaps: int = 0
    exempt: int = 0

    @classmethod
    def of(cls, area: Area) -> "Score":
        """Return the numbers that an area's row holds."""
        return cls(**{name: getattr(area, name) for name in cls.__dataclass_fields__})

    @property
    def strength(self) -> Fraction | None:
        """Return credited ÷ applicable weight; None when there is nothing to score."""
        return Fraction(self.credit, self.weight) if self.weight else None

    @property
    def coverage(self) -> Fraction | None:
        """Return answered ÷ applicable; None when nothing applies."""
        return Fraction(self.answered, self.applicable) if self.applicable else None


def is_weak(score: Score, *, verdict: str = "", kind: str = Kind.READINESS) -> bool:
    """Tell whether an area is weak; a reviewer's word wins, and a conversation is never weak."""
    if kind == Kind.CONVERSATION:
        return False
    if verdict:
        return verdict == Value.WEAK
    return score.open_high > 0 or (score.strength is not None and score.strength < WEAK_BELOW)


def weakest(values: Iterable[str]) -> str:
    """Return the weakest of the reviewers' words; an empty one where nobody spoke."""
    order = [value.value for value in Value]
    return max(values, key=order.index, default="")
