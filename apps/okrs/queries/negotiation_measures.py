"""How a cycle was negotiated, for the page of leadership: units are measured, never persons."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

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
    Terms,
)
from apps.okrs.rules.negotiating import giver_of
from apps.okrs.rules.negotiation_measures import WITHIN, Measures, Share, hold_rate, kappa, working_days
from apps.okrs.rules.terms import number_in, shape_of

ANSWERS = frozenset({Act.ACCEPT, Act.COUNTER, Act.DECLINE, Act.DEFER})
KEPT = frozenset({Stage.AGREED, Stage.REPORTED, Stage.CLOSED})
SAID_NO = frozenset({Stage.DECLINED, Stage.DEFERRED})


def measures_of(cycle: Cycle) -> Measures:
    """Return who moved, what was dictated, how long answers took, and how much lapsed. Seven queries."""
    rows = Negotiation.objects.filter(cycle=cycle).exclude(stage__in=[Stage.DRAFT, Stage.VOID])
    found = list(
        rows.select_related("initiator", "counterpart", "objective", "key_result", "changes", "terms")
    )
    moves: dict[int, list[Move]] = defaultdict(list)
    for move in Move.objects.filter(negotiation__in=rows.values("pk")).order_by("seq"):
        moves[move.negotiation_id].append(move)
    answered = [one for one in found if one.stage not in {Stage.OPEN, Stage.WITHDRAWN}]
    lapsed = sum(one.stage == Stage.LAPSED for one in answered)
    nos = sum(one.stage in SAID_NO for one in found)
    kept = [one for one in found if one.stage in KEPT]
    return Measures(
        kappas=_kappas(kept),
        dictated=_dictated(cycle, found, moves),
        answer_days=_answer_days(moves.values()),
        lapsed=Share(lapsed, len(answered)),
        rounds=[one.rounds for one in kept],
        nos=Share(nos, nos + len(kept)),
        held=_held(cycle),
    )


def _kappas(kept: list[Negotiation]) -> list[Decimal]:
    targets = {one.pk: one for one in kept if shape_of(one) == NegotiationKind.TARGET}
    first: dict[tuple[int, bool], Decimal] = {}
    rows = Terms.objects.filter(negotiation__in=targets).order_by("version")
    for terms in rows:
        value = number_in(terms.payload, "target")
        is_offer = terms.team_id == giver_of(targets[terms.negotiation_id]).pk
        if value is not None:
            first.setdefault((terms.negotiation_id, is_offer), value)
    numbers = []
    for pk, one in targets.items():
        asked, offered = first.get((pk, False)), first.get((pk, True))
        agreed = number_in(one.terms.payload, "target") if one.terms else None
        if asked is not None and offered is not None and agreed is not None:
            numbers.append(kappa(asked=asked, offered=offered, agreed=agreed))
    return [one for one in numbers if one is not None]


def _dictated(cycle: Cycle, found: list[Negotiation], moves: dict[int, list[Move]]) -> Share:
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
    found: set[tuple[str, int]] = set()
    for subject_type, pks in ids.items():
        rows = Comment.objects.filter(thread__subject_type=subject_type, thread__subject_id__in=pks)
        found |= {(subject_type, pk) for pk in rows.values_list("thread__subject_id", flat=True)}
    return found


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


def _held(cycle: Cycle) -> Share:
    active = No.objects.active().filter(decided_at__date__lte=cycle.ends_on)
    excepted = NoException.objects.filter(no__in=active.values("pk")).values("no").distinct()
    return hold_rate(active.count(), excepted.count())
