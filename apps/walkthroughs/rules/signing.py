"""Who may sign, and what each of the four decisions asks for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.walkthroughs.models import SIGNING, Capacity, Seat, SignOff, Veto, Walkthrough
from apps.walkthroughs.rules.gate import CONDITIONS_STAND
from apps.walkthroughs.rules.moves import WAITING, check_own_seat, check_state
from apps.walkthroughs.rules.panel import why_not

LONGEST_REVIEW: Final = timedelta(days=183)
VETO_SEATS: Final = frozenset({Capacity.ARCHITECT, Capacity.SECURITY, Capacity.ENABLEMENT})
NEEDS: Final = {
    SignOff.Decision.CONDITIONS: "Say which conditions you mean.",
    SignOff.Decision.OBJECT: "Say why you object.",
    SignOff.Decision.VETO: "Say why nobody should launch this now.",
}


@dataclass(frozen=True, kw_only=True)
class VetoTerms:
    """What a veto says besides its reason."""

    items: list[str]  # codes of checklist items
    lifted_by_what: str
    review_on: date


def may_veto(seat: Seat, level: str) -> bool:
    """Architect, security and enablement seats may, at high and critical risk."""
    return seat.capacity in VETO_SEATS and level in CONDITIONS_STAND


def check_may_sign(
    by: Actor, seat: Seat, walkthrough: Walkthrough, service: Service, team_ids: Collection[int]
) -> None:
    """Refuse all but the seat's own person, still fit for it, after a meeting and before a launch."""
    check_own_seat(by, seat, step="sign here")
    if seat.capacity not in SIGNING:
        message = f"A seat as {seat.get_capacity_display().lower()} does not sign."
        raise NotPermittedError(message)
    # Roles and teams may have changed since the invitation; that the owning team signs is never right.
    if problem := why_not(seat.person, seat.capacity, team_ids):
        raise NotPermittedError(problem)
    check_state(walkthrough, WAITING, step="signing")
    if service.phase != Phase.READY:
        message = f"{service} is in “{service.get_phase_display()}”: there is nothing to sign."
        raise InvalidMoveError(message)


def check_terms(
    seat: Seat, *, decision: str, note: str, terms: VetoTerms | None, level: str, at: date
) -> None:
    """Refuse a decision without its reason, and a veto that is not whole or not this seat's to give."""
    if decision not in SignOff.Decision.values:
        message = f"There is no decision “{decision[:20]}”."
        raise InvalidInputError(message, field="decision")
    if decision in NEEDS and not note:
        raise InvalidInputError(NEEDS[SignOff.Decision(decision)], field="note")
    if decision == SignOff.Decision.VETO:
        _check_veto(seat, terms=terms, level=level, at=at)


def _check_veto(seat: Seat, *, terms: VetoTerms | None, level: str, at: date) -> None:
    if not may_veto(seat, level):
        message = "A veto is for architect, security and enablement seats, at high or critical risk."
        raise NotPermittedError(message)
    if terms is None or not terms.lifted_by_what:
        message = "Say what would lift the veto."
        raise InvalidInputError(message, field="lifted_by_what")
    check_review_day(terms.review_on, today=at)


def check_review_day(day: date, *, today: date) -> None:
    """Refuse a day to look at a veto again that is past, or so far away that nobody would."""
    if not today < day <= today + LONGEST_REVIEW:
        message = "The day to look at it again lies ahead, within half a year."
        raise InvalidInputError(message, field="review_on")


def check_may_keep(by: Actor, veto: Veto) -> None:
    """Refuse all but the author of a veto that stands."""
    if veto.lifted_at is not None:
        message = "This veto was lifted already."
        raise InvalidMoveError(message)
    if not by.is_in_person(veto.author_id):
        message = f"Only {veto.author} can say until when this veto stands."
        raise NotPermittedError(message)


def own_veto(sign_off: SignOff | None) -> Veto | None:
    """Return the veto that a signature raised, while it stands; load `veto` first."""
    veto: Veto | None = getattr(sign_off, "veto", None)
    return veto if veto is not None and veto.lifted_at is None else None
