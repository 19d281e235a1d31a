"""People and teams."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Final, Self

from apps.accounts.models import Role, User
from apps.catalog.models import Membership, Team
from bench.organisation import words

SERVICES_OF_A_TEAM: Final = 20
BATCH: Final = 2000
ZONES: Final = ("Europe/Berlin", "Europe/Lisbon", "Asia/Kolkata", "America/Toronto", "UTC")
EXPERTISE: Final = ("databases", "network", "REL", "SEC", "monitoring", "payments")


@dataclass(frozen=True)
class People:
    """Everybody. The first team is Developer Enablement with all specialists; it owns no service."""

    teams: list[Team]
    specialists: list[User]
    members: dict[int, list[User]]  # of each team that owns services; its lead comes first

    @classmethod
    def make(cls, size: int, random: Random, *, at: datetime) -> Self:
        """Insert teams of four and their people; every eighth person belongs to two teams."""
        teams = _teams(1 + max(3, size // SERVICES_OF_A_TEAM))
        total = max(30, size // 5)
        people = [_person(number, random, at=at) for number in range(total)]
        specialists, rest = people[: max(10, total // 50)], people[max(10, total // 50) :]
        for number, person in enumerate(specialists):
            role = list(Role)[number % len(Role)]
            setattr(person, f"is_{role.value}", True)
            person.team_ids = [teams[0].pk]
        members: dict[int, list[User]] = defaultdict(list)
        owners, led = teams[1:], set[int]()
        for number, person in enumerate(rest):
            first = owners[number % len(owners)]
            both = [first, owners[(number + 1) % len(owners)]] if number % 8 == 7 else [first]  # noqa: PLR2004
            person.team_ids = [team.pk for team in both]
            person.lead_ids = [] if first.pk in led else [first.pk]
            led.add(first.pk)
            person.reviews = person.reviews or bool(person.lead_ids)
            for team in both:
                members[team.pk].append(person)
        User.objects.bulk_create(people, BATCH)
        _join(people)
        return cls(teams, specialists, dict(members))

    @cached_property
    def by_key(self) -> dict[int, Team]:
        """Return the teams by their keys."""
        return {team.pk: team for team in self.teams}

    def team(self, team_id: int) -> Team:
        """Return a team by its key."""
        return self.by_key[team_id]

    def lead_of(self, team_id: int) -> User:
        """Return who leads a team."""
        return next(person for person in self.members[team_id] if team_id in person.lead_ids)

    def with_role(self, role: str) -> list[User]:
        """Return the specialists of one role."""
        return [person for person in self.specialists if getattr(person, f"is_{role}")]

    def everyone(self) -> list[User]:
        """Return all people once."""
        found = {person.pk: person for team in self.members.values() for person in team}
        return [*self.specialists, *found.values()]


def _teams(count: int) -> list[Team]:
    """Insert a tree: every tenth team stands above nine others."""
    teams = [
        Team(
            slug=f"team-{number}",
            name=f"{words.thing(number)} team" if number else "Developer Enablement",
            mission="Run what we own so that nobody has to think of it.",
            customers=["Depots", "Drivers"],
            disciplines=["engineering", "design", "operations"],
            email=f"team-{number}@example.org",
        )
        for number in range(count)
    ]
    Team.objects.bulk_create(teams[::10], BATCH)
    for number, team in enumerate(teams):
        team.parent = teams[number // 10 * 10] if number % 10 else None
    Team.objects.bulk_create([team for team in teams if team.pk is None], BATCH)
    return teams


def _person(number: int, random: Random, *, at: datetime) -> User:
    return User(
        name=words.person(number),
        email=f"person-{number}@example.org",
        password="!",  # noqa: S106 -- nobody can sign in with it
        time_zone=random.choice(ZONES),
        works_on=[1, 2, 3, 4, 5],
        reviews=number % 3 == 0,
        expertise=random.sample(EXPERTISE, k=2),
        joined_at=at,
        hours_kept_at=at,
    )


def _join(people: list[User]) -> None:
    """Insert the memberships of which the people carry copies."""
    rows = [
        Membership(team_id=team_id, person=person, is_lead=team_id in person.lead_ids)
        for person in people
        for team_id in person.team_ids
    ]
    Membership.objects.bulk_create(rows, BATCH)
