"""What a negotiation about an objective means for the objective itself."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.core.transactions import one_by_one
from apps.okrs.models import (
    EXITS,
    OVER,
    Act,
    AlignmentLink,
    Horizon,
    KeyResult,
    Negotiation,
    NegotiationKind,
    Objective,
    Participant,
    Quarter,
    Stage,
    State,
)
from apps.okrs.rules.measuring import today_of
from apps.okrs.rules.states import check_move
from apps.okrs.rules.terms import Payload, sentences_in, shape_of
from apps.okrs.transitions.ending import end_with, free_own_weeks
from apps.okrs.transitions.ranks import leave_place, take_place
from apps.okrs.transitions.ties import record_link

NOT_AGREED = "Not part of what was agreed."
FOLLOWS = {
    Act.PROPOSE: State.PROPOSED,
    Act.COUNTER: State.NEGOTIATING,
    Act.DECLINE: State.DECLINED,
    Act.DEFER: State.DEFERRED,
    Act.WITHDRAW: State.WITHDRAWN,
    Act.REVOKE: State.STOPPED,
}
KEPT = [Stage.AGREED, Stage.REPORTED, Stage.CLOSED]


def objective_follows(
    negotiation: Negotiation, act: Act, *, by: Actor, at: datetime, reason: str = ""
) -> None:
    """Move an objective as its negotiation moves; other kinds leave it where it is.

    One that several teams own together goes with all of them: a single no does not end it.
    """
    objective = negotiation.objective
    if objective is None:
        return
    if act == Act.PROPOSE and not objective.is_open(on=at.date()):
        _let_other_side_read(negotiation, objective)
    if negotiation.kind != NegotiationKind.OBJECTIVE:
        return
    to = FOLLOWS[act]
    others = Negotiation.objects.filter(
        objective=objective, kind=NegotiationKind.OBJECTIVE, stage__in=[Stage.OPEN, *KEPT]
    ).exclude(pk=negotiation.pk)
    if act not in {Act.PROPOSE, Act.COUNTER} and others.exists():
        return
    if objective.state == to or (act == Act.PROPOSE and objective.state == State.NEGOTIATING):
        return
    check_move(objective, to)
    _enter(objective, to, reason=reason, by=by, at=at)
    if to in EXITS:
        words = f"The objective is {to.label.lower()}. {reason}".strip()
        end_with(objective, reason=words, but=negotiation, by=by, at=at)
        free_own_weeks(objective, by=by, at=at)


def objective_agreed(negotiation: Negotiation, payload: Payload, *, by: Actor, at: datetime) -> None:
    """Let an objective become what was agreed, once every team that owns it has agreed."""
    objective = negotiation.objective
    if objective is None or shape_of(negotiation) != NegotiationKind.OBJECTIVE:
        return
    _take_over(objective, payload, by=by, at=at)
    if negotiation.kind != NegotiationKind.OBJECTIVE:
        return
    if _missing(negotiation, objective):
        if objective.state == State.PROPOSED:
            _enter(objective, State.NEGOTIATING, reason="", by=by, at=at)
        return
    if objective.state != State.AGREED:
        check_move(objective, State.AGREED)
        _enter(objective, State.AGREED, reason="", by=by, at=at)
    Quarter.objects.filter(team=objective.team_id, cycle=negotiation.cycle_id).update(agreed_at=at)


def _missing(negotiation: Negotiation, objective: Objective) -> bool:
    """Tell whether a team that owns it too has not agreed yet. Two queries."""
    owners = set(
        Participant.objects.filter(objective=objective, part=Participant.Part.OWNER)
        .exclude(team=objective.team_id)
        .values_list("team_id", flat=True)
    )
    agreed = Negotiation.objects.filter(
        objective=objective, kind=NegotiationKind.OBJECTIVE, stage__in=KEPT
    ).values_list("initiator_id", "counterpart_id")
    sides = {team_id for pair in agreed for team_id in pair}
    return bool(owners - sides - {negotiation.initiator_id, negotiation.counterpart_id})


def let_sides_read(objective: Objective, *, by: Actor, at: datetime) -> None:  # noqa: ARG001 -- as all steps
    """Let those read on who were asked about an objective that is hidden now. Two queries for each."""
    standing = Negotiation.objects.filter(objective=objective).exclude(stage__in=[Stage.DRAFT, *OVER])
    for one in standing.select_related("initiator", "counterpart").order_by("pk"):
        _let_other_side_read(one, objective)


def _let_other_side_read(negotiation: Negotiation, objective: Objective) -> None:
    other = negotiation.other(objective.team_id)
    Participant.objects.get_or_create(
        objective=objective, team=other, defaults={"part": Participant.Part.INFORMED}
    )


def _enter(objective: Objective, to: State, *, reason: str, by: Actor, at: datetime) -> None:
    objective.state = to
    if to == State.PROPOSED:
        objective.proposed_at = at
        quarter = Quarter.objects.filter(team=objective.team_id, cycle=objective.cycle_id).first()
        if quarter is not None and objective.pk not in quarter.ordered_ids:
            take_place(objective, quarter, by=by, at=at)
    if to == State.AGREED:
        objective.agreed_at = at
    if to in {State.WITHDRAWN, State.STOPPED}:
        objective.closed_on = today_of(by, at)
        objective.close_note = reason
    if to in EXITS:
        leave_place(objective, by=by, at=at)
    if to == State.DEFERRED:
        objective.cycle = None
        objective.horizon = Horizon.NEXT
    objective.revision += 1
    objective.save(
        update_fields=[
            "state",
            "proposed_at",
            "agreed_at",
            "closed_on",
            "close_note",
            "cycle",
            "horizon",
            "revision",
        ]
    )


def _take_over(objective: Objective, payload: Payload, *, by: Actor, at: datetime) -> None:
    """Write what was agreed into the objective: what is no part of it is dropped, what is new added."""
    objective.title = payload["title"]
    objective.why = payload.get("why", objective.why)
    objective.instead_of = payload.get("instead_of", objective.instead_of)
    objective.revision += 1
    objective.save(update_fields=["title", "why", "instead_of", "revision"])
    wanted = {line.casefold(): line for line in sentences_in(payload)}
    known = list(KeyResult.objects.filter(objective=objective, dropped_on=None).order_by("position", "pk"))
    for one in known:
        if wanted.pop(one.title.casefold(), None) is None:
            one.dropped_on, one.drop_reason = today_of(by, at), NOT_AGREED
            one.revision += 1
            one.save(update_fields=["dropped_on", "drop_reason", "revision"])
    last = max((one.position for one in known), default=0)
    KeyResult.objects.bulk_create(
        KeyResult(objective=objective, title=title, position=last + place)
        for place, title in enumerate(wanted.values(), 1)
    )


def serves(
    negotiation: Negotiation,
    within: Objective,
    *,
    statement: str,
    by: Actor,
    at: datetime,
) -> None:
    """Tie the giver's objective to the one that it is done for, in both directions."""
    objective = negotiation.objective
    if objective is None or within.pk == objective.pk:
        return
    one_by_one("okrs.link_objective")  # as links of people are: two at once could close a circle
    kinds = AlignmentLink.Kind
    ties = [(kinds.DEPENDS_ON, objective, within)]
    if not _leads_to(objective, within):
        ties.append((kinds.CONTRIBUTES, within, objective))
    for kind, one, other in ties:
        link, is_new = AlignmentLink.objects.get_or_create(
            objective=one, kind=kind, to_objective=other, defaults={"statement": statement}
        )
        if is_new:
            record_link(link, one, other, by=by, at=at)


def _leads_to(first: Objective, last: Objective) -> bool:
    """Tell whether one objective contributes to another, by however many steps: no circle is made."""
    seen: set[int] = set()
    rest = {first.pk}
    while rest and last.pk not in rest:
        seen |= rest
        links = AlignmentLink.objects.filter(objective__in=rest, kind=AlignmentLink.Kind.CONTRIBUTES)
        pairs = links.values_list("to_objective_id", "to_key_result__objective_id")
        rest = {pk for pair in pairs for pk in pair if pk is not None} - seen
    return last.pk in rest
