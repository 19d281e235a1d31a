"""What can be asked for, of whom and about what, before it is a row (OKRS 2.1)."""

from dataclasses import dataclass

from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.okrs.models import (
    EXITS,
    OVER,
    Cycle,
    CycleState,
    KeyResult,
    Negotiation,
    NegotiationKind,
    Objective,
    State,
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What somebody wants to negotiate, before it is a row."""

    kind: str
    initiator: Team
    counterpart: Team
    cycle: Cycle
    objective: Objective | None = None
    key_result: KeyResult | None = None
    changes: Negotiation | None = None

    @property
    def about(self) -> str:
        """Return the words of what it concerns."""
        found = self.key_result or self.objective
        return str(found) if found else ""


def check_ask(ask: Ask) -> None:
    """Refuse an ask that has no two sides, no place, or nothing that it is about."""
    if ask.kind not in NegotiationKind.values:
        message = f"There is nothing to ask for called “{ask.kind[:20]}”."
        raise InvalidInputError(message, field="kind")
    if ask.initiator.pk == ask.counterpart.pk:
        message = "A team does not negotiate with itself, and lends itself nobody."
        raise InvalidInputError(message, field="counterpart")
    if ask.counterpart.is_archived:
        message = f"{ask.counterpart} is archived: nobody would answer."
        raise InvalidInputError(message, field="counterpart")
    _check_promises(ask.cycle)
    if ask.objective is None and ask.changes is None and ask.kind != NegotiationKind.CONTRIBUTION:
        message = "Say which objective it is about."
        raise InvalidInputError(message, field="objective")
    _check_objective(ask)
    _check_key_result(ask)


def _check_promises(cycle: Cycle) -> None:
    if cycle.state not in {CycleState.PLANNING, CycleState.ACTIVE}:
        message = f"{cycle} is {cycle.get_state_display().lower()}: nothing is promised in it any more."
        raise InvalidMoveError(message)


def check_lives(negotiation: Negotiation) -> None:
    """Refuse to bind anybody when the quarter is over meanwhile, or what it is about has ended."""
    _check_promises(negotiation.cycle)
    before = negotiation.changes
    if before is not None and before.stage in OVER:
        message = f"What this would change is {before.get_stage_display().lower()}. Withdraw it, or say no."
        raise InvalidMoveError(message)
    objective = negotiation.objective
    if objective is not None and objective.state in EXITS | {State.GRADING, State.CLOSED}:
        now = objective.get_state_display().lower()
        message = f"“{objective}” is {now}: there is nothing left to agree on. Withdraw it, or say no."
        raise InvalidMoveError(message)


def _check_objective(ask: Ask) -> None:
    objective = ask.objective
    if objective is None:
        return
    if objective.team_id not in {ask.initiator.pk, ask.counterpart.pk}:
        message = f"“{objective}” is of neither side: {objective.team} is asked about it."
        raise InvalidInputError(message, field="counterpart")
    if objective.cycle_id != ask.cycle.pk:
        message = f"“{objective}” does not lie in {ask.cycle}."
        raise InvalidInputError(message, field="objective")


def _check_key_result(ask: Ask) -> None:
    key_result = ask.key_result
    if ask.kind == NegotiationKind.TARGET and key_result is None:
        message = "Say which key result it is about."
        raise InvalidInputError(message, field="key_result")
    if key_result is None:
        return
    if ask.objective is None or key_result.objective_id != ask.objective.pk:
        message = "That key result is of another objective."
        raise InvalidInputError(message, field="key_result")
    if key_result.dropped_on is not None:
        message = "That key result was dropped."
        raise InvalidMoveError(message)
