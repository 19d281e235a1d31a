"""How metrics and their values are read, and how a paste is looked at before it is recorded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.core.errors import InvalidInputError
from apps.core.querysets import LockableQuerySet
from apps.okrs import imports, rules
from apps.okrs.models import KeyResult, Metric, MetricTension, MetricValue, UnitKind
from apps.okrs.queries.finding import readable

SHOWN = 100  # values in the table of one metric
DRAWN = 750  # values in its plot: two years of days


@dataclass(frozen=True)
class PastedRow:
    """One line of a paste: what it means, what stands there now, and why it is left out."""

    line: imports.Line
    present: Decimal | None
    problem: str

    @property
    def is_news(self) -> bool:
        """Tell whether recording it would change something."""
        return not self.problem and self.present != self.line.value

    @property
    def words(self) -> str:
        """Say what would happen."""
        if self.problem:
            return self.problem
        if not self.is_news:
            return "stands there already"
        return f"corrects {rules.plain(self.present)}" if self.present is not None else "new"


@dataclass(frozen=True)
class Preview:
    """A paste, line by line, with what can be recorded."""

    rows: list[PastedRow]
    heading: str

    @property
    def values(self) -> dict[date, Decimal]:
        """Return what can be recorded."""
        return {
            row.line.on: row.line.value
            for row in self.rows
            if not row.problem and row.line.on is not None and row.line.value is not None
        }

    @property
    def news(self) -> int:
        """Return how many dates would get a new number."""
        return len({row.line.on for row in self.rows if row.is_news})

    @property
    def left_out(self) -> int:
        """Return how many lines cannot be recorded."""
        return sum(bool(row.problem) for row in self.rows)


def metrics(
    person: User,
    *,
    on: date,
    search: str = "",
    team_ids: Collection[int] | None = None,
    is_archived: bool = False,
) -> LockableQuerySet[Metric]:
    """Return metrics with their newest value and how many key results run on them. One query."""
    rows = Metric.objects.filter(archived_at__isnull=not is_archived).select_related("team")
    if search:
        rows = rows.filter(
            Q(name__icontains=search) | Q(key__icontains=search) | Q(team__name__icontains=search)
        )
    if team_ids is not None:
        rows = rows.filter(team__in=team_ids)
    return with_newest(rows, person=person, on=on)


def with_newest(rows: QuerySet[Metric], *, person: User, on: date) -> LockableQuerySet[Metric]:
    """Add to metrics their newest value, and how many key results that somebody may read run on them."""
    newest = MetricValue.objects.filter(metric=OuterRef("pk"), is_current=True).order_by("-on_date")
    running = KeyResult.objects.filter(metric=OuterRef("pk"), dropped_on=None)
    running = running.filter(objective__in=readable(person, on=on).alive().values("pk"))
    counted = running.order_by().values("metric").annotate(n=Count("pk"))
    return rows.annotate(  # type: ignore[return-value]
        newest=Subquery(newest.values("value")[:1]),
        newest_on=Subquery(newest.values("on_date")[:1]),
        used=Coalesce(Subquery(counted.values("n")), Value(0)),
    )


def metric(key: str) -> Metric:
    """Return one metric with its team, or 404. One query."""
    return get_object_or_404(Metric.objects.select_related("team"), key=key)


def metrics_of(team_ids: Collection[int]) -> QuerySet[Metric]:
    """Return the metrics in use of some teams by name. One query."""
    return Metric.objects.filter(team__in=team_ids, archived_at=None).select_related("team").in_order("name")


def other_metrics(metric: Metric) -> QuerySet[Metric]:
    """Return what a metric may be in tension with, its own team's first. One query."""
    rows = Metric.objects.filter(archived_at=None).exclude(pk=metric.pk).select_related("team")
    return rows.order_by("team__name", "name", "pk")


def values_of(metric: Metric) -> list[MetricValue]:
    """Return the newest current values of a metric, by date upwards. One query."""
    rows = MetricValue.objects.filter(metric=metric, is_current=True).order_by("-on_date", "-pk")
    return list(rows[:DRAWN])[::-1]


def corrected(metric: Metric, *, since: date) -> dict[date, list[MetricValue]]:
    """Return the older values that were corrected, by date, the newest first. One query."""
    rows = MetricValue.objects.filter(metric=metric, is_current=False, on_date__gte=since).order_by("-pk")
    found: dict[date, list[MetricValue]] = {}
    for row in rows[:DRAWN]:
        found.setdefault(row.on_date, []).append(row)
    return found


def key_results_on(metric: Metric, *, person: User, on: date) -> list[KeyResult]:
    """Return the key results measured by a metric that somebody may read, the newest first. One query."""
    rows = KeyResult.objects.filter(metric=metric, objective__in=readable(person, on=on))
    rows = rows.select_related("objective__team", "objective__cycle", "metric")
    return list(rows.order_by("-objective__cycle__starts_on", "-pk")[:SHOWN])


def tensions_of(metric: Metric) -> list[MetricTension]:
    """Return the tensions of a metric, with both sides. One query."""
    rows = MetricTension.objects.filter(Q(a=metric) | Q(b=metric))
    return list(rows.select_related("a__team", "b__team").order_by("pk"))


def preview(metric: Metric, text: str, *, today: date) -> Preview:
    """Return what a paste would do, line by line. One query."""
    pasted = imports.read_lines(text)
    days = [line.on for line in pasted.lines if line.on is not None]
    present: dict[date, Decimal] = {}
    if days:
        rows = MetricValue.objects.filter(
            metric=metric, is_current=True, on_date__range=(min(days), max(days))
        )
        present = dict(rows.values_list("on_date", "value"))
    is_percent = metric.unit_kind == UnitKind.PERCENT
    found = []
    for number, line in enumerate(pasted.lines):
        problem = line.problem or _refusal(metric, line, today=today, is_percent=is_percent)
        if number >= imports.MOST_LINES:
            problem = f"Only the first {imports.MOST_LINES:,} lines are read."
        found.append(PastedRow(line, present.get(line.on) if line.on else None, problem))
    return Preview(found, pasted.heading)


def _refusal(metric: Metric, line: imports.Line, *, today: date, is_percent: bool) -> str:
    if line.on is None or line.value is None:
        return ""
    if imports.has_percent_sign(line.text) and not is_percent:
        return f"This is a percentage; “{metric}” is {metric.get_unit_kind_display().lower()}."
    try:
        rules.check_metric_value(metric, line.value, on=line.on, today=today)
    except InvalidInputError as error:
        return str(error)
    return ""
