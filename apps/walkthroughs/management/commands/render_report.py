"""`manage.py render_report WALKTHROUGH --output FILE`: print a report without a worker."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.core.errors import DomainError
from apps.walkthroughs import reports
from apps.walkthroughs.models import Walkthrough
from apps.walkthroughs.queries import walkthroughs


class Command(BaseCommand):
    """Write the PDF of one walkthrough; nothing in the database changes."""

    help = "Write the report of a walkthrough as a PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the walkthrough's number and the file."""
        parser.add_argument("walkthrough", type=int)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")

    def handle(self, *, walkthrough: int, output: Path, **_options: Any) -> None:
        """Print, or say in one sentence why not."""
        try:
            found = walkthroughs().get(pk=walkthrough)
            printed = reports.render(found, at=timezone.now())
            output.write_bytes(printed.document)
        except Walkthrough.DoesNotExist as error:
            message = f"There is no walkthrough {walkthrough}."
            raise CommandError(message) from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            message = f"{output} cannot be written: {error.strerror}."
            raise CommandError(message) from error
        self.stdout.write(f"{output}: {printed.pages} pages")
