"""Write everything of a quarter, but grades, into one JSON file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.models import Actor
from apps.activity.transitions import note_export
from apps.okrs import queries
from apps.okrs.models import Cycle


class Command(BaseCommand):
    """`manage.py export_okrs CYCLE > FILE`; standard output holds the file and nothing else."""

    help = "Write a quarter as JSON, for `import_okrs` of this or another portal. Grades stay here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cycle", metavar="CYCLE", help="the quarter as its address says it: 2026-q4")

    def handle(self, *args: Any, **options: Any) -> None:
        cycle = Cycle.objects.filter(slug=options["cycle"]).first()
        if cycle is None:
            known = ", ".join(Cycle.objects.order_by("starts_on").values_list("slug", flat=True))
            message = f"There is no quarter “{options['cycle']}” here; there is: {known or 'none'}."
            raise CommandError(message)
        now = timezone.now()
        exported = queries.quarter_file(cycle, at=now)
        by = Actor.system("okrs.export_okrs")
        note_export(cycle.subject, what=f"all of {cycle}", by=by, at=now)
        self.stdout.write(queries.written(exported.content).decode(), ending="")
        for part, count in exported.left_out.items():
            self.stderr.write(f"{part}: {count} left out, because they lead out of the quarter")
