"""Django's `flush`, by which a test with real transactions empties the tables when it ends."""

from django.core.management.commands import flush
from django.db import connections

from apps.activity.models import triggers


class Command(flush.Command):
    """Lifts the triggers that keep history, and puts them back for the next test."""

    def handle(self, **options):
        connection = connections[options["database"]]
        triggers.lift(connection)
        super().handle(**options)
        triggers.install(connection)
