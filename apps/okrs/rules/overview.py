"""Figures for leadership: each with its parts, and none about a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Self

from apps.okrs.models import Negotiation
from apps.okrs.rules.numbers import half_up, plain, ratio
from apps.okrs.rules.terms import FIELDS, Field, Payload, in_words, shape_of


@dataclass(frozen=True)
class Figure:
    """One number with what it is made of; without a value, there is nothing to count yet."""

    key: str
    title: str
    value: str
    parts: str
    warning: str = ""

    @classmethod
    def median(  # noqa: PLR0913 -- a median says of how many, and when it warns
        cls,
        key: str,
        title: str,
        values: Iterable[Decimal],
        *,
        fewest: int,
        words: str,
        warns_from: Decimal,
        warning: str,
    ) -> Self:
        """Return a median, shown from so many values on."""
        found = sorted(values)
        if len(found) < fewest:
            return cls(
                key, title, "", f"{words}; shown from {fewest} negotiations on, there are {len(found)}"
            )
        middle = median(found)
        said = warning if middle >= warns_from else ""
        return cls(key, title, plain(half_up(middle, 2)), f"{words}; median of {len(found)}", said)


def share(key: str, title: str, part: int, whole: int, words: str, *, warning: str = "") -> Figure:
    """Return a share with its two numbers; of nothing there is no share."""
    if not whole:
        return Figure(key, title, "", f"0 of 0 {words}")
    percent = half_up(ratio(part, whole) * 100)
    return Figure(key, title, f"{percent} %", f"{part} of {whole} {words}", warning)


def kappa_of(asked: Decimal, offered: Decimal, agreed: Decimal) -> Decimal:
    """Return who moved: (agreed - offered) ÷ (asked - offered); the sign cancels where less is better."""
    return ratio(agreed - offered, asked - offered)


@dataclass(frozen=True)
class Line:
    """One field of the terms, as both sides have it."""

    name: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Tell whether there is something to decide."""
        return self.left != self.right


@dataclass(frozen=True)
class Pair:
    """A negotiation that three rounds did not settle, both last terms side by side."""

    negotiation: Negotiation
    lines: list[Line]

    @classmethod
    def of(cls, negotiation: Negotiation, left: Payload, right: Payload) -> Self:
        """Return both sides' terms field by field, as their forms call them; load `changes` first."""
        lines = [
            Line(field.label, _text(field, left), _text(field, right))
            for field in FIELDS[shape_of(negotiation)]
            if field.name in left or field.name in right
        ]
        return cls(negotiation, lines)


def _text(field: Field, payload: Payload) -> str:
    return in_words(field, payload.get(field.name), between="\n") or "\N{EN DASH}"
