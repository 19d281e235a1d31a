"""One move of a negotiation: what follows from all of them is kept here, and nowhere else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from apps.accounts.models import Actor
from apps.activity.models import Audience, EventKind
from apps.activity.transitions import record
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError
from apps.core.text import clean_line
from apps.okrs.models import OVER, Act, Move, Negotiation, NegotiationKind, Stage, Terms
from apps.okrs.rules import negotiating
from apps.okrs.rules.negotiating import LONGEST_REASON, Standing
from apps.okrs.rules.terms import changed, clean_payload, digest, lines_of, shape_of, title_of
from apps.okrs.transitions.telling import tell_side


def append_move(  # noqa: PLR0913 -- a move has that many sides
    negotiation: Negotiation,
    act: Act,
    *,
    side: Team | None,
    by: Actor,
    at: datetime,
    terms: Terms | None = None,
    reason_code: str = "",
    reason: str = "",
) -> Move:
    """Append a move; stage, owes, terms, title and rounds follow from it, and are set nowhere else."""
    said = clean_line(reason, field="reason", limit=LONGEST_REASON)
    if terms is not None and terms.pk is None:
        terms.save(force_insert=True)
    move = Move.objects.create(
        negotiation=negotiation,
        seq=negotiation.moves.count() + 1,
        act=act,
        terms=terms,
        team=side,
        person=by.person,
        reason_code=reason_code,
        reason=said,
        at=at,
    )
    before = Standing(Stage(negotiation.stage), negotiation.owes_id, negotiation.terms_id, negotiation.rounds)
    standing = negotiating.after(
        before,
        act,
        sides=(negotiation.initiator_id, negotiation.counterpart_id),
        team_id=side.pk if side else None,
        terms_id=terms.pk if terms else None,
    )
    negotiation.stage, negotiation.rounds = standing.stage, standing.rounds
    negotiation.owes = _side(negotiation, standing.owes_id)
    if terms is not None:
        negotiation.terms = terms
        if shape_of(negotiation) == NegotiationKind.LOAN:  # its name is a number; words keep those of the ask
            about = negotiation.key_result or negotiation.objective
            negotiation.title = title_of(NegotiationKind.LOAN, terms.payload, about=str(about or ""))
    negotiation.revision += 1
    negotiation.save(
        update_fields=[
            "stage",
            "owes",
            "terms",
            "title",
            "rounds",
            "respond_by",
            "opened_at",
            "closed_at",
            "displaced",
            "revision",
        ]
    )
    return move


def _side(negotiation: Negotiation, team_id: int | None) -> Team | None:
    return next((one for one in (negotiation.initiator, negotiation.counterpart) if one.pk == team_id), None)


def on_the_table(negotiation: Negotiation, *, by: Actor, at: datetime) -> Terms:  # noqa: ARG001 -- as all steps are called
    """Return the terms that lie there now. No query."""
    if negotiation.terms is None:
        message = "Nothing is on the table."
        raise InvalidInputError(message)
    return negotiation.terms


def is_stale(negotiation: Negotiation, seen: str, *, by: Actor, at: datetime) -> bool:
    """Tell whether somebody looks at terms that are no longer the ones on the table."""
    return negotiation.stage not in OVER and on_the_table(negotiation, by=by, at=at).sha256 != seen


def new_terms(
    negotiation: Negotiation, payload: Mapping[str, object], side: Team, *, by: Actor, at: datetime
) -> tuple[Terms, list[str]]:
    """Return other terms, not saved yet, and what they change; refuse the same ones. One query."""
    before = on_the_table(negotiation, by=by, at=at)
    said = clean_payload(shape_of(negotiation), payload, cycle=negotiation.cycle)
    names = changed(before.payload, said)
    negotiating.check_changes(names)
    negotiating.check_reach(negotiation, said)
    terms = Terms(
        negotiation=negotiation,
        version=negotiation.all_terms.count() + 1,
        team=side,
        payload=said,
        sha256=digest(said),
        made_at=at,
    )
    return terms, names


def record_move(
    event: EventKind, negotiation: Negotiation, *, by: Actor, at: datetime, is_private: bool = False
) -> None:
    """Write into the history what happened; a draft's is for its own side.

    What is about an objective that is not open stands in the history of each side, for that side alone.
    """
    subject = negotiation.subject(on=at.date())
    if is_private:
        subject = replace(subject, audience=Audience.of_team(negotiation.initiator_id))
    record(event, by=by, at=at, subject=subject)
    if not is_private and subject.audience != Audience.EVERYONE:
        side = negotiation.initiator
        own = replace(subject, team_id=side.pk, team_name=side.name, audience=Audience.of_team(side.pk))
        record(event, by=by, at=at, subject=own)


def tell_move(move: Move, team: Team, template: str, *, by: Actor, at: datetime, **more: object) -> None:
    """Tell one side of a move."""
    negotiation = move.negotiation
    payload = negotiation.terms.payload if negotiation.terms else {}
    context = {
        "side": (move.team or team).name,
        "what": negotiation.title,
        "lines": list(lines_of(shape_of(negotiation), payload)),
        "message": move.reason,
        "respond_by": negotiation.respond_by,
    }
    tell_side(team, negotiation, template=template, key=f"{move.seq}", by=by, at=at, context=context | more)
