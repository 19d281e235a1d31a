"""What a step between two teams holds: both quarters by id, then what it is about."""

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.okrs.models import Cycle, KeyResult, Negotiation, Objective, Quarter
from apps.okrs.transitions.locking import make_pages


def opened_quarters(
    teams: Iterable[Team],
    cycle: Cycle,
    *,
    by: Actor,
    at: datetime,
) -> dict[int, Quarter]:
    """Return the pages of some teams in a cycle, locked in the order of their ids; missing ones are made.

    The cycle is read behind the locks, as in `opened_quarter`.
    """
    ids = sorted({team.pk for team in teams})
    make_pages(ids, cycle, by=by, at=at)
    rows = Quarter.objects.select_for_update(of=("self",), no_key=True).select_related("team")
    found = list(rows.filter(team__in=ids, cycle=cycle).order_by("pk"))
    fresh = Cycle.objects.get(pk=cycle.pk)
    for one in found:
        one.cycle = fresh
    return {one.team_id: one for one in found}


def locked_sides(
    negotiation: Negotiation, *, by: Actor, at: datetime
) -> tuple[Negotiation, dict[int, Quarter]]:
    """Return the fresh negotiation with all that it concerns, and both quarters by team, all of it locked."""
    known = Negotiation.objects.select_related("initiator", "counterpart", "cycle").get(pk=negotiation.pk)
    quarters = opened_quarters([known.initiator, known.counterpart], known.cycle, by=by, at=at)
    objective = locked_about(known.objective_id, by=by, at=at)
    key_result = None
    if known.key_result_id is not None:
        rows = KeyResult.objects.select_related("metric", "accountable")
        key_result = rows.locked(known.key_result_id)
        key_result.objective = objective or key_result.objective
    rows_of = Negotiation.objects.select_related(
        "initiator", "counterpart", "cycle", "owes", "terms__team", "changes"
    )
    fresh = rows_of.locked(known.pk)
    fresh.objective, fresh.key_result = objective, key_result
    return fresh, quarters


def locked_about(pk: int | None, *, by: Actor, at: datetime) -> Objective | None:  # noqa: ARG001
    """Return the objective that a negotiation is about, locked behind its quarter. One query."""
    if pk is None:
        return None
    rows = Objective.objects.select_related("team", "cycle", "authored_by", "accountable")
    return rows.locked(pk)
