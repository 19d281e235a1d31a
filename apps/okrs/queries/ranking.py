"""The order of a team's objectives, and how it moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apps.accounts.models import User
from apps.okrs import rules
from apps.okrs.models import EXITS, Objective, Quarter, RankChange, RankSnapshot
from apps.okrs.queries.finding import readable

WEEKS_SHOWN = 13
CHANGES_SHOWN = 50
HIDDEN = "an objective of the team alone"


@dataclass(frozen=True)
class Flip:
    """One row of the table under the chart."""

    change: RankChange
    moves: list[str]


@dataclass(frozen=True)
class WeekRow:
    """The chart as a table: one Monday."""

    week_on: date
    titles: list[str]


@dataclass(frozen=True)
class Ranks:
    """The page of ranks."""

    quarter: Quarter
    objectives: list[Objective]
    hidden: int  # that the reader may not read
    needs_reason: bool
    chart: rules.Bump | None
    weeks: list[WeekRow]
    flips: list[Flip]


def listed(quarter: Quarter) -> list[Objective]:
    """Return a team's objectives in their order, whoever may read them. One query."""
    rows = Objective.objects.filter(team=quarter.team_id, cycle=quarter.cycle_id).exclude(state__in=EXITS)
    by_id = {one.pk: one for one in rows}
    return [by_id[pk] for pk in rules.order_of(quarter.ordered_ids, set(by_id))]


def ranks(quarter: Quarter, *, person: User, on: date) -> Ranks:
    """Return the order of today, the last WEEKS_SHOWN weeks, and who moved what and why. Four queries."""
    objectives = listed(quarter)
    seen = readable(person, on=on).filter(team=quarter.team_id)
    titles = dict(seen.values_list("pk", "title"))
    snapshots = list(RankSnapshot.objects.filter(quarter=quarter.pk).order_by("-week_on")[:WEEKS_SHOWN])
    orders = [(one.week_on, list(one.ordered_ids)) for one in reversed(snapshots)]
    changes = RankChange.objects.filter(quarter=quarter.pk).order_by("-at", "-pk")[:CHANGES_SHOWN]
    shown = [one for one in objectives if one.pk in titles]
    return Ranks(
        quarter=quarter,
        objectives=shown,
        hidden=len(objectives) - len(shown),
        needs_reason=rules.needs_reason(quarter.cycle, objectives),
        chart=rules.bump(orders, titles) if orders else None,
        weeks=_weeks(orders, titles),
        flips=[Flip(one, rules.flips(one.before, one.after, _known(one, titles))) for one in changes],
    )


def _known(change: RankChange, titles: dict[int, str]) -> dict[int, str]:
    """Return titles for a change; what the reader may not read has none."""
    return {pk: titles.get(pk, HIDDEN) for pk in [*change.before, *change.after]}


def _weeks(orders: Sequence[tuple[date, list[int]]], titles: dict[int, str]) -> list[WeekRow]:
    return [
        WeekRow(week, [f"{place}. {titles[pk]}" for place, pk in enumerate(order, start=1) if pk in titles])
        for week, order in reversed(orders)
    ]
