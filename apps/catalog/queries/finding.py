"""Reads of one service and what surrounds it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.accounts.models import Actor, User, UserQuerySet
from apps.catalog.models import Dependency, Imported, Phase, PhaseChange, Service, ServiceQuerySet, Team
from apps.catalog.rules import IN_WORK, may_override_risk
from apps.core.statements import one_or_404, statement


@dataclass(frozen=True)
class Reading:
    """A service as one reader finds it: what they may, where the rows of others decide about it."""

    service: Service
    may_override_risk: bool


def service(slug: str) -> Service:
    """Return one service as `services` loads it, or 404. One query."""
    return one_or_404(_called(slug=slug))


def service_for(by: Actor, slug: str) -> Reading:
    """Return one service as `services` loads it with what this reader may, or 404. One query."""
    team_ids = by.person.team_ids if by.person else []
    found = one_or_404(_for_reader(slug=slug, team_ids=team_ids))
    own = team_ids if found.reader_owns else []  # type: ignore[attr-defined]  # of the product or a part
    return Reading(found, may_override_risk=may_override_risk(by, own))


@statement()
def _called(*, slug: str) -> ServiceQuerySet:
    return services().filter(slug=slug)


@statement()
def _for_reader(*, slug: str, team_ids: list[int]) -> ServiceQuerySet:
    whole = Coalesce(OuterRef("part_of"), OuterRef("pk"))
    own = Service.objects.of_teams(team_ids).filter(Q(pk=whole) | Q(part_of=whole))
    return services().annotate(reader_owns=Exists(own)).filter(slug=slug)


def services() -> ServiceQuerySet:
    """Return all services with team, advisor, whole, summary and system. One query.

    `was_green` and `was_ready` say whether one, or the product that it is a part of, has ever been
    there: the tabs of those phases stay.
    """
    past = PhaseChange.objects.filter(service=Coalesce(OuterRef("part_of"), OuterRef("pk")))
    rows = Service.objects.select_related("team", "advisor", "part_of__team", "summary", "system__parent")
    return rows.annotate(
        was_green=Exists(past.filter(after=Phase.GREEN_LIGHT)),
        was_ready=Exists(past.filter(after=Phase.READY)),
    )


def parts(service: Service) -> ServiceQuerySet:
    """Return the parts of a product by name. One query."""
    return Service.objects.filter(part_of=service).select_related("team").in_order("name")


def needs(service: Service) -> QuerySet[Dependency]:
    """Return what a service needs, by name. One query."""
    rows = Dependency.objects.filter(service=service).select_related("target__team")
    return rows.order_by("target__name", "pk")


def phase_changes(service: Service) -> QuerySet[PhaseChange]:
    """Return the steps of a service's life, oldest first. One query."""
    return PhaseChange.objects.filter(service_id=service.pk).order_by("pk")


def has_service(team: Team, name: str) -> bool:
    """Tell whether a team has a service of this name in use. One query."""
    return Service.objects.in_use().filter(team=team, name__iexact=name).exists()


def drift(service: Service) -> list[dict[str, Any]]:
    """Return what the imported catalog says of a service where it was edited here since. One query."""
    rows = Imported.objects.filter(kind="service", object_id=service.pk).values_list("drift", "file")
    return [
        {"field": field.removesuffix("_id").replace("_", " "), "there": both["there"], "file": file}
        for fields, file in rows
        for field, both in fields.items()
        if not field.endswith("_id")
    ]


def orphans() -> ServiceQuerySet:
    """Return what nobody owns, by name. One query."""
    return Service.objects.in_use().filter(team=None).in_order("name")


def wholes_of(team_ids: list[int]) -> ServiceQuerySet:
    """Return what some teams own that could have parts. One query."""
    return Service.objects.in_use().of_teams(team_ids).filter(part_of=None).in_order("name")


def advisors() -> UserQuerySet:
    """Return the people who can advise, by name. One query."""
    return User.objects.with_role("enablement").in_order("name")


def advisor_names(*, limit: int) -> dict[int, str]:
    """Return so many of the people who can advise, by name. One query."""
    return dict(_advisor_names(limit=limit))


@statement(shaped_by=["limit"])
def _advisor_names(*, limit: int) -> QuerySet[User, tuple[int, str]]:
    return advisors().values_list("pk", "name")[:limit]


def least_busy_advisor(service: Service) -> User | None:
    """Return who has the fewest services in green-light or getting ready. One query.

    Whoever never came in has nothing to do and does not answer, so they come last. Of the others people of
    the owning team come last: advice from outside sees more.
    """
    busy = Service.objects.filter(advisor=OuterRef("pk"), part_of=None, phase__in=IN_WORK)
    count = busy.order_by().values("advisor").annotate(n=Count("pk")).values("n")
    people = list(advisors().annotate(busy=Coalesce(Subquery(count), Value(0))))
    return min(people, key=lambda person: _turn(person, service), default=None)


def _turn(person: User, service: Service) -> tuple[bool, bool, int, int]:
    is_owner = service.team_id in person.team_ids
    return (person.joined_at is None, is_owner, getattr(person, "busy", 0), person.pk)


def owning_team_ids(service: Service) -> set[int]:
    """Return the teams of a product and its parts: "never the own team" means each of them. One query."""
    rows = family(service.whole_id).exclude(team=None)
    return set(rows.values_list("team_id", flat=True))


def family(service_id: int) -> ServiceQuerySet:
    """Return a service and its parts in the order of their keys, which is the order of locks."""
    return Service.objects.filter(Q(pk=service_id) | Q(part_of=service_id)).order_by("pk")
