"""What an answer can say, and what it must say with it."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from apps.accounts.models import User
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_text
from apps.readiness.models import Answer, Kind, State

LONGEST_TEXT: Final = 20_000
LONGEST_REASON: Final = 2_000
LONGEST_MEASURE: Final = 2_000
LONGEST_NOTE: Final = 5_000
LONGEST_URL: Final = 1_000
ONE_VERSION: Final = timedelta(minutes=15)
LONGEST_EXEMPTION: Final = timedelta(days=366)
QUARTER: Final = re.compile(r"20\d\d-Q[1-4]")

STATES: Final[dict[str, list[State]]] = {
    Kind.CONVERSATION: [State.OPEN, State.ANSWERED, State.UNKNOWN, State.NOT_APPLICABLE],
    Kind.READINESS: [State.OPEN, State.IN_PLACE, State.PLANNED, State.GAP, State.NOT_APPLICABLE],
}


@dataclass(frozen=True)
class Draft:
    """What somebody wants an answer to say."""

    state: str
    text: str
    owner: User | None = None
    due_on: date | None = None
    reason: str = ""

    def checked(self, kind: str, *, team_id: int | None, before: Answer) -> "Draft":
        """Return the draft as it may be stored, or refuse it, naming the field."""
        if self.state not in STATES[kind]:
            message = f"“{self.state}” is not a state of this checklist."
            raise InvalidInputError(message, field="state")
        draft = Draft(
            state=State(self.state).value,
            text=clean_text(self.text, field="text", limit=LONGEST_TEXT),
            owner=self.owner,
            due_on=self.due_on,
            reason=clean_text(self.reason, field="reason", limit=LONGEST_REASON),
        )
        draft._check_owner(team_id, before=before)
        draft._check_complete(kind)
        # Whoever writes under a question that is open answers it; whoever opens it again means that.
        is_typed = before.state == State.OPEN and draft.text != before.text
        return draft.answering() if kind == Kind.CONVERSATION and is_typed else draft

    def answering(self) -> "Draft":
        """Return the draft as an answer, if it is a text under an open question."""
        is_answer = self.state == State.OPEN and self.text.strip()
        return replace(self, state=State.ANSWERED.value) if is_answer else self

    def _check_owner(self, team_id: int | None, *, before: Answer) -> None:
        if self.owner is None or self.owner.pk == before.owner_id:
            return
        if not self.owner.is_active or team_id not in self.owner.team_ids:
            message = f"{self.owner} is not in the team that owns this service."
            raise InvalidInputError(message, field="owner")

    def asks(self, kind: str) -> str:
        """Return what the state still needs, in the words for somebody who has only just chosen it."""
        if self.state == State.PLANNED and not (self.owner and self.due_on):
            return "Who does it, and by when? “Planned” is saved as soon as both are there."
        if kind == Kind.READINESS and self.state == State.NOT_APPLICABLE and not self.reason:
            return "Why does it not apply? It is saved as soon as that is there."
        return ""

    def _check_complete(self, kind: str) -> None:
        if self.state == State.PLANNED and not (self.owner and self.due_on):
            message = "Planned needs an owner and a date. Nothing was saved yet."
            raise InvalidInputError(message, field="due_on" if self.owner else "owner")
        if self.due_on:
            check_day(self.due_on, field="due_on")
        if kind == Kind.READINESS and self.state == State.NOT_APPLICABLE and not self.reason:
            message = "Not applicable needs a reason. Nothing was saved yet."
            raise InvalidInputError(message, field="reason")

    def is_in(self, answer: Answer) -> bool:
        """Tell whether the answer says exactly this already."""
        return (answer.state, answer.text, answer.owner_id, answer.due_on, answer.reason) == (
            self.state,
            self.text,
            self.owner.pk if self.owner else None,
            self.due_on,
            self.reason,
        )


def is_extension(answer: Answer, *, author_id: int | None, at: datetime) -> bool:
    """Tell whether a save may belong to the last version: the same author, within a quarter of an hour."""
    return (
        author_id is not None
        and answer.saved_by_id == author_id
        and answer.saved_at is not None
        and at - answer.saved_at < ONE_VERSION
    )


def check_web_address(url: str) -> None:
    """Refuse what is not a whole http or https address; a link could otherwise run a script."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_whole = False
    if not is_whole or any(letter.isspace() for letter in url):
        message = "Give the whole address, beginning with http:// or https://."
        raise InvalidInputError(message, field="url")


def check_exemptible(answer: Answer) -> None:
    """Refuse an exemption for what is in place, does not apply, or was never said to be missing."""
    if not answer.weight or not answer.applies:
        message = f"{answer.item} needs no exemption."
        raise InvalidMoveError(message)
    if answer.state not in {State.GAP, State.PLANNED}:
        message = f"Say first that {answer.item} is a gap or planned; then ask for an exemption."
        raise InvalidMoveError(message)


def check_target(*, expected_users: str, target_quarter: str) -> None:
    """Refuse to start a conversation without the two things that it is about."""
    if not expected_users.strip():
        message = "Say who will use it, and about how many. A guess is fine."
        raise InvalidInputError(message, field="expected_users")
    if not QUARTER.fullmatch(target_quarter.strip()):
        message = "A quarter looks like 2027-Q1."
        raise InvalidInputError(message, field="target_quarter")


def check_exemption_end(ends_on: date, *, today: date) -> None:
    """Refuse an end that is past or further away than a year."""
    if not today < ends_on <= today + LONGEST_EXEMPTION:
        message = "An exemption ends on a day after today, at most a year away."
        raise InvalidInputError(message, field="ends_on")
