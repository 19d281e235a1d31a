"""Whether the portal can do its work: what /readyz answers."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from apps.core.metrics import Gauge
from apps.core.models import Heartbeat

BEAT = "beat"


def saw_beat(*, at: datetime) -> None:
    """Remember that beat sent a task and that a worker took it. Two queries."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"seen_at": at})


def problems(*, now: datetime) -> list[str]:
    """Return what keeps the portal from working, in sentences; nothing when all is well. Two queries."""
    try:
        return list(_problems(now=now))
    except DatabaseError as error:
        return [f"The database does not answer: {str(error).strip()}"]


def _problems(*, now: datetime) -> Iterator[str]:
    missing = _migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if missing:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(missing))
        yield f"Migrations are not applied: {names}"
        return
    seen_at = Heartbeat.objects.filter(name=BEAT).values_list("seen_at", flat=True).first()
    if seen_at is None or now - seen_at > settings.BEAT_IS_LATE_AFTER:
        when = f"since {seen_at:%Y-%m-%d %H:%M:%S} UTC" if seen_at else "yet"
        yield f"No background work was seen {when}: are beat and a worker running?"


def measures(*, now: datetime) -> Iterator[Gauge]:
    """Yield how long ago background work was last seen. One query."""
    seen_at = Heartbeat.objects.filter(name=BEAT).values_list("seen_at", flat=True).first()
    age = (now - seen_at).total_seconds() if seen_at else float("inf")
    yield Gauge("roadworthy_beat_age_seconds", age, "Since a worker last took a task of beat.")


def known_migrations() -> frozenset[str]:
    """Return the names of all migrations of this code, as "app.name"."""
    return frozenset(f"{app}.{name}" for app, name in _migrations())


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return what this code brings along; reading the files once is enough."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
