"""Make somebody administrator and print the link with which they choose a password."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import transitions
from apps.accounts.models import Actor
from apps.accounts.queries import welcome_link
from apps.core.errors import DomainError


class Command(BaseCommand):
    """Usage: create_admin EMAIL [--name NAME]."""

    help = "Make somebody administrator and print a one-time link to choose a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an address, and a name if it should not be made from the address."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")

    def handle(self, *_args: object, email: str, name: str, **_options: Any) -> None:
        """Make the person, or give the role to who is there."""
        name = name or email.partition("@")[0].replace(".", " ").title()
        by = Actor.system("create_admin")
        try:
            person = transitions.add_admin(email, name=name, by=by, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{person.email} is administrator. Choose the password here; the link works once, for a few days:"
        )
        self.stdout.write(welcome_link(person))
