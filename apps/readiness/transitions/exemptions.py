"""How a "not now" is asked for, decided by somebody else, and ended."""

from datetime import date, datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.queries import leads_of, owning_team_ids
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_text
from apps.core.transactions import one_transaction
from apps.notifications.transitions import notify
from apps.readiness import queries, rules
from apps.readiness.events import (
    ExemptionApproved,
    ExemptionAsked,
    ExemptionEnded,
    ExemptionRefused,
    ExemptionWithdrawn,
)
from apps.readiness.models import Answer, Exemption
from apps.readiness.transitions.counting import recount
from apps.readiness.transitions.locking import content_changed, locked_answer


@one_transaction
def ask_exemption(
    answer: Answer, *, reason: str, measure: str, ends_on: date, by: Actor, at: datetime
) -> Exemption:
    """Ask for a "not now"; the people who may decide are told."""
    answer = locked_answer(answer, by=by, at=at)
    rules.check_answering(by, answer.assessment)
    rules.check_exemptible(answer)
    reason = _needed(reason, field="reason", limit=rules.LONGEST_REASON)
    measure = _needed(measure, field="measure", limit=rules.LONGEST_MEASURE)
    rules.check_exemption_end(ends_on, today=at.date())
    standing = queries.standing_exemption(answer)
    if standing and standing.state == Exemption.State.APPROVED and standing.ends_on < at.date():
        end_exemption(standing, answer, by=by, at=at)
    elif standing:
        message = f"An exemption for {answer.item} is {standing.get_state_display().lower()} already."
        raise InvalidMoveError(message)

    exemption = Exemption.objects.create(
        answer=answer,
        reason=reason,
        measure=measure,
        ends_on=ends_on,
        asked_by=by.person,  # type: ignore[misc]  # only people get through check_answering
        asked_at=at,
    )

    event = ExemptionAsked(reason=reason, measure=measure, ends_on=ends_on.isoformat())
    record(event, by=by, at=at, subject=answer.subject)
    notify(
        _deciders(answer),
        key=f"readiness:exemption:{exemption.pk}:asked",
        template="readiness/exemption_asked",
        by=by,
        at=at,
        subject=answer.subject,
        context={"answer": answer, "service": answer.assessment.service, "exemption": exemption},
    )
    return exemption


def _needed(value: str, *, field: str, limit: int) -> str:
    text = clean_text(value, field=field, limit=limit).strip()
    if not text:
        message = f"Say the {field}: whoever decides knows less than you."
        raise InvalidInputError(message, field=field)
    return text


def _deciders(answer: Answer) -> list[User]:
    people = list(User.objects.with_role("enablement").order_by("pk"))
    if answer.area == rules.SECURITY_AREA:
        people += User.objects.with_role("security").order_by("pk")
    unique = {person.pk: person for person in people}
    team_ids = owning_team_ids(answer.assessment.service)
    return [
        person
        for person in unique.values()
        if rules.may_decide(Actor(person=person), team_ids, area=answer.area)
    ]


@one_transaction
def decide_exemption(
    exemption: Exemption, *, approve: bool, reason: str, by: Actor, at: datetime
) -> Exemption:
    """Approve or refuse; an approved exemption counts as credit and is shown as what it is."""
    answer = locked_answer(exemption.answer, by=by, at=at)
    exemption = Exemption.objects.select_related("asked_by").locked(exemption.pk)
    rules.check_deciding(by, owning_team_ids(answer.assessment.service), area=answer.area)
    rules.check_is_open(answer.assessment)
    if exemption.asked_by_id == by.person_id:
        message = "Somebody else decides on what you asked for."
        raise NotPermittedError(message)
    _check_state(exemption, {Exemption.State.ASKED})
    reason = _needed(reason, field="reason", limit=rules.LONGEST_REASON)
    if approve:
        rules.check_exemption_end(exemption.ends_on, today=at.date())

    exemption.state = Exemption.State.APPROVED if approve else Exemption.State.REFUSED
    exemption.decided_by, exemption.decided_at = by.person, at
    exemption.decision_reason = reason
    exemption.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    if approve:
        _credit(answer, is_exempt=True, by=by, at=at)

    ends_on = exemption.ends_on.isoformat()
    event = ExemptionApproved(reason=reason, ends_on=ends_on) if approve else ExemptionRefused(reason=reason)
    record(event, by=by, at=at, subject=answer.subject)
    _tell_team(answer, exemption, by=by, at=at)
    return exemption


def _tell_team(answer: Answer, exemption: Exemption, *, by: Actor, at: datetime) -> None:
    service = answer.assessment.service
    people = {person.pk: person for person in [exemption.asked_by, *leads_of(service.team_id)]}
    notify(
        [person for person in people.values() if person.is_active],
        key=f"readiness:exemption:{exemption.pk}:{exemption.state}",
        template="readiness/exemption_decided",
        by=by,
        at=at,
        subject=answer.subject,
        context={"answer": answer, "service": service, "exemption": exemption},
    )


@one_transaction
def withdraw_exemption(exemption: Exemption, *, by: Actor, at: datetime) -> Exemption:
    """Take back a wish, or give up an exemption that is no longer needed."""
    answer = locked_answer(exemption.answer, by=by, at=at)
    exemption = Exemption.objects.locked(exemption.pk)
    rules.check_answering(by, answer.assessment)
    _check_state(exemption, {Exemption.State.ASKED, Exemption.State.APPROVED})

    before = exemption.state
    exemption.state = Exemption.State.WITHDRAWN
    exemption.save(update_fields=["state"])
    if before == Exemption.State.APPROVED:
        _credit(answer, is_exempt=False, by=by, at=at)

    record(ExemptionWithdrawn(before=before), by=by, at=at, subject=answer.subject)
    return exemption


def end_exemption(exemption: Exemption, answer: Answer, *, by: Actor, at: datetime) -> None:
    """End an approved exemption whose last day is over; the answer is locked."""
    exemption.state = Exemption.State.ENDED
    exemption.save(update_fields=["state"])
    _credit(answer, is_exempt=False, by=by, at=at)
    record(ExemptionEnded(ends_on=exemption.ends_on.isoformat()), by=by, at=at, subject=answer.subject)


def _credit(answer: Answer, *, is_exempt: bool, by: Actor, at: datetime) -> None:
    answer.is_exempt = is_exempt
    answer.save(update_fields=["is_exempt"])
    content_changed(answer.assessment, by=by, at=at)
    recount(answer.assessment, by=by, at=at)


def _check_state(exemption: Exemption, states: set[Exemption.State]) -> None:
    if exemption.state not in states:
        message = f"This exemption is {exemption.get_state_display().lower()} already."
        raise InvalidMoveError(message)
