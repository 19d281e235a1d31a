"""What ends with something else: questions about it are over, and what was promised to it is free again."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from apps.accounts.models import Actor
from apps.okrs import events, queries
from apps.okrs.models import (
    Act,
    Allocation,
    Cycle,
    CycleState,
    Loan,
    Negotiation,
    Objective,
    Participant,
    Stage,
)
from apps.okrs.rules.measuring import today_of
from apps.okrs.rules.negotiating import LONGEST_REASON, giver_of
from apps.okrs.rules.numbers import ZERO
from apps.okrs.transitions.moves import append_move, record_move, tell_move

LOADED = (
    "initiator",
    "counterpart",
    "owes",
    "terms",
    "changes",
    "objective__team",
    "objective__accountable",
    "key_result__accountable",
)


def end_with(
    objective: Objective, *, reason: str, by: Actor, at: datetime, but: Negotiation | None = None
) -> set[int]:
    """Withdraw what is open about an objective and give back what was agreed for it; return who was told.

    The objective and its team's page are locked, so nobody agrees on anything about it meanwhile: its team is
    a side of all that is about it. Loans and contributions are one row each, which both ledgers read.
    """
    rows = queries.ends_with(objective).select_for_update(of=("self",), no_key=True).select_related(*LOADED)
    told = set()
    for one in rows.exclude(pk=but.pk) if but else rows:
        told.add(_end(one, objective, reason=reason[:LONGEST_REASON], by=by, at=at))
    return told


def _end(negotiation: Negotiation, objective: Objective, *, reason: str, by: Actor, at: datetime) -> int:
    """End one negotiation for the team whose objective ended; return which team was told."""
    side, is_open = objective.team, negotiation.stage == Stage.OPEN
    freed = ZERO if is_open else take_back(negotiation, by=by, at=at)
    is_for_us = giver_of(negotiation).pk != side.pk
    negotiation.closed_at = at
    act = Act.WITHDRAW if is_open else Act.REVOKE
    move = append_move(negotiation, act, side=side, reason=reason, by=by, at=at)

    if is_open:
        record_move(events.AskWithdrawn(side=side.name, reason=move.reason), negotiation, by=by, at=at)
        deed = "withdraws"
    else:
        event = events.AgreementRevoked(
            side=side.name, reason=move.reason, person_weeks=f"{freed.normalize():f}"
        )
        record_move(event, negotiation, by=by, at=at)
        deed = "needs this no longer, and gives back" if is_for_us and freed else "revokes what was agreed"
    other = negotiation.other(side.pk)
    tell_move(move, other, "moved", by=by, at=at, deed=deed)
    return other.pk


def free_own_weeks(objective: Objective, *, by: Actor, at: datetime) -> Decimal:  # noqa: ARG001
    """Free what its own team promised to an objective; return the person-weeks. Two queries.

    What was promised in a closed quarter stays on record.
    """
    promised = Allocation.objects.filter(objective=objective, negotiation=None)
    promised = promised.exclude(quarter__cycle__state=CycleState.CLOSED)
    weeks = promised.aggregate(sum=Sum("person_weeks"))["sum"] or ZERO
    promised.delete()
    return weeks


def take_back(negotiation: Negotiation, *, by: Actor, at: datetime) -> Decimal:
    """Free what an agreement bound, and end its loan; return the person-weeks. Six queries at most."""
    promised = Allocation.objects.filter(negotiation=negotiation)
    freed = sum((one.person_weeks for one in promised), ZERO)
    promised.delete()
    loans = Loan.objects.filter(negotiation=negotiation, ended_on=None)
    freed += sum((one.person_weeks for one in loans), ZERO)
    loans.update(ended_on=today_of(by, at))
    giver = giver_of(negotiation)
    if negotiation.objective is not None and giver.pk != negotiation.objective.team_id:
        Participant.objects.filter(
            objective=negotiation.objective,
            team=giver,
            part__in=[Participant.Part.CONTRIBUTOR, Participant.Part.LENDER],
        ).update(part=Participant.Part.INFORMED)
    return freed


def lapse_unanswered(cycle: Cycle, *, by: Actor, at: datetime) -> None:
    """Let lapse what nobody answered in a quarter that closes, which is locked: silence is never a yes."""
    rows = Negotiation.objects.select_for_update(of=("self",), no_key=True).select_related(*LOADED)
    for one in rows.filter(cycle=cycle, stage=Stage.OPEN).order_by("pk"):
        note_lapse(one, reason=f"{cycle} closed before an answer came.", by=by, at=at)


def note_lapse(negotiation: Negotiation, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Write down that nobody answered, and tell both sides; the negotiation is locked and open."""
    owed, respond_by = negotiation.owes, negotiation.respond_by
    negotiation.closed_at = at
    move = append_move(negotiation, Act.LAPSE, side=None, reason=reason, by=by, at=at)

    name = owed.name if owed else ""
    event = events.AskLapsed(owed=name, respond_by=respond_by.isoformat() if respond_by else "")
    record_move(event, negotiation, by=by, at=at)
    for team in (negotiation.initiator, negotiation.counterpart):
        tell_move(move, team, "lapsed", by=by, at=at, owed=name)
