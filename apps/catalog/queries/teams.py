"""Reads of teams and the people in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from apps.accounts.models import User, UserQuerySet
from apps.catalog.models import Membership, Service, ServiceQuerySet, Team, TeamQuerySet
from apps.core.statements import statement


@dataclass(frozen=True)
class TeamPage:
    """What the page of one team shows."""

    team: Team
    leads: list[User]
    members: list[User]  # who does not lead
    services: ServiceQuerySet
    below: TeamQuerySet


def team(slug: str) -> Team:
    """Return one team with the one above it, or 404. One query."""
    return get_object_or_404(Team.objects.select_related("parent"), slug=slug)


def team_tree() -> dict[int, int | None]:
    """Return the team above each, by id. One query."""
    return dict(Team.objects.values_list("pk", "parent_id"))


def teams_to_choose(*, besides: Team | None = None) -> TeamQuerySet:
    """Return the teams in use by name, and the one that `besides` is part of now. One query."""
    if besides is None:
        return Team.objects.filter(is_archived=False).in_order("name")
    rows = Team.objects.filter(Q(is_archived=False) | Q(pk=besides.parent_id or 0))
    return rows.exclude(pk=besides.pk).in_order("name")


def team_above_all() -> Team | None:
    """Return the only team that is part of no other, once others are part of it. Two queries."""
    found = list(teams_to_choose().filter(parent=None)[:2])
    is_one = len(found) == 1 and Team.objects.filter(parent=found[0], is_archived=False).exists()
    return found[0] if is_one else None


def team_page(team: Team) -> TeamPage:
    """Return a team with people, services and the teams below. Three queries, two of them when shown."""
    people = _memberships([team.pk])
    return TeamPage(
        team=team,
        leads=[one.person for one in people if one.is_lead],
        members=[one.person for one in people if not one.is_lead],
        services=Service.objects.in_use().filter(team=team).select_related("summary").in_order("name"),
        below=Team.objects.filter(parent=team, is_archived=False).in_order("name"),
    )


def teams(*, search: str = "") -> TeamQuerySet:
    """Return the teams by name, with how many people and services each has. One query."""
    people = Membership.objects.filter(team=OuterRef("pk")).order_by().values("team")
    services = Service.objects.in_use().filter(team=OuterRef("pk")).order_by().values("team")
    rows = Team.objects.filter(is_archived=False).select_related("parent")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(mission__icontains=search))
    return rows.annotate(
        people=Coalesce(Subquery(people.annotate(n=Count("pk")).values("n")), Value(0)),
        running=Coalesce(Subquery(services.annotate(n=Count("pk")).values("n")), Value(0)),
    ).in_order("name")


def teams_of(person: User) -> TeamQuerySet:
    """Return the teams of one person by name. One query."""
    return Team.objects.of(person).filter(is_archived=False).in_order("name")


def team_names(team_ids: Collection[int]) -> dict[int, str]:
    """Return the names of some teams by id; accounts asks through settings. One query."""
    return dict(Team.objects.filter(pk__in=team_ids).values_list("pk", "name"))


def leads_of(team_id: int | None) -> list[User]:
    """Return the active leads of a team, by name; nobody leads an orphan. One query."""
    return [one.person for one in _memberships([team_id]) if one.is_lead] if team_id else []


def members_of(team_id: int | None) -> list[User]:
    """Return the active people of a team, leads included, by name. One query."""
    return [one.person for one in _memberships([team_id])] if team_id else []


def people_of(team_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Return the active people of some teams, each with `person` and `is_lead`, by team id. One query."""
    people: dict[int, list[Membership]] = {team_id: [] for team_id in team_ids}
    for one in _memberships(team_ids):
        people[one.team_id].append(one)
    return people


def people_outside(team: Team) -> UserQuerySet:
    """Return the active people who could join a team, by name. One query."""
    inside = Membership.objects.filter(team=team).values("person")
    return User.objects.active().exclude(pk__in=inside).in_order("name")


def people_called(words: str) -> list[User]:
    """Return up to two active people of this e-mail, handle or name. One query."""
    called = Q(email__iexact=words) | Q(handle__iexact=words) | Q(name__iexact=words)
    return list(User.objects.active().filter(called).order_by("pk")[:2])


def memberships_of(person_ids: Iterable[int]) -> dict[int, tuple[list[int], list[int]]]:
    """Return the team ids and lead ids of people, as accounts keeps them. One query."""
    found: dict[int, tuple[list[int], list[int]]] = {person_id: ([], []) for person_id in person_ids}
    rows = Membership.objects.filter(person__in=list(found)).order_by("team_id")
    for person_id, team_id, is_lead in rows.values_list("person_id", "team_id", "is_lead"):
        found[person_id][0].append(team_id)
        if is_lead:
            found[person_id][1].append(team_id)
    return found


def _memberships(team_ids: Collection[int]) -> list[Membership]:
    return _members(team_ids=list(team_ids))


@statement()
def _members(*, team_ids: list[int]) -> QuerySet[Membership]:
    rows = Membership.objects.filter(team__in=team_ids, person__is_active=True)
    return rows.select_related("person").order_by("person__name", "pk")
