"""Write a quarter back from the file of `export_okrs`."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.models import Actor
from apps.okrs import imports
from apps.okrs.transitions import Restored, restore_quarter

WORDS = {
    "restored": "{} is restored.",
    "unchanged": "{} is here already, exactly as in the file. Nothing was written.",
    "preview": "{} can be restored. Nothing was written.",
}


class Command(BaseCommand):
    """`manage.py import_okrs FILE [--preview] [--json]`; ends with 1 if the file was refused."""

    help = "Write a quarter back from a file of `export_okrs`: whole, or not at all. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the JSON file, or - for standard input")
        parser.add_argument("--preview", action="store_true", help="say what would happen, and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        content = self._read(options["file"])
        by = Actor.system("okrs.import_okrs")
        outcome = restore_quarter(content, by=by, at=timezone.now(), is_preview=options["preview"])
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_dict(), indent=2, ensure_ascii=False))
        else:
            self._tell(options["file"], outcome)
        if outcome.problems:
            message = "The file was refused."
            raise CommandError(message)

    def _read(self, name: str) -> bytes:
        """Return no more of a file than is needed to refuse it."""
        try:
            if name == "-":
                return sys.stdin.buffer.read(imports.LARGEST + 1)
            with Path(name).open("rb") as file:
                return file.read(imports.LARGEST + 1)
        except OSError as error:
            message = f"{name} cannot be read: {error.strerror}."
            raise CommandError(message) from error

    def _tell(self, name: str, outcome: Restored) -> None:
        for problem in outcome.problems:
            where = f"{name}: {problem.path or 'the whole file'}"
            self.stdout.write(f"{where}: {problem.message} {problem.kept} {problem.todo}")
        if not outcome.problems:
            self.stdout.write(WORDS[outcome.state].format(outcome.cycle))
        for part, count in outcome.created.items():
            self.stdout.write(f"  {part.replace('_', ' '):18} {count:>6,}")
