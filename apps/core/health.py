"""Whether the portal can do its work: what /readyz answers to everybody, and says to the log."""

import logging
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.module_loading import import_string

from apps.core.metrics import Gauge
from apps.core.models import Heartbeat

BEAT = "beat"
logger = logging.getLogger(__name__)


def saw_beat(*, at: datetime) -> None:
    """Remember that beat sent a task and that a worker took it. Two queries."""
    saw(BEAT, at=at)


def saw(name: str, *, at: datetime) -> None:
    """Remember when something of the machinery was last seen. Two queries."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": at})


def seen(names: Collection[str]) -> dict[str, datetime]:
    """Return when each of these was last seen, if ever. One query."""
    return dict(Heartbeat.objects.filter(name__in=names).values_list("name", "seen_at"))


def failing(*, now: datetime) -> list[str]:
    """Return the names of the checks that fail, each once; nothing when all is well.

    Three queries, and those of settings.READY_CHECKS. Strangers may read the names; why, is for the log:
    it may tell versions, hosts and people.
    """
    names = []
    for name, why in _problems(now=now):
        logger.warning("not ready: %s: %s", name, why)
        names.append(name)
    return list(dict.fromkeys(names))


def _problems(*, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the name of each check that fails, and why."""
    try:
        yield from _problems_of_data(now=now)
    except DatabaseError as error:
        yield "database", f"it does not answer: {error}"


def _problems_of_data(*, now: datetime) -> Iterator[tuple[str, str]]:
    missing = _migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if missing:
        names = ", ".join(f"{app}.{name}" for app, name in sorted(missing))
        yield "migrations", f"not applied: {names}"
        return
    for name, path in settings.READY_CHECKS.items():
        for why in import_string(path)():
            yield name, why
    seen_at = beat_seen_at()
    if is_late(seen_at, now=now):
        when = f"since {seen_at:%Y-%m-%d %H:%M:%S} UTC" if seen_at else "yet"
        yield BEAT, f"no background work was seen {when}: are beat and a worker running?"


def beat_seen_at() -> datetime | None:
    """Return when a worker last took what beat sent. One query."""
    return Heartbeat.objects.filter(name=BEAT).values_list("seen_at", flat=True).first()


def is_late(seen_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether beat, or every worker, has been silent for too long."""
    return seen_at is None or now - seen_at > settings.BEAT_IS_LATE_AFTER


def measures(*, now: datetime) -> Iterator[Gauge]:
    """Yield how long ago background work was last seen. One query."""
    seen_at = beat_seen_at()
    age = (now - seen_at).total_seconds() if seen_at else float("inf")
    yield Gauge("roadworthy_beat_age_seconds", age, "Since a worker last took a task of beat.")


def known_migrations() -> frozenset[str]:
    """Return the names of all migrations of this code, as "app.name"."""
    return frozenset(f"{app}.{name}" for app, name in _migrations())


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Return what this code brings along; reading the files once is enough."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
