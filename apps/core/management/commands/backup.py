"""`manage.py backup FILE`: the whole home in one file, also beside a running portal."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from apps.core import backup

PG_DUMP = "This portal keeps its data on a server: use pg_dump and copy the files; see docs/PRODUCTION.md."


class Command(BaseCommand):
    """Usage: backup FILE."""

    help = "Write database, stored files and secret key of the embedded edition into one file (mode 600)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError(PG_DUMP)
        try:
            made = backup.make(Path(settings.HOME), file, at=timezone.now())
        except (backup.BackupError, OSError) as error:
            message = f"No backup was made. {error}"
            raise CommandError(message) from error
        parts = made.manifest.parts
        files = sum(name.startswith("files/") for name in parts)
        self.stdout.write(f"{file}: the database and {files} stored files, {made.manifest.size:,} bytes.")
        if "secret_key" not in parts:
            self.stdout.write("The secret key comes from the environment: keep it yourself.")
        if made.missing:
            self.stderr.write(f"{len(made.missing)} stored files were lost before: {', '.join(made.missing)}")
