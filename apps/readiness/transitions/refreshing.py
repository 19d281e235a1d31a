"""How checklists follow what time and the service's own facts change."""

from datetime import datetime

from django.db.models import F

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.transactions import one_transaction
from apps.readiness import queries, rules
from apps.readiness.events import ConditionsApplied
from apps.readiness.models import Answer, Assessment, Exemption
from apps.readiness.transitions.counting import recount
from apps.readiness.transitions.exemptions import end_exemption
from apps.readiness.transitions.locking import content_changed, locked_answer, locked_assessment


def refresh(*, by: Actor, at: datetime) -> int:
    """Apply conditions anew where a service changed, and end exemptions whose day is over; return how many.

    Each in a transaction of its own, so that a long run holds no lock for long; a second run finds nothing.
    """
    stale = Assessment.objects.present().exclude(applies_version=F("service__version"))
    over = Exemption.objects.filter(state=Exemption.State.APPROVED, ends_on__lt=at.date())
    done = 0
    for assessment in stale.streamed():
        _apply(assessment, by=by, at=at)
        done += 1
    for exemption in over.select_related("answer").streamed():
        _end(exemption, by=by, at=at)
        done += 1
    return done


@one_transaction
def _apply(assessment: Assessment, *, by: Actor, at: datetime) -> None:
    assessment = locked_assessment(assessment, by=by, at=at)
    variables = queries.service_facts(assessment.service)
    items = queries.sheet(assessment.edition).by_key
    changed: list[Answer] = []
    rows = Answer.objects.select_for_update(of=("self",), no_key=True).filter(assessment=assessment)
    for answer in rows.order_by("pk"):
        applies = rules.applies(items[answer.item], variables)
        if applies != answer.applies:
            answer.applies = applies
            changed.append(answer)
    assessment.applies_version = assessment.service.version
    assessment.save(update_fields=["applies_version"])
    if not changed:
        return

    Answer.objects.bulk_update(changed, ["applies"])
    content_changed(assessment, by=by, at=at)
    added = sum(answer.applies for answer in changed)
    event = ConditionsApplied(added=added, removed=len(changed) - added)
    record(event, by=by, at=at, subject=assessment.subject)
    recount(assessment, by=by, at=at)


@one_transaction
def _end(exemption: Exemption, *, by: Actor, at: datetime) -> None:
    answer = locked_answer(exemption.answer, by=by, at=at)
    exemption = Exemption.objects.locked(exemption.pk)
    if exemption.state == Exemption.State.APPROVED:
        end_exemption(exemption, answer, by=by, at=at)
