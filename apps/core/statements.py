"""Statements that are put together once for each process, and from then on only asked with other values.

To build a QuerySet and turn it into SQL takes Django several times as long as the database needs to find
the rows, and on pages that people open all day the text is the same every time (ADR 7).
"""

from collections.abc import Callable, Collection, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, Final, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from django.http import Http404

P = ParamSpec("P")
Row = TypeVar("Row")
ModelT = TypeVar("ModelT", bound=Model)
Key = tuple[Any, ...]

# Stand-ins for values, while the SQL is built; each turn has its own.
NUMBER: Final = 20_000  # also a smallint can be it
NUMBERS: Final = 1_000_000_000  # in lists
TEXT: Final = "\ue000"  # of Unicode's private use
DAY: Final = date(8000, 1, 1)
MOMENT: Final = datetime(8000, 1, 1, tzinfo=UTC)
TURN: Final = 100  # values of a statement, at most
LONGEST: Final = 1024  # list
LARGEST: Final = 2**63  # number of both databases


def statement(
    *, shaped_by: Collection[str] = ()
) -> Callable[[Callable[P, QuerySet[Any, Row]]], Callable[P, list[Row]]]:
    """Let a function that returns a QuerySet return its rows, and build the SQL only once. One query.

    Values are given by name: numbers, texts, days, moments, and lists of them. What changes the SQL itself
    makes a statement of its own: the kind of a value, None, True and False, the values named in `shaped_by`
    (a limit), and the length of a list, rounded up to a power of two. The function sees stand-ins, so it must
    not decide or compute by its values; a TypeError at the first call says when one was changed on its way.
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
                shape = shapes[key] = _Shape.of(build, dict(key))
            return shape.rows(values)

        return rows

    return decorate


def row_of(model: type[ModelT], columns: Iterable[str], values: Iterable[Any]) -> ModelT:
    """Return a row of these columns, as `only()` would, in a third of the time; pages have hundreds of them.

    A column that is missing is asked for when somebody touches it, as Django does.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    vars(row).update(zip(columns, values, strict=False), _state=state)
    return row


def first(rows: list[Row]) -> Row | None:
    """Return the first row, if there is one."""
    return rows[0] if rows else None


def one_or_404(rows: list[Row]) -> Row:
    """Return the first row; raises Http404 when there is none."""
    return or_404(first(rows))


def or_404(found: Row | None) -> Row:
    """Return what was found; raises Http404 for None, in pages and in the API alike."""
    if found is None:
        raise Http404
    return found


def _is_odd(value: object) -> bool:
    """Tell whether it goes Django's own way: too long a list, or a number that no column holds."""
    if isinstance(value, list):
        return len(value) > LONGEST
    return isinstance(value, int) and not -LARGEST <= value < LARGEST


@dataclass(frozen=True)
class _Kind:
    """What a value is, as far as the SQL goes; the last of a list fills the places that are left."""

    type: type
    length: int | None = None  # of a list


@dataclass(frozen=True)
class _Place:
    """Where a value goes; `index` is its place in a list."""

    name: str
    index: int | None = None

    def value(self, values: dict[str, Any]) -> object:
        """Return what goes here."""
        found = values[self.name]
        return _sent(found if self.index is None else found[min(self.index, len(found) - 1)])


def _shaping(name: str, value: object, shaped_by: Collection[str]) -> object:
    """Return what changes the SQL: the value itself, or no more than its kind."""
    if value is None or isinstance(value, bool) or name in shaped_by:
        return value
    if not isinstance(value, list):
        return _Kind(type(value))
    if None in value:
        message = f"{name} has None in its list; it would match nothing in silence."
        raise TypeError(message)
    return _Kind(type(value[0]), 1 << (len(value) - 1).bit_length()) if value else _Kind(type(None), 0)


@dataclass(frozen=True)
class _Shape(Generic[Row]):
    """The SQL for values of one shape, with Django's own compiler, which knows how its rows are read."""

    template: QuerySet[Any, Row]
    compiler: SQLCompiler | None  # None: a list is empty, and no row can match
    sql: str = ""
    parameters: tuple[object, ...] = ()  # a _Place where a value goes

    @classmethod
    def of(cls, build: Callable[..., QuerySet[Any, Row]], shaping: dict[str, Any]) -> "_Shape[Row]":
        """Build the SQL twice, with other stand-ins each time: where only they differ, a value goes."""
        shape, again = (_built(build, shaping, turn=turn) for turn in (0, 1))
        wanted = {name for name, kind in shaping.items() if isinstance(kind, _Kind) and kind.length != 0}
        found = {one.name for one in shape.parameters if isinstance(one, _Place)}
        changed = (shape.sql, repr(shape.parameters)) != (again.sql, repr(again.parameters))
        if shape.compiler is not None and (changed or wanted != found):
            names = ", ".join(sorted(wanted - found or wanted))
            message = f"{build.__name__}: {names} cannot be found in the SQL as given."
            raise TypeError(message)
        return shape

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


def _built(build: Callable[..., QuerySet[Any, Row]], shaping: dict[str, Any], *, turn: int) -> _Shape[Row]:
    stand_ins: dict[str, Any] = {}
    places: dict[object, _Place] = {}
    for number, (name, kind) in enumerate(shaping.items(), TURN * turn):
        if not isinstance(kind, _Kind):
            stand_ins[name] = kind
        elif kind.length is None:
            stand_ins[name] = _stand_in(kind.type, number)
            places[_sent(stand_ins[name])] = _Place(name)
        else:
            many = [_stand_in(kind.type, LONGEST * number + index, NUMBERS) for index in range(kind.length)]
            stand_ins[name] = many
            places |= {_sent(one): _Place(name, index) for index, one in enumerate(many)}
    template = build(**stand_ins)
    compiler = template.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        if any(isinstance(kind, _Kind) and kind.length == 0 for kind in shaping.values()):
            return _Shape(template, None)
        message = f"{build.__name__} finds nothing, whatever it is asked."
        raise TypeError(message) from None
    placed = tuple([places.get(one, one) if isinstance(one, int | str | date) else one for one in parameters])
    return _Shape(template, compiler, sql, placed)


def _stand_in(kind: type, number: int, base: int = NUMBER) -> object:
    """Return what stands for a value of this kind; no two of a statement are the same."""
    if kind is not bool:
        if issubclass(kind, datetime):
            return MOMENT + timedelta(minutes=number)
        if issubclass(kind, date):
            return DAY + timedelta(days=number)
        if issubclass(kind, str):
            return f"{TEXT}{number}"
        if issubclass(kind, int):
            return base + number
    message = f"A {kind.__name__} cannot be a value of a statement."
    raise TypeError(message)


def _sent(value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    """Return a value as the database takes it: SQLite has days and moments as texts."""
    operations = connections[DEFAULT_DB_ALIAS].ops
    if isinstance(value, datetime):
        return operations.adapt_datetimefield_value(value)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value
