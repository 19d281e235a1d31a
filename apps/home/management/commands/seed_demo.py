"""`manage.py seed_demo`: fill an empty home with the demo organisation."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import User
from apps.home.management.demo.organisation import PASSWORD, SIGN_INS
from apps.home.management.demo.play import play


class Command(BaseCommand):
    """Usage: seed_demo; `make run` calls it at the first start."""

    help = "Fill a home with the demo organisation, its dates counted from now; a second run changes nothing."

    def handle(self, *_args: object, **_options: Any) -> None:
        """Play the demo, unless it was played here before."""
        if not settings.DEMO:
            message = (
                "The demo belongs to homes that run with ROADWORTHY_DEMO=1; `make run` makes one and sets it."
            )
            raise CommandError(message)
        if User.objects.filter(is_demo=True).exists():
            self.stdout.write("This home has the demo already; nothing was changed.")
            return
        if User.objects.exists():
            message = "This home has people of its own; the demo is for an empty one (ROADWORTHY_HOME)."
            raise CommandError(message)
        play(timezone.now())
        names = ", ".join(f"{name}@" for name in SIGN_INS)
        self.stdout.write(f"Sign in as {names} … demo.example with the password “{PASSWORD}”.")
