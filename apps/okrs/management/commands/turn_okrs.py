"""Do what beat does for goals, at any moment."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.accounts.models import Actor
from apps.okrs import transitions

NEAR: Final = timedelta(days=1)
JOBS: Final[dict[str, Callable[..., object]]] = {  # in the order in which a day needs them
    "turn": transitions.turn,
    "snapshot_ranks": transitions.snapshot_ranks,
    "lapse": transitions.lapse_all,
    "decide_again": transitions.decide_again,
    "look": lambda *, by, at: transitions.look(by=by, at=at, is_whole=True),
    "freeze_packs": transitions.prepare_due_packs,
    "ask_to_sharpen": transitions.ask_to_sharpen,
}


class Command(BaseCommand):
    """Usage: turn_okrs [JOB …] --at ISO-TIME [--json] [--yes]."""

    help = (
        "Run the jobs of goals as beat does it, at a moment: quarters turn, nos come back, packs are frozen."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the jobs, the moment, and how to answer."""
        parser.add_argument("jobs", nargs="*", metavar="JOB", help=f"all of them, or: {', '.join(JOBS)}")
        parser.add_argument(
            "--at", required=True, metavar="ISO-TIME", help="such as 2027-03-02T09:00:00+01:00"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument(
            "--yes",
            action="store_true",
            help="outside a demo, for a moment more than a day away: quarters end, and people get mail",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Run them, and print what each did."""
        at = _moment(options["at"])
        if unknown := [job for job in options["jobs"] if job not in JOBS]:
            message = f"There is no job called {unknown[0]!r}. Known: {', '.join(JOBS)}."
            raise CommandError(message)
        if abs(at - timezone.now()) > NEAR and settings.EDITION != "demo" and not options["yes"]:
            message = "This is more than a day away, and real quarters would turn: add --yes to mean it."
            raise CommandError(message)
        wanted = options["jobs"] or list(JOBS)
        done = {job: run(by=Actor.system(f"okrs.{job}"), at=at) for job, run in JOBS.items() if job in wanted}
        if options["json"]:
            self.stdout.write(json.dumps(done))
            return
        for job, result in done.items():
            self.stdout.write(f"{job}: {', '.join(result) if isinstance(result, list) else result}")


def _moment(text: str) -> datetime:
    """Return the moment; refuse what is none, or names no offset from UTC."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        message = f"{text!r} is no moment with its time zone; 2027-03-02T09:00:00+01:00 is one."
        raise CommandError(message)
    return moment
