"""All that the page of one objective shows, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from apps.accounts.models import User
from apps.catalog.models import Service, Team
from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import (
    AlignmentLink,
    CheckIn,
    CheckInItem,
    KeyResult,
    Objective,
    Participant,
    ServiceLink,
    TargetChange,
    TeamCheckIn,
)
from apps.okrs.queries.finding import may_be_read, reader
from apps.okrs.queries.health import published
from apps.okrs.queries.map import AROUND, ENDS
from apps.okrs.queries.progress import Standing, ambition_of, progress_of_key_results

WORDS = ("changed", "learned", "help_wanted")
PEOPLE = ("author__name", "acknowledged_by__name")


@dataclass(frozen=True)
class TableRow:
    """One row of the table that says what a plot shows."""

    on: date
    value: str
    expected: str


@dataclass(frozen=True)
class KeyResultRow:
    """One key result on the page: its standing, its plot and the same as a table, its changes, its grade."""

    standing: Standing
    number: int
    plot: rules.Plot | None
    table: list[TableRow]
    forecast: rules.Forecast | None
    changes: list[TargetChange]
    ambition: str
    proposal: rules.Proposal | None
    colour: str  # of its grade

    @property
    def key_result(self) -> KeyResult:
        """Return what the row is about."""
        return self.standing.key_result


@dataclass(frozen=True)
class SaidRow:
    """One check-in as it speaks of this objective."""

    check_in: TeamCheckIn
    line: CheckIn
    items: list[CheckInItem]
    tone: str
    shape: str


@dataclass(frozen=True)
class Said:
    """The check-ins of one objective, newest first, and confidence over time."""

    rows: list[SaidRow]
    plot: rules.ConfidenceLines | None
    alerts: list[tuple[KeyResult, rules.Drop]]


def key_result_rows(objective: Objective, *, on: date) -> list[KeyResultRow]:
    """Return the key results of an objective with all that is drawn of them. Four queries."""
    key_results = _key_results(objective_id=objective.pk)
    for one in key_results:
        one.objective = objective
    standings = progress_of_key_results(key_results, on=on)
    changes: dict[int, list[TargetChange]] = {}
    for change in _changes(objective_id=objective.pk):
        changes.setdefault(change.key_result_id, []).append(change)
    return [
        _row(standings[one.pk], number, changes.get(one.pk, []), on=on)
        for number, one in enumerate(key_results, start=1)
    ]


@statement()
def _key_results(*, objective_id: int) -> QuerySet[KeyResult]:
    rows = KeyResult.objects.filter(objective=objective_id).select_related("metric__team", "accountable")
    return rows.order_by("position", "pk")


@statement()
def _changes(*, objective_id: int) -> QuerySet[TargetChange]:
    return TargetChange.objects.filter(key_result__objective=objective_id).order_by("on_date", "pk")


def _row(standing: Standing, number: int, changes: list[TargetChange], *, on: date) -> KeyResultRow:
    key_result, measure = standing.key_result, standing.measure
    ambition = ambition_of(key_result)
    forecast = standing.forecast if key_result.dropped_on is None else None
    plot = None
    steps: tuple[rules.TargetStep, ...] = ()
    if measure is not None:
        steps = rules.steps_of(measure, _targets(changes))
        plot = rules.plot_of(measure, standing.points, today=on, steps=steps, forecast=forecast)
    grade = key_result.grade
    return KeyResultRow(
        standing=standing,
        number=number,
        plot=plot,
        table=list(_table(standing, steps)),
        forecast=forecast,
        changes=changes,
        ambition=ambition,
        proposal=rules.proposal(standing.progress.shown, ambition),
        colour=rules.colour_of(grade, ambition) if grade is not None else "",
    )


def _targets(changes: Iterable[TargetChange]) -> Iterable[tuple[date, Decimal, Decimal]]:
    """Yield when the target changed; what it was without, nobody can draw."""
    for change in changes:
        if change.field == "target" and change.old and change.new:
            yield change.on_date, _number(change.old), _number(change.new)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _table(standing: Standing, steps: Sequence[rules.TargetStep]) -> Iterable[TableRow]:
    measure = standing.measure
    if measure is None:
        return
    for point in reversed(standing.points):
        expected = rules.expected_value(measure, on=point.on, steps=steps)
        yield TableRow(
            point.on,
            rules.plain(point.value, measure.unit),
            "" if expected is None else rules.plain(expected, measure.unit),
        )


def said_of(objective: Objective, key_results: list[KeyResult]) -> Said:
    """Return what check-ins say of an objective. One query: each line has an item for each key result."""
    by_key = {one.pk: one for one in key_results}
    lines: dict[int, tuple[CheckIn, list[CheckInItem]]] = {}
    for item in _items(objective_id=objective.pk):
        item.key_result = by_key[item.key_result_id]  # all of them were given
        lines.setdefault(item.check_in_id, (item.check_in, []))[1].append(item)
    rows = [_said(line, found) for line, found in lines.values()]
    confidence = {one.pk: _confidence(rows, one) for one in key_results}
    alerts = [
        (one, drop)
        for one in key_results
        if (drop := rules.confidence_alert([value for _on, value in confidence[one.pk]]))
    ]
    named = [(f"{number}", confidence[one.pk]) for number, one in enumerate(key_results, start=1)]
    named = [(name, points) for name, points in named if points]
    cycle = objective.cycle
    plot = None
    if cycle and named:
        last = max([cycle.ends_on] + [day for _name, points in named for day, _value in points])
        plot = rules.confidence_lines(named, first=cycle.starts_on, last=last)
    return Said(rows[::-1], plot, alerts)


@statement()
def _items(*, objective_id: int) -> QuerySet[CheckInItem]:
    rows = CheckInItem.objects.filter(
        check_in__objective=objective_id, check_in__team_check_in__in=published()
    )
    rows = rows.select_related(
        "check_in__team_check_in__author", "check_in__team_check_in__acknowledged_by"
    ).only(
        *("check_in", "key_result", "value", "confidence", "note", "snapshot"),
        *(f"check_in__{name}" for name in ("objective", "status", "hint", *WORDS)),
        *(f"check_in__team_check_in__{name}" for name in ("on_date", *PEOPLE)),
    )
    return rows.order_by("check_in__team_check_in__on_date", "check_in__team_check_in__pk", "pk")


def _said(line: CheckIn, items: list[CheckInItem]) -> SaidRow:
    shape, tone = rules.look_of(line.status)
    return SaidRow(line.team_check_in, line, items, tone, shape)


def _confidence(rows: list[SaidRow], key_result: KeyResult) -> list[tuple[date, int]]:
    return [
        (row.check_in.on_date, item.confidence)
        for row in rows
        for item in row.items
        if item.key_result_id == key_result.pk and item.confidence is not None
    ]


def target_changes(objective: Objective) -> list[TargetChange]:
    """Return how the agreed terms of an objective changed, the newest first. One query."""
    rows = TargetChange.objects.filter(key_result__objective=objective).select_related("key_result")
    return list(rows.order_by("-at", "-pk"))


def links_of(objective: Objective, *, person: User, on: date) -> list[AlignmentLink]:
    """Return how an objective serves others and others serve it, as far as somebody may read. One query."""
    return _links(objective_id=objective.pk, **reader(person, on=on))


@statement()
def _links(*, objective_id: int, reader_teams: list[int] | None, on: date | None) -> QuerySet[AlignmentLink]:
    here = Q(objective=objective_id) | Q(to_objective=objective_id)
    own = KeyResult.objects.filter(objective=objective_id)
    rows = AlignmentLink.objects.filter(here | Q(to_key_result__in=own))
    if reader_teams is not None and on is not None:
        first, second, third = (
            may_be_read(path, reader_teams=reader_teams, on=on)
            for path in ("objective__", "to_objective__", "to_key_result__objective__")
        )
        rows = rows.filter(first, Q(to_objective=None) | second, Q(to_key_result=None) | third)
    return rows.select_related(*AROUND).only("kind", "statement", "needed_on", *ENDS).order_by("kind", "pk")


def around_of(objective: Objective) -> tuple[list[ServiceLink], list[Participant]]:
    """Return the services that an objective is about, and the teams that take part. One query for both."""
    found = _around(objective_id=objective.pk)
    return (
        [
            ServiceLink(pk=pk, objective=objective, service=Service(name=name, slug=slug), note=words)
            for kind, pk, name, slug, words in found
            if kind == "service"
        ],
        [
            Participant(pk=pk, objective=objective, team=Team(name=name, slug=slug), part=words)
            for kind, pk, name, slug, words in found
            if kind == "team"
        ],
    )


@statement()
def _around(*, objective_id: int) -> QuerySet[Any, Any]:
    about: QuerySet[Any] = ServiceLink.objects.filter(objective=objective_id)
    taking_part: QuerySet[Any] = Participant.objects.filter(objective=objective_id)
    services = _line(about, "service", F("service__name"), F("service__slug"), F("note"))
    teams = _line(taking_part, "team", F("team__name"), F("team__slug"), F("part"))
    return services.union(teams, all=True).order_by("row_name", "pk")


def _line(rows: QuerySet[Any], kind: str, name: F, slug: F, words: F) -> QuerySet[Any, Any]:
    texts = {"row_name": name, "row_slug": slug, "row_words": words}
    cast = {key: Cast(value, TextField()) for key, value in texts.items()}
    rows = rows.order_by().annotate(row_kind=Value(kind, output_field=TextField()), **cast)
    return rows.values_list("row_kind", "pk", *cast)
