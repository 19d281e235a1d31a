"""How two teams find terms: ask, ask differently, counter, accept."""

from collections.abc import Mapping
from datetime import date, datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import events, queries
from apps.okrs.models import Act, Cycle, CycleState, Negotiation, Objective, Quarter
from apps.okrs.rules import capacity, negotiating
from apps.okrs.rules.asking import check_lives
from apps.okrs.rules.negotiating import giver_of
from apps.okrs.rules.terms import Payload
from apps.okrs.transitions.agreeing import bring_about
from apps.okrs.transitions.following import objective_agreed, objective_follows
from apps.okrs.transitions.locking_sides import locked_sides
from apps.okrs.transitions.moves import append_move, is_stale, new_terms, on_the_table, record_move, tell_move

SEEN = 16


@one_transaction
def propose(
    negotiation: Negotiation, *, by: Actor, at: datetime, message: str = "", respond_by: date | None = None
) -> Negotiation:
    """Send a draft: from now on the other side owes an answer, until a day."""
    negotiation, quarters = locked_sides(negotiation, by=by, at=at)
    negotiating.check_stage(Act.PROPOSE, negotiation)
    side = negotiating.side_of(Act.PROPOSE, negotiation, by)
    check_lives(negotiation)
    wanted = negotiating.answer_by(respond_by, at=at)
    terms = on_the_table(negotiation, by=by, at=at)
    _check_giver_says_instead(negotiation, terms.payload, side, quarters, at=at)

    negotiation.respond_by = wanted
    negotiation.opened_at = at
    move = append_move(negotiation, Act.PROPOSE, side=side, terms=terms, reason=message, by=by, at=at)
    objective_follows(negotiation, Act.PROPOSE, by=by, at=at)

    other = negotiation.other(side.pk)
    event = events.Asked(
        side=side.name,
        other=other.name,
        terms=terms.payload,
        content=terms.sha256[:SEEN],
        respond_by=wanted.isoformat(),
    )
    record_move(event, negotiation, by=by, at=at)
    tell_move(move, other, "asked", by=by, at=at, is_new=True)
    return negotiation


@one_transaction
def amend(  # noqa: PLR0913 -- as a counter
    negotiation: Negotiation,
    *,
    payload: Mapping[str, object],
    by: Actor,
    at: datetime,
    seen: str = "",
    message: str = "",
    respond_by: date | None = None,
) -> Negotiation | Conflict[Negotiation]:
    """Ask differently before the other side has answered; what they saw before no longer binds.

    With `seen`, the sha256 on screen, what a colleague has changed meanwhile is shown first.
    """
    negotiation, quarters = locked_sides(negotiation, by=by, at=at)
    negotiating.check_stage(Act.AMEND, negotiation)
    side = negotiating.side_of(Act.AMEND, negotiation, by)
    if seen and is_stale(negotiation, seen, by=by, at=at):
        return Conflict(negotiation)
    check_lives(negotiation)
    terms, names = new_terms(negotiation, payload, side, by=by, at=at)
    _check_giver_says_instead(negotiation, terms.payload, side, quarters, at=at)

    negotiation.respond_by = negotiating.answer_by(respond_by, at=at)
    move = append_move(negotiation, Act.AMEND, side=side, terms=terms, reason=message, by=by, at=at)

    event = events.AskAmended(
        side=side.name, changed=", ".join(names), terms=terms.payload, content=terms.sha256[:SEEN]
    )
    record_move(event, negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "asked", by=by, at=at, is_new=False)
    return negotiation


@one_transaction
def counter(  # noqa: PLR0913 -- what was on screen, what is said instead, and until when
    negotiation: Negotiation,
    *,
    payload: Mapping[str, object],
    by: Actor,
    at: datetime,
    seen: str = "",
    message: str = "",
    respond_by: date | None = None,
) -> Saved[Negotiation] | Conflict[Negotiation]:
    """Answer with other terms: at least one field changes, and the other side owes the answer then.

    With `seen`, the sha256 on screen, terms that changed meanwhile are shown first.
    """
    negotiation, quarters = locked_sides(negotiation, by=by, at=at)
    negotiating.check_speaks_for_a_side(by, negotiation)
    if seen and is_stale(negotiation, seen, by=by, at=at):
        return Conflict(negotiation)
    negotiating.check_stage(Act.COUNTER, negotiation)
    side = negotiating.side_of(Act.COUNTER, negotiation, by)
    check_lives(negotiation)
    terms, names = new_terms(negotiation, payload, side, by=by, at=at)
    _check_giver_says_instead(negotiation, terms.payload, side, quarters, at=at)

    negotiation.respond_by = negotiating.answer_by(respond_by, at=at)
    move = append_move(negotiation, Act.COUNTER, side=side, terms=terms, reason=message, by=by, at=at)
    objective_follows(negotiation, Act.COUNTER, by=by, at=at)

    event = events.AskCountered(
        side=side.name,
        changed=", ".join(names),
        terms=terms.payload,
        content=terms.sha256[:SEEN],
        round=negotiation.rounds,
    )
    record_move(event, negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "countered", by=by, at=at, round=negotiation.rounds)
    return Saved(negotiation)


@one_transaction
def accept(
    negotiation: Negotiation,
    *,
    seen: str,
    by: Actor,
    at: datetime,
    displaced: str = "",
    within: Objective | None = None,
) -> Saved[Negotiation] | Conflict[Negotiation]:
    """Accept the terms whose sha256 was on screen; terms that changed meanwhile are shown instead.

    `displaced` names what a yes in mid-cycle pushes out, `within` the giver's objective that it serves.
    """
    negotiation, quarters = locked_sides(negotiation, by=by, at=at)
    negotiating.check_speaks_for_a_side(by, negotiation)
    if is_stale(negotiation, seen, by=by, at=at):
        return Conflict(negotiation)
    negotiating.check_stage(Act.ACCEPT, negotiation)
    side = negotiating.side_of(Act.ACCEPT, negotiation, by)
    check_lives(negotiation)
    terms = on_the_table(negotiation, by=by, at=at)
    moved = list(negotiation.moves.order_by("seq"))
    author = next((move.person_id for move in reversed(moved) if move.terms_id == terms.pk), None)
    negotiating.check_not_own_terms(by, author)
    negotiating.check_both_moved([*(move.team_id for move in moved), side.pk], negotiation)
    displaced = clean_line(displaced, field="displaced", limit=500) or terms.payload.get("instead_of", "")

    giver = giver_of(negotiation)
    before = queries.ledger(quarters[giver.pk], on=at.date())
    bring_about(negotiation, terms.payload, quarters=quarters, within=within, by=by, at=at)
    _check_room(negotiation.cycle, giver, before, quarters[giver.pk], displaced, at=at)
    negotiation.displaced = displaced
    negotiation.closed_at = at
    move = append_move(negotiation, Act.ACCEPT, side=side, terms=terms, by=by, at=at)
    objective_agreed(negotiation, terms.payload, by=by, at=at)

    other = negotiation.other(side.pk)
    event = events.TermsAgreed(
        side=side.name,
        other=other.name,
        terms=terms.payload,
        content=terms.sha256[:SEEN],
        rounds=negotiation.rounds,
        displaced=displaced,
    )
    record_move(event, negotiation, by=by, at=at)
    tell_move(move, other, "agreed", by=by, at=at, displaced=displaced)
    return Saved(negotiation)


def _check_giver_says_instead(
    negotiation: Negotiation,
    payload: Payload,
    side: Team,
    quarters: dict[int, Quarter],
    *,
    at: datetime,
) -> None:
    """Let the side that does it say in its own terms what a yes in mid-cycle displaces."""
    giver = giver_of(negotiation)
    if side.pk != giver.pk or payload.get("instead_of"):
        return
    before = queries.ledger(quarters[giver.pk], on=at.date())
    after = negotiating.crowds(negotiation, payload, before)
    if before is not None and after is not None:
        message = (
            f"This takes {giver} from {before.rho_words} to {after.rho_words} of what it has. "
            "Say what you drop, slow down or do not start for it."
        )
        raise InvalidInputError(message, field="instead_of")


def _check_room(
    cycle: Cycle,
    giver: Team,
    before: capacity.Ledger | None,
    quarter: Quarter,
    displaced: str,
    *,
    at: datetime,
) -> None:
    after = queries.ledger(quarter, on=at.date())
    if cycle.state == CycleState.ACTIVE and before is not None and after is not None:
        capacity.check_room(before, after, team=giver, displaced=displaced)
