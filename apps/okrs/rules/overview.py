"""Figures for leadership: each with its parts, and none about a person."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from apps.okrs.models import Negotiation
from apps.okrs.rules.negotiation_measures import FEWEST, Measures, Share
from apps.okrs.rules.numbers import half_up, many, plain
from apps.okrs.rules.terms import FIELDS, Field, Payload, in_words, shape_of


@dataclass(frozen=True)
class Figure:
    """One number with what it is made of; without a value, there is nothing to count yet."""

    key: str
    title: str
    value: str
    parts: str
    warning: str = ""


def figures_of(measures: Measures) -> list[Figure]:
    """Return the measures of a cycle as pages show them."""
    one = measures
    lesson = "Not one no was said: nothing was chosen." if one.chose_nothing else ""
    told = "came from elsewhere and were accepted in a day without a counter or a word"
    return [
        _share("no_rate", "Nos", one.nos, "decided proposals were declined or put off", lesson),
        _share("dictation", "Dictated", one.dictated, f"agreed objectives {told}"),
        _median(
            "who_moved",
            "Who moved",
            one.who_moved,
            f"0: the team's number stood, 1: the asking side's stood; {_of_how_many(len(one.kappas))}",
            "Goals are being dictated." if one.is_dictated else "",
        ),
        _median(
            "answer_time",
            "Days to answer",
            one.answer_time,
            f"median working days until the other side moved, of {len(one.answer_days)}",
        ),
        _share("lapse_rate", "Lapsed", one.lapsed, "asks that are over got no answer in time"),
        _median(
            "rounds",
            "Rounds to agreement",
            one.median_rounds,
            f"counters, median of {many(len(one.rounds), 'agreement')}",
        ),
        _share("hold_rate", "Nos that hold", one.held, "active nos have no exception"),
    ]


def _share(key: str, title: str, share: Share, words: str, warning: str = "") -> Figure:
    """Return a share with its two numbers; of nothing there is no share."""
    parts = f"{share.part:,} of {share.whole:,} {words}"
    percent = "" if share.ratio is None else f"{half_up(share.ratio * 100):f} %"
    return Figure(key, title, percent, parts, warning)


def _median(key: str, title: str, value: Decimal | None, parts: str, warning: str = "") -> Figure:
    return Figure(key, title, "" if value is None else plain(half_up(value, 2)), parts, warning)


def _of_how_many(count: int) -> str:
    """Say of how many a median is, or how many are missing before it is shown."""
    if count < FEWEST:
        return f"shown from {FEWEST} negotiated targets on, there are {count}"
    return f"median of {count}"


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
        """Return both sides' terms field by field; load `changes` first."""
        lines = [
            Line(one.label, _text(one, left), _text(one, right))
            for one in FIELDS[shape_of(negotiation)]
            if one.name in left or one.name in right
        ]
        return cls(negotiation, lines)


def _text(field: Field, payload: Payload) -> str:
    return in_words(field, payload.get(field.name), between="\n") or "\N{EN DASH}"
