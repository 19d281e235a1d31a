"""How conversations and assessments begin, and how they become history."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.models import Phase, Service
from apps.catalog.queries import leads_of, least_busy_advisor
from apps.catalog.transitions import assign_advisor, edit_service, enter_phase
from apps.core.errors import InvalidMoveError
from apps.core.results import Conflict
from apps.core.transactions import one_transaction
from apps.notifications.transitions import notify
from apps.readiness import queries, rules
from apps.readiness.events import AssessmentClosed, ConversationStarted, ReadinessOpened
from apps.readiness.models import Answer, AnswerVersion, Area, Assessment, Kind, State
from apps.readiness.transitions.counting import recount
from apps.readiness.transitions.locking import locked_assessment


@one_transaction
def start_green_light(
    service: Service,
    *,
    expected_users: str,
    target_quarter: str,
    by: Actor,
    at: datetime,
    sponsor: str = "",
) -> Assessment:
    """Begin the green-light conversation: the service enters the phase and gets an advisor."""
    service = Service.objects.select_related("team", "advisor").locked(service.pk)
    rules.check_starting(by, service)
    rules.check_target(expected_users=expected_users, target_quarter=target_quarter)

    wishes = {"expected_users": expected_users, "target_quarter": target_quarter, "sponsor": sponsor}
    result = edit_service(service, version=service.version, changes=wishes, by=by, at=at)
    if isinstance(result, Conflict):  # cannot be: the service is locked
        raise TypeError(result)
    service = enter_phase(result.row, phase=Phase.GREEN_LIGHT, by=by, at=at)
    advisor = service.advisor or least_busy_advisor(service)
    if advisor:
        service = assign_advisor(service, advisor=advisor, by=by, at=at, is_found=True)
    assessment = _open(service, kind=Kind.CONVERSATION, by=by, at=at)

    event = ConversationStarted(
        advisor=advisor.name if advisor else "nobody yet",
        expected_users=service.expected_users,
        target_quarter=service.target_quarter,
    )
    record(event, by=by, at=at, subject=assessment.subject)
    leads = [lead for lead in leads_of(service.team_id) if lead.pk != by.person_id]
    notify(
        [*leads, *([advisor] if advisor and advisor.pk != by.person_id else [])],
        key=f"readiness:{assessment.pk}:started",
        template="readiness/started",
        by=by,
        at=at,
        subject=assessment.subject,
        context={"service": service, "advisor": advisor},
    )
    return assessment


@one_transaction
def open_readiness(service: Service, *, by: Actor, at: datetime) -> Assessment:
    """Open the ten areas, with texts of the conversation where a question takes them over.

    Called by walkthroughs.prepare, which has locked the service and moved it; who may, it has checked.
    """
    service = Service.objects.select_related("team").locked(service.pk)
    if queries.present(service, Kind.READINESS):
        message = f"The ten areas of {service} are open already."
        raise InvalidMoveError(message)
    assessment = _open(service, kind=Kind.READINESS, by=by, at=at)

    answers = Answer.objects.filter(assessment=assessment)
    event = ReadinessOpened(
        edition=assessment.edition.number,
        applicable=answers.applicable().count(),
        inherited=answers.applicable().filter(is_inherited=True).count(),
    )
    record(event, by=by, at=at, subject=assessment.subject)
    return assessment


@one_transaction
def close_assessments(service: Service, *, by: Actor, at: datetime) -> None:
    """Close what the service's present phase no longer has; called after it has moved back."""
    service = Service.objects.select_related("team").locked(service.pk)
    gone = {
        Phase.PLAYGROUND.value: [Kind.CONVERSATION, Kind.READINESS],
        Phase.GREEN_LIGHT.value: [Kind.READINESS],
    }.get(service.phase, [])
    rows = Assessment.objects.present().filter(service=service, kind__in=gone)
    for assessment in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
        assessment.service = service
        assessment.closed_at = at
        assessment.save(update_fields=["closed_at"])
        record(AssessmentClosed(kind=assessment.kind), by=by, at=at, subject=assessment.subject)
    conversation = queries.present(service, Kind.CONVERSATION)
    if conversation:
        recount(locked_assessment(conversation, by=by, at=at), by=by, at=at)


def _open(service: Service, *, kind: Kind, by: Actor, at: datetime) -> Assessment:
    """Insert an assessment with all its areas and answers; the service is locked."""
    edition = queries.latest_edition(kind)
    if edition is None:
        message = (
            f"The checklist “{queries.SHIPPED[kind]}” is not published yet (manage.py publish_editions)."
        )
        raise InvalidMoveError(message)
    sheet = queries.sheet(edition)
    variables = queries.service_facts(service)
    texts = queries.texts_to_inherit(service, kind=kind)
    assessment = Assessment.objects.create(
        service=service, edition=edition, kind=kind, opened_at=at, applies_version=service.version
    )
    Area.objects.bulk_create(
        Area(assessment=assessment, key=area.key, position=position)
        for position, area in enumerate(sheet.areas)
    )
    answers = Answer.objects.bulk_create(
        _answer(assessment, item, texts=texts, applies=rules.applies(item, variables)) for item in sheet.items
    )
    AnswerVersion.objects.bulk_create(
        AnswerVersion(answer=answer, revision=0, state=State.OPEN, text=answer.text, began_at=at, saved_at=at)
        for answer in answers
        if answer.is_inherited
    )
    recount(assessment, by=by, at=at)
    return assessment


def _answer(assessment: Assessment, item: rules.Item, *, texts: dict[str, str], applies: bool) -> Answer:
    text = texts.get(item.key) or texts.get(item.prefilled_from, "")
    return Answer(
        assessment=assessment,
        item=item.key,
        area=item.area,
        position=item.position,
        weight=item.weight,
        applies=applies,
        text=text,
        is_inherited=bool(text),
    )
