"""How far key results have come: one read for many of them, whichever page asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import Ambition, KeyResult, Kind, MetricValue, Milestone, Status
from apps.okrs.rules.wordings import tone_of


@dataclass(frozen=True)
class Standing:
    """One key result on one day: its numbers, what they hint at, and the words for them."""

    key_result: KeyResult
    measure: rules.Measure | None
    progress: rules.Progress
    pace: rules.Pace | None
    points: tuple[rules.Point, ...]
    milestones: tuple[Milestone, ...]
    on: date

    @property
    def hint(self) -> Status | None:
        """Return what the numbers hint at; a person publishes the status."""
        return self.pace.hint if self.pace else None

    @property
    def number(self) -> str:
        """Return the newest value as the page writes it: "6,900", "75 %", "5 of 9"; nothing for none."""
        if self.progress.kind == Kind.MILESTONE and self.milestones:
            done = sum(one.done_on is not None and one.done_on <= self.on for one in self.milestones)
            return f"{done} of {len(self.milestones)}"
        if self.progress.value is None or self.measure is None:
            return ""
        return rules.plain(self.progress.value, self.measure.unit)

    @property
    def words(self) -> str:
        """Say how it goes: "a week ahead", "out of band since 3 March", "pending"."""
        return self.pace.words if self.pace and self.pace.words else self.progress.missing

    @property
    def tone(self) -> str:
        """Return the colour beside the words; none where all is as expected or nothing is known."""
        return tone_of(self.progress, self.pace) if self.pace else ""

    @property
    def spark(self) -> rules.Spark | None:
        """Return the small line; nothing where no number is measured."""
        return rules.spark_of(self.measure, self.points) if self.measure else None

    @property
    def forecast(self) -> rules.Forecast | None:
        """Return where the line leads if nothing changes; for metrics alone."""
        if self.measure is None or self.progress.kind != Kind.METRIC or self.on >= self.measure.ends_on:
            return None
        return rules.forecast_of(self.measure, self.points, today=self.on)

    def explained(self) -> tuple[str, ...]:
        """Return each number with its formula and inputs, one step each."""
        return self.progress.explained() + (self.pace.explained() if self.pace and self.pace.parts else ())


def progress_of_key_results(key_results: Iterable[KeyResult], *, on: date) -> dict[int, Standing]:
    """Return how key results stand on a day, by key. Two queries at most, for any number of them.

    Load `metric` and `objective__cycle` with them.
    """
    rows = list(key_results)
    measures = {row.pk: rules.measure_of(row) for row in rows}
    points = points_of(rows, measures, on=on)
    steps = milestones_of(rows)
    return {
        row.pk: _standing(
            row, measures[row.pk], points.get(row.metric_id or 0, ()), steps.get(row.pk, ()), on=on
        )
        for row in rows
    }


def points_of(
    rows: Sequence[KeyResult], measures: Mapping[int, rules.Measure | None], *, on: date
) -> dict[int, list[rules.Point]]:
    """Return the current values of the metrics of key results by metric, over all their days. One query."""
    wanted = [(row.metric_id, found) for row in rows if row.metric_id and (found := measures[row.pk])]
    if not wanted:
        return {}
    first = min(measure.starts_on for _metric, measure in wanted)
    last = min(on, max(measure.last_on for _metric, measure in wanted))
    metric_ids = sorted({metric for metric, _measure in wanted})
    points: dict[int, list[rules.Point]] = {}
    for value in _values(metric_ids=metric_ids, first=first, last=last):
        points.setdefault(value.metric_id, []).append(rules.Point(value.on_date, value.value, value.pk))
    return points


@statement()
def _values(*, metric_ids: list[int], first: date, last: date) -> QuerySet[MetricValue]:
    rows = MetricValue.objects.filter(metric__in=metric_ids, is_current=True)
    rows = rows.filter(on_date__gte=first, on_date__lte=last)
    return rows.only("metric_id", "on_date", "value").order_by("metric_id", "on_date", "pk")


def milestones_of(rows: Sequence[KeyResult]) -> dict[int, tuple[Milestone, ...]]:
    """Return the milestones of those key results that have some, in order. One query, or none."""
    wanted = [row.pk for row in rows if row.kind == Kind.MILESTONE]
    found: dict[int, tuple[Milestone, ...]] = {}
    if wanted:
        for one in Milestone.objects.filter(key_result__in=wanted).order_by("key_result", "position", "pk"):
            found[one.key_result_id] = (*found.get(one.key_result_id, ()), one)
    return found


def ambition_of(key_result: KeyResult) -> str:
    """Return how hard it was meant to be: its own word, else the objective's. No query."""
    return key_result.ambition or key_result.objective.ambition or Ambition.ROOFSHOT


def _standing(
    row: KeyResult,
    measure: rules.Measure | None,
    points: Iterable[rules.Point],
    milestones: tuple[Milestone, ...],
    *,
    on: date,
) -> Standing:
    if measure is None:
        progress = rules.Progress(row.kind, missing=rules.Missing.MEASURE)
        return Standing(row, None, progress, None, (), milestones, on)
    values = rules.values_of(measure, points, today=on)
    steps = [rules.Milestone(done_on=one.done_on, evidence_url=one.evidence_url) for one in milestones]
    progress = rules.progress_of(measure, points=values, milestones=steps, today=on)
    pace = rules.pace_of(progress, measure, today=on, ambition=ambition_of(row))
    return Standing(row, measure, progress, pace, values, milestones, on)
