"""What happened, and what people were told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final
from uuid import UUID

from apps.accounts.models import User
from apps.activity.models import Audience, Event, EventKind
from apps.activity.queries import kinds
from apps.catalog.models import Service
from apps.notifications.models import Notice
from bench.organisation.people import BATCH, People
from bench.organisation.services import Services

EVENTS_OF_A_SERVICE: Final = 20
NOTICES_OF_A_PERSON: Final = 20
APPS: Final = ("catalog.", "readiness.", "walkthroughs.")


@dataclass(frozen=True, kw_only=True)
class _Line:
    number: int
    kind: type[EventKind]
    service: Service
    team_name: str
    actor: User


class History:
    """Writes the past: the longest two tables."""

    def __init__(self, random: Random, *, at: datetime) -> None:
        self.random, self.at = random, at

    def make(self, services: Services, people: People) -> None:
        """Insert twenty events for each service in the order of time, and twenty notices for each person."""
        names = {team.pk: team.name for team in people.teams}
        verbs = [kind for verb, kind in sorted(kinds().items()) if verb.startswith(APPS)]
        everybody, every = people.everyone(), services.all
        total = EVENTS_OF_A_SERVICE * len(every)
        for start in range(0, total, BATCH):
            chunk = []
            for number in range(start, min(start + BATCH, total)):
                service = every[number % len(every)]
                line = _Line(
                    number=number - total,
                    kind=self.random.choice(verbs),
                    service=service,
                    team_name=names[service.team_id or 0],
                    actor=self.random.choice(everybody),
                )
                chunk.append(self._event(line))
            Event.objects.bulk_create(chunk)
        self._notify(everybody, every)

    def _event(self, line: _Line) -> Event:
        service = line.service
        return Event(
            verb=line.kind.verb,
            actor_id=line.actor.pk,
            actor_name=line.actor.name,
            subject_type="service",
            subject_id=service.pk,
            subject_name=service.name,
            service_id=service.pk,
            service_name=service.name,
            team_id=service.team_id,
            team_name=line.team_name,
            url=f"/services/{service.slug}/",
            audience=Audience.EVERYONE,
            request_id="4711",
            data=line.kind.example,
            at=self.at + timedelta(seconds=60 * line.number),
        )

    def _notify(self, everybody: list[User], every: list[Service]) -> None:
        rows = (
            self._notice(person, every[(number * 31 + person.pk) % len(every)], number)
            for person in everybody
            for number in range(NOTICES_OF_A_PERSON)
        )
        while chunk := list(islice(rows, BATCH)):
            Notice.objects.bulk_create(chunk)

    def _notice(self, person: User, service: Service, number: int) -> Notice:
        at = self.at - timedelta(hours=7 * number)
        return Notice(
            recipient=person,
            key=f"readiness:{service.pk}:verdict:{number}",
            kind="readiness/verdict",
            title=f"{service.name}: a reviewer has looked at an area",
            text="Somebody gave a verdict on Reliability / Failover and wrote why.",
            url=f"/services/{service.slug}/",
            service_id=service.pk,
            service_name=service.name,
            audience=Audience.EVERYONE,
            at=at,
            told_in=UUID(int=person.pk),
            read_at=at if number % 3 else None,
        )
