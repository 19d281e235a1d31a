"""What the names in the files of goals mean."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings

from apps.catalog.models import Team
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage
from apps.okrs.models import Cycle, KeyResult, Metric, No, Objective, Quarter
from apps.okrs.rules import period_of


def cycle_of(stage: Stage, later: int) -> Cycle:
    """Return the quarter of today, an earlier or a later one."""
    return Cycle.objects.get(slug=period_of(cycle_day(stage, later), year_starts=year_starts()).slug)


def cycle_day(stage: Stage, later: int) -> date:
    """Return the first day of a quarter."""
    return stage.calendar.quarter_starts(later, year_starts=year_starts())


def year_starts() -> int:
    """Return the month in which the fiscal year begins."""
    return int(settings.FISCAL_YEAR_STARTS)


def team_of(slug: str) -> Team:
    """Return a team by its slug."""
    return Team.objects.get(slug=slug)


def metric_of(key: str) -> Metric:
    """Return a metric by its key in the files."""
    return Metric.objects.get(key=key.replace("_", "-"))


def quarter_of(team: Team, cycle: Cycle) -> Quarter:
    """Return a team's page in a quarter, which may not have been written on yet."""
    known = Quarter.objects.select_related("team", "cycle").filter(team=team, cycle=cycle).first()
    return known or Quarter(team=team, cycle=cycle)


def objective_of(stage: Stage, key: str) -> Objective:
    """Return an objective by its key in the files."""
    return Objective.objects.select_related("team", "cycle").get(pk=stage.goals[f"objective:{key}"])


def part_of(objective: Objective, number: int) -> KeyResult:
    """Return one of an objective's key results."""
    rows = KeyResult.objects.filter(objective=objective, dropped_on=None).select_related("metric")
    return rows.order_by("position", "pk")[number]


def no_of(stage: Stage, step: Step) -> No:
    """Return the no that a step is about."""
    return No.objects.get(pk=stage.goals[f"no:{step.details['entry']}"])


def title_of(one: str | Mapping[str, Any]) -> str:
    """Return the sentence of a key result, however it is written in the files."""
    return one if isinstance(one, str) else str(one["title"])
