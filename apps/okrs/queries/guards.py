"""What stands between an objective and its next state; asked by steps, under their locks, and by forms."""

from apps.okrs.models import (
    AlignmentLink,
    CycleState,
    Finding,
    Negotiation,
    NegotiationKind,
    NegotiationQuerySet,
    Objective,
    Participant,
    Stage,
)
from apps.okrs.queries.findings import blocking_of
from apps.okrs.rules.steps import Blocker
from apps.okrs.rules.terms import many_weeks, weeks_of

KEPT = (Stage.AGREED, Stage.REPORTED, Stage.CLOSED)


def others_of(objective: Objective) -> list[str]:
    """Return the names of who must agree to an objective as well. Two queries."""
    names = set()
    links = AlignmentLink.objects.filter(objective=objective, kind=AlignmentLink.Kind.CONTRIBUTES)
    for link in links.select_related(
        "to_objective__team", "to_key_result__objective__team", "to_strategy_item"
    ):
        whole = link.to_objective or (link.to_key_result.objective if link.to_key_result else None)
        if whole is None:
            names.add("leadership")
        elif whole.team_id != objective.team_id:
            names.add(whole.team.name)
    owners = Participant.objects.filter(objective=objective, part=Participant.Part.OWNER)
    names |= set(owners.exclude(team=objective.team_id).values_list("team__name", flat=True))
    return sorted(names)


def has_open_negotiation(objective: Objective) -> bool:
    """Tell whether somebody owes an answer about an objective itself. One query."""
    kinds = [NegotiationKind.OBJECTIVE, NegotiationKind.CHANGE, NegotiationKind.TARGET]
    rows = Negotiation.objects.filter(objective=objective, kind__in=kinds, stage=Stage.OPEN)
    return rows.exists()


def ends_with(objective: Objective) -> NegotiationQuerySet:
    """Return the negotiations that end with an objective: what is asked about it, and agreed for it.

    A change goes with the agreement that it changed; what was promised in a closed quarter stays on record.
    """
    rows = Negotiation.objects.filter(objective=objective, stage__in=[Stage.OPEN, Stage.AGREED])
    rows = rows.exclude(stage=Stage.AGREED, changes__isnull=False)
    return rows.exclude(stage=Stage.AGREED, cycle__state=CycleState.CLOSED).order_by("pk")


def ending_with(objective: Objective) -> list[tuple[str, str]]:
    """Return what ends with an objective: the other team with its title, and what it means. One query."""
    rows = ends_with(objective).select_related("initiator", "counterpart", "terms")
    return [(f"{one.other(objective.team_id)}: {one.title}", _what_ends(one)) for one in rows]


def _what_ends(negotiation: Negotiation) -> str:
    if negotiation.stage == Stage.OPEN:
        return "the question is withdrawn"
    payload = negotiation.terms.payload if negotiation.terms else {}
    weeks = weeks_of(payload) + weeks_of(payload, "lent_weeks")
    return f"{many_weeks(weeks)} given back" if weeks else "the agreement ends"


def blockers(objective: Objective) -> list[Blocker]:
    """Return what stands against beginning the work: findings, missing promises. One to four queries."""
    found = [Blocker(row.code, row.message, row.get_absolute_url()) for row in blocking_of(objective)]
    needs = AlignmentLink.objects.filter(objective=objective, kind=AlignmentLink.Kind.DEPENDS_ON)
    needs = needs.select_related("to_objective__team", "to_key_result__objective__team")
    wanted = {}
    for link in needs.order_by("pk"):
        whole = link.to_objective or (link.to_key_result.objective if link.to_key_result else None)
        if whole is not None and whole.team_id != objective.team_id:
            wanted[whole.team_id] = whole.team.name
    if not wanted:
        return found
    promised = Negotiation.objects.filter(
        objective=objective, kind=NegotiationKind.CONTRIBUTION, stage__in=KEPT
    ).values_list("counterpart_id", "initiator_id")
    sides = {team_id for pair in promised for team_id in pair}
    accepted = Finding.objects.filter(objective=objective, code="K5", state=Finding.State.ACCEPTED).exists()
    missing = [] if accepted else [name for team_id, name in wanted.items() if team_id not in sides]
    return found + [Blocker("K5", f"{name} has not promised what this depends on.") for name in missing]
