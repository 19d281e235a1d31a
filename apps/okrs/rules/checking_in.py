"""What a check-in may say, when, and who reads it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from apps.accounts.models import Actor
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_line, clean_text
from apps.okrs.models import Cycle, CycleState, Status, TeamCheckIn
from apps.okrs.rules.measuring import check_number

LONGEST_SQUARE: Final = 5_000
LONGEST_ANSWER: Final = 3_000
LONGEST_ITEM: Final = 500
CONFIDENT: Final = 10
LATE_AFTER: Final = 1  # days behind the due date, when it is said once more
UNREAD_AFTER: Final = 3  # days, when the reviewers are asked

SQUARES: Final = {
    "priorities": "Priorities",
    "next_four_weeks": "The next four weeks",
    "health": "Health",
}


@dataclass(frozen=True, kw_only=True)
class ItemDraft:
    """What is typed about one key result."""

    value: Decimal | None = None
    confidence: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class LineDraft:
    """What is typed about one objective; items by the key of their key result."""

    status: str = ""
    changed: str = ""
    learned: str = ""
    help_wanted: str = ""
    items: Mapping[int, ItemDraft] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CheckInDraft:
    """What a team types; lines by the key of their objective."""

    priorities: str = ""
    next_four_weeks: str = ""
    health: str = ""
    lines: Mapping[int, LineDraft] = field(default_factory=dict)


def clean_check_in(draft: CheckInDraft) -> dict[str, str]:
    """Return the squares ready to be stored."""
    return {
        name: clean_text(getattr(draft, name), field=label, limit=LONGEST_SQUARE)
        for name, label in SQUARES.items()
    }


def clean_line_of(line: LineDraft) -> dict[str, str]:
    """Return what is said of an objective ready to be stored."""
    if line.status and line.status not in Status:
        message = "Choose on track, at risk or off track."
        raise InvalidInputError(message, field="status")
    words = {
        "changed": clean_text(line.changed, field="what changed", limit=LONGEST_ANSWER),
        "learned": clean_text(line.learned, field="what was learned", limit=LONGEST_ANSWER),
        "help_wanted": clean_text(line.help_wanted, field="help wanted", limit=LONGEST_ANSWER),
    }
    return words | {"status": line.status}


def clean_item(item: ItemDraft) -> dict[str, object]:
    """Return what is said of a key result ready to be stored."""
    if item.confidence is not None and not 0 <= item.confidence <= CONFIDENT:
        message = "Confidence lies between 0 and 10."
        raise InvalidInputError(message, field="confidence")
    if item.value is not None:
        check_number(item.value, name="value")
    note = clean_line(item.note, field="note", limit=LONGEST_ITEM)
    return {"value": item.value, "confidence": item.confidence, "note": note}


def check_cycle_takes_check_ins(cycle: Cycle, *, today: date) -> None:
    """Refuse check-ins of a quarter that is closed, that has not begun, or whose grace is over."""
    if cycle.state == CycleState.CLOSED:
        message = f"{cycle} is closed: what was said about it stays as it is."
        raise InvalidMoveError(message)
    if today < cycle.starts_on:
        message = f"{cycle} begins on {cycle.starts_on:%-d %B}: there is nothing to check in on yet."
        raise InvalidMoveError(message)
    if today > cycle.ends_on + timedelta(days=cycle.grace_days):
        message = f"{cycle} ended on {cycle.ends_on:%-d %B}, and the days for late check-ins are over."
        raise InvalidMoveError(message)


def takes_check_ins(cycle: Cycle, *, today: date) -> bool:
    """Tell whether somebody could check in, for buttons."""
    last = cycle.ends_on + timedelta(days=cycle.grace_days)
    return cycle.state != CycleState.CLOSED and cycle.starts_on <= today <= last


def check_is_draft(check_in: TeamCheckIn) -> None:
    """Refuse to change what was published."""
    if check_in.published_at is not None:
        message = "This check-in is published and stays as it is. Correct it by another one."
        raise InvalidMoveError(message)


def check_is_published(check_in: TeamCheckIn) -> None:
    """Refuse to acknowledge or correct a draft."""
    if check_in.published_at is None:
        message = "This check-in is still a draft."
        raise InvalidMoveError(message)


def has_squares(check_in: TeamCheckIn) -> bool:
    """Tell whether the team has written something of itself."""
    return any(getattr(check_in, name) for name in SQUARES)


def check_says_something(check_in: TeamCheckIn, statuses: Mapping[str, str]) -> None:
    """Refuse to publish silence; `statuses` are those of the objectives by title."""
    silent = next((title for title, status in statuses.items() if not status), "")
    if silent:
        message = f"Say how “{silent}” goes: on track, at risk or off track."
        raise InvalidInputError(message, field="status")
    if not statuses and not has_squares(check_in):
        message = "Write something first."
        raise InvalidInputError(message, field="priorities")


def may_acknowledge(by: Actor, check_in: TeamCheckIn, reviewer_ids: Collection[int]) -> bool:
    """Tell who acknowledges: a reviewer of one of its objectives, never its own author."""
    is_reviewer = any(by.is_in_person(pk) for pk in reviewer_ids)
    return is_reviewer and by.person_id != check_in.author_id


def check_may_acknowledge(by: Actor, check_in: TeamCheckIn, reviewer_ids: Collection[int]) -> None:
    """Refuse everybody else."""
    if not may_acknowledge(by, check_in, reviewer_ids):
        message = "Somebody else reviews this check-in."
        raise NotPermittedError(message)
