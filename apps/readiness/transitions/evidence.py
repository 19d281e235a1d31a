"""How links show that answers are true."""

from datetime import date, datetime
from typing import Final

from django.db.models import Min

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.readiness import rules
from apps.readiness.events import EvidenceAdded, EvidenceRemoved
from apps.readiness.models import Answer, Evidence
from apps.readiness.transitions.locking import content_changed, locked_answer

MOST: Final = 50  # links of one answer


@one_transaction
def add_evidence(
    answer: Answer, *, title: str, url: str, by: Actor, at: datetime, expires_on: date | None = None
) -> Evidence:
    """Add a link; one that the checklist has already is used again, with the title and date it has there."""
    answer = locked_answer(answer, by=by, at=at)
    rules.check_answering(by, answer.assessment)
    url = clean_line(url, field="address", limit=rules.LONGEST_URL, is_required=True)
    rules.check_web_address(url)
    title = clean_line(title, field="title") or url[:200]
    if expires_on is not None:
        check_day(expires_on, field="expires_on")

    evidence, _is_new = Evidence.objects.get_or_create(
        assessment=answer.assessment,
        url=url,
        defaults={
            "title": title,
            "expires_on": expires_on,
            "added_by": by.person,  # type: ignore[misc]  # only people get through check_answering
            "added_at": at,
        },
    )
    return _attach(answer, evidence, by=by, at=at)


@one_transaction
def attach_evidence(answer: Answer, *, evidence: Evidence, by: Actor, at: datetime) -> Evidence:
    """Let a link of the same checklist serve another answer."""
    answer = locked_answer(answer, by=by, at=at)
    rules.check_answering(by, answer.assessment)
    evidence = Evidence.objects.locked(evidence.pk)
    if evidence.assessment_id != answer.assessment_id:
        message = "This link belongs to another checklist."
        raise InvalidMoveError(message)
    return _attach(answer, evidence, by=by, at=at)


def _attach(answer: Answer, evidence: Evidence, *, by: Actor, at: datetime) -> Evidence:
    if answer.evidence.filter(pk=evidence.pk).exists():
        return evidence
    if answer.evidence_count >= MOST:
        message = f"{answer.item} has {MOST} links. Which of them would you show?"
        raise InvalidInputError(message, field="address")
    answer.evidence.add(evidence)
    _count(answer, by=by, at=at)
    record(EvidenceAdded(title=evidence.title, url=evidence.url), by=by, at=at, subject=answer.subject)
    return evidence


@one_transaction
def remove_evidence(answer: Answer, *, evidence: Evidence, by: Actor, at: datetime) -> None:
    """Take a link from an answer; one that no answer uses any more is forgotten."""
    answer = locked_answer(answer, by=by, at=at)
    rules.check_answering(by, answer.assessment)
    evidence = Evidence.objects.locked(evidence.pk)
    if not answer.evidence.filter(pk=evidence.pk).exists():
        message = f"{answer.item} does not use this link."
        raise InvalidMoveError(message)

    answer.evidence.remove(evidence)
    _count(answer, by=by, at=at)
    record(EvidenceRemoved(title=evidence.title, url=evidence.url), by=by, at=at, subject=answer.subject)
    if not evidence.answers.exists():
        evidence.delete()


def _count(answer: Answer, *, by: Actor, at: datetime) -> None:
    answer.evidence_count = answer.evidence.count()
    answer.evidence_until = answer.evidence.aggregate(first=Min("expires_on"))["first"]
    answer.save(update_fields=["evidence_count", "evidence_until"])
    content_changed(answer.assessment, by=by, at=at)
