"""Reads of one thing: an edition, an assessment, an answer."""

from functools import lru_cache
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import Actor, User
from apps.catalog.models import Dependency, Interface, Service
from apps.core.statements import first, one_or_404, or_404, statement
from apps.readiness.models import (
    Answer,
    Area,
    Assessment,
    Edition,
    Evidence,
    Exemption,
    Kind,
    Reviewer,
    State,
)
from apps.readiness.rules import Sheet, service_variables

# What views and transitions read of an answer's surroundings; wide rows cost more than the query itself.
_SURROUNDINGS: Final = {
    "assessment__service": ["slug", "name", "team_id", "part_of_id", "advisor_id", "phase", "phase_before"],
    "assessment__service__team": ["name"],
    "assessment__edition": ["sha256", "number"],
    "owner": ["name", "is_active", "team_ids"],
    "saved_by": ["name"],
}
_OWN: Final = {
    "assessment": [field.attname for field in Assessment._meta.concrete_fields],  # noqa: SLF001
    "": [field.attname for field in Answer._meta.concrete_fields],  # noqa: SLF001
}
_READ: Final = [
    f"{path}__{name}".removeprefix("__") for path, names in (_OWN | _SURROUNDINGS).items() for name in names
]

SHIPPED: Final = {Kind.CONVERSATION.value: "green-light", Kind.READINESS.value: "operational-readiness"}


def sheet(edition: Edition) -> Sheet:
    """Return the questions of an edition. One query for each process and edition: they never change."""
    return questions(edition.sha256)


@lru_cache(maxsize=64)
def questions(sha256: str) -> Sheet:
    """Return the questions of the edition with this digest. One query for each process and edition."""
    row = Edition.objects.filter(sha256=sha256).order_by("pk")[0]
    return Sheet.of(key=row.key, title=row.title, number=row.number, kind=row.kind, content=row.content)


def editions() -> list[Edition]:
    """Return the newest edition of every checklist, without its content. One query."""
    rows = Edition.objects.defer("content").order_by("key", "-number")
    newest: dict[str, Edition] = {}
    for row in rows:
        newest.setdefault(row.key, row)
    return sorted(newest.values(), key=lambda row: (row.kind, row.title))


def edition(key: str, number: int | None = None) -> Edition:
    """Return one edition of a checklist, the newest if no number is given, or 404. One query."""
    rows = Edition.objects.defer("content").filter(key=key).order_by("-number")
    return or_404((rows if number is None else rows.filter(number=number)).first())


def latest_edition(kind: str) -> Edition | None:
    """Return the newest edition of the shipped checklist of a kind. One query."""
    return Edition.objects.defer("content").filter(key=SHIPPED[kind]).order_by("-number").first()


def present(service: Service, kind: str) -> Assessment | None:
    """Return the assessment that is being answered; a part has its whole's. One query."""
    rows = Assessment.objects.present().filter(service_id=service.whole_id, kind=kind)
    return rows.select_related("service__team", "edition").defer("edition__content").first()


def assessment(slug: str, kind: str, *, reader: User, service: Service | None = None) -> Assessment | None:
    """Return the present assessment of a service, else the last closed one. One query.

    `reader_has_seat` says whether the person may review it because of a seat. A service that the caller
    has read already is not read again.
    """
    newest = _newest if service else _newest_with_service
    found = first(newest(slug=slug, kind=str(kind), reader_id=reader.pk))
    if found and service:
        found.service = service
    return found


@statement()
def _newest(*, slug: str, kind: str, reader_id: int) -> QuerySet[Assessment]:
    return _newest_first(slug, kind, reader_id).select_related("edition")[:1]


@statement()
def _newest_with_service(*, slug: str, kind: str, reader_id: int) -> QuerySet[Assessment]:
    return _newest_first(slug, kind, reader_id).select_related("edition", "service__team")[:1]


def _newest_first(slug: str, kind: str, reader_id: int) -> QuerySet[Assessment]:
    seats = Reviewer.objects.filter(service=OuterRef("service"), person=reader_id)
    rows = Assessment.objects.filter(service__slug=slug, kind=kind).defer("edition__content")
    rows = rows.annotate(reader_has_seat=Exists(seats))
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-pk")


def has_seat(assessment: Assessment, by: Actor) -> bool:
    """Tell whether somebody may review because of their own seat. One query."""
    seats = Reviewer.objects.filter(service_id=assessment.service_id, person_id=by.person_id)
    return by.is_in_person(by.person_id) and seats.exists()


def answer(slug: str, pk: int) -> Answer:
    """Return one answer of one service with all that shows it, or 404. One query."""
    return one_or_404(_one_answer(pk=pk, slug=slug))


@statement()
def _one_answer(*, pk: int, slug: str) -> QuerySet[Answer]:
    return answers_with_service().filter(pk=pk, assessment__service__slug=slug)


def answers_with_service() -> QuerySet[Answer]:
    """Return answers with what showing and changing one needs of service, team, edition and people."""
    return Answer.objects.select_related(*_SURROUNDINGS).only(*_READ)


def exemption(answer: Answer, pk: int) -> Exemption:
    """Return one exemption of an answer, or 404. One query."""
    rows = Exemption.objects.select_related("asked_by", "decided_by")
    return get_object_or_404(rows, pk=pk, answer=answer)


def evidence_of(assessment: Assessment, pk: int) -> Evidence:
    """Return one link of an assessment, or 404. One query."""
    return get_object_or_404(Evidence, pk=pk, assessment=assessment)


def service_facts(service: Service) -> dict[str, Any]:
    """Return what the conditions of items may ask about a service and its parts. Two queries."""
    family = Service.objects.filter(Q(pk=service.pk) | Q(part_of=service)).values("pk")
    return service_variables(
        service,
        has_interfaces=Interface.objects.filter(providers__in=family).exists(),
        has_dependencies=Dependency.objects.filter(service__in=family).exclude(target__in=family).exists(),
    )


def texts_to_inherit(service: Service, *, kind: str) -> dict[str, str]:
    """Return texts of earlier checklists by their codes, the newest of the same kind first. Three queries.

    The ten areas also take over from the conversation, whose codes differ from theirs.
    """
    texts: dict[str, str] = {}
    if kind == Kind.READINESS:
        conversation = present(service, Kind.CONVERSATION)
        said = Answer.objects.filter(
            assessment=conversation, state__in=[State.ANSWERED, State.NOT_APPLICABLE]
        )
        texts |= dict(said.exclude(text="").values_list("item", "text"))
    earlier = Assessment.objects.filter(service=service, kind=kind).exclude(closed_at=None)
    last = earlier.order_by("-closed_at", "-pk").values("pk")[:1]
    return texts | dict(
        Answer.objects.filter(assessment__in=list(last.values_list("pk", flat=True)))
        .exclude(text="")
        .values_list("item", "text")
    )


def area(assessment: Assessment, key: str) -> Area:
    """Return one area of an assessment, or 404. One query."""
    return get_object_or_404(Area.objects.select_related("assessment"), assessment=assessment, key=key)


def answers_of(assessment: Assessment) -> list[Answer]:
    """Return the answers that count, without their texts. One query."""
    rows = Answer.objects.applicable().filter(assessment=assessment).select_related("assessment")
    return list(rows.defer("text").order_by("position"))
