"""How answers are given, confirmed, talked about and returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.queries import leads_of, owning_team_ids
from apps.comments import transitions as comments
from apps.comments.models import Comment
from apps.comments.queries import conversation
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_text
from apps.core.transactions import one_transaction
from apps.notifications.transitions import notify
from apps.readiness import queries, rules
from apps.readiness.events import AnswerSaved, AnswersReturned, InheritedConfirmed, Submitted
from apps.readiness.models import Answer, AnswerVersion, Assessment, Kind, Reviewer, State
from apps.readiness.transitions.counting import lock_areas, recount
from apps.readiness.transitions.locking import content_changed, locked_answer, locked_assessment

SAID = ["state", "text", "owner", "due_on", "reason"]
SAVED = [*SAID, "revision", "is_inherited", "is_returned", "saved_by", "saved_at"]


@one_transaction
def save_answer(  # noqa: PLR0913 -- all that the form of one item holds
    answer: Answer,
    *,
    revision: int,
    state: str,
    text: str,
    by: Actor,
    at: datetime,
    owner: User | None = None,
    due_on: date | None = None,
    reason: str = "",
) -> Saved[Answer] | Conflict[Answer]:
    """Save an answer if it is still the one that was on screen; the same content is never a conflict.

    In the conversation a text under an open question makes it answered.
    """
    answer = locked_answer(answer, by=by, at=at)
    assessment = answer.assessment
    rules.check_answering(by, assessment)
    draft = rules.Draft(state=state, text=text, owner=owner, due_on=due_on, reason=reason)
    draft = draft.checked(assessment.kind, team_id=assessment.service.team_id, before=answer)
    if draft.is_in(answer):
        return Saved(answer)
    if revision != answer.revision:
        # A save that came twice says "open" once more of the text that has become an answer.
        is_again = assessment.kind == Kind.CONVERSATION and draft.answering().is_in(answer)
        return Saved(answer) if is_again else Conflict(answer)

    before = answer.state
    is_new = _write(answer, draft, by=by, at=at)

    if is_new or before != answer.state:
        event = AnswerSaved(
            item=answer.item,
            revision=answer.revision,
            before=State(before).label,
            after=State(answer.state).label,
        )
        record(event, by=by, at=at, subject=answer.subject)
    if before != answer.state:
        recount(assessment, by=by, at=at)
    return Saved(answer)


def _write(answer: Answer, draft: rules.Draft, *, by: Actor, at: datetime) -> bool:
    """Put the draft into the answer and its versions; tell whether it began a new version."""
    extends = rules.is_extension(answer, author_id=by.person_id, at=at)
    seen = answer.revision
    for name in SAID:
        setattr(answer, name, getattr(draft, name))
    answer.revision += 1
    answer.is_inherited = answer.is_returned = False
    answer.saved_by, answer.saved_at = by.person, at
    answer.save(update_fields=SAVED)
    content_changed(answer.assessment, by=by, at=at)
    return _keep_version(answer, extends=seen if extends else None, at=at)


def _keep_version(answer: Answer, *, extends: int | None, at: datetime) -> bool:
    """Keep what the answer says now; one author's saves within a quarter of an hour are one version."""
    said = {name: getattr(answer, name) for name in SAID} | {"revision": answer.revision, "saved_at": at}
    if extends is not None:
        last = AnswerVersion.objects.filter(
            answer=answer, revision=extends, author=answer.saved_by, began_at__gt=at - rules.ONE_VERSION
        )
        if last.update(**said):
            return False
    AnswerVersion.objects.create(answer=answer, author=answer.saved_by, began_at=at, **said)
    return True


@one_transaction
def confirm_inherited(answer: Answer, *, by: Actor, at: datetime) -> Answer:
    """Say that a text which was taken over is still true; from now on it counts."""
    answer = locked_answer(answer, by=by, at=at)
    assessment = answer.assessment
    rules.check_answering(by, assessment)
    if not answer.is_inherited:
        message = f"{answer.item} has no text that waits to be confirmed."
        raise InvalidMoveError(message)

    state = State.ANSWERED if assessment.kind == Kind.CONVERSATION else State.IN_PLACE
    draft = rules.Draft(
        state=state, text=answer.text, owner=answer.owner, due_on=answer.due_on, reason=answer.reason
    )
    _write(answer, draft, by=by, at=at)

    event = InheritedConfirmed(item=answer.item, revision=answer.revision, after=state.label)
    record(event, by=by, at=at, subject=answer.subject)
    recount(assessment, by=by, at=at)
    return answer


@one_transaction
def say(answer: Answer, *, text: str, by: Actor, at: datetime) -> Comment:
    """Add to the conversation about one item, and tell the other side."""
    answer = Answer.objects.select_related("assessment__service__team", "assessment__service__advisor").get(
        pk=answer.pk
    )
    rules.check_is_open(answer.assessment)

    comment = comments.say(answer.subject, text=text, by=by, at=at)

    notify(
        _other_side(answer, by),
        key=f"readiness:answer:{answer.pk}:said:{comment.pk}",
        template="readiness/said",
        by=by,
        at=at,
        subject=answer.subject,
        context={"answer": answer, "service": answer.assessment.service, "comment": comment},
    )
    return comment


def _other_side(answer: Answer, by: Actor) -> list[User]:
    """Return whom a word is for: the team's is for the advisor, everybody else's for the team."""
    service = answer.assessment.service
    if by.is_in(service.team_id):
        people = [service.advisor] if service.advisor else []
    else:
        authors = [comment.author for comment in conversation("answer", answer.pk)]
        team = [person for person in authors if service.team_id in person.team_ids]
        people = team or leads_of(service.team_id)
    unique = {person.pk: person for person in people if person.is_active and person.pk != by.person_id}
    return list(unique.values())


@one_transaction
def return_answers(answers: Sequence[Answer], *, by: Actor, at: datetime, note: str = "") -> list[Answer]:
    """Ask the team to look at some items again; each goes to its owner, else to the leads."""
    if not answers:
        message = "Choose the items that should be looked at again."
        raise InvalidInputError(message, field="items")
    assessment = locked_assessment(answers[0].assessment, by=by, at=at)
    team_ids, has_seat = owning_team_ids(assessment.service), queries.has_seat(assessment, by)
    rules.check_reviewing(by, assessment, team_ids, has_seat=has_seat)
    note = clean_text(note, field="note", limit=rules.LONGEST_NOTE).strip()
    chosen = Answer.objects.filter(pk__in=[answer.pk for answer in answers], assessment=assessment)
    chosen = chosen.select_related("owner").select_for_update(of=("self",), no_key=True)
    rows = list(chosen.order_by("pk"))
    if len(rows) != len({answer.pk for answer in answers}):
        message = "Items of one checklist only can be returned together."
        raise InvalidInputError(message, field="items")

    for answer in rows:
        answer.assessment = assessment
        answer.is_returned = True
        answer.save(update_fields=["is_returned"])
        if note:
            comments.say(answer.subject, text=note, by=by, at=at)

    rows.sort(key=lambda answer: answer.position)
    event = AnswersReturned(items=", ".join(answer.item for answer in rows), note=note)
    record(event, by=by, at=at, subject=assessment.subject)
    _tell_owners(assessment, rows, _Return(note, by, at))
    return rows


@dataclass(frozen=True)
class _Return:
    note: str
    by: Actor
    at: datetime


def _tell_owners(assessment: Assessment, rows: list[Answer], given: _Return) -> None:
    leads = leads_of(assessment.service.team_id)
    items: dict[User, list[Answer]] = {}
    for answer in rows:
        for person in [answer.owner] if answer.owner and answer.owner.is_active else leads:
            items.setdefault(person, []).append(answer)
    for person, own in items.items():
        notify(
            [person],
            key=f"readiness:{assessment.pk}:returned:{given.at:%Y%m%d%H%M%S%f}",
            template="readiness/returned",
            by=given.by,
            at=given.at,
            subject=own[0].subject,
            context={"service": assessment.service, "items": own, "note": given.note},
        )


@one_transaction
def submit(assessment: Assessment, *, by: Actor, at: datetime) -> Assessment:
    """Say that the checklist is ready to be walked through; it freezes nothing."""
    assessment = locked_assessment(assessment, by=by, at=at)
    rules.check_answering(by, assessment)
    if assessment.kind != Kind.READINESS:
        message = "A conversation is not submitted; it goes on."
        raise InvalidMoveError(message)

    areas = lock_areas(assessment, by=by, at=at)
    assessment.submitted_at = at
    assessment.save(update_fields=["submitted_at"])

    answered, applicable = (sum(getattr(area, name) for area in areas) for name in ("answered", "applicable"))
    record(Submitted(answered=answered, applicable=applicable), by=by, at=at, subject=assessment.subject)
    reviewers = Reviewer.objects.filter(service_id=assessment.service_id).select_related("person")
    people = [reviewer.person for reviewer in reviewers.order_by("person_id")]
    advisor = assessment.service.advisor
    notify(
        [
            person
            for person in {advisor, *people}
            if person and person.is_active and person.pk != by.person_id
        ],
        key=f"readiness:{assessment.pk}:submitted:{at:%Y%m%d%H%M%S%f}",
        template="readiness/submitted",
        by=by,
        at=at,
        subject=assessment.subject,
        context={"service": assessment.service, "answered": answered, "applicable": applicable},
    )
    recount(assessment, areas=areas, by=by, at=at)
    return assessment
