"""Values of many metrics by date, for glyphs and numbers beside key results."""

from collections.abc import Collection
from datetime import date

from apps.okrs.models import MetricValue
from apps.okrs.rules import Point


def values_by_metric(metric_ids: Collection[int], *, since: date, until: date) -> dict[int, list[Point]]:
    """Return the current values of some metrics inside a period, by date. One query, none without metrics."""
    found: dict[int, list[Point]] = {pk: [] for pk in metric_ids}
    if not found:
        return found
    rows = MetricValue.objects.filter(
        metric__in=list(found), is_current=True, on_date__gte=since, on_date__lte=until
    )
    columns = rows.order_by("metric", "on_date", "pk").values_list("metric_id", "on_date", "value", "pk")
    for metric_id, on, value, pk in columns:
        found[metric_id].append(Point(on, value, pk))
    return found
