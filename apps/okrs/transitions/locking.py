"""The rows that a step holds until it ends, in one order: cycles, quarters, objectives, then the rest."""

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.okrs.models import Cycle, KeyResult, Objective, Quarter


def make_pages(team_ids: Iterable[int], cycle: Cycle, *, by: Actor, at: datetime) -> None:  # noqa: ARG001 -- as all steps are called
    """Make the pages that some teams do not have in a cycle yet. One query, or four.

    Behind the lock of the cycle: whoever ends it holds the pages that are there, and no other can come.
    """
    ids = set(team_ids)
    known = Quarter.objects.filter(cycle=cycle, team__in=ids)
    if known.count() == len(ids):
        return
    Cycle.objects.locked(cycle.pk)
    missing = ids - set(known.values_list("team_id", flat=True))
    Quarter.objects.bulk_create(Quarter(team_id=pk, cycle=cycle) for pk in sorted(missing))


def opened_quarter(team: Team, cycle: Cycle, *, by: Actor, at: datetime) -> Quarter:
    """Return a team's page in a cycle, locked; the first one who writes on it makes it. Three queries.

    The cycle is read behind the lock: a statement that has waited for a row joins the others as they were
    before it waited.
    """
    make_pages([team.pk], cycle, by=by, at=at)
    rows = Quarter.objects.select_for_update(of=("self",), no_key=True).select_related("team")
    quarter = rows.get(team=team, cycle=cycle)
    quarter.cycle = Cycle.objects.get(pk=cycle.pk)
    return quarter


def locked_objective(objective: Objective, *, by: Actor, at: datetime) -> Objective:  # noqa: ARG001
    """Return the fresh objective with teams and cycle, locked after its page in the quarter. Two queries."""
    if objective.cycle_id is not None:
        Quarter.objects.select_for_update(no_key=True).filter(
            team=objective.team_id, cycle=objective.cycle_id
        ).first()
    return Objective.objects.select_related("team", "cycle", "authored_by").locked(objective.pk)


def locked_key_result(key_result: KeyResult, *, by: Actor, at: datetime) -> KeyResult:
    """Return the fresh key result with its metric, locked after its objective. Four queries."""
    objective = locked_objective(Objective.objects.get(pk=key_result.objective_id), by=by, at=at)
    fresh = KeyResult.objects.select_related("metric").locked(key_result.pk)
    fresh.objective = objective
    return fresh
