"""How the summary rows follow the answers: areas, the assessment's counter, and the service's summary."""

from datetime import datetime
from typing import Any, Final

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from apps.accounts.models import Actor
from apps.catalog.models import Phase
from apps.catalog.transitions import summarise
from apps.core.statements import statement
from apps.readiness import queries, rules
from apps.readiness.models import Answer, Area, Assessment, Kind, State, Weight

NUMBERS: Final = ["applicable", "answered", "weight", "credit", "open_high", "gaps", "exempt", "is_weak"]
LATER: Final = 10_000  # further back than any position of an edition
_POINTS: Final = Case(
    *[When(weight=weight, then=Value(points)) for weight, points in rules.POINTS.items()], default=Value(0)
)
_COUNTS: Final = ~Q(state=State.NOT_APPLICABLE)
_CREDIT: Final = Case(
    When(state=State.NOT_APPLICABLE, then=Value(0)),
    When(Q(is_exempt=True) | Q(state=State.IN_PLACE), then=_POINTS),
    When(state=State.PLANNED, then=_POINTS / Value(2)),
    default=Value(0),
    output_field=IntegerField(),
)
_HOLDS_UP: Final = Q(weight=Weight.HIGH, state__in=[State.OPEN, State.GAP], is_exempt=False)
# Open High items come first, then the other open ones, in the order of the checklist.
_TURN: Final = Case(
    When(weight=Weight.HIGH, state=State.OPEN, then=F("position")),
    When(state=State.OPEN, then=F("position") + LATER),
    output_field=IntegerField(),
)


def lock_areas(assessment: Assessment, *, by: Actor, at: datetime) -> list[Area]:  # noqa: ARG001
    """Lock the areas of an assessment that is locked already. One query.

    The service's phase and what its summary says come along: what was read with the assessment may be
    older than the lock that it waited for.
    """
    areas = _locked_areas(assessment_id=assessment.pk)
    for area in areas:
        area.assessment = assessment
    return areas


@statement()
def _locked_areas(*, assessment_id: int) -> QuerySet[Area]:
    rows = Area.objects.filter(assessment=assessment_id).in_order("position")
    rows = rows.select_for_update(of=("self",), no_key=True)
    return rows.annotate(
        phase=F("assessment__service__phase"), next_url=F("assessment__service__summary__next_url")
    )


def recount(assessment: Assessment, *, by: Actor, at: datetime, areas: list[Area] | None = None) -> None:
    """Count the areas anew with one aggregate, and tell the service's summary. Two to four queries.

    The assessment is locked and has its service; the areas are locked here unless they come along. A page
    finds them, as they are now, in `counted_areas`.
    """
    areas = lock_areas(assessment, by=by, at=at) if areas is None else areas
    counted = {row["area"]: row for row in _counted(assessment_id=assessment.pk)}
    changed = [area for area in areas if _take_over(area, counted.get(area.key, {}), kind=assessment.kind)]
    if len(changed) == 1:
        changed[0].save(update_fields=NUMBERS)
    elif changed:
        Area.objects.bulk_update(changed, NUMBERS)
    turns = [row["turn"] for row in counted.values() if row["turn"] is not None]
    assessment.counted_areas = areas
    _tell_summary(assessment, areas, next_turn=min(turns, default=None), by=by, at=at)


@statement()
def _counted(*, assessment_id: int) -> QuerySet[Any, Any]:
    rows = Answer.objects.applicable().filter(assessment=assessment_id).order_by().values("area")
    return rows.annotate(
        applicable=Count("pk"),
        answered=Count("pk", filter=~Q(state=State.OPEN)),
        points=Coalesce(Sum(_POINTS, filter=_COUNTS), 0),
        credit=Sum(_CREDIT),
        open_high=Count("pk", filter=_HOLDS_UP),
        gaps=Count("pk", filter=Q(state=State.GAP)),
        exempt=Count("pk", filter=Q(is_exempt=True) & _COUNTS),
        turn=Min(_TURN),
    )


def _take_over(area: Area, row: dict[str, Any], *, kind: str) -> bool:
    """Put the counted numbers into an area; tell whether anything changed."""
    before = [getattr(area, name) for name in NUMBERS]
    for name in NUMBERS[:-1]:
        setattr(area, name, row.get("points" if name == "weight" else name, 0))
    area.is_weak = rules.is_weak(rules.Score.of(area), verdict=area.verdict, kind=kind)
    return before != [getattr(area, name) for name in NUMBERS]


def _tell_summary(
    assessment: Assessment, areas: list[Area], *, next_turn: int | None, by: Actor, at: datetime
) -> None:
    """Keep what lists and headers show of the service, as long as this is the checklist of its phase."""
    phase, next_url = areas[0].phase, areas[0].next_url  # type: ignore[attr-defined]  # read by lock_areas
    phases = {Kind.CONVERSATION: [Phase.GREEN_LIGHT], Kind.READINESS: [Phase.READY, Phase.LIVE]}[
        Kind(assessment.kind)
    ]
    if assessment.closed_at is not None or phase not in phases:
        return
    values = queries.summary(areas, queries.sheet(assessment.edition))
    if phase == Phase.GREEN_LIGHT:  # no step of a conversation has a day; the playground's review had one
        values |= (_next_question(assessment, next_turn) or _prepare(assessment)) | {"next_on": None}
    if phase == Phase.READY:
        values |= _next_question(assessment, next_turn) or _walk_through(assessment, next_url or "")
    summarise(assessment.service, by=by, at=at, **values)


def _next_question(assessment: Assessment, next_turn: int | None) -> dict[str, Any]:
    """Return the step to the first open item; nothing when all are answered."""
    if next_turn is None:
        return {}
    item = queries.sheet(assessment.edition).items[next_turn % LATER]
    url = assessment.get_absolute_url()
    place = url if assessment.kind == Kind.CONVERSATION else f"{url}{item.area.lower()}/"
    step = f"Answer {item.key}: {item.question}"
    return {"next_step": step[:300], "next_url": f"{place}#{item.key}"[:300]}


def _prepare(assessment: Assessment) -> dict[str, Any]:
    return {"next_step": "Prepare for production", "next_url": assessment.service.get_absolute_url()}


def _walk_through(assessment: Assessment, next_url: str) -> dict[str, Any]:
    """Return what follows the last answer; walkthroughs know better, so only a step of ours is replaced."""
    url = assessment.get_absolute_url()
    if assessment.submitted_at is None:
        return {"next_step": "Submit the checklist for the walkthrough", "next_url": url}
    if next_url.startswith(url):
        walkthroughs = f"{assessment.service.get_absolute_url()}walkthroughs/"
        return {"next_step": "Go on to the walkthrough", "next_url": walkthroughs}
    return {}
