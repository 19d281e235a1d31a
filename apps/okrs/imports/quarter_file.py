"""The file of a quarter: bytes into rows, or each thing that is wrong with it. No database."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db import models

from apps.okrs.imports.parts import CYCLE_FIELDS, FORMAT, PARTS, QUARTER, VERSION, Part
from apps.okrs.models import Cycle

Row = dict[str, Any]
LARGEST: Final = 10 * 1024 * 1024
DEEPEST: Final = 12  # brackets inside brackets; our own files have seven
MOST_PROBLEMS: Final = 100
LONGEST_TEXT: Final = 100_000  # where the column has no limit of its own
LARGEST_COUNT: Final = 2_000_000_000
HEAD: Final = frozenset({"format", "version", "exported_at", "cycle", "people"})
FIRST_YEAR, LAST_YEAR = 1900, 2200
ADDRESSES: Final = ("https://", "http://", "/")  # never javascript:, since they become links
SHORT: Final = 60
UNKEEPABLE: Final = re.compile("[\\0\\ud800-\\udfff]")
PASSED: Final = frozenset({"code", "message", "reason"})  # what an objective was begun over
NOTHING_KEPT: Final = "Nothing was written."
MEND: Final = "Export the quarter again, and leave the file as it is."


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where in the file, what was kept, and what to do about it."""

    path: str
    message: str
    todo: str = MEND
    kept: str = NOTHING_KEPT

    def as_dict(self) -> dict[str, str]:
        """Return it as the result of a job holds it."""
        return {"path": self.path, "message": self.message, "kept": self.kept, "todo": self.todo}


@dataclass(frozen=True)
class QuarterFile:
    """What a file says: values as Python knows them, links as the file's keys."""

    cycle: Row
    parts: Mapping[str, list[Row]]
    content: Mapping[str, Any]  # the JSON itself, to compare with


@dataclass
class _Reading:
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: str, message: str, **more: str) -> None:
        self.problems.append(Problem(path, message, **more))


class _UnreadableError(ValueError):
    """A value that its column cannot hold."""


def may_be_quarter(content: bytes) -> bool:
    """Tell at a glance whether bytes can be the file of a quarter: they begin as an object of JSON does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def read_quarter_file(content: bytes) -> QuarterFile | list[Problem]:
    """Return what the bytes of a file say, or what is wrong with them."""
    reading = _Reading()
    whole = _json(content, reading)
    if whole is None or not _is_ours(whole, reading):
        return reading.problems
    file = QuarterFile(
        cycle=_cycle(whole["cycle"], reading),
        parts={part.name: list(_rows(part, whole, reading)) for part in PARTS},
        content=whole,
    )
    _check_keys(file, reading)
    return reading.problems[:MOST_PROBLEMS] or file


def _json(content: bytes, reading: _Reading) -> dict[str, Any] | None:
    todo = "Choose the file that the export of a quarter gave."
    if len(content) > LARGEST:
        reading.wrong("", f"The file has {len(content):,} bytes; at most {LARGEST:,} are read.", todo=todo)
        return None
    try:
        whole = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        reading.wrong("", f"The file is not UTF-8: byte {error.start:,} cannot be read.", todo=todo)
    except RecursionError:
        reading.wrong("", f"The file nests more than {DEEPEST} levels deep.", todo=todo)
    except ValueError as error:
        reading.wrong("", f"The file is not JSON: {error}.", todo=todo)
    else:
        if isinstance(whole, dict) and (problem := _unkeepable(whole)):
            reading.wrong("", problem, todo=todo)
        elif isinstance(whole, dict):
            return whole
        else:
            reading.wrong("", "The file holds a list or a single value, not a quarter.", todo=todo)
    return None


def _refuse(word: str) -> None:
    message = f"{word} is not a number"
    raise ValueError(message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names something twice: nobody could say which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _value in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        message = f"“{twice[:SHORT]}” stands twice in one object"
        raise ValueError(message)
    return found


def _unkeepable(whole: dict[str, Any]) -> str:
    """Return what no database keeps, wherever it stands; walked without recursion."""
    waiting: list[tuple[Any, int]] = [(whole, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            if depth > DEEPEST:
                return f"The file nests more than {DEEPEST} levels deep."
            inner = [*value, *value.values()] if isinstance(value, dict) else value
            waiting += [(one, depth + 1) for one in inner]
        elif isinstance(value, str) and UNKEEPABLE.search(value):
            return f"“{value[:SHORT]!r}” holds a character that cannot be stored."
    return ""


def _is_ours(whole: dict[str, Any], reading: _Reading) -> bool:
    version = whole.get("version")
    if whole.get("format") != FORMAT:
        reading.wrong("format", f"This is no export of a quarter: it says no “{FORMAT}”.")
    elif version != VERSION or isinstance(version, bool):
        message = f"The file has version {str(version)[:SHORT]}; this portal reads version {VERSION}."
        todo = "Export it from a portal of the same version, or bring this portal up to date first."
        reading.wrong("version", message, todo=todo)
    else:
        known = HEAD | {part.name for part in PARTS}
        for name in sorted(known - set(whole)):
            reading.wrong(name, "This part is missing.")
        for name in sorted(set(whole) - known):
            reading.wrong(name[:SHORT], f"Version {VERSION} has no such part.")
    return not reading.problems


def _cycle(row: object, reading: _Reading) -> Row:
    if not isinstance(row, dict) or set(row) != set(CYCLE_FIELDS):
        reading.wrong("cycle", f"A quarter has exactly: {', '.join(CYCLE_FIELDS)}.")
        return {}
    values = {}
    for name in CYCLE_FIELDS:
        column = Cycle._meta.get_field(name)  # noqa: SLF001
        assert isinstance(column, models.Field)  # noqa: S101
        try:
            values[name] = value_in(column, row[name])
        except _UnreadableError as error:
            reading.wrong(f"cycle.{name}", str(error))
    return values


def _rows(part: Part, whole: Mapping[str, Any], reading: _Reading) -> Iterator[Row]:
    rows = whole[part.name]
    if not isinstance(rows, list):
        reading.wrong(part.name, "This part is no list.")
        return
    for number, row in enumerate(rows):
        path = f"{part.name}[{number}]"
        if not isinstance(row, dict):
            reading.wrong(path, "This is no object.")
        elif set(row) != part.names:
            odd = sorted(part.names ^ set(row))
            reading.wrong(path, f"Missing, or not known here: {', '.join(odd)[:200]}.")
        else:
            yield _row(part, row, path, reading)
        if len(reading.problems) >= MOST_PROBLEMS:
            return


def _row(part: Part, row: Row, path: str, reading: _Reading) -> Row:
    values: Row = {}
    for name in row:
        try:
            values[name] = _of_row(part, name, row[name])
        except _UnreadableError as error:
            reading.wrong(f"{path}.{name}", str(error))
    return values


def _of_row(part: Part, name: str, raw: Any) -> Any:  # noqa: ANN401 -- JSON
    if name in part.lists:
        return [_key(one) for one in _of_type(list, raw, "list of keys")]
    if name in part.links:
        return None if raw is None and part.field(name).null else _key(raw)
    if name == "key" and part.prefix:
        return _key(raw)
    return value_in(models.BooleanField() if name == "is_in_backlog" else part.field(name), raw)


def _key(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        message = "A key is a text."
        raise _UnreadableError(message)
    return raw


def value_in(column: "models.Field[Any, Any]", raw: Any) -> Any:  # noqa: ANN401 -- JSON in, a value out
    """Return what a column keeps of a value of the file; refuse what another kind of column would hold."""
    if raw is None:
        if column.null:
            return None
        message = "This cannot be empty."
        raise _UnreadableError(message)
    for kind, read in READERS:
        if isinstance(column, kind):
            return read(column, raw)
    message = f"{type(column).__name__} is not written into files."
    raise TypeError(message)


def _flag(_column: Any, raw: Any) -> bool:  # noqa: ANN401
    return bool(_of_type(bool, raw, "yes or no: true or false"))


def _count(_column: Any, raw: Any) -> int:  # noqa: ANN401
    number = _of_type(int, raw, "whole number")
    if isinstance(raw, bool) or not 0 <= number <= LARGEST_COUNT:
        message = "This is no whole number from 0 on."
        raise _UnreadableError(message)
    return int(number)


def _words(column: "models.Field[Any, Any]", raw: Any) -> str:  # noqa: ANN401
    text = str(_of_type(str, raw, "text"))
    limit = column.max_length or LONGEST_TEXT
    if len(text) > limit:
        message = f"The text has {len(text):,} characters; at most {limit:,} are kept."
        raise _UnreadableError(message)
    if column.name.endswith("url") and text and not text.startswith(ADDRESSES):
        message = f"“{text[:SHORT]}” is no address: it begins with https://, http:// or /."
        raise _UnreadableError(message)
    if column.choices:
        known = {str(value) for value, _label in column.flatchoices} | ({""} if column.blank else set())
        if text not in known:
            message = f"“{text[:SHORT]}” is none of: {', '.join(sorted(known - {''}))}."
            raise _UnreadableError(message)
    return text


def _moment(_column: Any, raw: Any) -> datetime:  # noqa: ANN401
    text = str(_of_type(str, raw, "moment"))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        message = f"“{text[:SHORT]}” is no moment with its time zone, like 2026-10-05T09:00:00+00:00."
        raise _UnreadableError(message)
    return moment.astimezone(UTC)


def _day(_column: Any, raw: Any) -> date:  # noqa: ANN401
    text = str(_of_type(str, raw, "day"))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = f"“{text[:SHORT]}” is no day, like 2026-10-05."
        raise _UnreadableError(message)
    return day


def _number(column: Any, raw: Any) -> Decimal:  # noqa: ANN401
    text = str(_of_type(str, raw, "number in quotes"))
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    limit = Decimal(10) ** (column.max_digits - column.decimal_places)
    # Compared before any arithmetic, which 1e1000000 overflows.
    is_small = number.is_finite() and -limit < number < limit
    if not is_small or _places(number) > column.decimal_places:
        message = f"“{text[:SHORT]}” is no number below {limit:,} with up to {column.decimal_places} places."
        raise _UnreadableError(message)
    return number


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _any(column: "models.Field[Any, Any]", raw: Any) -> Any:  # noqa: ANN401
    if column.has_default() and not isinstance(raw, type(column.get_default())):
        message = "This has another shape than an export gives it."
        raise _UnreadableError(message)
    if column.name == "payload" and not _is_texts(raw):
        message = "Terms are fields with texts."
        raise _UnreadableError(message)
    if column.name == "tags" and not all(isinstance(one, str) for one in raw):
        message = "This is no list of words."
        raise _UnreadableError(message)
    if column.name == "activated_over" and not all(_is_texts(one) and set(one) >= PASSED for one in raw):
        message = "This is no list of remarks with code, message and reason."
        raise _UnreadableError(message)
    return raw


def _is_texts(raw: object) -> bool:
    return isinstance(raw, dict) and all(isinstance(one, str) for one in raw.values())


def _of_type(kind: type, raw: Any, words: str) -> Any:  # noqa: ANN401
    if not isinstance(raw, kind):
        message = f"This is no {words}."
        raise _UnreadableError(message)
    return raw


READERS: Final = (
    (models.BooleanField, _flag),
    (models.IntegerField, _count),
    (models.CharField, _words),
    (models.TextField, _words),
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.DecimalField, _number),
    (models.JSONField, _any),
)


def _check_keys(file: QuarterFile, reading: _Reading) -> None:
    """Refuse keys that do not count, or stand twice, and links that lead to nothing in the file."""
    if reading.problems:
        return
    known = {part.name: _keys(part, file.parts[part.name], reading) for part in PARTS}
    known[QUARTER] = known["quarters"]
    for path, target, key in _named(file):
        if key not in known[target]:
            what = "quarters" if target == QUARTER else target
            reading.wrong(path, f"“{key[:SHORT]}” is not among the {what} of this file.")


def _keys(part: Part, rows: list[Row], reading: _Reading) -> set[str]:
    """Return the keys of a part's rows."""
    name = _key_name(part)
    found: set[str] = set()
    for number, row in enumerate(rows if name else ()):
        path = f"{part.name}[{number}].{name}"
        counted = f"{part.prefix}-{number + 1}"
        if part.prefix and row[name] != counted:
            reading.wrong(path, f"Keys are counted: {counted} belongs here.")
        elif row[name] in found:
            reading.wrong(path, f"“{row[name][:SHORT]}” stands twice.")
        found.add(row[name])
    return found


def _key_name(part: Part) -> str:
    if part.name == "quarters":
        return "team"
    return "key" if part.prefix or part.name == "metrics" else ""


def _named(file: QuarterFile) -> Iterator[tuple[str, str, str]]:
    """Yield every place that names a row of the same file."""
    inside = {part.name for part in PARTS} | {QUARTER}
    for part in PARTS:
        for number, row in enumerate(file.parts[part.name]):
            path = f"{part.name}[{number}]"
            for name, target in part.links.items():
                if target in inside and row[name] is not None:
                    yield f"{path}.{name}", target, row[name]
            for name in part.lists:
                for key in row[name]:
                    yield f"{path}.{name}", "objectives", key
