"""`manage.py publish_editions`: publish the checklists that come with the portal."""

from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import Actor
from apps.core.errors import InvalidInputError
from apps.readiness import transitions

FOLDER: Final = Path(__file__).parents[2] / "editions"


class Command(BaseCommand):
    """Publish what is new under readiness/editions; a second run changes nothing."""

    help = "Publish the shipped checklists; those that are published already stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        by, at = Actor.system("publish_editions"), timezone.now()
        for path in sorted(FOLDER.glob("*.yaml")):
            try:
                edition = transitions.publish(path.read_text(encoding="utf-8"), by=by, at=at)
            except InvalidInputError as error:
                message = f"{path.name}: {error}"
                raise CommandError(message) from error
            if options["verbosity"]:
                self.stdout.write(f"{edition} ({path.name})")
