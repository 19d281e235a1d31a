"""Services in all phases, with parts, dependencies, interfaces and their summary rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, Self

from apps.catalog.models import (
    DataClass,
    Dependency,
    Exposure,
    Grouping,
    Interface,
    Kind,
    Phase,
    PhaseChange,
    Service,
    ServiceSummary,
    Strength,
)
from apps.catalog.rules import first_step
from bench.organisation import words
from bench.organisation.people import BATCH, People

# One team's services go through all of these.
PHASES: Final = (
    *[Phase.READY, Phase.LIVE, Phase.GREEN_LIGHT, Phase.PLAYGROUND, Phase.LIVE, Phase.PLAYGROUND],
    *[Phase.LIVE, Phase.PLAYGROUND, Phase.LIVE, Phase.PLAYGROUND, Phase.READY, Phase.LIVE],
    *[Phase.PLAYGROUND, Phase.LIVE, Phase.PLAYGROUND, Phase.LIVE, Phase.PLAYGROUND, Phase.ARCHIVED],
    *[Phase.LIVE, Phase.PLAYGROUND],
)
WAY: Final = (Phase.PLAYGROUND, Phase.GREEN_LIGHT, Phase.READY, Phase.LIVE)
EVERY_PRODUCT: Final = 25  # wholes until the next product, which has two parts
CHECKED: Final = 12  # of so many live services one came through Roadworthy and has its checklist


@dataclass(frozen=True)
class Services:
    """All services; the parts come after the wholes."""

    wholes: list[Service]
    parts: list[Service]

    @classmethod
    def make(cls, size: int, people: People, random: Random, *, at: datetime) -> Self:
        """Insert the services with their phases, what they need and what they offer."""
        products = size // (EVERY_PRODUCT + 2)
        owners = [team.pk for team in people.teams[1:]]
        advisors = people.with_role("enablement")
        systems = _systems(max(1, size // 100))
        wholes = []
        for number in range(size - 2 * products):
            service = _service(number, random, at=at)
            service.team_id = owners[number % len(owners)]
            service.phase = PHASES[(number + number // len(owners)) % len(PHASES)]
            service.kind = (
                Kind.PRODUCT
                if number // EVERY_PRODUCT < products and not number % EVERY_PRODUCT
                else Kind.SERVICE
            )
            service.system = systems[number % len(systems)]
            _live_through(service, random, at=at)
            if service.phase not in {Phase.PLAYGROUND, Phase.ARCHIVED}:
                service.advisor = advisors[number % len(advisors)]
            wholes.append(service)
        _make_critical(wholes[0])
        Service.objects.bulk_create(wholes, BATCH)
        parts = _parts(wholes, random, at=at)
        found = cls(wholes, parts)
        _relate(found.all)
        _tell_phases(found.all)
        return found

    @property
    def all(self) -> list[Service]:
        """Return wholes and parts."""
        return [*self.wholes, *self.parts]

    @property
    def first_ready(self) -> Service:
        """Return the service that pages are measured with: everything on the checklist applies to it."""
        return self.wholes[0]

    def green_light_of(self, team_id: int | None) -> Service:
        """Return a team's service in green-light, or any if the organisation is tiny."""
        found = [service for service in self.wholes if service.phase == Phase.GREEN_LIGHT]
        return next((service for service in found if service.team_id == team_id), found[0])

    @property
    def with_conversation(self) -> list[Service]:
        """Return those whose green-light conversation is open."""
        return [service for service in self.wholes if service.phase == Phase.GREEN_LIGHT]

    @property
    def with_readiness(self) -> list[Service]:
        """Return those that have the ten areas: all that get ready, and some that are live."""
        live = [service for service in self.wholes if service.phase == Phase.LIVE][::CHECKED]
        return [service for service in self.wholes if service.phase == Phase.READY] + live

    def summarise(self, numbers: dict[int, dict[str, Any]]) -> None:
        """Insert the summary rows; `numbers` are those of the checklists by the service's key."""
        rows = [
            ServiceSummary(service=service, **(first_step(service) | numbers.get(service.whole_id, {})))
            for service in self.all
        ]
        ServiceSummary.objects.bulk_create(rows, BATCH)


def _systems(count: int) -> list[Grouping]:
    rows = [
        Grouping(slug=f"system-{number}", kind="system", name=f"{words.thing(number)} system")
        for number in range(count)
    ]
    return Grouping.objects.bulk_create(rows, BATCH)


def _service(number: int, random: Random, *, at: datetime) -> Service:
    name = words.thing(number)
    return Service(
        slug=name.lower().replace(" ", "-"),
        name=name,
        purpose="Tells customers and depots where things are, and when they will be somewhere else.",
        description=words.text(random, sentences=6),
        tier=random.choice((1, 2, 3, 3, 4)),
        data_class=random.choice(DataClass.values),
        exposure=random.choice(Exposure.values),
        moves_money=random.random() < 0.1,  # noqa: PLR2004
        links=[{"title": "Runbook", "url": f"https://wiki.example.org/{number}"}],
        tags=random.sample(("logistics", "billing", "java", "python", "batch", "mobile"), k=2),
        phase_since=at - timedelta(days=random.randint(1, 300)),
    )


def _live_through(service: Service, random: Random, *, at: datetime) -> None:
    """Set what goes with a phase."""
    if service.phase == Phase.ARCHIVED:
        service.phase_before = Phase.PLAYGROUND
    if service.phase == Phase.PLAYGROUND:
        service.review_on = (at + timedelta(days=random.randint(-10, 90))).date()
    if service.phase in {Phase.GREEN_LIGHT, Phase.READY}:
        service.expected_users = "Four hundred depots"
        service.target_quarter = f"{at.year + 1}-Q1"
        service.sponsor = "Fewer calls to the depots"
        service.launch_on = (at + timedelta(days=random.randint(20, 200))).date()


def _make_critical(service: Service) -> None:
    """Make every item apply and every seat necessary: pages are measured at their fullest."""
    service.tier = 1
    service.data_class = DataClass.RESTRICTED
    service.exposure = Exposure.INTERNET
    service.moves_money = True
    service.kind = Kind.SERVICE


def _parts(wholes: list[Service], random: Random, *, at: datetime) -> list[Service]:
    parts = []
    for whole in (service for service in wholes if service.kind == Kind.PRODUCT):
        for _each in range(2):
            part = _service(len(wholes) + len(parts), random, at=at)
            for name in ("team_id", "phase", "phase_since", "phase_before", "advisor_id", "review_on"):
                setattr(part, name, getattr(whole, name))
            part.part_of = whole
            parts.append(part)
    return Service.objects.bulk_create(parts, BATCH)


def _relate(services: list[Service]) -> None:
    """Let each service need two others, and every tenth offer an interface."""
    strengths = list(Strength)
    needs = [
        Dependency(
            service=service, target=services[(number + step) % len(services)], strength=strengths[step % 3]
        )
        for number, service in enumerate(services)
        for step in (1, 8)
    ]
    Dependency.objects.bulk_create(needs, BATCH)
    offering = services[::10]
    interfaces = [
        Interface(
            slug=f"{service.slug}-api", name=f"{service.name} API", kind="openapi", team_id=service.team_id
        )
        for service in offering
    ]
    Interface.objects.bulk_create(interfaces, BATCH)
    through = Interface.providers.through
    pairs = zip(interfaces, offering, strict=True)
    through.objects.bulk_create(
        [through(interface_id=interface.pk, service_id=service.pk) for interface, service in pairs], BATCH
    )


def _tell_phases(services: list[Service]) -> None:
    """Insert how each service came to its phase."""
    rows = []
    for service in services:
        gone = WAY[: WAY.index(Phase(service.phase_before or service.phase)) + 1]
        steps = [*gone, Phase.ARCHIVED] if service.phase == Phase.ARCHIVED else list(gone)
        for number, after in enumerate(steps):
            at = service.phase_since - timedelta(days=30 * (len(steps) - number - 1))
            before = steps[number - 1] if number else ""
            rows.append(PhaseChange(service=service, before=before, after=after, by_name="Ada Lind", at=at))
    PhaseChange.objects.bulk_create(rows, BATCH)
