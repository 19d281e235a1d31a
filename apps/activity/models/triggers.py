"""What makes history append-only in the database itself, whoever writes to it and by whatever way.

Triggers are no part of a table's definition for Django: SQLite drops them when a migration remakes the
table, so activity's own `migrate` puts back what is missing, and /readyz looks for it.
"""

from collections.abc import Mapping
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS: Final = "activity_event"
SEALS: Final = "activity_eventseal"
WAITING: Final = "activity_unsealedevent"
QUEUE: Final = "activity_event_waits"  # the one trigger that writes
REFUSAL: Final = "History is append-only."

# SQLite fires for each row and one kind of statement; REPLACE deletes the old row without firing for that.
_REFUSE: Final = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
_SAME_EVENT: Final = "EXISTS (SELECT 1 FROM activity_event WHERE id = NEW.id)"
_SAME_SEAL: Final = "EXISTS (SELECT 1 FROM activity_eventseal WHERE seq = NEW.seq OR event_id = NEW.event_id)"
_SQLITE: Final[Mapping[str, str]] = {
    "activity_event_stays_at_update": f"BEFORE UPDATE ON activity_event {_REFUSE}",
    "activity_event_stays_at_delete": f"BEFORE DELETE ON activity_event {_REFUSE}",
    "activity_event_stays_at_insert": f"BEFORE INSERT ON activity_event WHEN {_SAME_EVENT} {_REFUSE}",
    "activity_eventseal_stays_at_update": f"BEFORE UPDATE ON activity_eventseal {_REFUSE}",
    "activity_eventseal_stays_at_delete": f"BEFORE DELETE ON activity_eventseal {_REFUSE}",
    "activity_eventseal_stays_at_insert": f"BEFORE INSERT ON activity_eventseal WHEN {_SAME_SEAL} {_REFUSE}",
    QUEUE: (
        "AFTER INSERT ON activity_event"
        " BEGIN INSERT INTO activity_unsealedevent (event_id) VALUES (NEW.id); END"
    ),
}
# PostgreSQL fires once for each statement, also for one that meets no row. A function, when it is called, and
# the same in the bits of pg_trigger.tgtype: row 1, before 2, insert 4, delete 8, update 16, truncate 32.
_POSTGRESQL: Final[Mapping[str, tuple[str, str, int]]] = {
    "activity_event_stays": (
        "activity_refuse",
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_event",
        2 + 8 + 16 + 32,
    ),
    "activity_eventseal_stays": (
        "activity_refuse",
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON activity_eventseal",
        2 + 8 + 16 + 32,
    ),
    QUEUE: ("activity_wait", "AFTER INSERT ON activity_event FOR EACH ROW", 1 + 4),
}
_FUNCTIONS: Final[Mapping[str, str]] = {
    "activity_refuse": (
        f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END"
    ),
    "activity_wait": (
        "BEGIN INSERT INTO activity_unsealedevent (event_id) VALUES (NEW.id); RETURN NULL; END"
    ),
}
# Only what fires always: enabled, without a condition (tgqual), for every column (tgattr). What refuses is
# awake also in a session that calls itself a replica ('A'); there, only adding may be faster, unsealed.
_PRESENT: Final = """
    SELECT relname, tgname, tgtype, prosrc FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid IN (to_regclass(%s), to_regclass(%s))
    AND (tgenabled = 'A' OR tgenabled = 'O' AND tgname = %s) AND tgqual IS NULL AND tgattr::text = ''
"""
_FORGOTTEN: Final = """
    INSERT INTO activity_unsealedevent (event_id) SELECT event.id FROM activity_event AS event
    LEFT JOIN activity_eventseal AS seal ON seal.event_id = event.id
    LEFT JOIN activity_unsealedevent AS waiting ON waiting.event_id = event.id
    WHERE seal.event_id IS NULL AND waiting.event_id IS NULL
"""


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are not there as we made them, or are disabled. One query."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            present = dict(cursor.fetchall())
            return [name for name, rest in _SQLITE.items() if present.get(name) != _sqlite(name, rest)]
        cursor.execute(_PRESENT, [EVENTS, SEALS, QUEUE])
        found = set(cursor.fetchall())
        return [
            name
            for name, (function, _when, bits) in _POSTGRESQL.items()
            if (_table(name), name, bits, _FUNCTIONS[function]) not in found
        ]


def install(connection: BaseDatabaseWrapper) -> list[str]:
    """Make what is missing and return its names; what happened without the queue is put into it now."""
    names = missing(connection)
    with connection.cursor() as cursor:
        for name in names:
            _drop(connection, name)
            if connection.vendor == "sqlite":
                cursor.execute(_sqlite(name, _SQLITE[name]))
                continue
            function, when, _bits = _POSTGRESQL[name]
            body = _FUNCTIONS[function]
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
            )
            cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()")
            if name != QUEUE:
                cursor.execute(f"ALTER TABLE {_table(name)} ENABLE ALWAYS TRIGGER {name}")
        if QUEUE in names:
            cursor.execute(_FORGOTTEN)
    return names


def lift(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger: for the way back of a migration, and for tests, which empty their tables."""
    for name in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
        _drop(connection, name)


def can_be_made(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the tables are there: somebody may have migrated other apps alone. One query."""
    return {EVENTS, SEALS, WAITING} <= set(connection.introspection.table_names())


def _sqlite(name: str, rest: str) -> str:
    return f"CREATE TRIGGER {name} {rest}"


def _table(name: str) -> str:
    return SEALS if name.startswith(SEALS) else EVENTS


def _drop(connection: BaseDatabaseWrapper, name: str) -> None:
    on_table = f" ON {_table(name)}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
