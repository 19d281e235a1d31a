"""Statements that are put together once for each process, and from then on only asked with other values.

To build a QuerySet and turn it into SQL takes Django several times as long as the database needs to find
the rows, and on pages that people open all day the text is the same every time (ADR 0007).
"""

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, Final, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

P = ParamSpec("P")
Row = TypeVar("Row")
Key = tuple[Any, ...]

# Stand-ins for values, while the SQL is built: no row has them, and every column of their kind takes them.
NUMBER: Final = 1_987_000_000
TEXT: Final = "\ue000"  # of Unicode's private use
DAY: Final = date(9000, 1, 1)
MOMENT: Final = datetime(9000, 1, 1, tzinfo=UTC)
LONGEST: Final = 1024  # list
LARGEST: Final = 2**63  # number of both databases


def statement(
    *, shaped_by: Collection[str] = ()
) -> Callable[[Callable[P, QuerySet[Any, Row]]], Callable[P, list[Row]]]:
    """Let a function that returns a QuerySet return its rows, and build the SQL only once. One query.

    Values are given by name: numbers, texts, days, moments, and lists of them. What changes the SQL itself
    makes a statement of its own: None, True and False, the values named in `shaped_by` (a limit), and the
    length of a list, rounded up to a power of two. Raises TypeError when a value is not in the SQL as given.
    """

    def decorate(build: Callable[P, QuerySet[Any, Row]]) -> Callable[P, list[Row]]:
        shapes: dict[Key, _Shape[Row]] = {}

        @wraps(build)
        def rows(*args: P.args, **values: P.kwargs) -> list[Row]:
            if args:
                message = f"{build.__name__} takes its values by name."
                raise TypeError(message)
            if any(map(_is_odd, values.values())):
                return list(build(**values))  # type: ignore[call-arg]  # by name alone
            key = tuple([(name, _shaping(name, value, shaped_by)) for name, value in values.items()])
            shape = shapes.get(key)
            if shape is None:
                shape = shapes[key] = _Shape.of(build, dict(key), values)
            return shape.rows(values)

        return rows

    return decorate


def _is_odd(value: object) -> bool:
    """Tell whether it goes Django's own way: too long a list, or a number that no column holds."""
    if isinstance(value, list):
        return len(value) > LONGEST
    return isinstance(value, int) and not -LARGEST <= value < LARGEST


def _shaping(name: str, value: object, shaped_by: Collection[str]) -> object:
    """Return how a value changes the SQL; most do not, beyond their being there."""
    if value is None or isinstance(value, bool) or name in shaped_by:
        return value
    return _Length(1 << (len(value) - 1).bit_length() if value else 0) if isinstance(value, list) else ...


class _Length(int):
    """How many places a list has in the SQL; the last value fills those that are left."""


@dataclass(frozen=True)
class _Place:
    """Where a value goes; `index` is its place in a list."""

    name: str
    index: int | None = None

    def value(self, values: dict[str, Any]) -> object:
        """Return what goes here."""
        found = values[self.name]
        return _sent(found if self.index is None else found[min(self.index, len(found) - 1)])


@dataclass(frozen=True)
class _Shape(Generic[Row]):
    """The SQL for values of one shape, with Django's own compiler, which knows how its rows are read."""

    template: QuerySet[Any, Row]
    compiler: SQLCompiler | None  # None: no row can match
    sql: str = ""
    parameters: tuple[object, ...] = ()  # a _Place where a value goes

    @classmethod
    def of(
        cls, build: Callable[..., QuerySet[Any, Row]], shaping: dict[str, Any], values: dict[str, Any]
    ) -> "_Shape[Row]":
        """Build the SQL with stand-ins, and find where they went."""
        stand_ins: dict[str, Any] = {}
        places: dict[object, _Place] = {}
        for number, (name, shape) in enumerate(shaping.items()):
            if isinstance(shape, _Length):
                first = LONGEST * (number + 1)
                stand_ins[name] = [_stand_in(first + place, values[name][0]) for place in range(shape)]
                places |= {_sent(one): _Place(name, index) for index, one in enumerate(stand_ins[name])}
            elif shape is ...:
                stand_ins[name] = _stand_in(number, values[name])
                places[_sent(stand_ins[name])] = _Place(name)
            else:
                stand_ins[name] = shape
        template = build(**stand_ins)
        compiler = template.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return cls(template, None)
        found = tuple(places.get(value, value) if _is_plain(value) else value for value in parameters)
        if lost := {place.name for place in places.values() if place not in found}:
            message = f"{build.__name__}: {', '.join(sorted(lost))} cannot be found in the SQL."
            raise TypeError(message)
        return cls(template, compiler, sql, found)

    def rows(self, values: dict[str, Any]) -> list[Row]:
        """Ask the database; Django makes the rows as it always does."""
        if self.compiler is None:
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        if self.template.query.select_for_update and not connection.in_atomic_block:
            message = "Rows are locked inside a transaction only."
            raise TransactionManagementError(message)
        parameters = tuple([one.value(values) if isinstance(one, _Place) else one for one in self.parameters])
        compiler: Any = copy(self.compiler)
        compiler.connection = connection  # each thread has its own
        compiler.as_sql = lambda *_args, **_kwargs: (self.sql, parameters)
        query: Any = copy(self.template.query)
        query.get_compiler = lambda *_args, **_kwargs: compiler
        rows = self.template.__class__(self.template.model, query, DEFAULT_DB_ALIAS)
        for name in ("_iterable_class", "_fields", "_prefetch_related_lookups"):
            setattr(rows, name, getattr(self.template, name))
        return list(rows)


def _stand_in(number: int, value: object) -> object:
    """Return what stands for a value of this kind; no two of a statement are the same."""
    if isinstance(value, datetime):
        return MOMENT + timedelta(minutes=number)
    if isinstance(value, date):
        return DAY + timedelta(days=number)
    if isinstance(value, str):
        return f"{TEXT}{number}"
    if isinstance(value, int):
        return NUMBER + number
    message = f"A {type(value).__name__} cannot be a value of a statement."
    raise TypeError(message)


def _is_plain(value: object) -> bool:
    return isinstance(value, int | str | date) and not isinstance(value, bool)


def _sent(value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    """Return a value as the database takes it: SQLite has days and moments as texts."""
    operations = connections[DEFAULT_DB_ALIAS].ops
    if isinstance(value, datetime):
        return operations.adapt_datetimefield_value(value)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value
