"""Negotiations: finding them, the list of mine, one with both sides' terms, and what waits for somebody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from apps.accounts.models import Actor, User
from apps.catalog.models import Team
from apps.core.querysets import COUNTED, up_to
from apps.core.statements import one_or_404, statement
from apps.okrs.models import (
    OVER,
    Act,
    Move,
    Negotiation,
    NegotiationKind,
    NegotiationQuerySet,
    No,
    Objective,
    Stage,
    Terms,
)
from apps.okrs.queries.brought import has_first_word
from apps.okrs.queries.capacity import ledgers_of_teams
from apps.okrs.queries.finding import readable_by, reader, seen_by
from apps.okrs.rules import negotiating
from apps.okrs.rules.capacity import Ledger
from apps.okrs.rules.negotiating import MOST_ROUNDS, giver_of
from apps.okrs.rules.numbers import ZERO
from apps.okrs.rules.terms import (
    FIELDS,
    Compared,
    compared,
    in_words,
    lines_of,
    many_weeks,
    shape_of,
    weeks_of,
)

PAGE: Final = 50
MOST: Final = 50
WORK: Final = (NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN)
GOALS: Final = (NegotiationKind.OBJECTIVE, NegotiationKind.TARGET)
SOON: Final = timedelta(days=2)
LOADED: Final = (
    "initiator",
    "counterpart",
    "owes",
    "cycle",
    "terms__team",
    "changes",
    "objective__team",
    "objective__accountable",
    "key_result__accountable",
    "key_result__metric",
)
IN_A_LINE: Final = {
    "deliverable",
    "key_results",
    "target",
    "by",
    "person_weeks",
    "starts_on",
    "ends_on",
    "needed_on",
    "lent_weeks",
}
PLAIN: Final = {"What", "Key results", "How much"}  # labels that say nothing in a line
SHOWN: Final = {
    "for-us": "Waiting for us",
    "for-others": "Waiting for others",
    "agreed": "Agreed",
    "over": "Over",
    "drafts": "Drafts",
    "stuck": "Needs a decision",
}


def visible(person: User, *, on: date) -> NegotiationQuerySet:
    """Return what somebody may read: not others' drafts, and not what is about a hidden objective."""
    return _visible_by(**reader(person, on=on))


def _visible_by(*, reader_teams: list[int] | None, on: date | None) -> NegotiationQuerySet:
    if reader_teams is None or on is None:
        return Negotiation.objects.all()
    about = Q(objective=None) | Q(objective__in=readable_by(reader_teams=reader_teams, on=on).values("pk"))
    is_shown = Q(initiator__in=reader_teams) | about & ~Q(stage__in=[Stage.DRAFT, Stage.VOID])
    return Negotiation.objects.filter(is_shown)


def negotiation(pk: int, *, person: User, on: date) -> Negotiation:
    """Return one negotiation that somebody may read, with all that it concerns, or 404. One query.

    `was_held_here` tells whether its first word stands in the history; else a file brought it.
    """
    return one_or_404(_one(pk=pk, **reader(person, on=on)))


@statement()
def _one(*, pk: int, reader_teams: list[int] | None, on: date | None) -> QuerySet[Negotiation]:
    rows = _visible_by(reader_teams=reader_teams, on=on)
    return rows.filter(pk=pk).annotate(was_held_here=has_first_word()).select_related(*LOADED)


@dataclass(frozen=True)
class Asked:
    """What a list of negotiations is narrowed to."""

    show: str = ""
    team: str = ""
    cycle: str = ""
    kind: str = ""
    stage: str = ""
    objective: int | None = None


def negotiations(person: User, asked: Asked, *, on: date) -> NegotiationQuerySet:
    """Return what somebody may read, with the terms on the table. One query."""
    rows = _tab(person, asked.show, on=on) if asked.show else visible(person, on=on)
    if asked.team:
        rows = rows.filter(Q(initiator__slug=asked.team) | Q(counterpart__slug=asked.team))
    wanted = {"cycle__slug": asked.cycle, "kind": asked.kind, "stage": asked.stage}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    rows = rows.filter(objective=asked.objective) if asked.objective else rows
    return rows.select_related(*LOADED[:5])


@dataclass(frozen=True)
class Row:
    """One negotiation in a list."""

    negotiation: Negotiation
    is_mine: bool  # an answer of one of the reader's teams is waited for
    words: str  # what is on the table, in one line
    is_late_soon: bool
    is_ours_to_confirm: bool = False  # one of the reader's teams asked for it, and hears that it is done

    @property
    def needs_a_decision(self) -> bool:
        """Tell whether leadership should look at it."""
        return negotiating.needs_a_decision(self.negotiation)


@dataclass(frozen=True)
class Listing:
    """One page of negotiations, and the counts of the tabs."""

    rows: list[Row]
    counts: dict[str, str]
    next_after: int | None


def listing(person: User, *, show: str, on: date, after: int | None = None) -> Listing:
    """Return the negotiations of somebody's teams in one tab. Seven queries."""
    teams = person.team_ids
    if person.is_admin or after:
        rows = _loaded(_tab(person, show, on=on))
        found = list((rows.filter(pk__lt=after) if after else rows)[: PAGE + 1])
    else:
        found = _first_page(show=show, teams=teams, on=on)
    if person.is_admin:
        counts = {key: _tab(person, key, on=on).counted() for key in SHOWN}
    else:
        counts = {key: up_to(len(_keys(show=key, teams=teams, on=on))) for key in SHOWN}
    return Listing(
        rows=[_row(one, person, on=on) for one in found[:PAGE]],
        counts=counts,
        next_after=found[PAGE - 1].pk if len(found) > PAGE else None,
    )


@statement(shaped_by=["show"])
def _first_page(*, show: str, teams: list[int], on: date) -> QuerySet[Negotiation]:
    return _loaded(_in_tab(_visible_by(reader_teams=teams, on=on), show, teams))[: PAGE + 1]


@statement(shaped_by=["show"])
def _keys(*, show: str, teams: list[int], on: date) -> QuerySet[Negotiation, int]:
    rows = _in_tab(_visible_by(reader_teams=teams, on=on), show, teams)
    return rows.order_by().values_list("pk", flat=True)[: COUNTED + 1]


def _loaded(rows: NegotiationQuerySet) -> NegotiationQuerySet:
    return rows.select_related(*LOADED[:7]).order_by("-pk")


def _tab(person: User, show: str, *, on: date) -> NegotiationQuerySet:
    return _in_tab(visible(person, on=on), show, person.team_ids)


def _in_tab(rows: NegotiationQuerySet, show: str, teams: list[int]) -> NegotiationQuerySet:
    tabs = {
        "stuck": Q(stage=Stage.OPEN, rounds__gte=MOST_ROUNDS),
        "for-us": Q(stage=Stage.OPEN, owes__in=teams) | reported_to(teams),
        "for-others": Q(stage=Stage.OPEN) & ~Q(owes__in=teams),
        "agreed": Q(stage__in=[Stage.AGREED, Stage.REPORTED]) & ~reported_to(teams),
        "drafts": Q(stage=Stage.DRAFT, initiator__in=teams),
        "over": Q(stage__in=OVER),
    }
    rows = rows.filter(tabs[show])
    return rows if show == "stuck" else rows.between(teams)


def reported_to(teams: list[int]) -> Q:
    """Return which were asked for by one of these teams, and said to be done (`rules.requester_of`)."""
    mine = Q(initiator__in=teams) | Q(counterpart__in=teams)
    asked = Q(kind__in=WORK) & (Q(objective__team__in=teams) | Q(objective=None, initiator__in=teams))
    goal = Q(kind__in=GOALS) & ~Q(objective__team__in=teams)
    return mine & (asked | goal) & Q(stage=Stage.REPORTED)


def _row(one: Negotiation, person: User, *, on: date) -> Row:
    return Row(
        negotiation=one,
        is_mine=one.owes_id in person.team_ids,
        words=words_of(one, one.terms),
        is_late_soon=one.respond_by is not None and one.respond_by <= on + SOON,
        is_ours_to_confirm=one.stage == Stage.REPORTED
        and negotiating.requester_of(one).pk in person.team_ids,
    )


def words_of(one: Negotiation, terms: Terms | None) -> str:
    """Return terms in one line; load `changes` first. No query."""
    if terms is None:
        return ""
    shape = shape_of(one)
    names = [one.name for one in FIELDS[shape] if one.name in IN_A_LINE]
    return ", ".join(
        words if label in PLAIN else f"{label.lower()} {words}"
        for label, words in lines_of(shape, terms.payload, names)
    )


@dataclass(frozen=True)
class Said:
    """One move of the thread, with what it changed."""

    move: Move
    lines: list[tuple[str, str]]


@dataclass
class Catchball:
    """One negotiation as its page shows it."""

    negotiation: Negotiation
    giver: Team
    requester: Team
    shape: str
    compared: list[Compared]
    thread: list[Said]
    asked: Terms | None  # the last of the requester
    offered: Terms | None  # and of the giver
    ledgers: dict[int, Ledger | None]
    ranks: list[Objective]  # the giver's, as far as the reader may see them
    hidden_ranks: int
    changes: list[Negotiation]  # asked for later
    no: No | None
    acts: set[str] = field(default_factory=set)

    @property
    def needs_a_decision(self) -> bool:
        """Tell whether leadership has it in its list."""
        return negotiating.needs_a_decision(self.negotiation)

    @property
    def is_offer(self) -> bool:
        """Tell whether the side that began is the one that does it."""
        return negotiating.is_offer(self.negotiation)

    @property
    def giver_ledger(self) -> Ledger | None:
        """Return what the giver has."""
        return self.ledgers.get(self.giver.pk)

    @property
    def requester_ledger(self) -> Ledger | None:
        """Return what the requester has."""
        return self.ledgers.get(self.requester.pk)

    @property
    def is_offer_on_table(self) -> bool:
        """Tell whose terms an answer is about: the giver's, or the requester's."""
        return self.offered is not None and self.negotiation.terms_id == self.offered.pk

    @property
    def on_the_table(self) -> list[tuple[str, str]]:
        """Return the very words that accepting binds."""
        terms = self.negotiation.terms
        return list(lines_of(self.shape, terms.payload)) if terms else []

    @property
    def cost(self) -> str:
        """Return what it costs the giver: "4 person-weeks"."""
        terms = self.negotiation.terms
        weeks = weeks_of(terms.payload) if terms else ZERO
        return many_weeks(weeks) if weeks else ""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing can happen any more."""
        return self.negotiation.stage in OVER

    @property
    def differing(self) -> list[Compared]:
        """Return the fields to look at: what both sides say alike is no news."""
        return [one for one in self.compared if not one.is_same]

    @property
    def same(self) -> list[Compared]:
        """Return the fields in which both sides say the same."""
        return [one for one in self.compared if one.is_same]


def catchball(one: Negotiation, *, by: Actor, person: User, on: date) -> Catchball:
    """Return one negotiation with both sides, thread, ranks and person-weeks. Ten queries at most."""
    giver = giver_of(one)
    requester = one.other(giver.pk)
    shape = shape_of(one)
    moves = _moves(negotiation_id=one.pk)
    asked, offered = _last_of(moves, one, giver)
    teams = ledgers_of_teams([giver.pk, requester.pk], cycle_id=one.cycle_id, on=on)
    quarter = teams[giver.pk][0] if giver.pk in teams else None
    ranks = _ranked(quarter.ordered_ids if quarter else [], person, on=on)
    later = Negotiation.objects.filter(changes=one).exclude(stage=Stage.DRAFT).order_by("pk")
    return Catchball(
        negotiation=one,
        giver=giver,
        requester=requester,
        shape=shape,
        compared=compared(shape, asked.payload if asked else None, offered.payload if offered else None),
        thread=_thread(shape, moves),
        asked=asked,
        offered=offered,
        ledgers={team_id: ledger for team_id, (_quarter, ledger) in teams.items()},
        ranks=ranks,
        hidden_ranks=len(quarter.ordered_ids) - len(ranks) if quarter else 0,
        changes=list(later) if one.kind != "change" and one.stage in {Stage.AGREED, Stage.REPORTED} else [],
        no=No.objects.filter(negotiation=one).first() if one.stage in OVER else None,
        acts={act.value for act in Act if act != Act.LAPSE and negotiating.may_act(act, one, by)},
    )


def _ranked(ordered_ids: list[int], person: User, *, on: date) -> list[Objective]:
    found = {one.pk: one for one in _seen(ids=ordered_ids, **reader(person, on=on))}
    return [found[pk] for pk in ordered_ids if pk in found]


@statement()
def _seen(*, ids: list[int], reader_teams: list[int] | None, on: date | None) -> QuerySet[Objective]:
    return seen_by(reader_teams=reader_teams, on=on).filter(pk__in=ids)


@statement()
def _moves(*, negotiation_id: int) -> QuerySet[Move]:
    rows = Move.objects.filter(negotiation=negotiation_id)
    return rows.select_related("team", "person", "terms__team").order_by("seq")


def _last_of(moves: list[Move], one: Negotiation, giver: Team) -> tuple[Terms | None, Terms | None]:
    asked = offered = None
    for move in moves:
        if move.terms is not None and move.act != Act.ACCEPT:
            if move.team_id == giver.pk:
                offered = move.terms
            else:
                asked = move.terms
    if asked is None and offered is None and one.terms is not None:  # a draft has no moves yet
        return (None, one.terms) if one.terms.team_id == giver.pk else (one.terms, None)
    return asked, offered


def _thread(shape: str, moves: list[Move]) -> list[Said]:
    """Return the moves with what each put on the table: later ones with what they changed."""
    said, before = [], None
    for move in moves:
        lines: list[tuple[str, str]] = []
        if move.terms is not None and move.act != Act.ACCEPT:
            lines = list(_changed_lines(shape, before, move.terms.payload))
            before = move.terms.payload
        said.append(Said(move, lines))
    return said


def _changed_lines(
    shape: str, before: dict[str, str] | None, after: dict[str, str]
) -> Iterator[tuple[str, str]]:
    for one in FIELDS[shape]:
        old, new = (before or {}).get(one.name), after.get(one.name)
        if old != new:
            yield one.label, in_words(one, new) or "left out"
