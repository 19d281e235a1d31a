"""Django's `migrate`, which then puts back the triggers that keep history append-only."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections, transaction

from apps.activity.models import triggers


class Command(migrate.Command):
    """Migrates, and leaves no table of history unprotected: SQLite drops triggers with a remade table."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if options["plan"] or options["check_unapplied"] or not triggers.can_be_made(connection):
            return
        with transaction.atomic(using=connection.alias):
            made = triggers.install(connection)
        if made and options["verbosity"]:
            self.stdout.write(f"  Triggers of history made: {', '.join(made)}")
