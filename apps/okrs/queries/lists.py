"""A quarter as a list, for spreadsheets: one line for each key result. No grade, and no person, is in it."""

from datetime import date
from decimal import Decimal
from typing import Final

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.sheets import Cell
from apps.okrs import rules
from apps.okrs.models import EXITS, LOCKED, Cycle, KeyResult, Objective, Quarter
from apps.okrs.queries.finding import readable
from apps.okrs.queries.health import Health, health_of_objectives
from apps.okrs.queries.progress import Standing, progress_of_key_results

PLACES: Final = Decimal("0.0001")
COLUMNS: Final = (
    "quarter",
    "team",
    "rank",
    "objective",
    "state",
    "why",
    "instead of",
    "ambition",
    "status",
    "objective progress",
    "objective coverage",
    "key result",
    "kind",
    "metric",
    "unit",
    "baseline",
    "target",
    "low",
    "high",
    "value",
    "as of",
    "progress",
    "coverage",
    "expected",
    "gap",
    "hint",
    "pace",
    "asked",
    "offered",
    "agreed",
    "dropped on",
    "address",
)


def quarter_list(cycle: Cycle, *, person: User, today: date, team: Team | None = None) -> list[list[Cell]]:
    """Return the lines of a quarter, or of one team in it, that somebody may read. Seven queries."""
    wanted = readable(person, on=today).filter(cycle=cycle).exclude(state__in=EXITS)
    wanted = wanted.filter(team=team) if team else wanted
    objectives = list(wanted.select_related("team", "cycle").order_by("team__name", "team", "pk"))
    for one in objectives:
        one.cycle = cycle
    by_id = {one.pk: one for one in objectives}
    sentences: dict[int, list[KeyResult]] = {pk: [] for pk in by_id}
    rows = KeyResult.objects.filter(objective__in=wanted.values("pk")).select_related("metric")
    for row in rows.order_by("position", "pk"):
        row.objective = by_id[row.objective_id]
        sentences[row.objective_id].append(row)
    every = [row for found in sentences.values() for row in found]
    standings = progress_of_key_results(every, on=today)
    health = health_of_objectives(objectives, on=today)
    lines = []
    for rank, one in _in_order(objectives, cycle):
        head = _objective(one, rank, sentences[one.pk], standings, health[one.pk], today=today)
        address = one.get_absolute_url()
        tails = [_key_result(standings[row.pk], today=today) for row in sentences[one.pk]]
        lines += [[*head, *tail, address] for tail in tails or [[None] * KEY_RESULT_COLUMNS]]
    return lines


def _in_order(objectives: list[Objective], cycle: Cycle) -> list[tuple[int, Objective]]:
    """Return objectives by team, and inside a team by rank. One query."""
    orders = dict(Quarter.objects.filter(cycle=cycle).values_list("team", "ordered_ids"))
    by_team: dict[int, dict[int, Objective]] = {}
    for one in objectives:
        by_team.setdefault(one.team_id, {})[one.pk] = one
    return [
        (rank, found[pk])
        for team_id, found in by_team.items()
        for rank, pk in enumerate(rules.order_of(orders.get(team_id, []), set(found)), start=1)
    ]


def _objective(
    one: Objective,
    rank: int,
    sentences: list[KeyResult],
    standings: dict[int, Standing],
    health: Health,
    *,
    today: date,
) -> list[Cell]:
    parts = [rules.Part(standings[row.pk].progress, row.dropped_on) for row in sentences]
    score = rules.objective_score(parts, today=today)
    return [
        str(one.cycle),
        one.team.name,
        rank,
        one.title,
        one.get_state_display(),
        one.why,
        one.instead_of,
        one.get_ambition_display(),
        "" if one.verdict else health.word,
        _short(score.value),
        _short(score.coverage),
    ]


KEY_RESULT_COLUMNS: Final = len(COLUMNS) - COLUMNS.index("key result") - 1


def _key_result(standing: Standing, *, today: date) -> list[Cell]:
    row, progress, pace = standing.key_result, standing.progress, standing.pace
    band = progress.band
    is_negotiated = row.asked_target is not None or row.offered_target is not None
    return [
        row.title,
        row.get_kind_display(),
        row.metric.name if row.metric else "",
        (row.metric.unit or rules.unit_of(row.metric)) if row.metric else "",
        _plain(row.baseline),
        _plain(row.target),
        _plain(row.band_low),
        _plain(row.band_high),
        _plain(progress.value),
        progress.as_of,
        _short(progress.shown),
        _short(band.coverage) if band else None,
        _short(pace.expected) if pace else None,
        _short(pace.gap) if pace else None,
        standing.hint.label if standing.hint else "",
        standing.words,
        _plain(row.asked_target),
        _plain(row.offered_target),
        _plain(row.target) if is_negotiated and row.objective.state in LOCKED else None,
        row.dropped_on if row.dropped_on and row.dropped_on <= today else None,
    ]


def _plain(value: Decimal | None) -> Decimal | None:
    """Return a number without the noughts of its column."""
    return None if value is None else Decimal(f"{value.normalize():f}")


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else _plain(value.quantize(PLACES))
