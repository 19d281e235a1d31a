"""Queue the reminders that are due at any moment."""

import json
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.accounts.models import Actor
from apps.notifications import transitions

NEAR: Final = timedelta(days=1)


class Command(BaseCommand):
    """Usage: remind --at ISO-TIME [--json] [--yes]."""

    help = "Queue what is due at a moment, as beat does it for the present; each fact is told once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the moment, and how to answer."""
        parser.add_argument(
            "--at", required=True, metavar="ISO-TIME", help="such as 2027-03-02T09:00:00+01:00"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument(
            "--yes",
            action="store_true",
            help="outside a demo, for a moment more than a day away: people get mail",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Queue, and print how many by kind."""
        now = timezone.now()
        moment = _moment(options["at"])
        if abs(moment - now) > NEAR and settings.EDITION != "demo" and not options["yes"]:
            message = "This is more than a day away, and real people would get mail: add --yes to mean it."
            raise CommandError(message)
        queued = transitions.remind(by=Actor.system("notifications.remind"), at=now, moment=moment)
        if options["json"]:
            self.stdout.write(json.dumps({"queued": queued}))
            return
        for kind, number in queued.items():
            self.stdout.write(f"{number:>6}  {kind}")
        self.stdout.write(f"{sum(queued.values())} reminders queued.")


def _moment(text: str) -> datetime:
    """Return the moment; refuse what is none, or names no offset from UTC."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        message = f"{text!r} is not a moment; 2027-03-02T09:00:00+01:00 is one."
        raise CommandError(message)
    if timezone.is_naive(moment):
        message = f"{text!r} does not say in which time zone: add Z, or an offset such as +01:00."
        raise CommandError(message)
    return moment
