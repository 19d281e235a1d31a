"""The strategy by horizon, and how sharp it is."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.accounts.models import User
from apps.activity.models import Subject
from apps.okrs.models import (
    AlignmentLink,
    Cycle,
    CycleState,
    Horizon,
    KeyResult,
    Negotiation,
    NegotiationKind,
    Objective,
    Stage,
    StrategyItem,
)
from apps.okrs.queries.finding import readable
from apps.okrs.rules.horizons import (
    LEAD_WEEKS,
    Box,
    Doubt,
    Ready,
    Stated,
    doubts,
    in_words,
    sharpening,
    sharpness,
)

SHOWN = (  # of an objective below a sentence
    "title",
    "state",
    "strategy_item_id",
    "accountable_id",
    "team__slug",
    "team__name",
    "cycle__slug",
    "cycle__name",
)
EXPLAINED = {
    Horizon.NOW: "This quarter: exact baselines and targets, an owner, key results, capacity.",
    Horizon.NEXT: "The quarter after: a problem, a measure, and a range.",
    Horizon.LATER: "Half-years: a theme, a direction, wide ranges.",
    Horizon.VISION: "A story. No date and no number.",
}


@dataclass(frozen=True)
class ItemRow:
    """One sentence of the strategy, as coarse as it is far."""

    item: StrategyItem
    words: str
    doubts: list[Doubt]
    objectives: list[Objective] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)  # only what is next, near a cycle's begin
    sharpness: str = ""


@dataclass(frozen=True)
class Column:
    """One horizon."""

    key: str
    title: str
    explained: str
    rows: list[ItemRow]


@dataclass(frozen=True)
class HorizonsPage:
    """The four columns."""

    columns: list[Column]
    dead: list[StrategyItem]
    next_cycle: Cycle | None
    is_sharpening: bool  # four weeks or less to go


def stated_of(item: StrategyItem) -> Stated:
    """Return what an item says of time and number."""
    return Stated(
        horizon=item.horizon,
        precision=item.precision,
        begins_on=item.begins_on,
        low=item.target_low,
        high=item.target_high,
        planned_change=item.planned_change,
        unit=item.unit,
        theme=item.theme,
        statement=item.statement,
    )


def strategy_item(pk: int) -> StrategyItem:
    """Return one sentence of the strategy, or 404. One query."""
    return get_object_or_404(StrategyItem, pk=pk)


def vision() -> StrategyItem | None:
    """Return the first sentence of the vision. One query."""
    rows = StrategyItem.objects.filter(horizon=Horizon.VISION).exclude(verdict=StrategyItem.Verdict.DEAD)
    return rows.order_by("position", "pk").first()


def next_cycle(*, on: date) -> Cycle | None:
    """Return the next quarter that is planned. One query."""
    return Cycle.objects.filter(state=CycleState.PLANNING, starts_on__gt=on).order_by("starts_on").first()


def horizons_subject() -> Subject:
    """Return the labels of the strategy as a whole."""
    return Subject(type="strategy", id=0, name="the strategy", url=reverse("okrs:horizons"))


def horizons(person: User, *, on: date) -> HorizonsPage:
    """Return the strategy by horizon. Five queries at most."""
    items = list(StrategyItem.objects.select_related("parent").order_by("position", "pk"))
    alive = [one for one in items if one.verdict != StrategyItem.Verdict.DEAD]
    objectives: dict[int, list[Objective]] = defaultdict(list)
    mine = readable(person, on=on).alive().filter(strategy_item__in=[one.pk for one in alive])
    for one in mine.select_related("team", "cycle").only(*SHOWN).order_by("pk"):
        objectives[one.strategy_item_id or 0].append(one)
    coming = next_cycle(on=on)
    near = coming is not None and (coming.starts_on - on).days <= LEAD_WEEKS * 7
    nexts = [one for one in alive if one.horizon == Horizon.NEXT]
    ready = _ready(nexts, objectives)
    rows = {one.pk: _row(one, objectives[one.pk], ready.get(one.pk), today=on) for one in alive}
    columns = [
        Column(
            key=horizon.value,
            title=str(horizon.label),
            explained=EXPLAINED[horizon],
            rows=[rows[one.pk] for one in alive if one.horizon == horizon],
        )
        for horizon in Horizon
    ]
    dead = [one for one in items if one.verdict == StrategyItem.Verdict.DEAD]
    return HorizonsPage(columns, dead, coming, is_sharpening=near)


def _row(item: StrategyItem, objectives: list[Objective], ready: Ready | None, *, today: date) -> ItemRow:
    stated = stated_of(item)
    boxes = sharpening(ready) if ready else []
    return ItemRow(
        item=item,
        words=in_words(stated, today=today),
        doubts=doubts(stated, today=today),
        objectives=objectives,
        boxes=boxes,
        sharpness=sharpness(boxes) if boxes else "",
    )


def _ready(items: list[StrategyItem], objectives: dict[int, list[Objective]]) -> dict[int, Ready]:
    """Return what is known about each item that is next, by its objectives. Three queries, or none."""
    if not items:
        return {}
    ids = {one.pk: item.pk for item in items for one in objectives[item.pk]}
    measured: dict[int, list[tuple[bool, bool]]] = defaultdict(list)
    rows = KeyResult.objects.filter(objective__in=list(ids), metric__isnull=False, dropped_on=None)
    for pk, baseline, source in rows.values_list("objective_id", "baseline", "metric__source"):
        measured[ids[pk]].append((baseline is not None, bool(source)))
    needs: dict[int, list[bool]] = defaultdict(list)
    asked = _asked(list(ids))
    links = AlignmentLink.objects.filter(objective__in=list(ids), kind=AlignmentLink.Kind.DEPENDS_ON)
    for pk, whole, part in links.values_list(
        "objective_id", "to_objective__team", "to_key_result__objective__team"
    ):
        needs[ids[pk]].append((pk, whole or part) in asked)
    return {
        item.pk: Ready(
            objectives=len(objectives[item.pk]),
            measured=len(measured[item.pk]),
            with_baseline=sum(has for has, _source in measured[item.pk]),
            with_source=sum(source for _has, source in measured[item.pk]),
            owners=sum(one.accountable_id is not None for one in objectives[item.pk]),
            dependencies=len(needs[item.pk]),
            asked=sum(needs[item.pk]),
        )
        for item in items
    }


def _asked(objective_ids: list[int]) -> set[tuple[int, int]]:
    """Return which teams were asked for what. One query."""
    rows = Negotiation.objects.filter(
        Q(objective__in=objective_ids), kind=NegotiationKind.CONTRIBUTION
    ).exclude(stage__in=[Stage.DRAFT, Stage.VOID])
    return {
        (pk or 0, team_id)
        for pk, *sides in rows.values_list("objective_id", "initiator_id", "counterpart_id")
        for team_id in sides
    }
