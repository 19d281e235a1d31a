"""How a cycle was negotiated, for the page of leadership: units are measured, never persons."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.comments.models import Comment
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
)
from apps.okrs.rules.negotiating import giver_of, needs_a_decision
from apps.okrs.rules.negotiation_measures import WITHIN, Measures, Share, hold_rate, kappa, working_days
from apps.okrs.rules.overview import Pair
from apps.okrs.rules.terms import number_in, shape_of

LOADED: Final = ("owes", "initiator", "counterpart", "objective", "changes", "terms")
ANSWERS = frozenset({Act.ACCEPT, Act.COUNTER, Act.DECLINE, Act.DEFER})
KEPT = frozenset({Stage.AGREED, Stage.REPORTED, Stage.CLOSED})
SAID_NO = frozenset({Stage.DECLINED, Stage.DEFERRED})


def asks_of(cycle: Cycle) -> QuerySet[Negotiation]:
    """Return all that was asked in a cycle and sent, with what the measures look at."""
    rows = Negotiation.objects.filter(cycle=cycle).exclude(stage__in=[Stage.DRAFT, Stage.VOID])
    return rows.select_related(*LOADED).order_by("pk")


def moves_of(asks: Iterable[Negotiation]) -> dict[int, list[Move]]:
    """Return the moves of negotiations with their terms, the first one first. One query."""
    found: dict[int, list[Move]] = defaultdict(list)
    rows = Move.objects.filter(negotiation__in=[one.pk for one in asks]).select_related("terms")
    for move in rows.order_by("negotiation", "seq"):
        found[move.negotiation_id].append(move)
    return found


def measures_of(
    cycle: Cycle,
    asks: Sequence[Negotiation] | None = None,
    moves: Mapping[int, list[Move]] | None = None,
) -> Measures:
    """Return who moved, what was dictated, how long answers took, how much lapsed. Five queries at most.

    Who has read some of `asks_of`, and their `moves_of`, counts those alone.
    """
    found = list(asks_of(cycle)) if asks is None else asks
    moved = moves_of(found) if moves is None else moves
    threads = {one.pk: moved.get(one.pk, []) for one in found}
    answered = [one for one in found if one.stage not in {Stage.OPEN, Stage.WITHDRAWN}]
    lapsed = sum(one.stage == Stage.LAPSED for one in answered)
    nos = sum(one.stage in SAID_NO for one in found)
    kept = [one for one in found if one.stage in KEPT]
    held, said = _nos(cycle)
    return Measures(
        kappas=_kappas(kept, threads),
        dictated=_dictated(cycle, found, threads),
        answer_days=_answer_days(threads.values()),
        lapsed=Share(lapsed, len(answered)),
        rounds=[one.rounds for one in kept],
        nos=Share(nos, nos + len(kept)),
        held=held,
        said=said,
    )


def undecided(asks: Iterable[Negotiation], moves: Mapping[int, list[Move]]) -> list[Pair]:
    """Return what three rounds did not settle, with the last terms of both sides. No query."""
    found = []
    for one in asks:
        if needs_a_decision(one):
            last = {move.terms.team_id: move.terms.payload for move in moves.get(one.pk, []) if move.terms}
            found.append(Pair.of(one, last.get(one.initiator_id, {}), last.get(one.counterpart_id, {})))
    return found


def _kappas(kept: list[Negotiation], moves: Mapping[int, list[Move]]) -> list[Decimal]:
    targets = [one for one in kept if shape_of(one) == NegotiationKind.TARGET]
    numbers = []
    for one in targets:
        first: dict[bool, Decimal] = {}
        for terms in (move.terms for move in moves[one.pk] if move.terms):
            value = number_in(terms.payload, "target")
            if value is not None:
                first.setdefault(terms.team_id == giver_of(one).pk, value)
        agreed = number_in(one.terms.payload, "target") if one.terms else None
        asked, offered = first.get(False), first.get(True)
        if asked is not None and offered is not None and agreed is not None:
            numbers.append(kappa(asked=asked, offered=offered, agreed=agreed))
    return [one for one in numbers if one is not None]


def _dictated(cycle: Cycle, found: Sequence[Negotiation], moves: Mapping[int, list[Move]]) -> Share:
    """Count agreed objectives from outside that were accepted within a day, without a counter or a word."""
    agreed = list(Objective.objects.filter(cycle=cycle, agreed_at__isnull=False))
    ours = {one.pk: one for one in agreed if one.authored_by_id != one.team_id}
    negotiated = {
        one.objective_id: one
        for one in found
        if one.kind == NegotiationKind.OBJECTIVE and one.stage in KEPT and one.objective_id in ours
    }
    quick = {
        pk
        for pk, one in negotiated.items()
        if one.rounds == 0 and pk is not None and _accepted_within(moves[one.pk])
    }
    said = _commented({"objective": quick, "negotiation": {negotiated[pk].pk for pk in quick}})
    silent = [
        pk for pk in quick if ("objective", pk) not in said and ("negotiation", negotiated[pk].pk) not in said
    ]
    return Share(len(silent), len(agreed))


def _commented(ids: dict[str, set[int]]) -> set[tuple[str, int]]:
    about = [
        Q(thread__subject_type=subject_type, thread__subject_id__in=pks) for subject_type, pks in ids.items()
    ]
    rows = Comment.objects.filter(reduce(or_, about)) if any(ids.values()) else Comment.objects.none()
    return set(rows.values_list("thread__subject_type", "thread__subject_id"))


def _accepted_within(moves: list[Move]) -> bool:
    asked = _first(moves, {Act.PROPOSE})
    accepted = _first(moves, {Act.ACCEPT})
    return asked is not None and accepted is not None and accepted - asked <= WITHIN


def _answer_days(threads: Iterable[list[Move]]) -> list[int]:
    days = []
    for moves in threads:
        asked, answered = _first(moves, {Act.PROPOSE}), _first(moves, ANSWERS)
        if asked is not None and answered is not None:
            days.append(working_days(asked.date(), answered.date()))
    return days


def _first(moves: list[Move], acts: Iterable[str]) -> datetime | None:
    return next((move.at for move in moves if move.act in acts), None)


def _nos(cycle: Cycle) -> tuple[Share, int]:
    """Return how many nos hold, and how many were said in the cycle, to whomever. One query."""
    rows = No.objects.filter(decided_at__date__lte=cycle.ends_on)
    stands = Q(state=No.State.ACTIVE)
    counted = rows.aggregate(
        active=Count("pk", filter=stands),
        excepted=Count("pk", filter=stands & Q(Exists(NoException.objects.filter(no=OuterRef("pk"))))),
        said=Count("pk", filter=Q(decided_at__date__gte=cycle.starts_on)),
    )
    return hold_rate(counted["active"], counted["excepted"]), counted["said"]
