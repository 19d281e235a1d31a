"""What the API lists: many objectives with their key results, as numbers and not as a page draws them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.okrs import rules
from apps.okrs.models import (
    EXITS,
    Cycle,
    KeyResult,
    MetricValue,
    Objective,
    Quarter,
    RankChange,
    RankSnapshot,
    TeamCheckIn,
)
from apps.okrs.queries.finding import readable
from apps.okrs.queries.progress import Standing, progress_of_key_results
from apps.okrs.queries.ranking import CHANGES_SHOWN, WEEKS_SHOWN

BACKLOG = "none"  # what a filter calls what has no quarter


@dataclass(frozen=True)
class Wanted:
    """What a list of objectives is narrowed to."""

    cycle: str = ""
    team: str = ""
    state: str = ""
    q: str = ""


@dataclass(frozen=True)
class Counted:
    """One objective with its key results and the mean of them."""

    objective: Objective
    standings: list[Standing]
    score: rules.ObjectiveScore


@dataclass(frozen=True)
class Orders:
    """The order of a team's objectives, and what it was; only what the reader may read is in it."""

    quarter: Quarter
    order: list[int]
    hidden: int
    needs_reason: bool
    changes: list[tuple[RankChange, list[int], list[int]]]  # with the orders before and after
    weeks: list[tuple[date, list[int]]]


def objectives(wanted: Wanted, *, person: User, on: date) -> QuerySet[Objective]:
    """Return the objectives that somebody may read. One query."""
    rows = readable(person, on=on).select_related("team", "cycle", "accountable")
    if wanted.cycle == BACKLOG:
        rows = rows.filter(cycle=None)
    elif wanted.cycle:
        rows = rows.filter(cycle__slug=wanted.cycle)
    if wanted.team:
        rows = rows.filter(team__slug=wanted.team)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return rows.filter(title__icontains=wanted.q) if wanted.q else rows


def counted(rows: Sequence[Objective], *, on: date) -> list[Counted]:
    """Return objectives, in the order given, with their key results and scores. Three queries at most."""
    by_id = {row.pk: row for row in rows}
    sentences = KeyResult.objects.filter(objective__in=list(by_id)).select_related("metric", "accountable")
    found: dict[int, list[KeyResult]] = {pk: [] for pk in by_id}
    for one in sentences.order_by("position", "pk") if by_id else ():
        one.objective = by_id[one.objective_id]
        found[one.objective_id].append(one)
    standings = progress_of_key_results([one for own in found.values() for one in own], on=on)
    return [_counted(row, [standings[one.pk] for one in found[row.pk]], on=on) for row in rows]


def _counted(row: Objective, standings: list[Standing], *, on: date) -> Counted:
    parts = [rules.Part(one.progress, one.key_result.dropped_on) for one in standings]
    return Counted(row, standings, rules.objective_score(parts, today=on))


def quarters(cycle: Cycle) -> QuerySet[Quarter]:
    """Return the pages of all teams in a cycle. One query."""
    return Quarter.objects.filter(cycle=cycle, team__is_archived=False).select_related("team", "cycle")


def objectives_of(
    pages: Iterable[Quarter], *, person: User, on: date
) -> list[tuple[Quarter, list[Objective]]]:
    """Return for each page what somebody may read of it, in the team's order. One query."""
    pairs = {(page.team_id, page.cycle_id): page for page in pages}
    rows = readable(person, on=on).exclude(state__in=EXITS)
    rows = rows.filter(team__in={team for team, _ in pairs}, cycle__in={cycle for _, cycle in pairs})
    found: dict[tuple[int, int | None], dict[int, Objective]] = {pair: {} for pair in pairs}
    for row in rows.select_related("team", "cycle", "accountable"):
        found.get((row.team_id, row.cycle_id), {})[row.pk] = row
    return [
        (page, [found[pair][pk] for pk in rules.order_of(page.ordered_ids, found[pair].keys())])
        for pair, page in pairs.items()
    ]


def orders(quarter: Quarter, *, person: User, on: date) -> Orders:
    """Return the order of today, the last weeks, and who changed it and why. Four queries."""
    team = Objective.objects.filter(team=quarter.team_id)
    listed = list(team.filter(cycle=quarter.cycle_id).exclude(state__in=EXITS))
    seen = set(readable(person, on=on).filter(team=quarter.team_id).values_list("pk", flat=True))
    whole = rules.order_of(quarter.ordered_ids, {one.pk for one in listed})
    changes = RankChange.objects.filter(quarter=quarter.pk).order_by("-at", "-pk")[:CHANGES_SHOWN]
    weeks = RankSnapshot.objects.filter(quarter=quarter.pk).order_by("-week_on")[:WEEKS_SHOWN]
    order = _in_sight(whole, seen)
    return Orders(
        quarter=quarter,
        order=order,
        hidden=len(whole) - len(order),
        needs_reason=rules.needs_reason(quarter.cycle, listed),
        changes=[(one, _in_sight(one.before, seen), _in_sight(one.after, seen)) for one in changes],
        weeks=[(one.week_on, _in_sight(one.ordered_ids, seen)) for one in weeks],
    )


def _in_sight(order: Iterable[int], seen: set[int]) -> list[int]:
    return [pk for pk in order if pk in seen]


def check_ins(person: User, *, cycle: str = "", team: str = "") -> QuerySet[TeamCheckIn]:
    """Return the check-ins that somebody may read: drafts are their team's alone. One query."""
    rows = TeamCheckIn.objects.filter(published_at__isnull=False)
    rows |= TeamCheckIn.objects.filter(published_at=None, quarter__team__in=person.team_ids)
    if cycle:
        rows = rows.filter(quarter__cycle__slug=cycle)
    if team:
        rows = rows.filter(quarter__team__slug=team)
    return rows.select_related("quarter__team", "quarter__cycle", "author", "acknowledged_by")


def all_values_of(
    metric_id: int, *, since: date | None, until: date | None, is_whole: bool
) -> QuerySet[MetricValue]:
    """Return the current values of a metric, or with `is_whole` those that were corrected too. One query."""
    rows = MetricValue.objects.filter(metric=metric_id)
    if not is_whole:
        rows = rows.filter(is_current=True)
    if since:
        rows = rows.filter(on_date__gte=since)
    return rows.filter(on_date__lte=until) if until else rows
