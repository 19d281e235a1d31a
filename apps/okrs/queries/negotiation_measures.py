"""How a cycle was negotiated, for the page of leadership: units are measured, never persons."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from apps.comments.models import Comment
from apps.core.statements import statement
from apps.okrs.models import (
    Act,
    Cycle,
    Move,
    Negotiation,
    NegotiationKind,
    No,
    NoException,
    Objective,
    Stage,
    Terms,
)
from apps.okrs.rules.negotiating import MOST_ROUNDS, giver_of
from apps.okrs.rules.negotiation_measures import WITHIN, Measures, Share, hold_rate, kappa, working_days
from apps.okrs.rules.overview import Pair
from apps.okrs.rules.terms import number_in, shape_of

LOADED: Final = ("owes", "initiator", "counterpart", "objective", "changes", "terms")
ANSWERS = frozenset({Act.ACCEPT, Act.COUNTER, Act.DECLINE, Act.DEFER})
KEPT = frozenset({Stage.AGREED, Stage.REPORTED, Stage.CLOSED})
SAID_NO = frozenset({Stage.DECLINED, Stage.DEFERRED})


class Ask(NamedTuple):
    """What the measures look at: of each negotiation a row, not the whole of it."""

    pk: int
    kind: str
    stage: str
    rounds: int
    objective_id: int | None
    asked_on: date | None
    answered_on: date | None  # accepted, countered or refused for the first time

    @property
    def needs_a_decision(self) -> bool:
        """Tell whether three rounds did not settle it."""
        return self.stage == Stage.OPEN and self.rounds >= MOST_ROUNDS


def asks_in(rows: QuerySet[Negotiation]) -> QuerySet[Negotiation, Any]:
    """Return what was asked and sent of these negotiations, as rows for `Ask`."""
    acts = {"asked_on": {Act.PROPOSE}, "answered_on": ANSWERS}
    days = {
        name: TruncDate(Min("moves__at", filter=Q(moves__act__in=sorted(those))), tzinfo=UTC)
        for name, those in acts.items()
    }
    rows = rows.exclude(stage__in=[Stage.DRAFT, Stage.VOID]).annotate(**days)
    return rows.order_by("pk").values_list(*Ask._fields)


def measures_of(cycle: Cycle, asks: Sequence[Ask] | None = None) -> Measures:
    """Return who moved, what was dictated, how long answers took, how much lapsed. Seven queries at most.

    Who has read some of `asks_in` counts those alone.
    """
    found = [Ask(*row) for row in _asks(cycle_id=cycle.pk)] if asks is None else asks
    answered = [one for one in found if one.stage not in {Stage.OPEN, Stage.WITHDRAWN}]
    lapsed = sum(one.stage == Stage.LAPSED for one in answered)
    nos = sum(one.stage in SAID_NO for one in found)
    kept = [one for one in found if one.stage in KEPT]
    held, said = _nos(cycle)
    return Measures(
        kappas=_kappas(kept),
        dictated=_dictated(cycle, kept),
        answer_days=[
            working_days(one.asked_on, one.answered_on) for one in found if one.asked_on and one.answered_on
        ],
        lapsed=Share(lapsed, len(answered)),
        rounds=[one.rounds for one in kept],
        nos=Share(nos, nos + len(kept)),
        held=held,
        said=said,
    )


@statement()
def _asks(*, cycle_id: int) -> QuerySet[Negotiation, Any]:
    return asks_in(Negotiation.objects.filter(cycle=cycle_id))


def undecided(asks: Iterable[Ask]) -> list[Pair]:
    """Return what three rounds did not settle, with the last terms of both sides. Two queries, or none."""
    found = []
    for one, said in _threads([one.pk for one in asks if one.needs_a_decision]):
        last = {terms.team_id: terms.payload for terms in said}
        found.append(Pair.of(one, last.get(one.initiator_id, {}), last.get(one.counterpart_id, {})))
    return found


def _threads(ids: list[int]) -> list[tuple[Negotiation, list[Terms]]]:
    """Return negotiations with what was put on the table, the first terms first. Two queries, or none."""
    if not ids:
        return []
    said: dict[int, list[Terms]] = defaultdict(list)
    moves = Move.objects.filter(negotiation__in=ids, terms__isnull=False).select_related("terms")
    for move in moves.order_by("negotiation", "seq"):
        if move.terms is not None:
            said[move.negotiation_id].append(move.terms)
    rows = Negotiation.objects.filter(pk__in=ids).select_related(*LOADED).order_by("pk")
    return [(one, said[one.pk]) for one in rows]


def _kappas(kept: Iterable[Ask]) -> list[Decimal]:
    about_targets = {NegotiationKind.TARGET, NegotiationKind.CHANGE}
    numbers = []
    for one, said in _threads([one.pk for one in kept if one.kind in about_targets]):
        if shape_of(one) != NegotiationKind.TARGET:
            continue
        first: dict[bool, Decimal] = {}
        for terms in said:
            value = number_in(terms.payload, "target")
            if value is not None:
                first.setdefault(terms.team_id == giver_of(one).pk, value)
        agreed = number_in(one.terms.payload, "target") if one.terms else None
        asked, offered = first.get(False), first.get(True)
        if asked is not None and offered is not None and agreed is not None:
            numbers.append(kappa(asked=asked, offered=offered, agreed=agreed))
    return [one for one in numbers if one is not None]


def _dictated(cycle: Cycle, kept: Iterable[Ask]) -> Share:
    return Share(len(dictated(cycle, kept)), sum(_agreed(cycle_id=cycle.pk)))


def dictated(cycle: Cycle, kept: Iterable[Ask]) -> list[int]:
    """Return agreed objectives from outside that were accepted within a day, without a counter or a word.

    Three queries, or none where nothing was accepted at once.
    """
    asked = {one.objective_id: one for one in kept if one.kind == NegotiationKind.OBJECTIVE}
    quick = {pk: one.pk for pk, one in asked.items() if pk is not None and not one.rounds}
    if not quick:
        return []
    ours = _accepted_at_once(cycle, quick)
    said = _commented({"objective": ours, "negotiation": {quick[pk] for pk in ours}})
    return [pk for pk in ours if ("objective", pk) not in said and ("negotiation", quick[pk]) not in said]


@statement()
def _agreed(*, cycle_id: int) -> QuerySet[Objective, int]:
    rows = Objective.objects.filter(cycle=cycle_id, agreed_at__isnull=False).order_by().values("cycle")
    return rows.annotate(count=Count("pk")).values_list("count", flat=True)


def _accepted_at_once(cycle: Cycle, asks: dict[int, int]) -> set[int]:
    """Return which of these objectives came from outside and were accepted within a day. Two queries."""
    theirs = Objective.objects.filter(pk__in=list(asks), cycle=cycle, agreed_at__isnull=False)
    ours = set(theirs.exclude(authored_by=F("team")).values_list("pk", flat=True))
    moves = Move.objects.filter(negotiation__in=[asks[pk] for pk in ours]).order_by("seq")
    first: dict[tuple[int, str], datetime] = {}
    for pk, act, at in moves.values_list("negotiation_id", "act", "at"):
        first.setdefault((pk, act), at)
    quick = set()
    for objective in ours:
        asked, accepted = (first.get((asks[objective], act)) for act in (Act.PROPOSE, Act.ACCEPT))
        if asked is not None and accepted is not None and accepted - asked <= WITHIN:
            quick.add(objective)
    return quick


def _commented(ids: dict[str, set[int]]) -> set[tuple[str, int]]:
    about = [
        Q(thread__subject_type=subject_type, thread__subject_id__in=pks) for subject_type, pks in ids.items()
    ]
    rows = Comment.objects.filter(reduce(or_, about)) if any(ids.values()) else Comment.objects.none()
    return set(rows.values_list("thread__subject_type", "thread__subject_id"))


def _nos(cycle: Cycle) -> tuple[Share, int]:
    """Return how many nos hold, and how many were said in the cycle, to whomever. One query."""
    rows = _counted_nos(since=cycle.starts_on, until=cycle.ends_on)
    stands = [(count, excepted) for state, count, excepted, _said in rows if state == No.State.ACTIVE]
    active, excepted = stands[0] if stands else (0, 0)
    return hold_rate(active, excepted), sum(said for *_rest, said in rows)


@statement()
def _counted_nos(*, since: date, until: date) -> QuerySet[No, tuple[str, int, int, int]]:
    has_exception = Q(Exists(NoException.objects.filter(no=OuterRef("pk"))))
    rows = No.objects.filter(decided_at__date__lte=until).order_by().values("state")
    return rows.annotate(
        count=Count("pk"),
        excepted=Count("pk", filter=has_exception),
        said=Count("pk", filter=Q(decided_at__date__gte=since)),
    ).values_list("state", "count", "excepted", "said")
