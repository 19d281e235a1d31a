"""What negotiations and nos write into the margin of a quarter; the page of the quarter draws them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from apps.accounts.models import Actor
from apps.core.statements import statement
from apps.core.text import inside_sentence
from apps.okrs.models import Act, Move, Negotiation, No, Quarter, Stage, Terms
from apps.okrs.queries.promises import ledgers_beside, promised_by
from apps.okrs.rules import negotiating
from apps.okrs.rules import nos as nos_rules
from apps.okrs.rules.capacity import Ledger
from apps.okrs.rules.negotiating import giver_of
from apps.okrs.rules.numbers import ZERO
from apps.okrs.rules.terms import (
    FIELDS,
    LENT,
    Field,
    Type,
    changed,
    in_words,
    many_weeks,
    shape_of,
    weeks_of,
)


@dataclass(frozen=True)
class AskNote:
    """One negotiation in the margin; templates/jinja/okrs/margin/negotiation.jinja draws it."""

    negotiation: Negotiation
    head: str  # "Checkout asks"
    message: str
    lines: list[tuple[str, str, bool]]  # label, words, whether it is what lies on the table
    cost: str  # "4 person-weeks"
    cost_label: str  # "Costs you", "Costs Tracking"
    room: str  # "5 free", where its giver has a plan and still has to decide
    acts: frozenset[str]
    moved_at: datetime | None  # when it was agreed, or moved for the last time

    @property
    def seen(self) -> str:
        """Return the sha256 that accepting binds."""
        return self.negotiation.terms.sha256 if self.negotiation.terms else ""


@dataclass(frozen=True)
class NoNote:
    """One no in the margin; templates/jinja/okrs/margin/no.jinja draws it."""

    no: No
    condition: str


def ask_notes(asks: Collection[Negotiation], quarter: Quarter, *, by: Actor) -> list[AskNote]:
    """Return negotiations as the margin of a quarter from `with_promise` shows them.

    Two queries; one where nobody else is asked for something, none where nothing is asked.
    """
    if not asks:
        return []
    givers = {giver_of(one).pk for one in asks if one.stage == Stage.OPEN}
    rooms = ledgers_beside(givers - {quarter.team_id}, cycle_id=quarter.cycle_id)
    if (own := promised_by(quarter)) is not None:
        rooms[quarter.team_id] = own
    said: dict[int, list[Terms]] = defaultdict(list)
    messages: dict[int, str] = {}
    moved: dict[int, datetime] = {}
    for move in _moves(negotiation_ids=[one.pk for one in asks]):
        if move.terms is not None and move.terms not in said[move.negotiation_id]:
            said[move.negotiation_id].append(move.terms)
        messages[move.negotiation_id] = move.reason or messages.get(move.negotiation_id, "")
        moved[move.negotiation_id] = move.at
    notes = [_note(one, said[one.pk], messages.get(one.pk, ""), rooms, by) for one in asks]
    return [replace(note, moved_at=note.moved_at or moved.get(note.negotiation.pk)) for note in notes]


@statement()
def _moves(*, negotiation_ids: list[int]) -> QuerySet[Move]:
    return Move.objects.filter(negotiation__in=negotiation_ids).select_related("terms").order_by("seq")


def no_note(no: No) -> NoNote:
    """Return a no as the margin shows it; load its metric first."""
    return NoNote(no, nos_rules.condition(no))


def _note(
    one: Negotiation, said: list[Terms], message: str, rooms: Mapping[int, Ledger], by: Actor
) -> AskNote:
    giver = giver_of(one)
    room = rooms.get(giver.pk) if one.stage == Stage.OPEN else None
    weeks = weeks_of(one.terms.payload) if one.terms else ZERO
    is_mine = by.is_in(giver.pk)
    acts = (Act.ACCEPT, Act.COUNTER, Act.DECLINE, Act.REPORT, Act.SATISFIED, Act.WITHDRAW)
    return AskNote(
        negotiation=one,
        head=_head(one),
        message=message,
        lines=_lines(one, said, giver.pk),
        cost=many_weeks(weeks) if weeks else "",
        cost_label="Costs you" if is_mine else f"Costs {giver}",
        room=room.free_words if room else "",
        acts=frozenset(act.value for act in acts if negotiating.may_act(act, one, by)),
        moved_at=one.closed_at if one.stage == Stage.AGREED else None,
    )


def _head(one: Negotiation) -> str:
    if one.stage == Stage.AGREED:
        return f"{one.initiator} and {one.counterpart} agreed"
    if one.stage == Stage.REPORTED:
        return f"{giver_of(one)} says it is done"
    verb = "offers" if negotiating.is_offer(one) else "asks"
    return f"{one.initiator} {verb} {one.counterpart}"


def _told(field: Field, value: str, *, same: Collection[str] = (), has_days: bool = False) -> str:
    """Return a value beside others, where no label says what a day or a number is.

    `same` are the lines that all versions have: they are counted, and what differs is told.
    """
    if field.type == Type.LINES and same:
        value = "\n".join([f"the same {len(same)}", *_others(value, same)])
    words = in_words(field, value)
    if field.type == Type.DAY and has_days and field.group != LENT:
        words = f"{field.label.lower()} {words}"
    match field.name:
        case "ramp":
            words = f"{words} lost in getting to know"
        case "instead_of":
            words = f"instead of {inside_sentence(words)}"
        case "lent_weeks":
            words = f"with {words} lent"
        case "lent_from" | "lent_to":
            words = f"{'from' if field.name == 'lent_from' else 'until'} {words}"
    return words


def _others(value: str, same: Collection[str]) -> list[str]:
    return [line for line in value.splitlines() if line not in same]


def _shared(field: Field, said: list[Terms]) -> list[str]:
    """Return the lines of a field that all versions have, where there is more than one."""
    if field.type != Type.LINES or len(said) == 1:
        return []
    first, *later = [terms.payload.get(field.name, "").splitlines() for terms in said]
    return [line for line in first if all(line in lines for lines in later)]


def _lines(one: Negotiation, said: list[Terms], giver_id: int) -> list[tuple[str, str, bool]]:
    """Return what was asked, offered and countered, in the fields in which they differ."""
    shape = shape_of(one)
    names = {name for terms in said[1:] for name in changed(said[0].payload, terms.payload)}
    if not names:
        names = {each.name for each in FIELDS[shape]} - {"title", "why", "conditions"}
    fields = [each for each in FIELDS[shape] if each.name in names]
    has_days = sum(each.type == Type.DAY and each.group != LENT for each in fields) > 1
    same = {each.name: _shared(each, said) for each in fields}
    words = []
    seen: set[str] = set()
    for terms in said:
        side = "Offered" if terms.team_id == giver_id else "Asked"
        label = "Countered" if side in seen else side
        seen.add(side)
        text = ", ".join(
            _told(each, terms.payload[each.name], same=same[each.name], has_days=has_days)
            for each in fields
            if each.name in terms.payload
        )
        words.append((label, text, terms.pk == one.terms_id))
    first = [line for line in words if line[0] != "Countered"]
    counters = [line for line in words if line[0] == "Countered"]
    lines = [*first, *counters[-1:]]
    if one.stage in {Stage.AGREED, Stage.REPORTED}:
        agreed = next((line for line in words if line[2]), None)
        return (
            [*[(label, text, False) for label, text, _now in first], ("Agreed", agreed[1], True)]
            if agreed
            else lines
        )
    return lines
