"""How an answer is held until the transaction ends."""

from datetime import datetime

from django.db.models import F, QuerySet

from apps.accounts.models import Actor
from apps.core.statements import statement
from apps.readiness import queries
from apps.readiness.models import Answer, Assessment


def locked_answer(answer: Answer, *, by: Actor, at: datetime) -> Answer:  # noqa: ARG001
    """Return the fresh row of an answer with its assessment and service, both rows locked. One query.

    The assessment comes first: the database locks in the order in which the tables are named here.
    """
    (row,) = _locked(pk=answer.pk)
    return row


@statement()
def _locked(*, pk: int) -> QuerySet[Answer]:
    rows = queries.answers_with_service().filter(pk=pk)
    return rows.select_for_update(of=("assessment", "self"), no_key=True)


def locked_assessment(assessment: Assessment, *, by: Actor, at: datetime) -> Assessment:  # noqa: ARG001
    """Return the fresh row of an assessment with its service, locked. One query."""
    rows = Assessment.objects.select_related("service__team", "service__advisor", "edition")
    return rows.defer("edition__content").locked(assessment.pk)


def content_changed(assessment: Assessment, *, by: Actor, at: datetime) -> None:  # noqa: ARG001
    """Count a change of what signatures are about; the assessment is locked. One query."""
    Assessment.objects.filter(pk=assessment.pk).update(content_version=F("content_version") + 1)
    assessment.content_version += 1
