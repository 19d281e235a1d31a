"""Values of many metrics by date, for glyphs and numbers beside key results."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from apps.core.statements import statement
from apps.okrs.models import MetricValue
from apps.okrs.rules import Point

Column = tuple[int, date, Decimal, int]


def values_by_metric(metric_ids: Collection[int], *, since: date, until: date) -> dict[int, list[Point]]:
    """Return the current values of some metrics inside a period, by date. One query, none without metrics."""
    found: dict[int, list[Point]] = {pk: [] for pk in metric_ids}
    if found:
        for metric_id, on, value, pk in _columns(metric_ids=list(found), since=since, until=until):
            found[metric_id].append(Point(on, value, pk))
    return found


@statement()
def _columns(*, metric_ids: list[int], since: date, until: date) -> QuerySet[MetricValue, Column]:
    rows = MetricValue.objects.filter(metric__in=metric_ids, is_current=True)
    inside = rows.filter(on_date__gte=since, on_date__lte=until)
    return inside.order_by("metric", "on_date", "pk").values_list("metric_id", "on_date", "value", "pk")
