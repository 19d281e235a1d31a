"""An organisation of any size, the same at every run: rows are inserted in bulk, not through transitions.

The team of `Scene.team` always owns some twenty services and `Scene.person` leads it, however many
services there are: so pages of two sizes can be compared.
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from apps.accounts.models import Role
from apps.activity.transitions import seal
from bench.organisation.checklists import Checklists
from bench.organisation.copies import multiply
from bench.organisation.goals import Goals
from bench.organisation.history import History
from bench.organisation.meetings import Meetings
from bench.organisation.people import People
from bench.organisation.services import Services

__all__ = ["Scene", "fill", "multiply"]
SEED = 20260302


@dataclass(frozen=True)
class Scene:
    """What the measured pages are about: a lead, a service before its launch, and what belongs to it."""

    person_id: int
    admin_id: int
    team: str
    service: str  # getting ready, its walkthrough was held
    conversation: str  # another service of the team, in green-light
    area: str  # of middle length
    answer_id: int  # in that area, in place
    walkthrough_id: int
    cycle: str  # the present quarter
    cycle_before: str  # in which each team had one objective with three key results
    objective_id: int
    negotiation_id: int  # the team owes an answer
    no_id: int
    metric: str


def fill(size: int, *, at: datetime) -> Scene:
    """Fill an empty database with `size` services and everything around them; return whom to measure."""
    random = Random(SEED)  # noqa: S311 -- it shall be the same at every run
    people = People.make(size, random, at=at)
    services = Services.make(size, people, random, at=at)
    checklists = Checklists.make(services, people, random, at=at)
    meetings = Meetings.make(checklists, people, random, at=at)
    services.summarise(checklists.numbers)
    History(random, at=at).make(services, people)
    goals = Goals.make(people, random, at=at)
    while seal():
        pass
    service = services.first_ready
    area, answer = checklists.middle_area(service)
    objective, ask, no, metric = goals.first(service.team_id or 0)
    return Scene(
        person_id=people.lead_of(service.team_id).pk,
        admin_id=people.with_role(Role.ADMIN)[0].pk,
        team=people.team(service.team_id).slug,
        service=service.slug,
        conversation=services.green_light_of(service.team_id).slug,
        area=area.lower(),
        answer_id=answer,
        walkthrough_id=meetings.of(service).pk,
        cycle=goals.cycles.active.slug,
        cycle_before=goals.cycles.closed.slug,
        objective_id=objective.pk,
        negotiation_id=ask.pk,
        no_id=no.pk,
        metric=metric.key,
    )
