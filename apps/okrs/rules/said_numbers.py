"""The numbers that a sentence says, beside those by which it is measured."""

import re
from decimal import Decimal
from typing import Final

from apps.okrs.rules.numbers import plain

NUMBER: Final = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\d.,]*\w)")
ENDS: Final = re.compile(r"\b(from|to)\s+[€$£]?(\d[\d,]*(?:\.\d+)?)(?!\w)", re.IGNORECASE)


def renumbered(title: str, old: Decimal, new: Decimal) -> str:
    """Return a sentence with another number in the one place where it says the old one; else as it is."""
    found = [match for match in NUMBER.finditer(title) if _number(match.group()) == old]
    if len(found) != 1:
        return title
    start, end = found[0].span()
    return f"{title[:start]}{plain(new)}{title[end:]}"


def new_start(*, baseline: Decimal | None, target: Decimal | None, value: Decimal | None) -> Decimal | None:
    """Return where a number that is carried over goes on from: the newest value, unless that is there."""
    if baseline is None or target is None or value is None or value == baseline:
        return None
    is_on_the_way = (target > value) == (target > baseline) and value != target
    return value if is_on_the_way else None


def other_numbers(title: str, *, baseline: Decimal | None, target: Decimal | None) -> str:
    """Say where a sentence's "from" or "to" is not the number it is measured by; nothing where it is."""
    measured = {"from": baseline, "to": target}
    said = {word.lower(): _number(digits) for word, digits in ENDS.findall(title)}
    parts = [
        f"{word} {plain(said[word])}, measured {word} {plain(number)}"
        for word, number in measured.items()
        if number is not None and word in said and said[word] != number
    ]
    return f"a sentence that fits its numbers: “{title}” says {' and '.join(parts)}" if parts else ""


def _number(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))
