"""The rows that a step holds until it ends, in one order: quarters, objectives, then the rest."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.okrs.models import Cycle, KeyResult, Objective, Quarter


def opened_quarter(team: Team, cycle: Cycle, *, by: Actor, at: datetime) -> Quarter:  # noqa: ARG001 -- as all steps are called
    """Return a team's page in a cycle, locked; the first one who writes on it makes it. Three queries.

    The cycle is read behind the lock: a statement that has waited for a row joins the others as they were
    before it waited, and whoever ends a quarter holds its pages. A page that is new they could not hold.
    """
    made, is_new = Quarter.objects.get_or_create(team=team, cycle=cycle)
    if is_new:
        Cycle.objects.locked(cycle.pk)
    quarter = Quarter.objects.select_related("team").locked(made.pk)
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
