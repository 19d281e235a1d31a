"""Migrations that others do not wait for: docs/UPGRADING.md promises it."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, NotSupportedError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import Q

from apps.core.operations import AddConstraint, AddIndex, OnPostgreSQL

IS_POSTGRESQL = connection.vendor == "postgresql"
INDEX = AddIndex("Plain", models.Index(fields=["size", "id"], name="plain_by_size"))
CHECK = AddConstraint("Plain", models.CheckConstraint(condition=Q(size__gt=0), name="plain_has_a_size"))
UNIQUE = AddConstraint(
    "Plain", models.UniqueConstraint(fields=["size"], condition=Q(size__gt=5), name="plain_large_once")
)
ALL = [INDEX, CHECK, UNIQUE]
# What the migrations named here did with Django's own operations before there were ours.
MENDED = {
    "accounts": "0002_api_tokens",
    "activity": "0003_triggers",
    "catalog": "0002_revision_of_teams",
    "notifications": "0002_inbox_and_preferences",
    "walkthroughs": "0002_agenda_of_the_meeting",
}


@pytest.fixture
def table(transactional_db):
    """A table that no app knows; returns its state and takes it away afterwards."""
    create = migrations.CreateModel(
        "Plain", [("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())]
    )
    state, empty = ProjectState(), ProjectState()
    create.state_forwards("core", state)
    with connection.schema_editor() as editor:
        create.database_forwards("core", editor, empty, state)
    yield state
    with connection.schema_editor() as editor:
        create.database_backwards("core", editor, state, empty)


def apply(operation, state, *, is_atomic=False):
    """Do what `migrate` does with one operation and return the state after it."""
    after = state.clone()
    operation.state_forwards("core", after)
    with connection.schema_editor(atomic=is_atomic) as editor:
        operation.database_forwards("core", editor, state, after)
    return after


def found():
    """Return the names of what the table's rows are held and found by."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.get_constraints(cursor, "core_plain"))
    return names & {"plain_by_size", "plain_has_a_size", "plain_large_once"}


def whole():
    """Tell whether PostgreSQL has finished every index and looked at every row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = 'core_plain'::regclass")
        ((is_built,),) = cursor.fetchall()
        cursor.execute(
            "SELECT bool_and(convalidated) FROM pg_constraint WHERE conrelid = 'core_plain'::regclass"
        )
        ((is_validated,),) = cursor.fetchall()
    return is_built and is_validated


def insert(*sizes):
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO core_plain (size) VALUES (%s)", [(size,) for size in sizes])


def test_each_operation_does_what_it_says_with_rows_in_the_table(table):
    insert(1, 1, 7)

    for operation in ALL:
        table = apply(operation, table)

    assert found() == {"plain_by_size", "plain_has_a_size", "plain_large_once"}
    assert not IS_POSTGRESQL or whole()
    for size in (0, 7):
        with pytest.raises(IntegrityError):
            insert(size)


@pytest.mark.parametrize("operation", ALL, ids=lambda one: type(one).__name__)
def test_what_ended_half_way_is_done_again(table, operation):
    after = apply(operation, table)

    assert apply(operation, table).models["core", "plain"] == after.models["core", "plain"]

    assert len(found()) == 1


def test_rows_that_break_a_constraint_can_be_mended_and_the_migration_run_again(table):
    insert(7, 7, 0)
    for operation in (CHECK, UNIQUE):
        with pytest.raises(IntegrityError):
            apply(operation, table)

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_plain")
    for operation in (CHECK, UNIQUE):
        table = apply(operation, table)

    assert found() == {"plain_has_a_size", "plain_large_once"}
    assert not IS_POSTGRESQL or whole()


@pytest.mark.skipif(not IS_POSTGRESQL, reason="needs PostgreSQL: run by make test")
@pytest.mark.parametrize("operation", ALL, ids=lambda one: type(one).__name__)
def test_a_migration_that_would_lock_the_table_is_refused(table, operation):
    with pytest.raises(NotSupportedError, match="atomic = False"):
        apply(operation, table, is_atomic=True)


def test_an_index_goes_again(table):
    after = apply(INDEX, table)

    with connection.schema_editor(atomic=False) as editor:
        INDEX.database_backwards("core", editor, after, table)

    assert found() == set()


def test_statements_for_postgresql_run_there_alone(table):
    apply(
        OnPostgreSQL(["ALTER TABLE core_plain ADD COLUMN one integer", "UPDATE core_plain SET one = 1"]),
        table,
    )

    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "core_plain")
    assert ("one" in {column.name for column in columns}) == IS_POSTGRESQL


def test_no_migration_but_the_first_of_an_app_locks_a_long_table():
    """A table that the same migration makes is empty; one that was there before may be long."""
    locking = [
        f"{migration.app_label}.{migration.name}: {operation.describe()}"
        for migration in MigrationLoader(None).disk_migrations.values()
        if migration.__module__.startswith("apps.") and not migration.name.startswith("0001_")
        for operation in migration.operations
        if type(operation) in {migrations.AddIndex, migrations.AddConstraint}
    ]

    assert locking == []


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("app", "before"), MENDED.items())
def test_an_older_database_gets_the_same_indexes(app, before):
    def schema():
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
            return {
                table: sorted(connection.introspection.get_constraints(cursor, table))
                for table in tables
                if table.startswith(f"{app}_")
            }

    fresh = schema()
    try:
        call_command("migrate", app, before, verbosity=0, interactive=False)
        older = schema()
    finally:
        call_command("migrate", verbosity=0, interactive=False)

    assert older != fresh
    assert schema() == fresh
