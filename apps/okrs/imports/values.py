"""Two columns, as they come out of a spreadsheet: a date and a number.

People of several countries paste here. What can be read in one way only is understood; what two people would
read differently ("1,234" beside "93,5") is refused with both readings.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

LONGEST_PASTE: Final = 200_000  # characters
MOST_LINES: Final = 2_000  # five years of days
SPACES: Final = "\u00a0\u202f\u2009"  # between thousands, as typesetters write them

GROUPED: Final = {  # thousands in groups of three, by what stands between them
    ",": re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?"),
    ".": re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?"),
    " ": re.compile(r"[1-9][0-9]{0,2}( [0-9]{3})+([.,][0-9]+)?"),
    "'": re.compile(r"[1-9][0-9]{0,2}('[0-9]{3})+([.,][0-9]+)?"),
}
PLAIN: Final = re.compile(r"[0-9]+([.,][0-9]+)?|[.,][0-9]+")
DECIMAL_COMMA: Final = re.compile(r"^0*,[0-9]+$|,[0-9]{1,2}$|,[0-9]{4,}$|^[0-9]{4,},[0-9]+$")
ORDERS: Final = (  # of day, month and year, each told by what stands between them
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), (0, 1, 2)),
    (re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"), (0, 1, 2)),
    (re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})"), (2, 1, 0)),
)
SPLIT: Final = re.compile(r"[\t;]\s*|\s*,\s*|\s+")


class NumberError(ValueError):
    """Something that is no number, or that could be two; the message is for the reader."""


@dataclass(frozen=True)
class Line:
    """One line of a paste, as it was understood; `problem` says why it cannot be kept."""

    number: int
    text: str
    on: date | None = None
    value: Decimal | None = None
    problem: str = ""


@dataclass(frozen=True)
class Pasted:
    """What a paste says, line by line; a heading is left out and named."""

    lines: tuple[Line, ...]
    heading: str = ""


def number_in(text: str, *, has_decimal_commas: bool = False) -> Decimal:
    """Return the number that a text means; a percent sign behind it is left to whoever knows the unit.

    "6,900" is 6900, as the pages write it, unless its neighbours use the comma for decimals.
    """
    word = _bare(text)
    sign = ""
    if word and word[0] in "-+\u2212":
        sign, word = "-" if word[0] in "-\u2212" else "", word[1:].lstrip()
    if has_decimal_commas and re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", word):
        whole, rest = re.split("[.,]", word)
        message = f"“{word}” can mean {whole}{rest} or {whole}.{rest}: write the one that you mean."
        raise NumberError(message)
    for mark, shape in GROUPED.items():
        is_point = mark == "." and word.count(".") == 1 and "," not in word  # 1.234 is a decimal number
        if not is_point and shape.fullmatch(word):
            return Decimal(sign + word.replace(mark, "").replace(",", "."))
    if PLAIN.fullmatch(word):
        return Decimal(sign + word.replace(",", "."))
    message = f"“{text.strip()[:40]}” is not a number." if word else "The number is missing."
    raise NumberError(message)


def has_percent_sign(text: str) -> bool:
    """Tell whether a text says that it is a percentage."""
    return text.rstrip().endswith("%")


def read_lines(text: str) -> Pasted:
    """Read a paste of two columns, whatever stands between them: tab, semicolon, comma or space."""
    rows = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    pairs = [(number, line, *_columns(line)) for number, line in rows]
    heading = ""
    if pairs and not any(letter.isdigit() for letter in pairs[0][1]):
        heading = pairs[0][1][:80]
        pairs = pairs[1:]
    commas = any(DECIMAL_COMMA.search(_bare(value)) for _number, _line, _on, value in pairs)
    lines = tuple(_line(number, line, on, value, commas=commas) for number, line, on, value in pairs)
    return Pasted(_once(lines), heading)


def _columns(line: str) -> tuple[str, str]:
    on, *rest = SPLIT.split(line, maxsplit=1)
    return on.strip("\"'"), rest[0].strip().strip('"') if rest else ""


def _line(number: int, line: str, on: str, value: str, *, commas: bool) -> Line:
    text = line[:80]
    if not value:
        return Line(number, text, problem="A line has two columns: the date, then the number.")
    day = _day(on)
    if isinstance(day, str):
        return Line(number, text, problem=day)
    try:
        return Line(number, text, on=day, value=_second(value, commas=commas))
    except NumberError as error:
        return Line(number, text, on=day, problem=str(error))


def _second(value: str, *, commas: bool) -> Decimal:
    if "\t" in value or ";" in value:
        message = "There is a third column; only date and number are read."
        raise NumberError(message)
    return number_in(value, has_decimal_commas=commas)


def _day(text: str) -> date | str:
    """Return the day, or what is wrong with it."""
    for shape, order in ORDERS:
        if found := shape.fullmatch(text):
            year, month, day = (int(found.group(place + 1)) for place in order)
            try:
                return date(year, month, day)
            except ValueError:
                return f"“{text}” is not a day of the calendar."
    if re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}", text):
        return f"“{text}” is read differently in different countries: write it like 2026-10-05."
    return f"“{text[:40]}” is not a date: write it like 2026-10-05."


def _once(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Refuse a second, different number for the same day: nobody could say which one counts."""
    first: dict[date, Line] = {}
    kept = []
    for line in lines:
        before = first.setdefault(line.on, line) if line.on and line.value is not None else line
        if before.value != line.value:
            problem = f"Line {before.number} has another number for this day."
            kept.append(Line(line.number, line.text, on=line.on, problem=problem))
        else:
            kept.append(line)
    return tuple(kept)


def _bare(text: str) -> str:
    """Return a number without the percent sign and with one kind of space."""
    word = text.strip().strip('"').removesuffix("%").strip()
    for space in SPACES:
        word = word.replace(space, " ")
    return word.replace("\u2019", "'")
