"""`manage.py restore FILE`: a home as it was when the backup was made."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone

from apps.core import backup, health
from apps.core.management.commands.backup import PG_DUMP
from apps.core.supervisor import AlreadyRunningError, only_one


class Command(BaseCommand):
    """Usage: restore FILE [--yes]."""

    help = "Put a backup into the home of a stopped portal; what a used home had is kept beside it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="also into a home that has data")

    def handle(self, *args: Any, file: Path, yes: bool, **options: Any) -> None:
        home = Path(settings.HOME)
        if connection.vendor != "sqlite":
            raise CommandError(PG_DUMP)
        if backup.is_used(home) and not yes:
            message = f"{home} has data. With --yes it is put aside, and the backup takes its place."
            raise CommandError(message)
        try:
            with only_one(home / "serve.lock"):
                done = backup.restore(file, home, known=health.known_migrations(), at=timezone.now())
        except AlreadyRunningError as error:
            message = f"Roadworthy runs in {home}: stop it first."
            raise CommandError(message) from error
        except (backup.BackupError, OSError) as error:
            message = f"Nothing was restored. {error}"
            raise CommandError(message) from error
        parts = len(done.manifest.parts)
        self.stdout.write(f"{home} is as it was on {done.manifest.made_at}: {parts} parts.")
        if done.former:
            self.stdout.write(f"What it had before lies in {done.former}.")
        if done.missing:
            self.stderr.write(f"{len(done.missing)} stored files are lost: {', '.join(done.missing)}")
        self._look_at_history(done.manifest)
        self.stdout.write("Now start it; `make run` also brings an older database up to date.")

    def _look_at_history(self, manifest: backup.Manifest) -> None:
        """Say whether history is whole, by the command that knows; an older database it cannot read yet."""
        if set(manifest.migrations) != health.known_migrations():
            self.stdout.write(
                "It is older than this version: run `manage.py verify_events` once it was started."
            )
            return
        try:
            call_command("verify_events", stdout=self.stdout)
        except (CommandError, DatabaseError) as error:
            self.stderr.write(f"All of the backup was restored, but history in it is not whole. {error}")
