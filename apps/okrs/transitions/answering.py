"""How a negotiation ends: a no, a withdrawal, silence; and what becomes of an agreement."""

from datetime import date, datetime

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.okrs import events
from apps.okrs.models import Act, Negotiation, ReasonCode, Stage
from apps.okrs.rules import negotiating
from apps.okrs.rules.negotiating import LONGEST_REASON
from apps.okrs.transitions.ending import note_lapse, take_back
from apps.okrs.transitions.following import objective_follows
from apps.okrs.transitions.locking_sides import locked_sides
from apps.okrs.transitions.moves import append_move, record_move, tell_move
from apps.okrs.transitions.registering import write_no


@one_transaction
def decline(
    negotiation: Negotiation, *, reason_code: str, reason: str, by: Actor, at: datetime
) -> Negotiation:
    """Say no, with a reason that the register keeps."""
    return _say_no(negotiation, Act.DECLINE, reason_code, reason, until_on=None, by=by, at=at)


@one_transaction
def defer_ask(
    negotiation: Negotiation,
    *,
    reason_code: str,
    reason: str,
    until_on: date | None,
    by: Actor,
    at: datetime,
) -> Negotiation:
    """Say not now, with a reason and the day on which it is decided again."""
    return _say_no(negotiation, Act.DEFER, reason_code, reason, until_on=until_on, by=by, at=at)


def _say_no(  # noqa: PLR0913 -- a no is whole or it is none
    negotiation: Negotiation,
    act: Act,
    reason_code: str,
    reason: str,
    *,
    until_on: date | None,
    by: Actor,
    at: datetime,
) -> Negotiation:
    negotiation, _quarters = locked_sides(negotiation, by=by, at=at)
    negotiating.check_stage(act, negotiation)
    side = negotiating.side_of(act, negotiation, by)
    is_later = act == Act.DEFER
    code, said = negotiating.clean_no(reason_code, reason, until_on=until_on, is_later=is_later, at=at)

    negotiation.closed_at = at
    move = append_move(negotiation, act, side=side, reason_code=code, reason=said, by=by, at=at)
    no = write_no(negotiation, side=side, code=code, reason=said, until_on=until_on, by=by, at=at)
    objective_follows(negotiation, act, by=by, at=at)

    words = {"side": side.name, "code": code, "reason": said}
    if until_on is None:
        record_move(events.AskDeclined(no=no.pk, **words), negotiation, by=by, at=at)
    else:
        event = events.AskDeferred(no=no.pk, until_on=until_on.isoformat(), **words)
        record_move(event, negotiation, by=by, at=at)
    label = str(ReasonCode(code).label)
    other = negotiation.other(side.pk)
    tell_move(
        move, other, "said_no", by=by, at=at, is_later=is_later, code=label, reason=said, until_on=until_on
    )
    return negotiation


@one_transaction
def withdraw_ask(negotiation: Negotiation, *, by: Actor, at: datetime, reason: str = "") -> Negotiation:
    """Take back what is on the table before the other side has answered."""
    negotiation, side = _simple(negotiation, Act.WITHDRAW, by=by, at=at)
    negotiation.closed_at = at
    move = append_move(negotiation, Act.WITHDRAW, side=side, reason=reason, by=by, at=at)
    objective_follows(negotiation, Act.WITHDRAW, by=by, at=at)

    record_move(events.AskWithdrawn(side=side.name, reason=move.reason), negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "moved", by=by, at=at, deed="withdraws")
    return negotiation


@one_transaction
def discard(negotiation: Negotiation, *, by: Actor, at: datetime) -> Negotiation:
    """Throw a draft away; the other side has never seen it."""
    negotiation, side = _simple(negotiation, Act.DISCARD, by=by, at=at)
    negotiation.closed_at = at
    append_move(negotiation, Act.DISCARD, side=side, by=by, at=at)

    record_move(events.AskDiscarded(side=side.name), negotiation, by=by, at=at, is_private=True)
    return negotiation


@one_transaction
def report(negotiation: Negotiation, *, by: Actor, at: datetime, note: str = "") -> Negotiation:
    """Say that it is done; the side that asked says whether that was it."""
    negotiation, side = _simple(negotiation, Act.REPORT, by=by, at=at)
    move = append_move(negotiation, Act.REPORT, side=side, reason=note, by=by, at=at)

    record_move(events.DoneReported(side=side.name, note=move.reason), negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "moved", by=by, at=at, deed="says that it is done")
    return negotiation


@one_transaction
def be_satisfied(negotiation: Negotiation, *, by: Actor, at: datetime, note: str = "") -> Negotiation:
    """Confirm that what was reported is what was agreed: the conversation is over."""
    negotiation, side = _simple(negotiation, Act.SATISFIED, by=by, at=at)
    negotiation.closed_at = at
    move = append_move(negotiation, Act.SATISFIED, side=side, reason=note, by=by, at=at)

    record_move(events.DoneConfirmed(side=side.name, note=move.reason), negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "moved", by=by, at=at, deed="is satisfied")
    return negotiation


@one_transaction
def dispute(negotiation: Negotiation, *, reason: str, by: Actor, at: datetime) -> Negotiation:
    """Say what is still missing from what was reported; the agreement stands."""
    negotiation, side = _simple(negotiation, Act.DISPUTE, by=by, at=at)
    said = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)
    move = append_move(negotiation, Act.DISPUTE, side=side, reason=said, by=by, at=at)

    record_move(events.DoneDisputed(side=side.name, reason=said), negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "moved", by=by, at=at, deed="is not satisfied yet")
    return negotiation


@one_transaction
def revoke(negotiation: Negotiation, *, reason: str, by: Actor, at: datetime) -> Negotiation:
    """No longer keep what was agreed, with the reason; what it bound becomes free at once."""
    negotiation, side = _simple(negotiation, Act.REVOKE, by=by, at=at)
    said = clean_line(reason, field="reason", limit=LONGEST_REASON, is_required=True)
    freed = take_back(negotiation, by=by, at=at)
    negotiation.closed_at = at
    move = append_move(negotiation, Act.REVOKE, side=side, reason=said, by=by, at=at)
    objective_follows(negotiation, Act.REVOKE, by=by, at=at, reason=said)

    event = events.AgreementRevoked(side=side.name, reason=said, person_weeks=f"{freed.normalize():f}")
    record_move(event, negotiation, by=by, at=at)
    tell_move(move, negotiation.other(side.pk), "moved", by=by, at=at, deed="revokes what was agreed")
    return negotiation


def lapse_all(*, by: Actor, at: datetime) -> int:
    """Let lapse what nobody answered in time, each in a transaction of its own; return how many."""
    last = (at - negotiating.FARTHEST_BEHIND).date()
    late = Negotiation.objects.filter(stage=Stage.OPEN, respond_by__lt=last)
    return sum(lapse(one, by=by, at=at) for one in late.streamed())


@one_transaction
def lapse(negotiation: Negotiation, *, by: Actor, at: datetime) -> bool:
    """Let one question lapse whose day has passed; whoever answered meanwhile wins."""
    negotiation, _quarters = locked_sides(negotiation, by=by, at=at)
    if negotiation.stage != Stage.OPEN or not negotiating.has_lapsed(negotiation, at=at):
        return False
    note_lapse(negotiation, by=by, at=at)
    return True


def _simple(negotiation: Negotiation, act: Act, *, by: Actor, at: datetime) -> tuple[Negotiation, Team]:
    """Lock and check what needs no words."""
    negotiation, _quarters = locked_sides(negotiation, by=by, at=at)
    side = negotiating.side_of(act, negotiation, by)
    negotiating.check_stage(act, negotiation)
    return negotiation, side
