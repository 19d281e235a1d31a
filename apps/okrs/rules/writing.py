"""What a team may write on its page, and for how long."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from zlib import crc32

from apps.accounts.models import Actor, User
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_line, clean_text
from apps.okrs.models import EXITS, Cycle, CycleState, KeyResult, Objective, State, UnitKind
from apps.okrs.rules.permissions import may_draft, speaks_for
from apps.okrs.rules.states import MOVES

BULLET: Final = re.compile(
    r"^\s*(?:[*\u2022]|[-\u2013](?!\d))*"
)  # of a list; "-3 % calls" begins with a number
LONGEST_TITLE: Final = 200
LONGEST_KEY_RESULT: Final = 300
LONGEST_WHY: Final = 5_000
LONGEST_INSTEAD: Final = 500
LONGEST_TOWARD: Final = 300
MOST_KEY_RESULTS: Final = 20  # typed at once, or in one objective: far more than anybody reaches
MOST_MILESTONES: Final = 30
MOST_TAGS: Final = 12
LONGEST_TAG: Final = 40
LONGEST_UNIT: Final = 40
ONE_EVENT: Final = timedelta(minutes=15)  # what one author types meanwhile is one change in history


def check_open_cycle(cycle: Cycle | None) -> None:
    """Refuse to plan in a quarter whose work is over."""
    if cycle is not None and cycle.state in {CycleState.GRADING, CycleState.CLOSED}:
        message = f"{cycle} is {cycle.get_state_display().lower()}. Write this for the next quarter."
        raise InvalidMoveError(message)


def clean_title(title: str, *, field: str = "title") -> str:
    """Return the sentence of an objective."""
    return clean_line(title, field=field, limit=LONGEST_TITLE, is_required=True)


def clean_key_result(title: str, *, field: str = "title") -> str:
    """Return the sentence of a key result."""
    return clean_line(title, field=field, limit=LONGEST_KEY_RESULT, is_required=True)


def clean_key_results(titles: list[str]) -> list[str]:
    """Return sentences of key results, each once, without empty ones."""
    found = dict.fromkeys(clean_key_result(one, field="key_results") for one in titles if one.strip())
    if len(found) > MOST_KEY_RESULTS:
        message = f"At most {MOST_KEY_RESULTS} key results at once. Three to five say more."
        raise InvalidInputError(message, field="key_results")
    return list(found)


def clean_words(title: str, why: str, instead_of: str) -> dict[str, str]:
    """Return what an objective says, as it is kept."""
    return {
        "title": clean_title(title),
        "why": clean_text(why, field="why", limit=LONGEST_WHY).strip(),
        "instead_of": clean_line(instead_of, field="instead_of", limit=LONGEST_INSTEAD),
    }


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in lower case, each once."""
    found = dict.fromkeys(
        clean_line(tag, field="tags", limit=LONGEST_TAG).lower() for tag in tags if tag.strip()
    )
    if len(found) > MOST_TAGS:
        message = f"At most {MOST_TAGS} tags."
        raise InvalidInputError(message, field="tags")
    return list(found)


def clean_metric_name(name: str, unit: str) -> tuple[str, str]:
    """Return the name and unit of a number that is named on the line."""
    name = clean_line(name, field="new_metric", is_required=True)
    return name, clean_line(unit, field="unit", limit=LONGEST_UNIT)


def unit_kind_of(unit: str) -> UnitKind:
    """Return what a unit that was typed on the line counts."""
    return UnitKind.PERCENT if unit.strip() in {"%", "percent"} else UnitKind.COUNT


def mark_of(text: str) -> int:
    """Return a number that tells one sentence from another: the revision of what has none of its own."""
    return crc32(text.encode()) % 2_000_000_000


def lines_of(text: str) -> tuple[str, list[str]]:
    """Take an objective as it was typed: its first line, then a key result in each further one."""
    lines = [BULLET.sub("", line).strip() for line in text.splitlines()]
    title, *rest = [line for line in lines if line] or [""]
    return title, rest


def is_draft(objective: Objective) -> bool:
    """Tell whether its sentences can still be typed over: nobody is bound to them, and it is not over."""
    return objective.state in {State.IDEA, State.DRAFT, State.PROPOSED, State.NEGOTIATING}


def may_edit(by: Actor, objective: Objective) -> bool:
    """Tell whether the page offers fields instead of text."""
    return is_draft(objective) and may_draft(by, objective.team)


def check_may_drop(by: Actor, objective: Objective) -> None:
    """Drafts are cut by whoever writes them; what is agreed, by a lead or who is accountable."""
    if is_draft(objective):
        may = may_draft(by, objective.team)
    else:
        may = speaks_for(by, objective.team, accountable_id=objective.accountable_id)
    if not may:
        message = f"A lead of {objective.team} drops what was agreed."
        raise NotPermittedError(message)


def check_not_over(objective: Objective) -> None:
    """Refuse changes of what has ended."""
    if objective.state in EXITS or objective.state == State.CLOSED or not MOVES[State(objective.state)]:
        message = f"This objective is {objective.get_state_display().lower()}: it stays as it is."
        raise InvalidMoveError(message)


def check_not_dropped(key_result: KeyResult) -> None:
    """Refuse changes of what was dropped."""
    if key_result.dropped_on:
        message = f"This key result was dropped on {key_result.dropped_on:%-d %B %Y}."
        raise InvalidMoveError(message)


def check_may_name(by: Actor, objective: Objective, owner: User | None) -> None:
    """Whoever is accountable speaks for the team: nobody takes that; once agreed, a voice hands it on."""
    if speaks_for(by, objective.team, accountable_id=objective.accountable_id):
        return
    takes_it = owner is not None and owner.pk == by.person_id
    if takes_it or not is_draft(objective):
        message = f"Who is accountable speaks for {objective.team}. A lead of it says who that is."
        raise NotPermittedError(message)


READERS: Final = ("visibility", "embargo_until", "restricted_because")  # who may read it, and why no others


def may_choose_readers(by: Actor, objective: Objective) -> bool:
    """Leads, and who is accountable; of a draft that nobody else knows yet, the team that writes it."""
    is_own = objective.state in {State.IDEA, State.DRAFT} and by.is_in(objective.authored_by_id)
    return is_own or speaks_for(by, objective.team, accountable_id=objective.accountable_id)


def check_may_choose_readers(by: Actor, objective: Objective) -> None:
    """Refuse everybody else: what others rely on is not hidden, nor a secret told, by any one member."""
    if not may_choose_readers(by, objective):
        message = f"A lead of {objective.team}, or who is accountable, says who may read this."
        raise NotPermittedError(message)


def check_owner(team: Team, person_id: int | None, member_ids: set[int]) -> None:
    """Refuse an owner from outside the team."""
    if person_id is not None and person_id not in member_ids:
        message = f"Choose somebody of {team}."
        raise InvalidInputError(message, field="accountable")
