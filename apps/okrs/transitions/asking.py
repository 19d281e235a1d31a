"""How a negotiation begins: a draft of members, a question of leads, a change of what stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.transactions import one_transaction
from apps.okrs import rules
from apps.okrs.events import AskDrafted
from apps.okrs.models import (
    LOCKED,
    Act,
    Cycle,
    Horizon,
    KeyResult,
    Negotiation,
    NegotiationKind,
    Objective,
    Stage,
    State,
    Terms,
)
from apps.okrs.rules import negotiating
from apps.okrs.rules.asking import Ask, check_ask
from apps.okrs.rules.terms import Payload, clean_payload, digest, sentences_in, shape_of, title_of
from apps.okrs.transitions.locking_sides import locked_about, locked_sides, opened_quarters
from apps.okrs.transitions.moves import record_move
from apps.okrs.transitions.negotiating import propose


@one_transaction
def begin(wish: Ask, *, payload: Mapping[str, object], by: Actor, at: datetime) -> Negotiation:
    """Write down what a team wants to ask, as a draft that only its own side sees."""
    rules.check_may_draft(by, wish.initiator)
    return _begin(wish, payload=payload, by=by, at=at)


def _begin(ask: Ask, *, payload: Mapping[str, object], by: Actor, at: datetime) -> Negotiation:
    check_ask(ask)
    opened_quarters([ask.initiator, ask.counterpart], ask.cycle, by=by, at=at)
    objective = locked_about(ask.objective.pk if ask.objective else None, by=by, at=at)
    _check_about(replace(ask, objective=objective))
    negotiation = Negotiation(
        kind=ask.kind,
        initiator=ask.initiator,
        counterpart=ask.counterpart,
        cycle=ask.cycle,
        objective=objective,
        key_result=ask.key_result,
        changes=ask.changes,
    )
    shape = shape_of(negotiation)
    terms = clean_payload(shape, payload, cycle=ask.cycle)
    negotiating.check_reach(negotiation, terms)
    _check_new(ask, terms)

    negotiation.title = title_of(shape, terms, about=ask.about)
    negotiation.save(force_insert=True)
    made = Terms.objects.create(
        negotiation=negotiation,
        version=1,
        team=ask.initiator,
        payload=terms,
        sha256=digest(terms),
        made_at=at,
    )
    negotiation.terms = made
    negotiation.save(update_fields=["terms"])

    event = AskDrafted(
        side=ask.initiator.name, other=ask.counterpart.name, kind=negotiation.kind, terms=terms
    )
    record_move(event, negotiation, by=by, at=at, is_private=True)
    return negotiation


@one_transaction
def ask(
    wish: Ask,
    *,
    payload: Mapping[str, object],
    by: Actor,
    at: datetime,
    message: str = "",
    respond_by: date | None = None,
) -> Negotiation:
    """Write a question down and send it in one step, as a lead."""
    rules.check_speaks_for(by, wish.initiator)
    draft = _begin(wish, payload=payload, by=by, at=at)
    return propose(draft, by=by, at=at, message=message, respond_by=respond_by)


@one_transaction
def propose_objective(  # noqa: PLR0913 -- two teams, a quarter, and what is proposed
    team: Team,
    *,
    cycle: Cycle,
    from_team: Team,
    payload: Mapping[str, object],
    by: Actor,
    at: datetime,
    message: str = "",
    respond_by: date | None = None,
) -> Negotiation:
    """Propose an objective to another team, which answers: accept, counter, or a respected no."""
    check_ask(Ask(kind=NegotiationKind.CONTRIBUTION, initiator=from_team, counterpart=team, cycle=cycle))
    rules.check_speaks_for(by, from_team)
    opened_quarters([team, from_team], cycle, by=by, at=at)
    terms = clean_payload(NegotiationKind.OBJECTIVE, payload, cycle=cycle)
    same = Objective.objects.alive().filter(team=team, cycle=cycle, authored_by=from_team)
    if found := same.filter(title=terms["title"]).order_by("pk").first():
        message = f"“{found}” is proposed to {team} already."
        raise InvalidMoveError(message)
    objective = Objective.objects.create(
        title=terms["title"],
        why=terms.get("why", ""),
        instead_of=terms.get("instead_of", ""),
        team=team,
        authored_by=from_team,
        cycle=cycle,
        horizon=Horizon.NOW,
        state=State.DRAFT,
        made_at=at,
    )
    KeyResult.objects.bulk_create(
        KeyResult(objective=objective, title=title, position=place)
        for place, title in enumerate(sentences_in(terms), 1)
    )
    about = Ask(
        kind=NegotiationKind.OBJECTIVE,
        initiator=from_team,
        counterpart=team,
        cycle=cycle,
        objective=objective,
    )
    draft = _begin(about, payload=terms, by=by, at=at)
    return propose(draft, by=by, at=at, message=message, respond_by=respond_by)


@one_transaction
def ask_for_change(
    agreement: Negotiation,
    *,
    payload: Mapping[str, object],
    reason: str,
    by: Actor,
    at: datetime,
    respond_by: date | None = None,
) -> Negotiation:
    """Ask to change what both agreed: a negotiation of its own; until it ends the old terms hold."""
    agreement, _quarters = locked_sides(agreement, by=by, at=at)
    if agreement.stage != Stage.AGREED:
        now = agreement.get_stage_display().lower()
        message = f"This is {now}: a change is asked for what is agreed."
        raise InvalidMoveError(message)
    root = agreement.changes or agreement
    spoken = negotiating.voices(by, agreement)
    sides = [one for one in (agreement.initiator, agreement.counterpart) if one.pk in spoken]
    side = sides[0] if sides else negotiating.side_of(Act.REVOKE, agreement, by)
    about = Ask(
        kind=NegotiationKind.CHANGE,
        initiator=side,
        counterpart=agreement.other(side.pk),
        cycle=agreement.cycle,
        objective=agreement.objective,
        key_result=agreement.key_result,
        changes=root,
    )
    if not reason.strip():
        message = "Say why it should change."
        raise InvalidInputError(message, field="reason")
    before = agreement.terms.payload if agreement.terms else {}
    if digest(clean_payload(shape_of(agreement), payload, cycle=agreement.cycle)) == digest(before):
        negotiating.check_changes([])
    draft = _begin(about, payload=payload, by=by, at=at)
    return propose(draft, by=by, at=at, message=reason, respond_by=respond_by)


def _check_about(ask: Ask) -> None:
    """Refuse what is asked already, and what its objective's state does not allow. One query."""
    objective = ask.objective
    if objective is not None:
        _check_state(ask, objective)
    same = Negotiation.objects.filter(
        kind=ask.kind,
        cycle=ask.cycle,
        objective=objective,
        key_result=ask.key_result,
        changes=ask.changes,
        stage=Stage.OPEN,
        initiator__in=[ask.initiator, ask.counterpart],
        counterpart__in=[ask.initiator, ask.counterpart],
    )
    if objective is not None and ask.kind not in {NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN}:
        found = same.order_by("pk").first()
        if found is not None:
            message = f"“{found}” is open between the two already: answer there."
            raise InvalidMoveError(message)


def _check_new(ask: Ask, terms: Payload) -> None:
    """Refuse the same words once more, as a double click brings them; work and people are asked for often."""
    same = Negotiation.objects.filter(
        kind=ask.kind,
        cycle=ask.cycle,
        objective=ask.objective,
        key_result=ask.key_result,
        changes=ask.changes,
        initiator=ask.initiator,
        counterpart=ask.counterpart,
        stage__in=[Stage.DRAFT, Stage.OPEN],
        terms__sha256=digest(terms),
    )
    if found := same.order_by("pk").first():
        message = f"“{found}” lies between the two already, in the same words."
        raise InvalidMoveError(message)


def _check_state(ask: Ask, objective: Objective) -> None:
    state = State(objective.state)
    now = objective.get_state_display().lower()
    if ask.kind == NegotiationKind.OBJECTIVE:
        if state not in {State.DRAFT, State.PROPOSED, State.NEGOTIATING}:
            message = f"“{objective}” is {now}: it cannot be proposed."
            raise InvalidMoveError(message)
    elif ask.kind == NegotiationKind.CHANGE:
        if state not in LOCKED or state in {State.GRADING, State.CLOSED}:
            message = f"“{objective}” is {now}: there is no agreement to change."
            raise InvalidMoveError(message)
    elif not rules.MOVES[state] or state in {State.GRADING, State.CLOSED, State.DEFERRED}:
        message = f"“{objective}” is {now}: nobody works on it now."
        raise InvalidMoveError(message)
