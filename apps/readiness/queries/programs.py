"""What programs read of answers: plain rows of one query, because lists are asked for often."""

from typing import Any, Final

from django.db.models import QuerySet

from apps.core.statements import or_404
from apps.readiness.models import Answer, Assessment
from apps.readiness.queries.finding import questions

ANSWER_COLUMNS: Final = {  # of the database → of the API
    "pk": "id",
    "item": "item",
    "area": "area",
    "weight": "weight",
    "state": "state",
    "text": "text",
    "owner_id": "owner",
    "due_on": "due_on",
    "reason": "reason",
    "is_inherited": "is_inherited",
    "is_returned": "is_returned",
    "is_exempt": "is_exempt",
    "evidence_count": "evidence_count",
    "revision": "revision",
    "saved_at": "saved_at",
}
EDITION: Final = "assessment__edition__sha256"


def answer_rows(slug: str, kind: str, *, area: str = "", state: str = "") -> QuerySet[Answer, Any]:
    """Return the answers of a present checklist as mappings for `as_listed`, or 404. Two queries."""
    present = Assessment.objects.present().filter(service__slug=slug, kind=kind)
    pk = or_404(present.values_list("pk", flat=True).first())
    wanted = {"area": area.upper(), "state": state}
    rows = Answer.objects.applicable().filter(assessment=pk)
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    shown: QuerySet[Answer, Any] = rows.values("position", EDITION, *ANSWER_COLUMNS)
    return shown


def as_listed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row under the names that programs know, with its question. No query: sheets are kept."""
    question = questions(row[EDITION]).by_key[row["item"]].question
    return {"question": question} | {name: row[column] for column, name in ANSWER_COLUMNS.items()}
