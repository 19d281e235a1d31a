"""What negotiations and nos write into the margin of a quarter; the page of the quarter draws them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from apps.accounts.models import Actor, User
from apps.okrs.models import Act, Move, Negotiation, No, Quarter, Stage, Terms
from apps.okrs.queries.capacity import ledgers_of_teams
from apps.okrs.queries.finding import readable
from apps.okrs.queries.negotiations import LOADED, visible
from apps.okrs.rules import negotiating
from apps.okrs.rules import nos as nos_rules
from apps.okrs.rules.capacity import Ledger
from apps.okrs.rules.negotiating import giver_of
from apps.okrs.rules.numbers import ZERO, half_up, plain
from apps.okrs.rules.terms import FIELDS, changed, in_words, many_weeks, shape_of, weeks_of

IN_THE_MARGIN = [Stage.OPEN, Stage.AGREED, Stage.REPORTED]
MOST = 50


@dataclass(frozen=True)
class AskNote:
    """One negotiation in the margin; templates/okrs/margin/negotiation.html draws it."""

    negotiation: Negotiation
    head: str  # "Checkout asks"
    message: str
    lines: list[tuple[str, str, bool]]  # label, words, whether it is what lies on the table
    cost: str  # "4 person-weeks, 5 free"
    cost_label: str  # "Costs you", "Costs Tracking"
    acts: frozenset[str]

    @property
    def seen(self) -> str:
        """Return the sha256 that accepting binds."""
        return self.negotiation.terms.sha256 if self.negotiation.terms else ""


@dataclass(frozen=True)
class NoNote:
    """One no in the margin; templates/okrs/margin/no.html draws it."""

    no: No
    condition: str


@dataclass
class MarginNotes:
    """What stands beside one objective, or beside the page."""

    asks: list[AskNote] = field(default_factory=list)
    nos: list[NoNote] = field(default_factory=list)


def margin_of(quarter: Quarter, *, by: Actor, person: User, on: date) -> dict[int, MarginNotes]:
    """Return the notes by objective, and under 0 those of the page as a whole. Eleven queries at most.

    Nothing asked costs two.
    """
    notes: dict[int, MarginNotes] = defaultdict(MarginNotes)
    notes[0] = MarginNotes()
    for ask in _asks(quarter, by=by, person=person, on=on):
        notes[ask.negotiation.objective_id or 0].asks.append(ask)
    for no in _nos(quarter, person=person, on=on):
        notes[no.objective_id or 0].nos.append(NoNote(no, nos_rules.condition(no)))
    return dict(notes)


def _nos(quarter: Quarter, *, person: User, on: date) -> list[No]:
    rows = No.objects.filter(team=quarter.team_id, state__in=[No.State.ACTIVE, No.State.EXPIRED])
    rows = rows.filter(decided_at__date__lte=quarter.cycle.ends_on)
    if not person.is_admin:
        rows = rows.filter(Q(objective=None) | Q(objective__in=readable(person, on=on).values("pk")))
    return list(rows.select_related("requester", "metric", "team").order_by("-pk")[:MOST])


def _asks(quarter: Quarter, *, by: Actor, person: User, on: date) -> list[AskNote]:
    rows = visible(person, on=on).filter(cycle=quarter.cycle_id, stage__in=IN_THE_MARGIN)
    found = list(rows.between([quarter.team_id]).select_related(*LOADED).order_by("-pk")[:MOST])
    if not found:
        return []
    said: dict[int, list[Terms]] = defaultdict(list)
    for terms in Terms.objects.filter(negotiation__in=found).order_by("version"):
        said[terms.negotiation_id].append(terms)
    messages = _messages(found)
    givers = {giver_of(one).pk for one in found}
    teams = ledgers_of_teams(givers, cycle_id=quarter.cycle_id, on=on)
    return [
        _note(one, said[one.pk], messages.get(one.pk, ""), teams.get(giver_of(one).pk, (None, None))[1], by)
        for one in found
    ]


def _messages(found: Iterable[Negotiation]) -> dict[int, str]:
    """Return the words that went with the newest move that had any."""
    rows = Move.objects.filter(negotiation__in=list(found)).exclude(reason="").order_by("seq")
    return dict(rows.values_list("negotiation_id", "reason"))


def _note(one: Negotiation, said: list[Terms], message: str, ledger: Ledger | None, by: Actor) -> AskNote:
    giver = giver_of(one)
    weeks = weeks_of(one.terms.payload) if one.terms else ZERO
    cost = many_weeks(weeks) if weeks else ""
    if cost and ledger is not None:
        cost = f"{cost}, {plain(half_up(ledger.free, 1))} free"
    is_mine = by.is_in(giver.pk)
    acts = (Act.ACCEPT, Act.COUNTER, Act.DECLINE, Act.REPORT, Act.SATISFIED, Act.WITHDRAW)
    return AskNote(
        negotiation=one,
        head=_head(one),
        message=message,
        lines=_lines(one, said, giver.pk),
        cost=cost,
        cost_label="Costs you" if is_mine else f"Costs {giver}",
        acts=frozenset(act.value for act in acts if negotiating.may_act(act, one, by)),
    )


def _head(one: Negotiation) -> str:
    if one.stage == Stage.AGREED:
        return f"{one.initiator} and {one.counterpart} agreed"
    if one.stage == Stage.REPORTED:
        return f"{giver_of(one)} says it is done"
    return f"{one.initiator} asks {one.counterpart}"


def _lines(one: Negotiation, said: list[Terms], giver_id: int) -> list[tuple[str, str, bool]]:
    """Return what was asked, offered and countered, in the fields in which they differ."""
    shape = shape_of(one)
    names = {name for terms in said[1:] for name in changed(said[0].payload, terms.payload)}
    if not names:
        names = {each.name for each in FIELDS[shape]} - {"title", "why", "conditions"}
    words = []
    seen: set[str] = set()
    for terms in said:
        side = "Offered" if terms.team_id == giver_id else "Asked"
        label = "Countered" if side in seen else side
        seen.add(side)
        text = ", ".join(
            in_words(each, terms.payload[each.name])
            for each in FIELDS[shape]
            if each.name in names and each.name in terms.payload
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
