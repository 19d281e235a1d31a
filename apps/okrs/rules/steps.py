"""The steps of an objective that its team takes alone: who may, what is needed, and how they are called."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.okrs.models import CycleState, Objective, State
from apps.okrs.rules.permissions import may_draft, may_put_off, speaks_for
from apps.okrs.rules.states import MOVES


@dataclass(frozen=True)
class Step:
    """One button of an objective."""

    key: str  # in its address
    label: str
    to: State
    icon: str
    may: Callable[[Actor, Team], bool] | None = None  # of the team; otherwise who speaks for it
    asks: bool = False  # leads to a form first
    is_far_reaching: bool = False


STEPS: Final = [
    Step("adopt", "Agree to it", State.AGREED, "check"),
    Step("activate", "Begin work", State.ACTIVE, "player-play", asks=True),
    Step("grading", "End work, begin grading", State.GRADING, "flag", asks=True),
    Step("back", "Back to work", State.ACTIVE, "arrow-back-up"),
    Step("draft", "Make it a draft", State.DRAFT, "pencil", may=may_draft),
    Step("idea", "Make it an idea again", State.IDEA, "bulb", may=may_draft),
    Step("defer", "Not now", State.DEFERRED, "clock", may=may_put_off, asks=True),
    Step("take-up", "Take it up", State.DRAFT, "arrow-back-up", may=may_draft, asks=True),
    Step("withdraw", "Withdraw it", State.WITHDRAWN, "x", may=may_put_off, asks=True, is_far_reaching=True),
    Step("stop", "Stop it", State.STOPPED, "player-stop", asks=True, is_far_reaching=True),
]
FROM: Final[dict[str, frozenset[State]]] = {  # narrower than the table of moves: what concerns nobody else
    "adopt": frozenset({State.DRAFT}),
    "activate": frozenset({State.AGREED}),
    "grading": frozenset({State.ACTIVE}),
    "back": frozenset({State.GRADING}),
    "draft": frozenset({State.IDEA}),
    "idea": frozenset({State.DRAFT}),
    "defer": frozenset({State.DRAFT, State.PROPOSED, State.NEGOTIATING}),  # once nobody owes an answer
    "take-up": frozenset({State.DEFERRED, State.IDEA, State.DRAFT}),
    "withdraw": frozenset({State.IDEA, State.DRAFT, State.PROPOSED, State.NEGOTIATING}),
    "stop": frozenset({State.AGREED, State.ACTIVE}),
}


def may_take(by: Actor, objective: Objective, step: Step) -> bool:
    """Tell whether somebody may take a step at all."""
    if step.may is not None:
        return step.may(by, objective.team)
    return speaks_for(by, objective.team, accountable_id=objective.accountable_id)


def steps_for(by: Actor, objective: Objective) -> list[Step]:
    """Return the buttons of an objective for somebody; its guards are asked when it is taken."""
    return [
        step
        for step in STEPS
        if objective.state in FROM[step.key] and may_take(by, objective, step) and _fits(objective, step.key)
    ]


def lacks(objective: Objective, *, has_sentences: bool) -> list[str]:
    """Return what a draft still needs before anybody can agree to it, in the words of its page."""
    said = [
        (objective.cycle, "a quarter"),
        (has_sentences, "at least one key result: how will you know that it has come true?"),
        (objective.why, "why it matters"),
        (objective.instead_of, "what is not done for it"),
    ]
    return [words for is_there, words in said if not is_there]


def _fits(objective: Objective, key: str) -> bool:
    cycle = objective.cycle
    if cycle is None:
        return key in {"take-up", "draft", "idea", "withdraw"}
    return cycle.state == CycleState.ACTIVE if key in {"activate", "back"} else key != "take-up"


def check_from(objective: Objective, key: str) -> None:
    """Refuse a step that the table does not list, in the words of the step."""
    if objective.state not in FROM[key]:
        to = next(step.to for step in STEPS if step.key == key)
        now = objective.get_state_display().lower()
        message = f"An objective that is {now} cannot become {to.label.lower()}."
        if to in MOVES[State(objective.state)]:
            message = f"{message} here: the other side is asked first."
        raise InvalidMoveError(message)


def check_has_key_results(count: int) -> None:
    """Refuse to promise what nobody could judge."""
    if not count:
        message = "Write at least one key result first: how will you know that it has come true?"
        raise InvalidInputError(message, field="key_results")


def check_concerns_nobody_else(objective: Objective, *, others: Collection[str], is_open: bool) -> None:
    """Refuse to adopt what another side has to agree to as well (OKRS 1.1)."""
    if objective.authored_by_id != objective.team_id:
        message = f"{objective.authored_by} wrote this. Answer its proposal: accept, counter, or say no."
        raise InvalidMoveError(message)
    if others:
        names = ", ".join(sorted(others))
        message = f"It concerns {names} too. Propose it: both sides agree on the same terms."
        raise InvalidMoveError(message)
    if is_open:
        message = "A negotiation about it is open. It is agreed there, or withdrawn first."
        raise InvalidMoveError(message)


@dataclass(frozen=True)
class Blocker:
    """One thing that stands against beginning the work."""

    code: str  # "L2", "K5", "dependency"
    message: str
    url: str = ""


def check_passed(blockers: Iterable[Blocker], reason: str) -> None:
    """Refuse to begin over what blocks, unless a reason is recorded."""
    codes = ", ".join(dict.fromkeys(one.code for one in blockers))
    if codes and not reason:
        message = f"{codes} stand against it. Resolve them, or say why you begin all the same."
        raise InvalidInputError(message, field="reason")
