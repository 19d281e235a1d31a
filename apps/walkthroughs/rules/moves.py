"""Which state follows which, and who may take which step."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidMoveError, NotPermittedError
from apps.walkthroughs.models import FollowUp, Reply, Seat, State, Veto, Walkthrough

MOVES: Final[dict[str, frozenset[str]]] = {
    State.PLANNED: frozenset({State.SCHEDULED, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.IN_PROGRESS, State.CANCELLED}),
    State.IN_PROGRESS: frozenset({State.HELD, State.CANCELLED}),
    State.HELD: frozenset({State.DECIDED, State.CANCELLED}),
    # A later signature decides anew; a seat that a risen risk asks for opens it again.
    State.DECIDED: frozenset({State.DECIDED, State.HELD}),
    State.CANCELLED: frozenset(),
}
BACK: Final[dict[str, Phase]] = {Phase.READY: Phase.GREEN_LIGHT, Phase.GREEN_LIGHT: Phase.PLAYGROUND}
IN_THE_MEETING: Final = frozenset({State.IN_PROGRESS, State.HELD})
BEFORE_THE_MEETING: Final = frozenset({State.PLANNED, State.SCHEDULED})
NOT_OVER: Final = BEFORE_THE_MEETING | {State.IN_PROGRESS}
WAITING: Final = frozenset({State.HELD, State.DECIDED})  # held, and signatures may come

PLANNED_AHEAD: Final = timedelta(days=28)
LOOK_BACK_AFTER: Final = timedelta(days=30)
PLANNED_ITEMS_WITHIN: Final = timedelta(days=60)
SHORTEST, LONGEST = 15, 480  # minutes
FRIDAY: Final = 5
SUNDAY: Final = 7
SEATED: Final = frozenset({State.SCHEDULED, State.IN_PROGRESS, State.HELD})


def check_move(walkthrough: Walkthrough, to: State) -> None:
    """Refuse a move that the table does not list."""
    if to not in MOVES[walkthrough.state]:
        now = walkthrough.get_state_display().lower()
        message = f"A walkthrough that is {now} cannot become {to.label.lower()}."
        raise InvalidMoveError(message)


def check_state(walkthrough: Walkthrough, states: Collection[str], *, step: str) -> None:
    """Refuse a step that the present state does not allow; `step` finishes "cannot …"."""
    if walkthrough.state not in states:
        now = walkthrough.get_state_display().lower()
        message = f"This walkthrough is {now}: {step} is not possible."
        raise InvalidMoveError(message)


def may_plan(by: Actor, service: Service) -> bool:
    """Leads of the owning team and Developer Enablement plan, schedule, move and cancel."""
    return by.leads(service.team_id) or by.has("enablement")


def may_plan_one(by: Actor, service: Service) -> bool:
    """Tell whether this person may plan a walkthrough of a service that gets ready."""
    return service.phase == Phase.READY and may_plan(by, service)


def check_may_plan(by: Actor, service: Service) -> None:
    """Refuse everybody else."""
    if not may_plan(by, service):
        message = f"Only a lead of {_owner(service)} or Developer Enablement can do this."
        raise NotPermittedError(message)


def may_hold(by: Actor, service: Service, seats: Iterable[Seat]) -> bool:
    """Leads, everybody with a seat, and Developer Enablement run the meeting and write in it."""
    has_seat = any(by.is_in_person(seat.person_id) and seat.left_at is None for seat in seats)
    return has_seat or may_plan(by, service)


def check_may_hold(by: Actor, service: Service, seats: Iterable[Seat]) -> None:
    """Refuse whoever has nothing to do with the meeting."""
    if not may_hold(by, service, seats):
        message = f"Only the panel, a lead of {_owner(service)} or Developer Enablement can do this."
        raise NotPermittedError(message)


def check_own_seat(by: Actor, seat: Seat, *, step: str) -> None:
    """Refuse to act for somebody else, and for a seat that its person left."""
    if not by.is_in_person(seat.person_id):
        message = f"Only {seat.person} can {step}."
        raise NotPermittedError(message)
    if seat.left_at is not None:
        message = "You have left this seat."
        raise InvalidMoveError(message)


def may_move_back(by: Actor, service: Service) -> bool:
    """Let a lead, and the advisor, from where a phase lies behind."""
    is_theirs = by.leads(service.team_id) or by.is_in_person(service.advisor_id)
    return service.phase in BACK and is_theirs


def check_may_move_back(by: Actor, service: Service) -> None:
    """Refuse everybody else, and a service that is live or has no phase behind it."""
    if service.phase not in BACK:
        message = f"{service} is in “{service.get_phase_display()}” and cannot move back from there."
        raise InvalidMoveError(message)
    if not may_move_back(by, service):
        message = f"Only a lead of {_owner(service)} or the advisor can move {service} back."
        raise NotPermittedError(message)


def may_freeze(by: Actor, team_ids: Collection[int]) -> bool:
    """Let enablement, but nobody of the owning teams."""
    return by.has("enablement") and not by.is_in_any(team_ids)


def check_may_freeze(by: Actor, team_ids: Collection[int]) -> None:
    """Refuse everybody else."""
    if not may_freeze(by, team_ids):
        message = "Only Developer Enablement, and nobody of the owning team, can do this."
        raise NotPermittedError(message)


def may_lift(by: Actor, veto: Veto) -> bool:
    """Let the author, and leadership."""
    return by.is_in_person(veto.author_id) or by.has("leadership")


def check_may_lift(by: Actor, veto: Veto) -> None:
    """Refuse everybody else, and a veto that was lifted already."""
    if veto.lifted_at is not None:
        message = "This veto was lifted already."
        raise InvalidMoveError(message)
    if not may_lift(by, veto):
        message = f"Only {veto.author} or leadership can lift this veto."
        raise NotPermittedError(message)


def may_finish(by: Actor, follow_up: FollowUp, service: Service) -> bool:
    """Let the owning team tick a follow-up off, and whoever it was given to."""
    is_theirs = by.is_in_person(follow_up.owner_id)
    return is_theirs or by.is_in(service.team_id) or by.leads(service.team_id)


def check_may_finish(by: Actor, follow_up: FollowUp, service: Service) -> None:
    """Refuse everybody else, and what is done."""
    if follow_up.done_at is not None:
        message = f"{follow_up} is done already."
        raise InvalidMoveError(message)
    if not may_finish(by, follow_up, service):
        message = f"Only {follow_up.owner} or a member of {_owner(service)} can do this."
        raise NotPermittedError(message)


def check_may_reply(by: Actor, seat: Seat, walkthrough: Walkthrough, *, at: datetime) -> None:
    """Refuse a reply for somebody else, or to a meeting that does not lie ahead."""
    check_own_seat(by, seat, step="reply to this invitation")
    if walkthrough.state != State.SCHEDULED or walkthrough.starts_at is None or walkthrough.starts_at <= at:
        message = "This invitation can no longer be answered."
        raise InvalidMoveError(message)


def planned_day(on: date) -> date:
    """Return the working day about four weeks on: a weekend becomes the Monday after."""
    return next_working_day(on + PLANNED_AHEAD)


def next_working_day(day: date) -> date:
    """Return the day itself, or the Monday after a weekend."""
    while day.isoweekday() > FRIDAY:
        day += timedelta(days=1)
    return day


def working_days_between(since: date, until: date) -> int:
    """Count the working days after `since` up to and with `until`."""
    days = (since + timedelta(days=number) for number in range(1, (until - since).days + 1))
    return sum(day.isoweekday() <= FRIDAY for day in days)


def silent(seats: Iterable[Seat]) -> list[Seat]:
    """Return the seats that have not replied to their invitation."""
    return [seat for seat in seats if seat.left_at is None and seat.invited_at and seat.reply == Reply.NONE]


def _owner(service: Service) -> str:
    return service.team.name if service.team else "its team, once it has one,"
