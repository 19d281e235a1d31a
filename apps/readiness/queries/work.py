"""What waits for somebody, and what people should be reminded of."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.catalog.models import Phase, Service
from apps.comments.models import Thread
from apps.core.results import Todo
from apps.core.statements import statement
from apps.notifications.rules import Due
from apps.readiness.models import Answer, Exemption, Kind, State, Weight
from apps.readiness.rules import SECURITY_AREA, may_decide
from apps.readiness.rules.notices import EXEMPTION_STEPS, PLANNED_SOON

MOST: Final = 30  # of one kind on the page My work
ENDS: Final = "readiness/exemption_ends"
PLANNED: Final = "readiness/planned_due"
MOST_THREADS: Final = 200
_SERVICE: Final = "answer__assessment__service"


def waits_for(person: User, now: datetime) -> list[Todo]:
    """Return what waits for one person in checklists. Three queries at most."""
    return [*_answers(person, now), *_exemptions(person), *_words(person)]


def _present(rows: QuerySet[Answer]) -> QuerySet[Answer]:
    rows = rows.applicable().filter(assessment__closed_at=None)  # type: ignore[attr-defined]
    return rows.exclude(assessment__service__phase=Phase.ARCHIVED).select_related("assessment__service")


def _of_present(rows: QuerySet[Exemption]) -> QuerySet[Exemption]:
    rows = rows.filter(answer__assessment__closed_at=None)
    return rows.exclude(answer__assessment__service__phase=Phase.ARCHIVED)


def _answers(person: User, now: datetime) -> Iterator[Todo]:
    soon = now.date() + timedelta(days=PLANNED_SOON)
    for answer in _waiting_answers(person_id=person.pk, team_ids=person.team_ids, soon=soon):
        service = answer.assessment.service
        yield Todo(
            title=f"Answer {answer.item} of {service.name}",
            detail=_why(answer, now.date()),
            url=answer.url,
            action="Answer",
            when=datetime.combine(answer.due_on, time.max, UTC) if answer.due_on else None,
            is_urgent=answer.is_returned or bool(answer.due_on and answer.due_on < now.date()),
            service_name=service.name,
            icon="list-check",
        )


@statement()
def _waiting_answers(*, person_id: int, team_ids: list[int], soon: date) -> QuerySet[Answer]:
    own = Q(owner=person_id) & (
        Q(state=State.OPEN, weight=Weight.HIGH) | Q(state=State.PLANNED, due_on__lte=soon)
    )
    returned = Q(is_returned=True, assessment__service__team__in=team_ids) & (
        Q(owner=person_id) | Q(owner=None)
    )
    rows = _present(Answer.objects.filter(own | returned)).defer("text")
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST]


def _why(answer: Answer, today: date) -> str:
    if answer.is_returned:
        return "A reviewer asked you to look at it again"
    if answer.state == State.PLANNED and answer.due_on:
        return "The date has passed" if answer.due_on < today else f"Planned for {answer.due_on:%-d %b}"
    return "High, still open, and yours"


def _exemptions(person: User) -> Iterator[Todo]:
    if not (person.is_enablement or person.is_security):
        return
    rows = _of_present(Exemption.objects.filter(state=Exemption.State.ASKED))
    if not person.is_enablement:
        rows = rows.filter(answer__area=SECURITY_AREA)
    own = Service.objects.filter(team_id__in=person.team_ids)
    own = own.filter(Q(pk=OuterRef(_SERVICE)) | Q(part_of=OuterRef(_SERVICE)))
    rows = rows.exclude(Exists(own))
    rows = rows.select_related("answer__assessment__service", "asked_by").order_by("asked_at", "pk")
    for exemption in rows[:MOST]:
        answer = exemption.answer
        service = answer.assessment.service
        if may_decide(Actor(person=person), (), area=answer.area):  # those of own teams are left out above
            yield Todo(
                title=f"Decide on the exemption for {answer.item} of {service.name}",
                detail=f"{exemption.asked_by.name} asks for “not now” until {exemption.ends_on:%-d %b %Y}",
                url=reverse("readiness:exemption", args=[service.slug, answer.pk]),
                action="Decide",
                when=exemption.asked_at,
                service_name=service.name,
                icon="shield-half",
            )


def _words(person: User) -> Iterator[Todo]:
    """Yield the green-light threads in which the other side spoke last."""
    waiting: dict[int, list[Thread]] = {}
    for thread in _open_threads(person_id=person.pk, team_ids=person.team_ids):
        if _is_turn_of(person, thread):
            waiting.setdefault(thread.service_id or 0, []).append(thread)
    for found in waiting.values():
        first, more = found[0], len(found) - 1
        others = f" and on {more} more question{'' if more == 1 else 's'}" if more else ""
        yield Todo(
            title=f"Reply about {first.subject_name}",
            detail=f"{first.last_by.name if first.last_by else ''} wrote{others and ' here'}{others}",
            url=first.url,
            action="Reply",
            when=first.last_at,
            service_name=first.service_name,
            icon="messages",
        )


@statement()
def _open_threads(*, person_id: int, team_ids: list[int]) -> QuerySet[Thread]:
    own = Service.objects.filter(team__in=team_ids).values("pk")
    advised = Service.objects.filter(advisor=person_id).values("pk")
    services = Service.objects.filter(pk__in=own.union(advised), phase=Phase.GREEN_LIGHT, part_of=None)
    advisor = services.filter(pk=OuterRef("service_id")).values("advisor_id")[:1]
    open_ones = Answer.objects.filter(
        assessment__kind=Kind.CONVERSATION, assessment__closed_at=None, assessment__service__in=services
    )
    rows = Thread.objects.filter(
        subject_type="answer", service_id__in=services.values("pk"), subject_id__in=open_ones.values("pk")
    )
    rows = rows.exclude(last_by=person_id).exclude(last_by=None).annotate(advisor_id=Subquery(advisor))
    return rows.select_related("last_by").order_by("last_at", "pk")[:MOST_THREADS]


def _is_turn_of(person: User, thread: Thread) -> bool:
    """Tell whether the last word came from the other side of the conversation."""
    by_team = thread.last_by is not None and thread.team_id in thread.last_by.team_ids
    return by_team if thread.advisor_id == person.pk else not by_team  # type: ignore[attr-defined]


def due(*, now: datetime) -> Iterator[Due]:
    """Yield who should be reminded by now, newest step only. Streamed; one query for 500 rows of a kind."""
    yield from _ending_exemptions(_ending(now.date()), now)
    yield from _planned(_dated(now.date()), now)


def _ending(today: date) -> QuerySet[Exemption]:
    rows = Exemption.objects.filter(
        state=Exemption.State.APPROVED,
        ends_on__gte=today,
        ends_on__lte=today + timedelta(days=max(EXEMPTION_STEPS)),
    )
    return _of_present(rows)


def _ending_exemptions(rows: QuerySet[Exemption], now: datetime) -> Iterator[Due]:
    today = now.date()
    rows = rows.select_related("answer__assessment__service__team", "answer__owner", "asked_by")
    for exemption in rows.streamed():  # type: ignore[attr-defined]
        answer = exemption.answer
        days = next(step for step in EXEMPTION_STEPS if exemption.ends_on <= today + timedelta(days=step))
        yield Due(
            recipient=answer.owner or exemption.asked_by,
            key=f"readiness-exemption:{exemption.pk}:ends:{exemption.ends_on:%Y%m%d}:{days}",
            kind=ENDS,
            template=ENDS,
            subject=answer.subject,
            context={"answer": answer, "service": answer.assessment.service, "exemption": exemption},
            at=now,
        )


def _dated(today: date) -> QuerySet[Answer]:
    rows = Answer.objects.filter(
        state=State.PLANNED, due_on__lte=today + timedelta(days=PLANNED_SOON), owner__isnull=False
    )
    return _present(rows)


def _planned(rows: QuerySet[Answer], now: datetime) -> Iterator[Due]:
    rows = rows.select_related("assessment__service__team", "owner")
    for answer in rows.streamed():  # type: ignore[attr-defined]
        if answer.owner and answer.due_on:
            is_over = answer.due_on < now.astimezone(ZoneInfo(answer.owner.time_zone)).date()
            step = "over" if is_over else "soon"
            yield Due(
                recipient=answer.owner,
                key=f"readiness-answer:{answer.pk}:planned:{answer.due_on:%Y%m%d}:{step}",
                kind=PLANNED,
                template=PLANNED,
                subject=answer.subject,
                context={"answer": answer, "service": answer.assessment.service, "is_over": is_over},
                at=now,
            )


def still_due(keys: list[str], *, now: datetime) -> set[str]:
    """Return the keys that would be found now: same date, newest step, not answered or archived since.

    Two queries, and the rows that the keys name.
    """
    ids = {kind: [int(key.split(":")[1]) for key in keys if key.startswith(kind)] for kind in _KINDS}
    ends = _ending(now.date()).filter(pk__in=ids["readiness-exemption"])
    dated = _dated(now.date()).filter(pk__in=ids["readiness-answer"])
    found = {due.key for due in (*_ending_exemptions(ends, now), *_planned(dated, now))}
    return found.intersection(keys)


_KINDS: Final = ("readiness-exemption", "readiness-answer")
