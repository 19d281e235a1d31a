"""Make a token with which a program speaks for a person, and print nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import transitions
from apps.accounts.models import Actor, Scope
from apps.accounts.queries import person_of
from apps.core.errors import DomainError


class Command(BaseCommand):
    """Usage: create_token EMAIL [--name NAME] [--scope read|write] [--days N]."""

    help = "Make an API token for somebody; the token is the only line on standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an address, and how far and how long the token reaches."""
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.WRITE.value)
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *_args: object, email: str, **options: Any) -> None:
        """Make the token in the name of whoever owns the machine."""
        person = person_of(email.lower())
        if person is None:
            message = f"Nobody has the address {email}."
            raise CommandError(message)
        wanted = {name: options[name] for name in ("name", "scope", "days")}
        by = Actor.system("create_token")
        try:
            _token, secret = transitions.make_token(person, by=by, at=timezone.now(), **wanted)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)
