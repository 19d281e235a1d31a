"""Take away the second factor of somebody who lost it, where no other administrator can: on the machine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts import transitions
from apps.accounts.models import Actor
from apps.accounts.queries import person_of
from apps.core.errors import DomainError


class Command(BaseCommand):
    """Usage: take_second_factor EMAIL --reason WHY."""

    help = "Let somebody sign in by password alone again, and end all their sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an address, and why."""
        parser.add_argument("email")
        parser.add_argument("--reason", required=True)

    def handle(self, *_args: object, email: str, reason: str, **_options: Any) -> None:
        """Take it away in the name of whoever owns the machine."""
        person = person_of(email.lower())
        if person is None:
            message = f"Nobody has the address {email}."
            raise CommandError(message)
        by = Actor.system("take_second_factor")
        try:
            transitions.take_second_factor(person, reason=reason, by=by, at=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
