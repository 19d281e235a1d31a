"""The words and numbers of one key result: what stands where, and what each number counts."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final

from apps.okrs.rules import vocabulary as words

LONGEST: Final = 400  # characters that are read; nobody writes a longer sentence in one line
NEAR: Final = 6  # tokens after a number among which its noun stands

MARKS: Final = re.compile(
    r"https?://\S+"
    r"|\[(?:[a-z]{1,3}\d{0,2}|\W?\d+|[a-z ]{2,20})\](?!\()"  # [P0], [#12], [TEAM]
    r"|\((?:wip|tbd|tbc|draft)\b[^)]{0,200}\)|\(#\d+\)"
    r"|^\s*(?:kr|key result)\s*\d*(?:\.\d+)*\s*[:.)-]|^\s*\d{1,2}[.)]\s"
    r"|\bp[0-4?](?=[\s\[]|$)|[*_`~]{1,3}|\bco-(?=\w)"
)
LINKS: Final = re.compile(r"\[([^\]]{1,200})\]\([^)]{0,200}\)")
MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
WHEN: Final = r"(?:by|in|during|before|until|till|for|from|since|on|this|next)\s+(?:the\s+)?(?:end\s+of\s+)?"
DATES: Final = re.compile(
    rf"\b\d{{4}}-\d\d(?:-\d\d)?\b|(?:\b{WHEN})?\b(?:fy\s?\d\d(?:\d\d)?\s*)?[qh][1-4]\b(?:\s*/?\s*\d{{4}})?"
    rf"|\b{WHEN}(?:\d{{1,2}}\s+)?{MONTH}\b\.?(?:\s+\d{{1,2}}\b(?!\s*%))?(?:,?\s+20\d\d)?"
    rf"|\b{WHEN}20\d\d\b(?!\s*%)|\b20[1-4]\d\b(?!\s*[%\w€$])"
)
# "Version 2", "phase 3", "v1.4": a number that is a name.
NAMES: Final = re.compile(
    r"\bv\d+(?:\.\d+)*\b|\b\d+\.\d+\.\d+\b"
    r"|\b(?:phase|step|version|release|stage|level|tier|part|round|iteration|sprint|top|iso|http)s?"
    r"[\s-]\d+(?:\.\d+)?\b(?!\s*%)"
)
TOKEN: Final = re.compile(
    r"(?P<number>[€$£]?\s?\d+(?:[.,'\u2019/]\d+)*(?:\s?%|[a-z]+)?)"
    r"|(?P<word>[^\W\d_][^\W_]*(?:['\u2019+#-][^\W_]+)*[+#]*)"
    r"|(?P<sign>->|→|=>|>=|<=|[≥≤<>])"
    r"|(?P<stop>[,;:.()?!\u2013\u2014])"
)
PLACES: Final = ("th", "st", "nd", "rd")  # "the 3rd" is no amount
ARROWS: Final = frozenset({"->", "→", "=>"})
BETWEEN_ENDS: Final = frozenset({"to", "down", "up", "towards"})
BEFORE_ENDS: Final = frozenset({"from", "of", ":"})
CEILINGS: Final = frozenset({"<", "<=", "≤", "under", "below", "less", "fewer", "faster", "most", "more"})
OF_WHAT: Final = frozenset({"of", "among", "for", "in", "from", "who", "at", "across", "within"})
BASELINES: Final = re.compile(
    r"\b(?:current(?:ly)?|baseline|today|was|now|as of now)\b\D{0,15}\d|\d\S*\s+(?:today|now)\b"
)
COUNTED: Final = re.compile(r"\bnumber of (?:[\w-]+ ){0,4}?([\w-]+) (?:from|to|by|is)\b")
FRACTION: Final = re.compile(
    r"\bby (?:a |one |two )?(?:half|thirds?|quarters?|fifths?|tenths?)\b|\bin half\b"
)
RATIO: Final = re.compile(r"out of|in|of")


class Kind(StrEnum):
    """What a number in a sentence counts."""

    CHANGE = "from one value to another"
    PERCENT = "a percentage"
    AMOUNT = "an amount with a unit"
    TIME = "a time"
    EFFECT = "people, what they do or what happens to them"
    NUMBER = "a number of something"
    DELIVERABLES = "things that are made"
    COMPLETENESS = "how much of the work is done"


NO_MEASURE: Final = frozenset({Kind.DELIVERABLES, Kind.COMPLETENESS})


@dataclass(frozen=True)
class Measure:
    """One number with what it counts."""

    kind: Kind
    text: str
    at: int  # which token
    is_ceiling: bool = False  # "under 2 seconds"
    has_denominator: bool = True  # only a percentage can lack one


@dataclass(frozen=True)
class Token:
    """A word, a number, a sign or what ends a phrase."""

    text: str
    kind: str

    @property
    def is_number(self) -> bool:
        """Tell whether it counts, in digits or in letters; "3rd" does not."""
        is_digits = self.kind == "number" and not self.text.endswith(PLACES)
        return is_digits or self.text in words.NUMBER_WORDS

    @property
    def is_end(self) -> bool:
        """Tell whether a phrase of nouns ends here."""
        return self.kind in {"stop", "sign", "number"} or self.text in words.STOPS


def _forms(verb: str) -> list[str]:
    """Return the verb with -s, -ing and -ed; what is irregular comes from a table."""
    stem = verb.removesuffix("e")
    doubled = verb + verb[-1]
    past = words.IRREGULAR[verb].split() if verb in words.IRREGULAR else [stem + "ed", doubled + "ed"]
    forms = [verb, verb + "s", verb + "es", verb + "ing", stem + "ing", doubled + "ing", *past]
    if verb.endswith("y"):
        forms += [verb[:-1] + "ies", verb[:-1] + "ied"]
    return forms


def _by_form(verbs: frozenset[str]) -> dict[str, str]:
    return {form: verb for verb in sorted(verbs) for form in _forms(verb)}


DELIVERING: Final = _by_form(words.DELIVERING)
CHANGING: Final = _by_form(words.CHANGING)
ENABLING: Final = _by_form(words.ENABLING)
BEHAVING: Final = _by_form(words.BEHAVING)
DELIVERED: Final = words.DONE | {
    form
    for verb in words.DELIVERING
    for form in _forms(verb)
    if form.endswith("ed") or form in words.IRREGULAR.get(verb, "").split()
}


def is_one_of(noun: str, nouns: frozenset[str]) -> bool:
    """Tell whether a noun or its singular is listed; of "sub-teams" the last part counts."""
    last = noun.rsplit("-", 1)[-1]
    return bool({noun, _singular(noun), last, _singular(last)} & nouns)


def _singular(noun: str) -> str:
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "shes", "ches", "xes")):
        return noun[:-2]
    return noun if noun.endswith(("ss", "us", "is")) else noun.removesuffix("s")


def plain(title: str) -> str:
    """Return the sentence without marks of priority, links, dates, and numbers that are names."""
    text = " ".join(title[:LONGEST].lower().split())
    text = LINKS.sub(r"\1", text)
    for pattern in (MARKS, DATES, NAMES):
        text = pattern.sub(" ", text)
    return " ".join(text.split())


class Sentence:
    """The tokens of one key result and what its numbers count."""

    def __init__(self, title: str) -> None:
        self.text = plain(title)
        found = TOKEN.finditer(self.text)
        self.tokens = [Token(match.group().strip(), match.lastgroup or "") for match in found]
        self.start = self._start()
        self.numbers = [at for at, token in enumerate(self.tokens) if token.is_number]
        self.measures = tuple(self._measure(at) for at in self.numbers)
        self.real = [measure for measure in self.measures if measure.kind not in NO_MEASURE]

    def word(self, at: int) -> str:
        """Return the text of a token, and nothing beyond the ends."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def phrase(self, start: int) -> list[str]:
        """Return the words from there to the end of their phrase, without an article in front."""
        if self.word(start) in {"a", "an", "the", "our"}:
            start += 1
        phrase: list[str] = []
        for token in self.tokens[start:]:
            if token.is_end:
                break
            phrase.append(token.text)
        return phrase

    def has_any(self, forms: dict[str, str]) -> bool:
        """Tell whether one of these verbs stands anywhere."""
        return any(token.text in forms for token in self.tokens)

    def _start(self) -> int:
        """Return where the sentence begins once "we will successfully" is read over."""
        at = 0
        while at < len(self.tokens) - 1 and self._is_before_the_verb(self.tokens[at]):
            at += 1
        return at

    def _is_before_the_verb(self, token: Token) -> bool:
        return token.text in words.BEFORE_THE_VERB or token.text.endswith("ly") or token.kind == "stop"

    def _measure(self, at: int) -> Measure:
        text = self.tokens[at].text
        after = [token.text for token in self.tokens[at + 1 : at + 1 + NEAR]]
        is_ceiling = bool({self.word(at - 1), self.word(at - 2)} & CEILINGS)
        if text.endswith("%") or after[:1] in (["percent"], ["percentage"]) or after[:2] == ["per", "cent"]:
            return self._percentage(at, after, is_ceiling=is_ceiling)
        return Measure(self._kind(at, after), text, at, is_ceiling)

    def _percentage(self, at: int, after: list[str], *, is_ceiling: bool) -> Measure:
        before, text = self.word(at - 1), self.word(at)
        text = text if "%" in text else f"{text} percent"
        if at in self._ends_of_changes:
            return Measure(Kind.CHANGE, text, at, has_denominator=self._says_of_what(at))
        is_of_work = after[:1] == ["of"] and any(is_one_of(word, words.WORK) for word in after)
        is_object = before in DELIVERING and before not in CHANGING
        if is_of_work or is_object or any(word in words.DONE for word in after):
            return Measure(Kind.COMPLETENESS, text, at)
        is_relative = before == "by" or "more" in after[:2] or "less" in after[:2]
        return Measure(Kind.PERCENT, text, at, is_ceiling, is_relative or self._says_of_what(at))

    def _says_of_what(self, at: int) -> bool:
        """Tell whether "of …" or "who …" follows the percentage, or "share of …" comes before it."""
        after = {token.text for token in self.tokens[at + 1 : at + 4]}
        before = {token.text for token in self.tokens[:at]}
        return bool(after & OF_WHAT) or bool(before & {"of", "among", "per"})

    def _kind(self, at: int, after: list[str]) -> Kind:
        text = self.word(at)
        noun = Kind.DELIVERABLES if self._counts_deliverables else self._noun(at)
        if noun is Kind.DELIVERABLES:
            return noun
        if at in self._ends_of_changes:
            return Kind.CHANGE
        if at in self._parts_of_ratios or "/" in text:
            return Kind.PERCENT
        return noun if noun is not Kind.NUMBER else self._unit(text, after)

    def _unit(self, text: str, after: list[str]) -> Kind:
        unit = re.sub(r"[^a-z]", "", text) if text[-1:].isalpha() and text[:1].isdigit() else ""
        unit = unit or (after[0] if after else "")
        if text[:1] in {"€", "$", "£"}:
            return Kind.AMOUNT
        if is_one_of(unit, words.TIME_UNITS):
            return Kind.TIME
        return Kind.AMOUNT if is_one_of(unit, words.UNITS) else Kind.NUMBER

    def _noun(self, at: int) -> Kind:
        """Return what the noun after a number tells; the last one of its phrase that is known."""
        kind = Kind.NUMBER
        for token in self.tokens[at + 1 : at + 1 + NEAR]:
            if token.is_end or token.text == "times":
                break
            if is_one_of(token.text, words.EFFECTS | words.MEASURED):
                kind = Kind.EFFECT
            elif is_one_of(token.text, words.DELIVERABLES):
                kind = Kind.DELIVERABLES
            elif token.text in BEHAVING and kind is not Kind.NUMBER:
                break
        return kind

    @cached_property
    def has_fraction(self) -> bool:
        """Tell whether something changes "by half" or "by a third": a measure without a digit."""
        return FRACTION.search(self.text) is not None

    @cached_property
    def _counts_deliverables(self) -> bool:
        """Tell whether it is about "the number of blog posts"."""
        found = COUNTED.search(self.text)
        return bool(found and is_one_of(found.group(1), words.DELIVERABLES))

    @cached_property
    def _ends_of_changes(self) -> set[int]:
        """Return the numbers of "from 12 to 30" and "12 → 30"; with "currently 12" those of the sentence."""
        if BASELINES.search(self.text):
            return set(self.numbers)
        ends = set()
        for low, high in pairwise(self.numbers):
            between = {token.text for token in self.tokens[low + 1 : high]}
            is_range = between & BETWEEN_ENDS and self.word(low - 1) in BEFORE_ENDS
            if high - low <= NEAR and (between & ARROWS or is_range):
                ends |= {low, high}
        return ends

    @cached_property
    def _parts_of_ratios(self) -> set[int]:
        """Return the numbers of "nine out of ten" and "1 in 5"."""
        parts = set()
        for low, high in pairwise(self.numbers):
            if RATIO.fullmatch(" ".join(token.text for token in self.tokens[low + 1 : high])):
                parts |= {low, high}
        return parts
