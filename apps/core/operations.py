"""What migrations do to long tables without holding up whoever writes to them (docs/UPGRADING.md).

On PostgreSQL nothing here may run inside a transaction, so their migrations have `atomic = False`. Such a
migration may end half-way: each operation first takes away what it left behind the last time, and can be
run again. SQLite has no other writers while it migrates, and does each operation in a transaction.
"""

from typing import Any

from django.db import NotSupportedError, migrations, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class _Online:
    """Finds the table, and tells the databases apart."""

    model_name: str
    allow_migrate_model: Any

    def _model(self, app: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> Any:  # noqa: ANN401 -- of history
        """Return the model as it was then, or None where it has no table."""
        model = state.apps.get_model(app, self.model_name)
        return model if self.allow_migrate_model(editor.connection.alias, model) else None

    def _is_postgresql(self, editor: BaseDatabaseSchemaEditor) -> bool:
        is_postgresql = editor.connection.vendor == "postgresql"
        if is_postgresql and editor.connection.in_atomic_block:
            message = f"{type(self).__name__} waits for others: set atomic = False on the migration."
            raise NotSupportedError(message)
        return is_postgresql


class AddIndex(_Online, migrations.AddIndex):
    """Add an index, on PostgreSQL concurrently: nobody waits for it."""

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the index anew, also where one is that was never finished."""
        self.database_backwards(app_label, schema_editor, to_state, from_state)
        if model := self._model(app_label, schema_editor, to_state):
            how = {"concurrently": True} if self._is_postgresql(schema_editor) else {}
            schema_editor.add_index(model, self.index, **how)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,  # noqa: ARG002 -- Django gives both
    ) -> None:
        """Drop the index, if it is there."""
        if self._model(app_label, schema_editor, from_state):
            _drop_index(schema_editor, self.index.name, is_postgresql=self._is_postgresql(schema_editor))


class AddConstraint(_Online, migrations.AddConstraint):
    """Add a constraint; PostgreSQL looks at the rows that are there without holding up others.

    A check holds for new rows at once and is validated afterwards; a unique one has a condition or an
    expression, so that it is an index.
    """

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add it anew, also where one is that was never validated."""
        model = self._model(app_label, schema_editor, to_state)
        if not model:
            return
        is_postgresql, constraint = self._is_postgresql(schema_editor), self.constraint
        if isinstance(constraint, models.UniqueConstraint):
            _drop_index(schema_editor, constraint.name, is_postgresql=is_postgresql)
        if not is_postgresql:
            with transaction.atomic(schema_editor.connection.alias):  # SQLite remakes the table
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        sql = str(constraint.create_sql(model, schema_editor))
        if isinstance(constraint, models.UniqueConstraint):
            begin = "CREATE UNIQUE INDEX "
            schema_editor.execute(sql.replace(begin, f"{begin}CONCURRENTLY ", 1), params=None)
            return
        table, name = map(schema_editor.quote_name, (model._meta.db_table, constraint.name))  # noqa: SLF001
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        schema_editor.execute(f"{sql} NOT VALID", params=None)
        schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


class OnPostgreSQL(migrations.RunSQL):
    """Run statements on PostgreSQL, one by one; SQLite does without what they make."""

    def _run_sql(self, schema_editor: Any, sqls: Any) -> None:  # noqa: ANN401 -- Django has no types here
        if schema_editor.connection.vendor == "postgresql":
            super()._run_sql(schema_editor, sqls)  # type: ignore[misc]  # not in the stubs


def _drop_index(editor: BaseDatabaseSchemaEditor, name: str, *, is_postgresql: bool) -> None:
    how = "CONCURRENTLY IF EXISTS" if is_postgresql else "IF EXISTS"
    editor.execute(f"DROP INDEX {how} {editor.quote_name(name)}")
