"""`verify_events`: prove that history is what was written."""

import json
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from apps.activity.queries import verify
from apps.activity.transitions import keep_verdict


@dataclass(frozen=True)
class Console:
    """Whoever started the command: activity knows no person."""

    person_id: int | None = None
    name: str = "verify_events"
    request_id: str = ""


class Command(BaseCommand):
    """Reads all events and their seals; names the first broken link, a missing trigger, what has no seal."""

    help = "Check that no event was changed, removed or left without its seal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        verdict = verify(now=now)
        keep_verdict(verdict, by=Console(), at=timezone.now())  # pages say so
        if options["json"]:
            found = {"sealed": verdict.sealed, "hash": verdict.hash, "problems": verdict.problems}
            self.stdout.write(json.dumps(found))
            if verdict.problems:
                raise SystemExit(1)
            return
        if verdict.problems:
            raise CommandError("\n".join(verdict.problems))
        self.stdout.write(
            f"History is whole: {verdict.sealed:,} sealed events, the last hash is {verdict.hash}"
        )
        self.stdout.write("Keep that hash elsewhere: an export that still holds it lost nothing since.")
