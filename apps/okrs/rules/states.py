"""How an objective moves from state to state (OKRS 1.1)."""

from typing import Final

from apps.core.errors import InvalidMoveError
from apps.okrs.models import LOCKED, Objective, State

MOVES: Final[dict[State, frozenset[State]]] = {
    State.IDEA: frozenset({State.DRAFT, State.WITHDRAWN}),
    State.DRAFT: frozenset({State.IDEA, State.PROPOSED, State.AGREED, State.DEFERRED, State.WITHDRAWN}),
    State.PROPOSED: frozenset(
        {State.NEGOTIATING, State.AGREED, State.DECLINED, State.DEFERRED, State.WITHDRAWN}
    ),
    State.NEGOTIATING: frozenset({State.AGREED, State.DECLINED, State.DEFERRED, State.WITHDRAWN}),
    State.AGREED: frozenset({State.ACTIVE, State.NEGOTIATING, State.STOPPED}),
    State.ACTIVE: frozenset({State.GRADING, State.STOPPED}),
    State.GRADING: frozenset({State.CLOSED, State.ACTIVE}),
    State.CLOSED: frozenset(),
    State.DECLINED: frozenset(),
    State.DEFERRED: frozenset({State.DRAFT}),
    State.WITHDRAWN: frozenset(),
    State.STOPPED: frozenset(),
}


def check_move(objective: Objective, to: State) -> None:
    """Refuse a move that the table does not list."""
    if to not in MOVES[State(objective.state)]:
        now = objective.get_state_display().lower()
        message = f"An objective that is {now} cannot become {to.label.lower()}."
        raise InvalidMoveError(message)


def check_editable(objective: Objective) -> None:
    """Refuse edits of what two sides agreed on, and of what is over: a change is asked for instead."""
    if objective.state in LOCKED:
        message = "This was agreed. Ask for a change: the other side sees both versions and answers."
        raise InvalidMoveError(message)
    if not MOVES[State(objective.state)]:
        message = f"This objective is {objective.get_state_display().lower()}: it stays as it is."
        raise InvalidMoveError(message)


def check_correctable(objective: Objective) -> None:
    """Refuse corrections of what is not agreed yet, and of what is over and graded."""
    if objective.state not in LOCKED:
        message = "Nobody has agreed to this: it is edited, not corrected."
        raise InvalidMoveError(message)
    if objective.state == State.CLOSED:
        message = "This objective is closed: its words stay as they were graded."
        raise InvalidMoveError(message)
