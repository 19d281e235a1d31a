"""Does a key result say what will be delivered, or what will be different? Read from its words alone.

English, by lists of words and the forms of numbers: the same text always gives the same answer, and the
answer names what it saw. A count of things that the team itself makes is no measure; a count of people,
of what they do or of what happens to them is. Where the words do not tell, it says so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from apps.okrs.rules import vocabulary as words
from apps.okrs.rules.sentences import (
    BEHAVING,
    CHANGING,
    DELIVERED,
    DELIVERING,
    ENABLING,
    LONGEST,
    NO_MEASURE,
    Kind,
    Measure,
    Sentence,
    is_one_of,
)

PURPOSE: Final = re.compile(r"\bso that\b|\bin order (?:to|that)\b|\bwithout \w+ing\b")
FOR_WHOM: Final = re.compile(r"\bto (?:allow|let|enable|help)((?: \w+){1,4})")
ABILITY: Final = re.compile(r"\b(?:can|could|(?:is|are|be|being) able to|no longer|knows?|trusts?|never)\b")
MADE_EASY: Final = re.compile(r"make (?:sure|certain|it (?:\w+ )?(?:possible|easy|easier|simple|simpler))\b")
AS_OBJECT: Final = frozenset({"at", "least", "up", "to", "the", "a", ">", ">=", "≥"})
AFTER_A_NOUN: Final = frozenset({"about", "per", "that", "which", "who"})
FINITE: Final = frozenset({"fall", "rise", "drop", "reach", "stay"})


class Phrasing(StrEnum):
    """What a key result talks about."""

    OUTPUT = "output"
    OUTCOME = "outcome"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Wording:
    """How a key result reads, and why."""

    phrasing: Phrasing
    because: str
    measures: tuple[Measure, ...] = ()

    @property
    def is_completeness(self) -> bool:
        """Tell whether a number says how much of the work is done."""
        return any(measure.kind is Kind.COMPLETENESS for measure in self.measures)

    @property
    def counts_what_is_made(self) -> bool:
        """Tell whether a number counts things that the team makes."""
        return any(measure.kind is Kind.DELIVERABLES for measure in self.measures)

    @property
    def bare_percentages(self) -> tuple[str, ...]:
        """Return the percentages that do not say of what."""
        return tuple(measure.text for measure in self.measures if not measure.has_denominator)


Verdict = tuple[Phrasing, str]
SHORTEST: Final = 4  # letters of a plural: "its" and "this" are none
OURSELVES: Final = frozenset({"team", "squad", "staff", "engineer", "developer"})
COUNTS: Final[Verdict] = (Phrasing.OUTPUT, "it counts what is made")
VAGUE: Final[Verdict] = (Phrasing.UNCLEAR, "it says what changes but not by how much")


def read(title: str) -> Wording:
    """Tell an output from an outcome in some tens of microseconds. Never raises."""
    return _read(title[:LONGEST])


@lru_cache(maxsize=4096)
def _read(title: str) -> Wording:
    sentence = Sentence(title)
    phrasing, because = _by_opening(sentence) or _by_anything(sentence)
    return Wording(phrasing, because, sentence.measures)


# What the sentence opens with


def _by_opening(sentence: Sentence) -> Verdict | None:
    first, second = sentence.word(sentence.start), sentence.word(sentence.start + 1)
    if first in words.PEOPLE or (first, second) == ("support", "for") or _is_noun(sentence, first):
        return None
    if first in ENABLING or MADE_EASY.match(sentence.text):
        return _promised(sentence, ENABLING.get(first, ""))
    if first in CHANGING:
        return _changed(sentence, CHANGING[first])
    verb = DELIVERING.get(first) or BEHAVING.get(first)
    return _delivered(sentence, verb) if verb else None


def _is_noun(sentence: Sentence, first: str) -> bool:
    """Tell whether what looks like a verb is a noun: "Support tickets fall", "Calls that ask … halve"."""
    is_plural = first.endswith("s") and first[:-1] in words.ALSO_NOUNS  # nobody is told to "calls"
    if is_plural and sentence.word(sentence.start + 1) in AFTER_A_NOUN:
        return True
    if first not in words.ALSO_NOUNS or not sentence.real:
        return False
    following = sentence.phrase(sentence.start + 1)[:4]
    is_article = sentence.word(sentence.start + 1) in words.STOPS
    return not is_article and any(
        is_one_of(word, words.MEASURED) or word in FINITE or (word in CHANGING and word.endswith("s"))
        for word in following
    )


def _promised(sentence: Sentence, verb: str) -> Verdict:
    """Judge "ensure that …", "have …", "support …"."""
    if sentence.real:
        return Phrasing.OUTCOME, "it promises something that is measured"
    if sentence.measures:
        return COUNTS
    thing = _thing(sentence, sentence.start + 1) if verb in {"have", "get"} else ""
    if thing:
        return Phrasing.OUTPUT, f"it names a thing: “{thing}”"
    return Phrasing.UNCLEAR, "it promises a state and does not say how one sees it"


def _changed(sentence: Sentence, verb: str) -> Verdict:
    """Judge "increase …", "reduce …": less of what is made is a change too."""
    is_less = verb in words.DECREASING and bool(sentence.measures)
    if (
        sentence.real
        or sentence.has_fraction
        or is_less
        or (verb in words.MULTIPLYING and not sentence.measures)
    ):
        return Phrasing.OUTCOME, "it says what changes, and by how much"
    return COUNTS if sentence.measures else VAGUE


def _delivered(sentence: Sentence, verb: str) -> Verdict:
    """Judge "launch …", "write …", unless a number says more than that."""
    if any(_is_beyond(sentence, measure, verb) for measure in sentence.real):
        if verb in words.WINNING or sentence.has_any(CHANGING):
            return Phrasing.OUTCOME, "it says what changes beside what is delivered"
        return Phrasing.UNCLEAR, "it mixes a delivery with a measure"
    whom = FOR_WHOM.search(sentence.text)
    if PURPOSE.search(sentence.text) or (whom and _names_people(whom.group(1))):
        return Phrasing.UNCLEAR, "it says for whom, and not how one sees it"
    return Phrasing.OUTPUT, f"it begins with “{verb}” and measures nothing"


def _is_beyond(sentence: Sentence, measure: Measure, verb: str) -> bool:
    """Tell whether a number says more than how much is delivered, or by when."""
    if measure.kind is Kind.CHANGE or (measure.kind is Kind.EFFECT and verb in words.WINNING):
        return True
    between = [token.text for token in sentence.tokens[sentence.start + 1 : measure.at]]
    if measure.kind is Kind.NUMBER or AS_OBJECT.issuperset(between):
        return any(word in CHANGING for word in between)
    return measure.kind is not Kind.TIME or measure.is_ceiling


def _names_people(text: str) -> bool:
    return any(is_one_of(word, words.PEOPLE) for word in text.split())


# What stands anywhere


def _by_anything(sentence: Sentence) -> Verdict:
    is_fraction = sentence.has_fraction and sentence.has_any(CHANGING)
    if is_fraction or (sentence.real and not _is_delivery_of_numbers(sentence)):
        return Phrasing.OUTCOME, "it says what is measured"
    able = ABILITY.search(sentence.text)
    if able and _names_people(sentence.text[: able.start()]):
        return Phrasing.OUTCOME, "it says who will be able to do what"
    if sentence.word(sentence.start) in words.COMPARING:
        return VAGUE
    return _delivery(sentence) or (Phrasing.UNCLEAR, "nothing in it tells a delivery from a change")


def _is_delivery_of_numbers(sentence: Sentence) -> bool:
    """Tell whether the numbers only count what somebody finished: "3 services migrated"."""
    only_numbers = all(one.kind in {Kind.NUMBER, Kind.TIME} and not one.is_ceiling for one in sentence.real)
    if not only_numbers or sentence.has_any(CHANGING) or not _delivery(sentence):
        return False
    before = sentence.tokens[sentence.start : sentence.real[0].at]
    return not any(is_one_of(token.text, words.MEASURED) for token in before)


def _delivery(sentence: Sentence) -> Verdict | None:
    """Find the delivery: in the question, as a noun in front, as something done, as a verb or as a thing."""
    first = sentence.word(sentence.start)
    done = next((text for text in _told_of_us(sentence, _is_people) if text in DELIVERED), "")
    if sentence.text.endswith("?") and not sentence.measures:
        return Phrasing.UNCLEAR, "it is a question"
    if first in words.DELIVERY_NOUNS or first == "support" or done:
        return Phrasing.OUTPUT, f"it names a delivery: “{done or first}”"
    if any(measure.kind in NO_MEASURE for measure in sentence.measures):
        return COUNTS
    named = _verb(sentence) or _thing(sentence, sentence.start)
    return (Phrasing.OUTPUT, f"it names a delivery: “{named}”") if named else None


def _verb(sentence: Sentence) -> str:
    """Return a verb of delivery that rules the sentence further on: no verb of change or use beside it."""
    texts = [token.text for token in sentence.tokens]
    told = _told_of_us(sentence, _is_somebody_else)
    verb = next((text for text in told if text in words.DELIVERING - words.ALSO_NOUNS), "")
    others = any(text in CHANGING or text in BEHAVING for text in texts if text != verb)
    return "" if others else verb


def _told_of_us(sentence: Sentence, is_other: Callable[[str], bool]) -> list[str]:
    """Return the words without what others do: "carriers send", "its users connected"."""
    texts = [token.text for token in sentence.tokens]
    return [text for before, text in zip(["", *texts], texts, strict=False) if not is_other(before)]


def _is_people(word: str) -> bool:
    """Tell whether a word names people, but not those who write the sentence."""
    return is_one_of(word, words.PEOPLE) and not is_one_of(word, OURSELVES)


def _is_somebody_else(word: str) -> bool:
    """Tell whether a word in front of a verb is its subject: people, or things in the plural."""
    is_plural = len(word) > SHORTEST and word.endswith("s") and not word.endswith("ss")
    return _is_people(word) or (is_plural and not is_one_of(word, OURSELVES))


def _thing(sentence: Sentence, start: int) -> str:
    """Return the last noun of the phrase where it is something that one makes."""
    last = (sentence.phrase(start) or [""])[-1]
    return last if is_one_of(last, words.DELIVERABLES | words.DELIVERY_NOUNS) else ""
