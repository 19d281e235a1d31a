"""What somebody needs to start a negotiation: teams, quarters, what it is about, the words as they stand."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.okrs.models import Cycle, CycleState, KeyResult, Negotiation, NegotiationKind, Objective
from apps.okrs.queries.finding import readable
from apps.okrs.rules.negotiating import giver_of


@dataclass(frozen=True)
class Choices:
    """What somebody can start a negotiation with."""

    mine: list[Team]  # teams in whose name the person may draft
    others: list[Team]
    cycles: list[Cycle]


def choices(person: User) -> Choices:
    """Return teams and cycles for the form that starts a negotiation. Two queries."""
    teams = list(Team.objects.filter(is_archived=False).order_by("name", "pk"))
    mine = [one for one in teams if one.pk in person.team_ids or person.is_admin]
    cycles = Cycle.objects.filter(state__in=[CycleState.PLANNING, CycleState.ACTIVE]).order_by("starts_on")
    return Choices(mine=mine, others=teams, cycles=list(cycles))


def about(
    objective_id: int | None, key_result_id: int | None, *, person: User, on: date
) -> tuple[Objective | None, KeyResult | None]:
    """Return the objective and key result that an address names, or 404. One or two queries."""
    found = None
    if key_result_id is not None:
        rows = KeyResult.objects.select_related("metric", "accountable")
        found = rows.filter(pk=key_result_id, objective__in=readable(person, on=on).values("pk")).first()
        if found is None:
            raise Http404
        objective_id = found.objective_id
    if objective_id is None:
        return None, None
    rows_of = readable(person, on=on).select_related("team", "cycle", "accountable", "authored_by")
    objective = rows_of.filter(pk=objective_id).first()
    if objective is None:
        raise Http404
    if found is not None:
        found.objective = objective
    return objective, found


def first_terms(shape: str, objective: Objective | None, key_result: KeyResult | None) -> dict[str, Any]:
    """Return what a form starts from: the sentences and numbers as they stand. One query at most."""
    if shape == NegotiationKind.OBJECTIVE and objective is not None:
        lines = KeyResult.objects.filter(objective=objective, dropped_on=None).order_by("position", "pk")
        return {
            "title": objective.title,
            "why": objective.why,
            "instead_of": objective.instead_of,
            "key_results": "\n".join(lines.values_list("title", flat=True)),
        }
    if shape == NegotiationKind.TARGET and key_result is not None:
        return {"target": key_result.target, "baseline": key_result.baseline, "by": key_result.ends_on}
    return {}


def givers_objectives(one: Negotiation, *, person: User, on: date) -> list[Objective]:
    """Return the objectives under which the giver could do it. One query."""
    rows = readable(person, on=on).filter(team=giver_of(one), cycle=one.cycle_id).alive()
    return list(rows.order_by("pk"))
