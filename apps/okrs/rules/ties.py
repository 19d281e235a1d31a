"""How objectives may be tied to each other (OKRS 1.1), and what a team does with its candidates."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.okrs.models import AlignmentLink, Cycle

LONGEST_STATEMENT: Final = 300
MOST_LINKS: Final = 30


def leads_back(edges: Mapping[int, Iterable[int]], *, start: int, goal: int) -> bool:
    """Tell whether one gets from `start` to `goal` along the edges."""
    seen: set[int] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            waiting += edges.get(here, ())
    return False


def check_no_circle(edges: Mapping[int, Iterable[int]], *, objective_id: int, aim_id: int, name: str) -> None:
    """Refuse a contribution that would come back to where it began."""
    if objective_id == aim_id:
        message = "An objective is not tied to itself."
        raise InvalidInputError(message, field="target")
    if leads_back(edges, start=aim_id, goal=objective_id):
        message = f"“{name}” contributes to this already, directly or through others. One of them is the aim."
        raise InvalidInputError(message, field="target")


def check_overlap(own: Cycle | None, other: Cycle | None) -> None:
    """Refuse to tie what does not happen at the same time; what has no quarter yet may be tied."""
    if own is None or other is None:
        return
    if own.starts_on > other.ends_on or other.starts_on > own.ends_on:
        message = f"That one is of {other}, and this one of {own}: their periods do not overlap."
        raise InvalidInputError(message, field="target")


def check_kind(kind: str, *, is_strategy: bool) -> None:
    """Refuse unknown kinds; one does not depend on a sentence of the strategy."""
    if kind not in AlignmentLink.Kind:
        message = "Choose contributes to, or depends on."
        raise InvalidInputError(message, field="kind")
    if kind == AlignmentLink.Kind.DEPENDS_ON and is_strategy:
        message = "One contributes to a sentence of the strategy; one depends on the work of a team."
        raise InvalidInputError(message, field="kind")


def check_needed(kind: str, needed_on: date | None, cycle: Cycle | None) -> None:
    """Refuse a day that helps nobody."""
    if needed_on is None:
        return
    if kind != AlignmentLink.Kind.DEPENDS_ON:
        message = "Only what one depends on is needed by a day."
        raise InvalidInputError(message, field="needed_on")
    if cycle is not None and needed_on > cycle.ends_on:
        message = f"{cycle} is over by then."
        raise InvalidInputError(message, field="needed_on")


def check_room(count: int) -> None:
    """Refuse a knot."""
    if count >= MOST_LINKS:
        message = f"{MOST_LINKS} ties are more than anybody can follow. Which of them matter?"
        raise InvalidMoveError(message)
