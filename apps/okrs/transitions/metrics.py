"""How metrics are written down, put away, and set against each other."""

from datetime import datetime
from typing import Any

from django.utils.text import slugify

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import rules
from apps.okrs.events import (
    MetricArchived,
    MetricCreated,
    MetricEdited,
    MetricRestored,
    TensionDeclared,
    TensionEnded,
)
from apps.okrs.models import Metric, MetricTension

LONGEST_KEY = 60


@one_transaction
def create_metric(team: Team, *, name: str, by: Actor, at: datetime, key: str = "", **fields: Any) -> Metric:
    """Write a metric down; its key, which programs use, stays as it is."""
    rules.check_may_keep(by, team)
    values = rules.clean_metric({"name": name} | fields)
    key = _key(key, name=values["name"])

    metric, is_new = Metric.objects.get_or_create(key=key, defaults=values | {"team": team})
    if not is_new:
        message = f"There is a metric with the key {key} already: “{metric}”."
        raise InvalidInputError(message, field="key")

    record(MetricCreated(key=metric.key, unit=metric.unit), by=by, at=at, subject=metric.subject)
    return metric


def _key(key: str, *, name: str) -> str:
    """Return the key that was typed, or one made of the name that nobody has yet."""
    if key:
        slug = slugify(key)
        if slug != key or len(key) > LONGEST_KEY:
            message = f"A key has small letters, digits and hyphens, and at most {LONGEST_KEY} of them."
            raise InvalidInputError(message, field="key")
        return key
    base = slugify(name)[: LONGEST_KEY - 6].strip("-") or "metric"
    taken = set(Metric.objects.filter(key__startswith=base).values_list("key", flat=True))
    free = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(name for name in free if name not in taken)


@one_transaction
def edit_metric(
    metric: Metric, *, revision: int, changes: dict[str, Any], by: Actor, at: datetime
) -> Saved[Metric] | Conflict[Metric]:
    """Change what a metric says of itself; `revision` is the one that was on the screen."""
    metric = _locked(metric, by)
    rules.check_in_use(metric)
    values = rules.clean_metric(changes)

    differences = {
        name: [str(getattr(metric, name) or ""), str(value or "")]
        for name, value in values.items()
        if getattr(metric, name) != value
    }
    if not differences:
        return Saved(metric)
    if revision != metric.revision:
        return Conflict(metric)
    for name in differences:
        setattr(metric, name, values[name])
    metric.revision += 1
    metric.save(update_fields=[*differences, "revision"])

    names = ", ".join(name.replace("_", " ") for name in differences)
    record(MetricEdited(fields=names, changes=differences), by=by, at=at, subject=metric.subject)
    return Saved(metric)


@one_transaction
def archive_metric(metric: Metric, *, by: Actor, at: datetime) -> Metric:
    """Take no more values; what was recorded, and what is measured by it, stays."""
    metric = _put(metric, archived_at=at, by=by)

    record(MetricArchived(), by=by, at=at, subject=metric.subject)
    return metric


@one_transaction
def restore_metric(metric: Metric, *, by: Actor, at: datetime) -> Metric:
    """Take values again."""
    metric = _put(metric, archived_at=None, by=by)

    record(MetricRestored(), by=by, at=at, subject=metric.subject)
    return metric


def _put(metric: Metric, *, archived_at: datetime | None, by: Actor) -> Metric:
    metric = _locked(metric, by)
    if (metric.archived_at is None) == (archived_at is None):
        message = f"“{metric}” is {'in use' if archived_at is None else 'archived'} already."
        raise InvalidMoveError(message)

    metric.archived_at = archived_at
    metric.save(update_fields=["archived_at"])
    return metric


@one_transaction
def declare_tension(metric: Metric, *, other: Metric, note: str, by: Actor, at: datetime) -> MetricTension:
    """Say that pushing one metric may harm the other; the team of either may, and once is enough."""
    first, second = _both(metric, other, by)
    note = clean_line(note, field="note", limit=300, is_required=True)

    tension, is_new = MetricTension.objects.get_or_create(a=first, b=second, defaults={"note": note})
    if not is_new:
        message = f"This tension is declared already: {tension.note}"
        raise InvalidMoveError(message)

    mine, theirs = (first, second) if first.pk == metric.pk else (second, first)
    record(TensionDeclared(other=theirs.name, note=note), by=by, at=at, subject=mine.subject)
    return tension


@one_transaction
def end_tension(tension: MetricTension, *, by: Actor, at: datetime) -> None:
    """Say that a tension no longer holds."""
    first, second = _both(tension.a, tension.b, by)
    deleted, _rows = MetricTension.objects.filter(pk=tension.pk).delete()
    if not deleted:
        message = "Somebody has ended this tension already."
        raise InvalidMoveError(message)

    record(TensionEnded(other=second.name), by=by, at=at, subject=first.subject)


def _both(metric: Metric, other: Metric, by: Actor) -> tuple[Metric, Metric]:
    """Return both metrics in the order in which they are locked and stored."""
    if metric.pk == other.pk:
        message = "A metric is in no tension with itself."
        raise InvalidInputError(message, field="other")
    first, second = (Metric.objects.select_related("team").locked(pk) for pk in sorted((metric.pk, other.pk)))
    if not (rules.may_keep(by, first.team) or rules.may_keep(by, second.team)):
        rules.check_may_keep(by, metric.team)
    return first, second


def _locked(metric: Metric, by: Actor) -> Metric:
    metric = Metric.objects.select_related("team").locked(metric.pk)
    rules.check_may_keep(by, metric.team)
    return metric
