"""Who could sit at a walkthrough."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q

from apps.accounts.models import User
from apps.catalog.models import Service
from apps.catalog.queries import owning_team_ids
from apps.catalog.rules import risk
from apps.walkthroughs.models import SIGNING, Capacity, Seat, SignOff, State, Walkthrough
from apps.walkthroughs.queries.meetings import seats_of
from apps.walkthroughs.rules import Place, Room, WeakArea, higher, missing, propose, why_not

BUSY: set[str] = {State.SCHEDULED, State.IN_PROGRESS, State.HELD}


def missing_seats(walkthrough: Walkthrough) -> list[Capacity]:
    """Return the signing seats that the present risk asks for and nobody takes. One query."""
    service = walkthrough.service
    level = higher(walkthrough.risk_level, risk(service).level.value)
    return missing([seat.capacity for seat in seats_of(walkthrough) if seat.signs], level, service.data_class)


def room(service: Service) -> Room:
    """Return who may sit on signing seats, and how busy they are. Three queries."""
    may_sign = Q(reviews=True) | Q(is_architect=True) | Q(is_security=True) | Q(is_enablement=True)
    people = list(User.objects.active().filter(may_sign).exclude(email=None).in_order("name"))
    summary = getattr(service, "summary", None)
    return Room(
        people=people,
        weak=[WeakArea(area["key"], area["title"]) for area in summary.weak_areas] if summary else [],
        team_ids=owning_team_ids(service),
        open_seats=open_seats(),
        advisor_id=service.advisor_id,
    )


def open_seats() -> dict[int, int]:
    """Return how many signing seats each person has that lie ahead or are not signed. One query."""
    rows = Seat.objects.filter(left_at=None, capacity__in=SIGNING, walkthrough__state__in=BUSY)
    rows = rows.exclude(Exists(SignOff.objects.filter(seat=OuterRef("pk"), replaced_at=None)))
    return dict(rows.values("person").annotate(n=Count("pk")).values_list("person", "n"))


def propose_panel(service: Service, *, level: str = "", found: Room | None = None) -> list[Place]:
    """Return a seat for everybody whom the risk asks for, each with the reason. Three queries."""
    return propose(service, level or risk(service).level.value, found or room(service))


@dataclass(frozen=True)
class Choices:
    """Whom a form may offer for each capacity."""

    by_capacity: dict[str, list[User]] = field(default_factory=dict)

    def of(self, capacity: str) -> list[User]:
        """Return who can take a seat of this capacity."""
        return self.by_capacity.get(capacity, [])


def choices(found: Room, presenters: Sequence[User]) -> Choices:
    """Return who can take which seat. No query."""
    by_capacity: dict[str, list[User]] = {
        capacity: [person for person in found.people if not why_not(person, capacity, found.team_ids)]
        for capacity in SIGNING
    }
    by_capacity[Capacity.PRESENTER] = [person for person in presenters if person.email]
    return Choices(by_capacity)


def everybody() -> list[User]:
    """Return the people who can sign in, by name. One query."""
    return list(User.objects.active().exclude(email=None).in_order("name"))
