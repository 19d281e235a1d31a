"""Import a Backstage catalog from files and folders."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.models import Actor
from apps.catalog.imports import DiskFiles
from apps.catalog.transitions import Outcome, import_catalog

KINDS = ("team", "person", "domain", "system", "service", "interface")
WORDS = ("created", "updated", "unchanged", "drifted")


class Command(BaseCommand):
    """`manage.py import_catalog PATH… [--json]`; ends with 1 only if nothing could be read at all."""

    help = "Import teams, people, services and interfaces from Backstage entity files. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder with all below it")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        source = DiskFiles(options["paths"])
        by = Actor.system("catalog.import_catalog")
        outcome = import_catalog(source, by=by, at=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(outcome.as_dict(), indent=2, ensure_ascii=False))
        else:
            self._tell(outcome)
        if not outcome.documents:
            message = "Nothing could be read."
            raise CommandError(message)

    def _tell(self, outcome: Outcome) -> None:
        """Print a table of counts, then a line for each thing that did not go in as it stands."""
        self.stdout.write(f"{'':12}" + "".join(f"{word:>11}" for word in WORDS))
        for kind in KINDS:
            counts = [getattr(outcome, word).get(kind, 0) for word in WORDS]
            if any(counts):
                self.stdout.write(f"{kind:12}" + "".join(f"{count or '.':>11}" for count in counts))
        for title, lines in (("Left out", outcome.left_out), ("Went in, but", outcome.notes)):
            if lines:
                self.stdout.write(f"\n{title} ({len(lines)}):")
                for one in lines:
                    self.stdout.write(f"  {one.file}:{one.line}: {one.reason}")
        if outcome.drift:
            self.stdout.write(f"\nEdited here, so not overwritten ({len(outcome.drift)}):")
            for field in outcome.drift:
                self.stdout.write(
                    f"  {field['ref']} {field['field']}: {field['here']!r} here, {field['there']!r} there"
                )
