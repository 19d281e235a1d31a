"""A larger organisation: the same one many times side by side.

The database copies the rows with other keys, within minutes where Python would take hours. The first copy
is the one that is measured, the same at each size: what a page costs more there, it costs for its neighbours.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from apps.accounts.models import Token, User
from apps.activity.models import Event, EventSeal
from apps.catalog.models import Grouping, Interface, Service, Team
from apps.comments.models import Thread
from apps.notifications.models import Notice
from apps.okrs.models import (
    Cycle,
    Finding,
    Look,
    Metric,
    Objective,
    Quarter,
    RankChange,
    RankSnapshot,
    StrategyItem,
)
from apps.readiness.models import Answer, Edition
from apps.walkthroughs.models import ContentSnapshot

Model = type[models.Model]
Write = Callable[[str, int], str]  # a column's SQL and the number of the copy → what the copy has there

SHARED: Final = {
    Cycle,
    Edition,
    Finding,
    Look,
    StrategyItem,
    Token,
}  # however large the organisation, these are as many
PLAIN_IDS: Final[Mapping[tuple[Model, str], Model]] = {
    (Event, "actor_id"): User,
    (Event, "service_id"): Service,
    (Event, "subject_id"): Service,
    (Event, "team_id"): Team,
    (EventSeal, "seq"): Event,  # each event has its seal
    (Notice, "service_id"): Service,
    (RankChange, "person_id"): User,
    (Thread, "service_id"): Service,
    (Thread, "subject_id"): Answer,
    (Thread, "team_id"): Team,
}
LISTS: Final[Mapping[tuple[Model, str], Model]] = {
    (Quarter, "ordered_ids"): Objective,
    (RankChange, "after"): Objective,
    (RankChange, "before"): Objective,
    (RankSnapshot, "ordered_ids"): Objective,
    (User, "lead_ids"): Team,
    (User, "team_ids"): Team,
}


def _after(column: str, copy: int) -> str:
    return f"{column} || '-{copy}'"


def _before(column: str, copy: int) -> str:
    return f"'{copy}.' || {column}"


def _digest(column: str, copy: int) -> str:
    return f"substr({column}, 1, 56) || '{copy:08x}'"


WORDS: Final[Mapping[tuple[Model, str], Write]] = {
    (ContentSnapshot, "sha256"): _digest,
    (Grouping, "slug"): _after,
    (Interface, "slug"): _after,
    (Metric, "key"): _after,
    (Service, "name"): _after,
    (Service, "slug"): _after,
    (Team, "name"): _after,
    (Team, "slug"): _after,
    (User, "email"): _before,
}


def multiply(copies: int) -> None:
    """Put `copies` more of everything that is there beside it."""
    steps = dict(_steps())
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # No row is looked up for its keys, and no event is put into the sealer's queue.
            cursor.execute("SET LOCAL session_replication_role = replica")
        for model, step in steps.items():
            for copy in range(1, copies + 1):
                cursor.execute(_statement(model, step, copy, steps))
        for sql in connection.ops.sequence_reset_sql(no_style(), list(steps)):
            cursor.execute(sql)


def _steps() -> Iterator[tuple[Model, int]]:
    """Yield each table that has rows, with its highest key: so far a copy's keys are from the first's."""
    for model in apps.get_models(include_auto_created=True):
        ours = model.__module__.startswith("apps.") and model not in SHARED
        if ours and (last := model._default_manager.aggregate(last=models.Max("pk"))["last"]):
            yield model, last


def _statement(model: Model, step: int, copy: int, steps: Mapping[Model, int]) -> str:
    columns = {field.column: _written(model, field, copy, steps) for field in model._meta.concrete_fields}
    table, key = model._meta.db_table, model._meta.pk.column
    return (
        f"INSERT INTO {table} ({', '.join(map(_quoted, columns))})"
        f" SELECT {', '.join(columns.values())} FROM {table} WHERE {key} <= {step}"
    )


def _written(model: Model, field: "models.Field[Any, Any]", copy: int, steps: Mapping[Model, int]) -> str:
    name, column = (model, field.attname), _quoted(field.column)
    if name in WORDS:
        return WORDS[name](column, copy)
    target = field.related_model if field.is_relation else PLAIN_IDS.get(name)
    if field.primary_key and target is None:
        target = model
    if name in LISTS:
        return _each_of(column, copy * steps[LISTS[name]])
    return f"{column} + {copy * steps[target]}" if target in steps else column


def _each_of(column: str, more: int) -> str:
    """Return the SQL of a JSON list whose numbers are all so much higher."""
    if connection.vendor == "postgresql":
        numbers = f"SELECT jsonb_agg(one::bigint + {more}) FROM jsonb_array_elements_text({column}) AS one"
        return f"coalesce(({numbers}), '[]')"
    return f"(SELECT json_group_array(value + {more}) FROM json_each({column}))"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
