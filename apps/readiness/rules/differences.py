"""Two texts beside each other: what only one of them says."""

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final

WORDS: Final = re.compile(r"\s+|\S+")
MOST_WORDS: Final = 4000  # of two middles
MOST_PAIRS: Final = 20_000  # of equal words in two middles; with many of them a comparison takes minutes

Step = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Piece:
    """A run of words; `is_own` where the other text does not have it."""

    text: str
    is_own: bool


def differences(mine: str, theirs: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces; joined again, the pieces are the texts.

    Word by word; by lines where the same words come too often, and as a whole where lines do.
    """
    first, second = WORDS.findall(mine), WORDS.findall(theirs)
    if _is_slow(first, second):
        first, second = mine.splitlines(keepends=True), theirs.splitlines(keepends=True)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in _steps(first, second):
        is_own = tag != "equal"
        left.extend([Piece("".join(first[a:b]), is_own)] if b > a else [])
        right.extend([Piece("".join(second[c:d]), is_own)] if d > c else [])
    return left, right


def merged(mine: str, theirs: str) -> str:
    """Return a text to start from by hand: what both say once, else theirs and then mine, line by line."""
    first, second = mine.splitlines(), theirs.splitlines()
    lines: list[str] = []
    for tag, a, b, c, d in _steps(first, second):
        lines += second[c:d] if tag == "equal" else second[c:d] + first[a:b]
    return "\n".join(lines)


def _steps(first: list[str], second: list[str]) -> list[Step]:
    """Return how one list becomes the other; the middle that differs is one step where it would take long."""
    start, end = _same_ends(first, second)
    a, c = len(first) - end, len(second) - end
    if _is_slow(first, second):
        middle: list[Step] = [("replace", start, a, start, c)]
    else:
        found = SequenceMatcher(_is_blank, first[start:a], second[start:c], autojunk=False).get_opcodes()
        middle = [(tag, i + start, j + start, k + start, m + start) for tag, i, j, k, m in found]
    return [("equal", 0, start, 0, start), *middle, ("equal", a, len(first), c, len(second))]


def _same_ends(first: list[str], second: list[str]) -> tuple[int, int]:
    """Return how many words both begin and end with."""
    start = _same(first, second)
    return start, _same(first[start:][::-1], second[start:][::-1])


def _same(first: list[str], second: list[str]) -> int:
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _is_slow(first: list[str], second: list[str]) -> bool:
    """Tell whether the middles have so many equal words that comparing them would hold everybody up."""
    start, end = _same_ends(first, second)
    mine, theirs = Counter(first[start : len(first) - end]), Counter(second[start : len(second) - end])
    pairs = (count * theirs[word] for word, count in mine.items() if not _is_blank(word))
    return mine.total() + theirs.total() > MOST_WORDS or sum(pairs) > MOST_PAIRS


def _is_blank(word: str) -> bool:
    return not word.strip()
