"""How a quarter moves from planning to closed, and who moves it.

The leads of the root team turn it, or the job does by the date; an administrator reopens it with a reason.
"""

from datetime import date, timedelta
from typing import Final

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.okrs.models import Cycle, CycleState, State
from apps.okrs.rules.permissions import speaks_for

CYCLE_MOVES: Final[dict[CycleState, frozenset[CycleState]]] = {
    CycleState.PLANNING: frozenset({CycleState.ACTIVE}),
    CycleState.ACTIVE: frozenset({CycleState.GRADING}),
    CycleState.GRADING: frozenset({CycleState.CLOSED}),
    CycleState.CLOSED: frozenset(),  # reopened by an administrator alone
}
GRADED_FROM: Final = timedelta(days=14)  # before its last day a quarter may already be graded
UNFINISHED: Final = (State.AGREED, State.ACTIVE, State.GRADING)
NEVER_AGREED: Final = (State.IDEA, State.DRAFT, State.DEFERRED)  # go into the backlog when a quarter closes
UNANSWERED: Final = (State.PROPOSED, State.NEGOTIATING)  # go there too, as drafts again


def may_turn(by: Actor, root: Team | None) -> bool:
    """Leads of the team that stands for the organisation, and the system by the date."""
    return by.person is None or (root is not None and speaks_for(by, root))


def check_may_turn(by: Actor, root: Team | None) -> None:
    """Refuse everybody else."""
    if not may_turn(by, root):
        whose = f"a lead of {root}" if root else "a lead of the organisation's team"
        message = f"Only {whose} moves the quarter on; on its days it moves by itself."
        raise NotPermittedError(message)


def no_root_in_words(named: str) -> str:
    """Say what is missing where no team stands for the organisation, and who can do what about it.

    `named` is what settings.ROOT_TEAM says, if anything.
    """
    lacks = "begins a quarter, writes the strategy or gives a waiver"
    way = "Developer Enablement or an administrator makes every team but one part of another"
    if named:
        way = f"ROOT_TEAM names “{named}”, which is no team here, and who runs the portal puts that right"
    return f"No team stands for the whole organisation yet, so nobody {lacks}: {way}."


def check_may_reopen(by: Actor) -> None:
    """Refuse all but administrators."""
    if not by.has("admin"):
        message = "Only an administrator reopens a closed quarter, with a reason."
        raise NotPermittedError(message)


def check_cycle_move(cycle: Cycle, to: CycleState) -> None:
    """Refuse a move that the table does not list."""
    if to not in CYCLE_MOVES[CycleState(cycle.state)]:
        message = f"{cycle} is {cycle.get_state_display().lower()} and cannot become {to.label.lower()}."
        raise InvalidMoveError(message)


def check_begins(cycle: Cycle, *, other: Cycle | None, today: date) -> None:
    """Refuse to begin before its first day, and beside another active quarter."""
    if other is not None:
        message = f"{other} is still active. Begin its grading first: one quarter is active at a time."
        raise InvalidMoveError(message)
    if today < cycle.starts_on:
        message = f"{cycle} begins on {cycle.starts_on:%-d %B %Y}."
        raise InvalidMoveError(message)


def check_graded(cycle: Cycle, *, today: date) -> None:
    """Refuse to grade what is still going on."""
    first = cycle.ends_on - GRADED_FROM
    if today < first:
        message = f"{cycle} can be graded from {first:%-d %B %Y}, two weeks before it ends."
        raise InvalidMoveError(message)


def check_closes(cycle: Cycle, unfinished: int) -> None:
    """Refuse while objectives wait: each needs its grades and a verdict, or a stop."""
    if unfinished:
        noun = "objective waits" if unfinished == 1 else "objectives wait"
        message = (
            f"{unfinished} {noun} in {cycle}: what runs needs its grades and a verdict, and what was never "
            "begun is stopped with a reason."
        )
        raise InvalidMoveError(message)


def is_due_to_close(cycle: Cycle, *, today: date) -> bool:
    """Tell whether the job may close it: late values no longer count, and nobody has reopened it."""
    return today > cycle.ends_on + timedelta(days=cycle.grace_days) and not cycle.reopened_because
