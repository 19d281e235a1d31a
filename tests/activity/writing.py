"""How tests of activity make history, and harm it."""

from contextlib import contextmanager

from django.db import connection

from apps.activity.models import EventSeal, triggers
from apps.activity.tasks import seal
from apps.activity.transitions import record
from apps.jobs.events import JobFailed
from tests.factories import ActorFactory
from tests.subjects import subject


def happen(now, times=1):
    """Record events that differ in what they say; return them, oldest first."""
    by = ActorFactory()
    return [record(JobFailed(f"Problem {n}."), by=by, at=now, subject=subject()) for n in range(times)]


def sealed(now, times=1):
    """Record events and seal them; return their seals."""
    happen(now, times)
    seal()
    return list(EventSeal.objects.order_by("seq"))


def run(sql, *values):
    """Send a statement past Django, as somebody with a database console would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def unguarded():
    """Lift the triggers for a moment, as somebody who owns the database can."""
    triggers.lift(connection)
    yield
    connection.check_constraints()  # at once: nothing of a table may be pending when its triggers change
    triggers.install(connection)
