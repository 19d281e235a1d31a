"""What the launch gate, the snapshot and the summary read of a checklist."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from apps.core.statements import statement
from apps.readiness.models import Answer, Area, Assessment, Exemption, State, Weight
from apps.readiness.queries.finding import sheet
from apps.readiness.rules import Sheet


@dataclass(frozen=True)
class PlannedItem:
    """A High item that is planned; the launch turns it into a follow-up."""

    answer: Answer
    due_on: date

    @property
    def item(self) -> str:
        """Return the item's code."""
        return self.answer.item


@dataclass(frozen=True)
class GateFacts:
    """What stands between a service and its launch, as far as the checklist goes."""

    open_high: list[Answer]  # High items that nobody answered
    high_gaps: list[Answer]  # High items that are a gap without an exemption; other gaps do not block
    planned_high: list[PlannedItem]  # without an exemption


def gate_facts(assessment: Assessment, *, on: date) -> GateFacts:
    """Return what the launch gate looks at; an exemption counts until the end of its day. One query."""
    answers = _high_ones_missing(assessment_id=assessment.pk, on=on)
    missing = [answer for answer in answers if not answer.is_granted]  # type: ignore[attr-defined]  # annotated above
    return GateFacts(
        open_high=[answer for answer in missing if answer.state == State.OPEN],
        high_gaps=[answer for answer in missing if answer.state == State.GAP],
        planned_high=[
            PlannedItem(answer, answer.due_on)
            for answer in missing
            if answer.state == State.PLANNED and answer.due_on
        ],
    )


@statement()
def _high_ones_missing(*, assessment_id: int, on: date) -> QuerySet[Answer]:
    granted = Exemption.objects.filter(answer=OuterRef("pk"), state=Exemption.State.APPROVED, ends_on__gte=on)
    rows = Answer.objects.applicable().filter(
        assessment=assessment_id, weight=Weight.HIGH, state__in=[State.OPEN, State.GAP, State.PLANNED]
    )
    return rows.annotate(is_granted=Exists(granted)).select_related("owner").order_by("position")


def content(assessment: Assessment) -> list[dict[str, Any]]:
    """Return what signatures are about, item by item, as plain values for JSON. One query.

    Scores, hints and whatever time alone changes are left out; so is what does not apply.
    """
    approved = Q(exemptions__state=Exemption.State.APPROVED)  # at most one stands
    rows = Answer.objects.applicable().filter(assessment=assessment)
    rows = rows.annotate(granted=FilteredRelation("exemptions", condition=approved))
    links = ("evidence__url", "evidence__title", "evidence__expires_on")
    exemption = ("granted__reason", "granted__measure", "granted__ends_on", "granted__decided_by__name")
    columns = ("item", "state", "text", "owner__name", "due_on", "reason", *exemption, *links)
    found: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("position", "evidence__url").values(*columns):
        item = found.setdefault(row["item"], _content_of(row))
        if row["evidence__url"] is not None:
            item["evidence"].append(_evidence(row))
    return list(found.values())


def _content_of(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "item": row["item"],
        "state": row["state"],
        "text": row["text"],
        "owner": row["owner__name"] or "",
        "due_on": row["due_on"].isoformat() if row["due_on"] else "",
        "reason": row["reason"],
        "evidence": [],
        "exemption": _exemption(row),
    }


def _evidence(row: dict[str, Any]) -> dict[str, str]:
    until = row["evidence__expires_on"]
    return {
        "title": row["evidence__title"],
        "url": row["evidence__url"],
        "expires_on": until.isoformat() if until else "",
    }


def _exemption(row: dict[str, Any]) -> dict[str, str] | None:
    if row["granted__ends_on"] is None:
        return None
    return {
        "reason": row["granted__reason"],
        "measure": row["granted__measure"],
        "ends_on": row["granted__ends_on"].isoformat(),
        "approved_by": row["granted__decided_by__name"] or "",
    }


@dataclass(frozen=True)
class Gap:
    """A question of the conversation that has no answer yet."""

    item: str
    question: str
    is_unknown: bool  # the team said that it does not know yet
    url: str


def gaps(conversation: Assessment) -> list[Gap]:
    """Return the questions that stay open when a service prepares for production. One query.

    Load the assessment's service and edition first.
    """
    questions = sheet(conversation.edition).by_key
    rows = Answer.objects.applicable().filter(assessment=conversation, state__in=[State.OPEN, State.UNKNOWN])
    url = conversation.get_absolute_url()
    return [
        Gap(item, questions[item].question, state == State.UNKNOWN, f"{url}#{item}")
        for item, state in rows.order_by("position").values_list("item", "state")
    ]


def summary(areas: Iterable[Area], sheet: Sheet) -> dict[str, Any]:
    """Return what lists and headers show of a checklist, as fields of ServiceSummary. No query."""
    areas = list(areas)
    return {
        "answered": sum(area.answered for area in areas),
        "applicable": sum(area.applicable for area in areas),
        "open_high": sum(area.open_high for area in areas),
        "weak_areas": [
            {"key": area.key, "title": sheet.by_area[area.key].title} for area in areas if area.is_weak
        ],
    }
