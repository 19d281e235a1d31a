"""QuerySet behaviour that every app shares."""

from collections.abc import Iterator
from typing import Final, Self, TypeVar

from django.db import models
from django.db.models import F, Q

COUNTED: Final = 1000

ModelT = TypeVar("ModelT", bound=models.Model)


def _has_gaps(model: type[models.Model], path: str) -> bool:
    """Tell whether rows may have no value there."""
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model  # type: ignore[assignment]  # noqa: SLF001
    return bool(model._meta.get_field(name).null)  # noqa: SLF001


def up_to(number: int) -> str:
    """Write a count as `counted` does: exact to 1,000."""
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


class LockableQuerySet(models.QuerySet[ModelT]):
    """A QuerySet that can hold one row until the transaction ends."""

    def locked(self, pk: int) -> ModelT:
        """Return the row, locked against concurrent writers (not against new references)."""
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def in_order(self, *fields: str) -> Self:
        """Order with the primary key as the tie-breaker, so that pages never overlap."""
        return self.order_by(*fields, "pk")

    def after(self, pk: int | None, *, field: str, is_filled: bool = False) -> Self:
        """Order by one field ("-at": downwards) and begin behind the row `pk`, however deep. One query more.

        The field may lie in a row of the same key: "summary__next_on".

        A row that is gone begins at the top again; rows without a value come last, on both databases. Who
        knows that all of these rows have one says so: downwards, PostgreSQL then walks along an index.
        """
        name = field.removeprefix("-")
        last = self.model._default_manager.filter(pk=pk).values_list(name, flat=True) if pk else None  # noqa: SLF001
        if not (pk and last):
            return self._in_order_of(field, has_gaps=not is_filled and _has_gaps(self.model, name))
        return self.behind(last[0], pk, field=field, is_filled=is_filled)

    def behind(self, value: object, pk: int, *, field: str, is_filled: bool = False) -> Self:
        """Order as `after` does and begin behind where a row of this value and key stands, or stood."""
        way, name = ("lt", field[1:]) if field.startswith("-") else ("gt", field)
        has_gaps = not is_filled and _has_gaps(self.model, name)
        rows, behind = self._in_order_of(field, has_gaps=has_gaps), Q(**{f"pk__{way}": pk})
        if value is None:
            return rows.filter(behind, **{f"{name}__isnull": True})
        rest = Q(**{f"{name}__{way}": value}) | (behind & Q(**{name: value}))
        if has_gaps:
            return rows.filter(rest | Q(**{f"{name}__isnull": True}))
        # Said once more without the "or", so that PostgreSQL begins there and walks over nothing before it.
        return rows.filter(rest, **{f"{name}__{way}e": value})

    def _in_order_of(self, field: str, *, has_gaps: bool) -> Self:
        gaps_last = {"nulls_last": True} if has_gaps else {}
        if field.startswith("-"):
            return self.order_by(F(field[1:]).desc(**gaps_last), "-pk")
        return self.order_by(F(field).asc(**gaps_last), "pk")

    def counted(self) -> str:
        """Return how many there are, exact to 1,000: beyond it nobody needs the number. One query."""
        return up_to(self.order_by()[: COUNTED + 1].count())

    def streamed(self, size: int = 500) -> Iterator[ModelT]:
        """Yield all rows by key, in flat memory, one query for each `size` of them.

        Unlike `iterator()` it leaves no read open: on SQLite a write in between would fail as soon as
        somebody else has written ("database is locked", whatever the time-out).
        """
        rest = self.order_by("pk")
        while rows := list(rest[:size]):
            yield from rows
            rest = self.order_by("pk").filter(pk__gt=rows[-1].pk)
