"""What stands beside one answer: exemptions, earlier versions, evidence."""

from django.db.models import F

from apps.readiness.models import Answer, AnswerVersion, Evidence, Exemption
from apps.readiness.queries.pages import STANDING


def standing_exemption(answer: Answer) -> Exemption | None:
    """Return the exemption that is asked for or approved. One query."""
    rows = Exemption.objects.filter(answer=answer, state__in=STANDING)
    return rows.select_related("asked_by", "decided_by").first()


def exemptions_of(answer: Answer) -> list[Exemption]:
    """Return every exemption that an item ever had, newest first. One query."""
    rows = Exemption.objects.filter(answer=answer).select_related("asked_by", "decided_by")
    return list(rows.order_by("-pk"))


def versions(answer: Answer) -> list[AnswerVersion]:
    """Return what an answer said before, newest first. One query."""
    rows = AnswerVersion.objects.filter(answer=answer).select_related("author", "owner")
    return list(rows.order_by("-revision"))


def links_of(answer: Answer) -> list[Evidence]:
    """Return the evidence of an answer, newest first. One query."""
    return list(answer.evidence.select_related("added_by").order_by("-added_at", "-pk"))


def other_links(answer: Answer) -> list[Evidence]:
    """Return links of the same checklist that could serve this answer too. One query."""
    rows = Evidence.objects.filter(assessment_id=answer.assessment_id).exclude(answers=answer)
    return list(rows.order_by(F("title").asc(), "pk")[:100])
