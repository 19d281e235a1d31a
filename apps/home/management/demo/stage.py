"""What every step needs: who acts, and what the scripts' names mean."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from apps.accounts.models import Actor, User
from apps.catalog.models import Service
from apps.catalog.queries import leads_of
from apps.core.results import Conflict, ModelT, Saved
from apps.home.management.demo.calendar import Calendar, working_day
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.words import Writer
from apps.readiness.models import Answer, Area, Exemption, Kind
from apps.walkthroughs.models import Seat, Walkthrough


@dataclass
class Stage:
    """The organisation while it is played."""

    calendar: Calendar
    emails: dict[str, str]  # of people, by their short names
    people: dict[str, User] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)  # for gaps in texts, by service
    goals: dict[str, int] = field(default_factory=dict)  # keys of rows by kind and name: "objective:calls"

    def reload(self) -> None:
        """Read everybody anew: their teams have changed."""
        found = {person.email: person for person in User.objects.filter(is_demo=True)}
        self.people = {name: found[email] for name, email in self.emails.items()}

    def actor(self, name: str) -> Actor:
        """Return somebody as who takes a step."""
        return Actor(person=self.people[name])

    def service(self, step: Step) -> Service:
        """Return the service of a step."""
        return Service.objects.select_related("team", "advisor").get(slug=step.service)

    def answer(self, step: Step, item: str = "") -> Answer:
        """Return the answer that a step is about."""
        item = item or step.details["item"]
        kind = Kind.CONVERSATION if item.startswith("GL-") else Kind.READINESS
        return Answer.objects.select_related("assessment").get(
            item=item, assessment__service__slug=step.service, assessment__kind=kind
        )

    def area(self, step: Step) -> Area:
        """Return the area that a step is about."""
        return Area.objects.select_related("assessment").get(
            key=step.details["area"],
            assessment__service__slug=step.service,
            assessment__kind=Kind.READINESS,
        )

    def exemption(self, step: Step) -> Exemption:
        """Return the exemption that a step decides on."""
        return Exemption.objects.select_related("answer").get(
            answer=self.answer(step), state=Exemption.State.ASKED
        )

    def walkthrough(self, step: Step) -> Walkthrough:
        """Return the only walkthrough of a service."""
        return Walkthrough.objects.get(service__slug=step.service)

    def seat(self, step: Step) -> Seat:
        """Return the seat of whoever takes a step."""
        return Seat.objects.get(walkthrough=self.walkthrough(step), person=self.people[step.by])

    def in_days(self, step: Step, days: int) -> date:
        """Return the working day some calendar days after a step."""
        return working_day(step.at.date(), days)

    def fill(self, step: Step, text: str) -> str:
        """Return a text with its gaps filled for the service and the moment of a step."""
        seed = f"{step.service}:{step.details.get('item', '')}"
        names = self._names(step) | step.words
        return Writer(seed, step.at.date(), self.calendar.today, names).fill(text)

    def _names(self, step: Step) -> dict[str, str]:
        """Return what a service and its people are called; they are asked once."""
        if step.service not in self.names:
            service = self.service(step)
            leads = leads_of(service.team_id)
            self.names[step.service] = {
                "service": service.name,
                "team": service.team.name if service.team else "",
                "lead": leads[0].name if leads else "",
                "quarter": service.target_quarter,
            }
        return self.names[step.service]


def saved(result: Saved[ModelT] | Conflict[Any]) -> ModelT:
    """Return what was saved; here nobody else edits at the same moment."""
    if isinstance(result, Conflict):
        raise TypeError(result)
    return result.row
