"""Objectives and key results out of a spreadsheet: one line for each key result. No database.

What a spreadsheet of any country saves is read: comma, semicolon or tab between the columns, UTF-8 with or
without its mark, UTF-16, or what Windows wrote before; line ends of any kind, and breaks inside quotes.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from io import StringIO
from typing import Final

from apps.okrs.imports.values import DECIMAL_COMMA, NumberError, has_percent_sign, number_in

LONGEST_SHEET: Final = 1_000_000  # characters
MOST_SHEET_LINES: Final = 1_000
MOST_COLUMNS: Final = 100
SEPARATORS: Final = ",;\t"
OLD_WINDOWS: Final = "cp1252"
MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
COLUMNS: Final[dict[str, tuple[str, ...]]] = {  # what each may be called; the first name is ours
    "objective": ("objective", "objectives", "goal"),
    "why": ("why", "description"),
    "instead_of": ("instead of", "not doing"),
    "ambition": ("ambition",),
    "tags": ("tags", "labels"),
    "key_result": ("key result", "key results", "kr", "result"),
    "metric": ("metric", "measure"),
    "unit": ("unit",),
    "baseline": ("baseline", "start", "start value", "from"),
    "target": ("target", "target value", "to"),
}
AMBITIONS: Final = {
    "committed": "commitment",
    "commitment": "commitment",
    "roof shot": "roofshot",
    "roofshot": "roofshot",
    "moon shot": "moonshot",
    "moonshot": "moonshot",
}
EXAMPLE: Final = (
    [names[0] for names in COLUMNS.values()],
    [
        "Receivers stop calling us to ask where their parcel is",
        "Half of all calls ask nothing else",
        "The redesign of the account page",
        "roof shot",
        "parcels; calls",
        "Calls that ask “where is it?” fall from 9,400 to 5,000 a week",
        "Calls that ask where a parcel is",
        "calls a week",
        "9400",
        "5000",
    ],
    [
        "",
        "",
        "",
        "",
        "",
        "Half of all receivers open the tracking page",
        "Receivers who open it",
        "%",
        "18",
        "50",
    ],
    ["The night is quiet", "", "", "", "", "Nobody is woken twice in one night", "", "", "", ""],
)


@dataclass(frozen=True)
class Wrong:
    """What is wrong in one cell, or in a line."""

    line: int
    column: str  # as the file calls it; empty: the line as a whole
    message: str


@dataclass(frozen=True)
class SheetKeyResult:
    """One key result as it was written; a metric's name makes it measured."""

    line: int
    title: str
    metric: str = ""
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None


@dataclass
class SheetObjective:
    """One objective with what stands in its lines."""

    line: int
    title: str
    why: str = ""
    instead_of: str = ""
    ambition: str = ""
    tags: tuple[str, ...] = ()
    key_results: list[SheetKeyResult] = field(default_factory=list)


@dataclass
class Sheet:
    """What a file says, what it says that nobody reads, and what is wrong with it."""

    objectives: list[SheetObjective] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    headings: dict[str, str] = field(default_factory=dict)  # by our name: how the file calls it
    ignored: list[str] = field(default_factory=list)
    lines: int = 0

    def say(self, line: int, column: str, message: str) -> None:
        """Note what is wrong, with the column as the file calls it."""
        self.wrong.append(Wrong(line, self.headings.get(column, column), message))


def text_of(content: bytes) -> str:
    """Return the text of a file, whatever wrote it; old Windows files are told by not being UTF-8."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(OLD_WINDOWS, "replace")


def read_sheet(text: str) -> Sheet:
    """Read a table of objectives; each thing that cannot be read is named by line and column."""
    sheet = Sheet()
    text = text.removeprefix("\ufeff")
    lines = list(_lines(text, sheet))
    if not lines or sheet.wrong:
        return sheet
    places = _places(lines[0], sheet)
    if sheet.wrong:
        return sheet
    rows = [(number, _cells(cells, places)) for number, cells in lines[1:]]
    commas = {
        name: any(DECIMAL_COMMA.search(cells.get(name, "")) for _number, cells in rows)
        for name in ("baseline", "target")
    }
    has_commas = any(commas.values())
    found: dict[str, SheetObjective] = {}
    last: SheetObjective | None = None
    for number, cells in rows:
        last = _objective(number, cells, found, last, sheet)
        if last is not None:
            _key_result(number, cells, last, sheet, has_commas=has_commas)
    sheet.objectives = list(found.values())
    sheet.lines = len(rows)
    return sheet


def _lines(text: str, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that are not empty, by the number of the first line of each."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(text))
    begins, count = 1, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                count += 1
                if count > MOST_SHEET_LINES + 1:
                    sheet.say(begins, "", f"At most {MOST_SHEET_LINES:,} lines are read at once.")
                    return
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        sheet.say(begins, "", f"This is no table of columns: {error}.")


def _separator(text: str) -> str:
    """Return what parts the columns: the sign at which the first line falls into most names that we know."""
    head = next((line for line in text.splitlines() if line.strip()), "")

    def known(separator: str) -> tuple[int, int]:
        cells = next(csv.reader([head], delimiter=separator), [])
        return sum(_name(cell) is not None for cell in cells[:MOST_COLUMNS]), len(cells)

    try:
        return max(SEPARATORS, key=known)
    except csv.Error:
        return ","


def _name(heading: str) -> str | None:
    word = " ".join(re.sub(r"[_\-*]+", " ", heading).lower().split()).removesuffix(":")
    return next((name for name, names in COLUMNS.items() if word in names), None)


def _places(first: tuple[int, list[str]], sheet: Sheet) -> dict[str, int]:
    """Return which column stands where; the first line says so."""
    number, headings = first
    if len(headings) > MOST_COLUMNS:
        sheet.say(number, "", f"The table has {len(headings):,} columns; at most {MOST_COLUMNS} are read.")
        return {}
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = _name(heading)
        if name is None:
            sheet.ignored += [heading.strip()[:40]] if heading.strip() else []
        elif name in places:
            message = f"Two columns are “{COLUMNS[name][0]}”: leave one of them out."
            sheet.say(number, heading.strip(), message)
        else:
            places[name] = place
            sheet.headings[name] = heading.strip()
    if "objective" not in places:
        names = ", ".join(names[0] for names in COLUMNS.values())
        message = f"The first line has to name the columns, at least “objective”. Known are: {names}."
        sheet.say(number, "", message)
    return places


def _cells(cells: list[str], places: dict[str, int]) -> dict[str, str]:
    return {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}


def _objective(
    number: int,
    cells: dict[str, str],
    found: dict[str, SheetObjective],
    last: SheetObjective | None,
    sheet: Sheet,
) -> SheetObjective | None:
    """Return the objective of a line: a new one, one from above, or the last one where the cell is empty."""
    title = _one_line(cells["objective"])
    if not title:
        if last is None:
            sheet.say(number, "objective", "The first line of an objective names it.")
        return last
    one = found.setdefault(title.casefold(), SheetObjective(number, title))
    one.why = one.why or cells.get("why", "")
    one.instead_of = one.instead_of or _one_line(cells.get("instead_of", ""))
    if word := cells.get("ambition", ""):
        ambition = AMBITIONS.get(" ".join(word.lower().replace("-", " ").split()), "")
        if not ambition:
            sheet.say(number, "ambition", f"“{word[:40]}” is none of: committed, roof shot, moon shot.")
        one.ambition = one.ambition or ambition
    one.tags = one.tags or tuple(
        tag.strip() for tag in re.split("[,;]", cells.get("tags", "")) if tag.strip()
    )
    return one


def _key_result(
    number: int, cells: dict[str, str], objective: SheetObjective, sheet: Sheet, *, has_commas: bool
) -> None:
    title = _one_line(cells.get("key_result", ""))
    metric = _one_line(cells.get("metric", ""))
    numbers = {
        name: _number(number, name, cells.get(name, ""), sheet, has_commas=has_commas)
        for name in ("baseline", "target")
    }
    given = [name for name in ("metric", "baseline", "target") if cells.get(name, "")]
    if not title:
        if given:
            sheet.say(number, "key_result", "There are numbers, and no key result that they belong to.")
        return
    if given and not metric:
        message = "Numbers need the name of what is counted: add a column “metric”, or leave them out."
        sheet.say(number, "metric" if "metric" in sheet.headings else given[0], message)
    is_percent = any(has_percent_sign(cells.get(name, "")) for name in numbers)
    unit = _one_line(cells.get("unit", "")) or ("%" if is_percent else "")
    if any(one.title.casefold() == title.casefold() for one in objective.key_results):
        sheet.say(number, "key_result", "This objective has the same key result further up.")
        return
    objective.key_results.append(SheetKeyResult(number, title, metric, unit if metric else "", **numbers))


def _number(number: int, name: str, text: str, sheet: Sheet, *, has_commas: bool) -> Decimal | None:
    if not text:
        return None
    try:
        return number_in(text, has_decimal_commas=has_commas)
    except NumberError as error:
        sheet.say(number, name, str(error))
        return None


def _one_line(text: str) -> str:
    """Return a cell with its line breaks as spaces, and without a bullet in front."""
    return " ".join(text.split()).lstrip("-*\u2022\u2013 ")
