"""Who must sit at a walkthrough, who may, and whom to ask first."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from apps.accounts.models import User
from apps.catalog.models import DataClass, Phase, RiskLevel, Service
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.walkthroughs.models import SIGNING, Capacity, Seat, Walkthrough

PANELS: Final[dict[str, tuple[Capacity, ...]]] = {
    RiskLevel.LOW: (Capacity.PEER, Capacity.ENABLEMENT),
    RiskLevel.MEDIUM: (Capacity.PEER, Capacity.ARCHITECT, Capacity.ENABLEMENT),
    RiskLevel.HIGH: (Capacity.PEER, Capacity.ARCHITECT, Capacity.SECURITY, Capacity.ENABLEMENT),
    RiskLevel.CRITICAL: (
        Capacity.PEER,
        Capacity.PEER,
        Capacity.ARCHITECT,
        Capacity.SECURITY,
        Capacity.ENABLEMENT,
    ),
}
LEVELS: Final = tuple(RiskLevel.values)  # from low to critical
ROLES: Final = frozenset({Capacity.ARCHITECT, Capacity.SECURITY, Capacity.ENABLEMENT})
COUNTED: Final = ("no", "one", "two", "three")


@dataclass(frozen=True)
class WeakArea:
    """An area that the panel should know something about."""

    key: str
    title: str

    @property
    def words(self) -> frozenset[str]:
        """Return the words by which expertise names it: its key and those of its title."""
        title = self.title.lower()
        return frozenset({self.key.lower(), title, *title.replace("/", " ").split()})


@dataclass(frozen=True)
class Place:
    """One seat as it is proposed or chosen: nobody may have been found for it."""

    capacity: Capacity
    person: User | None
    reason: str = ""


@dataclass(frozen=True)
class Room:
    """What a panel is chosen from and for."""

    people: Sequence[User]
    weak: Sequence[WeakArea]
    team_ids: Collection[int]  # the owning teams: none of theirs signs
    open_seats: dict[int, int] = field(default_factory=dict)  # person id → seats still ahead or unsigned
    advisor_id: int | None = None


def needed(level: str, data_class: str) -> list[Capacity]:
    """Return the signing seats that a risk level asks for; restricted data always seats security."""
    seats = list(PANELS[level])
    if data_class == DataClass.RESTRICTED and Capacity.SECURITY not in seats:
        seats.insert(len(seats) - 1, Capacity.SECURITY)
    return seats


def missing(seats: Iterable[Capacity | str], level: str, data_class: str) -> list[Capacity]:
    """Return the signing seats that nobody takes yet."""
    short = Counter(needed(level, data_class)) - Counter(Capacity(seat) for seat in seats)
    return list(short.elements())


def higher(one: str, other: str) -> str:
    """Return the higher of two risk levels: a rise counts at once, a fall is for enablement to say."""
    return max(one, other, key=lambda level: LEVELS.index(level) if level else -1)


def why_not(person: User, capacity: str, team_ids: Collection[int]) -> str:
    """Return why somebody cannot take a seat, as a sentence; nothing if they can."""
    if not person.is_active or not person.email:
        return f"{person} cannot sign in."
    is_owner = bool(set(person.team_ids) & set(team_ids))
    if capacity == Capacity.PRESENTER and not is_owner:
        return f"{person} does not belong to the owning team, which presents."
    if capacity in SIGNING and is_owner:
        return f"{person} belongs to the owning team, which never signs."
    return _why_no_role(person, capacity)


def _why_no_role(person: User, capacity: str) -> str:
    if capacity in ROLES and not getattr(person, f"is_{capacity}"):
        return f"{person} does not have the role for the {capacity} seat."
    if capacity == Capacity.PEER and not person.reviews:
        return f"{person} has not switched on “I review”."
    return ""


def propose(service: Service, level: str, room: Room) -> list[Place]:
    """Choose who has come in, knows most of the weak areas, has the fewest open seats; nobody sits twice."""
    places: list[Place] = []
    for capacity in needed(level, service.data_class):
        taken = {place.person.pk for place in places if place.person}
        free = [
            person
            for person in room.people
            if person.pk not in taken and not why_not(person, capacity, room.team_ids)
        ]
        best = min(free, key=lambda person: _rank(person, capacity, room), default=None)
        places.append(Place(capacity, best, _reason(best, room) if best else _nobody(capacity)))
    return places


def _rank(person: User, capacity: Capacity, room: Room) -> tuple[bool, int, int, int, bool, int]:
    # Whoever never came in has no seats and does not answer: everybody else goes first.
    # Whoever could also take another expert's seat is kept for it while somebody else can sit here.
    other_roles = sum(getattr(person, f"is_{role}") for role in ROLES if role != capacity)
    knows = len(known(person, room.weak))
    is_advisor = person.pk == room.advisor_id
    seats = room.open_seats.get(person.pk, 0)
    return (person.joined_at is None, other_roles, -knows, seats, not is_advisor, person.pk)


def known(person: User, weak: Iterable[WeakArea]) -> list[WeakArea]:
    """Return the weak areas that somebody's expertise names."""
    words = {word.lower() for word in person.expertise}
    return [area for area in weak if area.words & words]


def _reason(person: User, room: Room) -> str:
    areas = [area.title for area in known(person, room.weak)]
    count = room.open_seats.get(person.pk, 0)
    seats = f"{count} open seat{'' if count == 1 else 's'}"
    advisor = "the advisor; " if person.pk == room.advisor_id else ""
    return f"{advisor}knows {', '.join(areas[:3])}; {seats}" if areas else f"{advisor}{seats}"


def _nobody(capacity: Capacity) -> str:
    if capacity == Capacity.PEER:
        return "Nobody of another team has “I review” switched on."
    return f"Nobody outside the team has the role for the {capacity} seat."


def check_panel(places: Sequence[Place], level: str, data_class: str, team_ids: Collection[int]) -> None:
    """Refuse a panel that lacks a seat or a presenter, or seats somebody who may not sit there."""
    people = [place.person for place in places if place.person]
    if len({person.pk for person in people}) < len(people):
        message = "Somebody has two seats. One person can take one."
        raise InvalidInputError(message, field="panel")
    for place in places:
        if place.person:
            check_can_sit(place.person, place.capacity, team_ids)
    seated = [place.capacity for place in places if place.person]
    if Capacity.PRESENTER not in seated:
        message = "Somebody of the team must present."
        raise InvalidInputError(message, field="panel")
    check_complete(seated, level, data_class)


def check_can_sit(person: User, capacity: str, team_ids: Collection[int]) -> None:
    """Refuse somebody who may not take this seat."""
    if problem := why_not(person, capacity, team_ids):
        raise InvalidInputError(problem, field="panel")


def check_complete(seated: Iterable[Capacity | str], level: str, data_class: str) -> None:
    """Refuse a panel without every seat that the risk asks for."""
    if short := missing(seated, level, data_class):
        message = f"{RiskLevel(level).label} risk also needs {in_words(short)} on the panel."
        raise InvalidInputError(message, field="panel")


def check_opening_again(walkthrough: Walkthrough, *, has_coming: bool) -> None:
    """Refuse to seat somebody at a decided walkthrough that is history; load its service first."""
    if walkthrough.service.phase != Phase.READY or has_coming:
        message = "This walkthrough is history: the service has moved on, or another meeting is planned."
        raise InvalidMoveError(message)


def check_short(short: Collection[Capacity]) -> None:
    """Refuse to seat anybody at a decided walkthrough that has every seat which its present risk asks for."""
    if not short:
        message = "This walkthrough is decided, and its risk asks for no further seat."
        raise InvalidMoveError(message)


def check_asked_for(capacity: str, short: Collection[Capacity]) -> None:
    """Refuse a seat at a decided walkthrough, but for one that its present risk asks for and nobody has."""
    if capacity not in short:
        message = f"This walkthrough is decided, and its risk asks for no further {capacity} seat."
        raise InvalidMoveError(message)


def in_words(capacities: Iterable[Capacity | str]) -> str:
    """Say which seats: "two peers, architect and security"."""
    counted = Counter(Capacity(capacity) for capacity in capacities)
    words = [
        capacity.label.lower() if count == 1 else f"{COUNTED[min(count, 3)]} {capacity.label.lower()}s"
        for capacity, count in counted.items()
    ]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def check_can_be_replaced(seat: Seat, *, has_signed: bool) -> None:
    """Refuse to take a seat from somebody who has signed: an objection is answered, not seated away."""
    if has_signed:
        message = f"{seat.person} has signed. A seat that has signed keeps its person."
        raise InvalidInputError(message, field="panel")
    if seat.left_at is not None:
        message = f"{seat.person} has left this seat already."
        raise InvalidInputError(message, field="panel")
