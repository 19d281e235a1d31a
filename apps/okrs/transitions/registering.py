"""How a no becomes a row of the register, in the transaction of the step that says it."""

from datetime import date, datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.okrs.models import Negotiation, NegotiationKind, No, Objective, ReasonCode
from apps.okrs.rules import negotiating
from apps.okrs.rules import nos as rules
from apps.okrs.rules.terms import shape_of


def write_no(  # noqa: PLR0913 -- a no is whole or it is none
    negotiation: Negotiation,
    *,
    side: Team,
    code: str,
    reason: str,
    until_on: date | None,
    by: Actor,
    at: datetime,
) -> No:
    """Write the no that goes with a move, in its transaction. One query."""
    objective, key_result = negotiation.objective, negotiation.key_result
    is_work = shape_of(negotiation) in {NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN}
    no = No(
        kind=No.Kind.NOT_NOW if until_on else No.Kind.NO,
        what=negotiation.title,
        team=side,
        reason_code=code,
        reason=reason,
        until_on=until_on,
        requester=negotiation.other(side.pk),
        negotiation=negotiation,
        objective=objective,
        metric=key_result.metric if key_result else None,
        dependency=negotiating.giver_of(negotiation) if is_work else None,
        tags=objective.tags if objective else [],
    )
    return written(no, by=by, at=at)


def write_own_no(  # noqa: PLR0913 -- a no is whole or it is none
    objective: Objective,
    kind: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    until_on: date | None = None,
    reopen_when: str = "",
) -> No | None:
    """Write the no that goes with a step of the team's own, in its transaction. One query.

    The register shows it beside those to others. Where no person decides, nobody could hold it.
    """
    if by.person is None:
        return None
    if until_on is not None:
        negotiating.check_ahead(until_on, at=at, field="until_on")
    no = No(
        kind=kind,
        what=objective.title,
        team=objective.team,
        reason_code=ReasonCode.OTHER,
        reason=reason,
        until_on=until_on,
        reopen_when=reopen_when,
        objective=objective,
        tags=objective.tags,
    )
    return written(no, by=by, at=at)


def written(no: No, *, by: Actor, at: datetime) -> No:
    """Store a new no: whoever decides it holds it, and a "not now" says when it is decided again."""
    rules.check_ends(no.kind, until_on=no.until_on, reopen_when=no.reopen_when)
    no.decided_by = no.holder = rules.decider(by)
    no.decided_at = at
    no.save()
    return no
