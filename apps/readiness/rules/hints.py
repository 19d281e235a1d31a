"""What stands beside an item as advice; hints never block."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from apps.readiness.models import Answer, State, Weight
from apps.readiness.rules.sheet import Item

EMPTY_WORDS: Final = frozenset(
    {"", "tbd", "todo", "tba", "yes", "no", "ok", "done", "fine", "n/a", "na", "later", "will do"}
)


@dataclass(frozen=True)
class Hint:
    """One piece of advice; `code` is stable, `text` is for people."""

    code: str
    text: str


def hints(answer: Answer, item: Item, *, team_id: int | None, today: date) -> list[Hint]:
    """Return the advice on one answer; load its owner first. A conversation has hardly any."""
    found = [*_inherited(answer)]
    if answer.weight:
        found += [
            *_state(answer, item),
            *_evidence(answer, today=today),
            *_people_and_dates(answer, item, team_id=team_id, today=today),
        ]
    return found


def _inherited(answer: Answer) -> Iterator[Hint]:
    if answer.is_returned:
        yield Hint("returned", "A reviewer asked you to look at this again.")
    if answer.is_inherited:
        yield Hint("inherited", "This text was taken over. It counts once you say that it is still true.")


def _state(answer: Answer, item: Item) -> Iterator[Hint]:
    says_nothing = answer.text.strip(" .!…\n").lower() in EMPTY_WORDS
    if answer.state == State.OPEN and not answer.is_inherited and not says_nothing:
        yield Hint("still_open", "There is an answer, and the state still says open.")
    if answer.state == State.IN_PLACE and item.evidence_required and not answer.evidence_count:
        proof = f": {item.evidence}" if item.evidence else ""
        yield Hint("no_evidence", f"Show that it is true{proof}.")
    if answer.state in {State.IN_PLACE, State.PLANNED} and says_nothing:
        yield Hint("says_little", "A few words about how, where and since when would help the reader.")
    if answer.state == State.GAP and answer.weight == Weight.HIGH and not answer.is_exempt:
        yield Hint(
            "high_gap",
            "A gap on a High item needs an approved exemption or a plan with a date before the launch.",
        )


def _evidence(answer: Answer, *, today: date) -> Iterator[Hint]:
    until = answer.evidence_until
    if until and until < today:
        yield Hint("evidence_expired", f"Some of the evidence expired on {until:%-d %b %Y}.")


def _people_and_dates(answer: Answer, item: Item, *, team_id: int | None, today: date) -> Iterator[Hint]:
    owner = answer.owner
    if owner is not None and (not owner.is_active or team_id not in owner.team_ids):
        yield Hint("owner_left", f"{owner.name} is no longer in the team. Who owns this now?")
    if answer.state == State.PLANNED and answer.due_on and answer.due_on < today:
        yield Hint("date_passed", "The date has passed. Is it in place, or is there a new date?")
    if (
        item.reconfirm_days
        and answer.saved_at is not None
        and answer.state != State.OPEN
        and answer.saved_at.date() + timedelta(days=item.reconfirm_days) < today
    ):
        yield Hint("old", f"Confirmed more than {item.reconfirm_days} days ago. Is it still true?")
