"""Who sits there: replies, asking again, and seats that change their person."""

from dataclasses import replace
from datetime import datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.queries import owning_team_ids
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.walkthroughs import queries, rules
from apps.walkthroughs.events import AskedAgain, Replied, SeatReplaced, SeatTaken
from apps.walkthroughs.models import SIGNING, Capacity, Reply, Seat, SignOff, State, Walkthrough
from apps.walkthroughs.transitions.locking import locked, locked_seat
from apps.walkthroughs.transitions.signing import take_decision_back
from apps.walkthroughs.transitions.telling import (
    invite,
    leads_and_advisor,
    push_reviewers,
    tell,
    tell_summary,
    touch,
    uninvite,
)

LONGEST_NOTE = 500


@one_transaction
def reply(seat: Seat, *, reply: str, by: Actor, at: datetime, note: str = "") -> Seat:
    """Answer an invitation; a later reply replaces an earlier one, the same one changes nothing."""
    seat = locked_seat(seat, by=by, at=at)
    walkthrough = seat.walkthrough
    rules.check_may_reply(by, seat, walkthrough, at=at)
    if reply not in {Reply.YES, Reply.MAYBE, Reply.NO}:
        message = "The answer is yes, perhaps or no."
        raise InvalidInputError(message, field="reply")
    note = clean_line(note, field="note", limit=LONGEST_NOTE)
    if (seat.reply, seat.reply_note) == (reply, note):
        return seat

    before, seat.reply, seat.reply_note, seat.replied_at = seat.reply, reply, note, at
    seat.save(update_fields=["reply", "reply_note", "replied_at"])
    touch(walkthrough, by=by, at=at)

    label = Reply(reply).label
    event = Replied(label=label, reply=reply, note=note, before=before)
    record(event, by=by, at=at, subject=walkthrough.subject)
    if reply != Reply.YES:
        tell(
            leads_and_advisor(walkthrough.service, by=by, at=at),
            key=f"replied:{seat.pk}:{at:%Y%m%d%H%M%S%f}",
            template="replied",
            subject=walkthrough.subject,
            by=by,
            at=at,
            context={
                "person": seat.person.name,
                "label": label.lower(),
                "note": note,
                "capacity": seat.get_capacity_display().lower(),
            },
        )
    return seat


@one_transaction
def ask_again(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> list[Seat]:
    """Ask everybody who has not replied, at most once a day; return whom."""
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_plan(by, walkthrough.service)
    rules.check_state(walkthrough, {State.SCHEDULED}, step="asking again")
    if walkthrough.starts_at is not None and walkthrough.starts_at <= at:
        message = "The meeting has begun by the clock."
        raise InvalidMoveError(message)
    waited_for = rules.silent(queries.seats_of(walkthrough))
    if not waited_for:
        message = "Everybody has replied."
        raise InvalidMoveError(message)

    event = AskedAgain(people=", ".join(seat.person.name for seat in waited_for))
    record(event, by=by, at=at, subject=walkthrough.subject)
    for seat in waited_for:
        tell(
            [seat.person],
            key=f"asked:{seat.pk}:{walkthrough.sequence}:{at:%Y%m%d}",
            template="asked_again",
            subject=replace(walkthrough.subject, url=rules.reply_url(seat, walkthrough)),
            by=by,
            at=at,
            context={
                "when": rules.when_in_words(walkthrough),
                "capacity": seat.get_capacity_display().lower(),
            },
        )
    return waited_for


@one_transaction
def add_seat(walkthrough: Walkthrough, *, person: User, capacity: str, by: Actor, at: datetime) -> Seat:
    """Seat one more person, before or after the meeting: a risk that rose needs more signatures.

    What is decided takes in only a seat that is missing, and is decided anew once that one has signed.
    """
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_plan(by, walkthrough.service)
    rules.check_state(walkthrough, rules.SEATED | {State.DECIDED}, step="seating somebody")
    if capacity not in Capacity.values:
        message = f"There is no seat “{capacity[:20]}”."
        raise InvalidInputError(message, field="capacity")
    _check_can_sit(walkthrough, person, capacity)

    if walkthrough.state == State.DECIDED:
        rules.check_asked_for(capacity, queries.missing_seats(walkthrough))
        take_decision_back(walkthrough, capacity=capacity, by=by, at=at)
    seat = _take(walkthrough, person, capacity, reason=f"seated by {by.name}", by=by, at=at)

    event = SeatTaken(person=person.name, capacity=seat.get_capacity_display().lower())
    record(event, by=by, at=at, subject=walkthrough.subject)
    _welcome(walkthrough, seat, by=by, at=at)
    tell_summary(walkthrough.service, walkthrough, by=by, at=at)
    return seat


@one_transaction
def replace_seat(seat: Seat, *, person: User, by: Actor, at: datetime) -> Seat:
    """Give a seat to somebody else, as a lead or enablement; one that has signed keeps its person."""
    seat = locked_seat(seat, by=by, at=at)
    rules.check_may_plan(by, seat.walkthrough.service)
    return _replace(seat, person=person, reason=f"instead of {seat.person.name}", by=by, at=at)


@one_transaction
def hand_over(seat: Seat, *, person: User, by: Actor, at: datetime) -> Seat:
    """Give the own seat to somebody who may sit there."""
    seat = locked_seat(seat, by=by, at=at)
    rules.check_own_seat(by, seat, step="hand this seat over")
    return _replace(seat, person=person, reason=f"handed over by {seat.person.name}", by=by, at=at)


def _replace(seat: Seat, *, person: User, reason: str, by: Actor, at: datetime) -> Seat:
    walkthrough = seat.walkthrough
    rules.check_state(walkthrough, rules.SEATED, step="changing a seat")
    has_signed = SignOff.objects.filter(seat=seat, replaced_at=None).exists()
    rules.check_can_be_replaced(seat, has_signed=has_signed)
    _check_can_sit(walkthrough, person, seat.capacity)

    seat.left_at = at
    seat.save(update_fields=["left_at"])
    taken = _take(walkthrough, person, seat.capacity, reason=reason, by=by, at=at)

    event = SeatReplaced(
        capacity=seat.get_capacity_display().lower(), before=seat.person.name, after=person.name
    )
    record(event, by=by, at=at, subject=walkthrough.subject)
    if walkthrough.state == State.SCHEDULED:
        uninvite(walkthrough, [seat], template="seat_left", by=by, at=at)
    _welcome(walkthrough, taken, by=by, at=at)
    tell_summary(walkthrough.service, walkthrough, by=by, at=at)
    return taken


def _check_can_sit(walkthrough: Walkthrough, person: User, capacity: str) -> None:
    rules.check_can_sit(person, capacity, owning_team_ids(walkthrough.service))
    if any(seat.person_id == person.pk for seat in queries.seats_of(walkthrough)):
        message = f"{person} has a seat at this walkthrough already."
        raise InvalidInputError(message, field="panel")


def _take(
    walkthrough: Walkthrough, person: User, capacity: str, *, reason: str, by: Actor, at: datetime
) -> Seat:
    is_own = by.is_in_person(person.pk)
    seat = Seat.objects.create(
        walkthrough=walkthrough,
        person=person,
        capacity=capacity,
        is_required=capacity in SIGNING,
        reason=reason[:300],
        invited_at=at,
        reply=Reply.YES if is_own else Reply.NONE,
        replied_at=at if is_own else None,
    )
    # Calendars take an entry over when its number has risen; the others' need no mail for it.
    walkthrough.sequence += 1
    touch(walkthrough, "sequence", by=by, at=at)
    push_reviewers(walkthrough, by=by, at=at)
    return seat


def _welcome(walkthrough: Walkthrough, seat: Seat, *, by: Actor, at: datetime) -> None:
    """Invite to what lies ahead, and ask for a signature where it has been held."""
    if walkthrough.state == State.SCHEDULED:
        invite(walkthrough, [seat], template="invitation", by=by, at=at)
        return
    tell(
        [seat.person],
        key=f"seated:{seat.pk}",
        template="seated",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"capacity": seat.get_capacity_display().lower(), "is_held": walkthrough.state == State.HELD},
    )
