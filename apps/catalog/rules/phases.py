"""Which phase follows which, and what that looks like. Pure: no queries, no clock, no writes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from apps.catalog.models import Phase, Service, Team
from apps.core.errors import InvalidMoveError

MOVES: Final[dict[str, frozenset[str]]] = {
    Phase.PLAYGROUND: frozenset({Phase.GREEN_LIGHT, Phase.ARCHIVED}),
    Phase.GREEN_LIGHT: frozenset({Phase.READY, Phase.PLAYGROUND, Phase.ARCHIVED}),
    Phase.READY: frozenset({Phase.LIVE, Phase.GREEN_LIGHT, Phase.ARCHIVED}),
    Phase.LIVE: frozenset({Phase.ARCHIVED}),
    Phase.ARCHIVED: frozenset({Phase.PLAYGROUND, Phase.GREEN_LIGHT, Phase.READY, Phase.LIVE}),
}
IN_WORK: Final = (Phase.GREEN_LIGHT.value, Phase.READY.value)  # what keeps an advisor busy
REVIEW_AFTER: Final = timedelta(days=90)  # a playground is asked: keep, move on, or archive?


@dataclass(frozen=True)
class Condition:
    """One thing that a move looks at: its state, why, and the one click that helps."""

    code: str
    met: bool
    title: str
    reason: str = ""
    url: str = ""
    action: str = ""


def check_move(service: Service, to: Phase) -> None:
    """Refuse a phase that does not follow the present one; restored is into the phase before only."""
    is_back = service.phase != Phase.ARCHIVED or to == service.phase_before
    if to not in MOVES[service.phase] or not is_back:
        message = f"{service} is in “{service.get_phase_display()}” and cannot enter “{to.label}” from there."
        raise InvalidMoveError(message)


def check_whole(service: Service) -> None:
    """Refuse to move a part: it goes with its whole."""
    if service.part_of_id:
        message = f"{service} is a part of {service.part_of} and moves with it."
        raise InvalidMoveError(message)


def check_in_use(service: Service) -> None:
    """Refuse to change what was archived."""
    if service.phase == Phase.ARCHIVED:
        message = f"{service} is archived. Restore it first."
        raise InvalidMoveError(message)


def check_team_in_use(team: Team) -> None:
    """Refuse a team that is no more."""
    if team.is_archived:
        message = f"{team} is archived."
        raise InvalidMoveError(message)


def tone(phase: str) -> str:
    """Return the colour of a phase's badge, whose word says the same."""
    return {Phase.LIVE.value: "strong", Phase.GREEN_LIGHT.value: "accent", Phase.READY.value: "accent"}.get(
        phase, ""
    )


def first_step(service: Service) -> dict[str, Any]:
    """Return what a summary says before an upper app knows more; the steps of a part are its whole's."""
    if service.part_of_id:
        return {"next_step": "", "next_url": "", "next_on": None}
    steps = {
        Phase.PLAYGROUND.value: ("Keep, move on, or archive?", ""),
        Phase.GREEN_LIGHT.value: ("Talk about the green-light questions", "green-light/"),
        Phase.READY.value: ("Answer the ten areas", "readiness/"),
    }
    step, tab = steps.get(service.phase, ("", ""))
    url = f"{service.get_absolute_url()}{tab}" if step else ""
    return {"next_step": step, "next_url": url, "next_on": service.review_on}
