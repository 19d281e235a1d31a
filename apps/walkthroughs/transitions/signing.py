"""Signatures: each is bound to a snapshot of what was signed, and together they decide."""

from datetime import date, datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.queries import owning_team_ids
from apps.core.errors import InvalidInputError, InvalidMoveError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_text
from apps.core.transactions import one_transaction
from apps.readiness.queries import sheet
from apps.walkthroughs import queries, rules
from apps.walkthroughs.events import (
    Decided,
    DecidedAnew,
    DecisionTakenBack,
    SignatureConfirmed,
    Signed,
    VetoKept,
    VetoLifted,
    VetoRaised,
)
from apps.walkthroughs.models import (
    Capacity,
    ContentSnapshot,
    Decision,
    Seat,
    SignOff,
    State,
    Veto,
    Walkthrough,
)
from apps.walkthroughs.transitions.locking import lock_content, locked, locked_seat, locked_service
from apps.walkthroughs.transitions.telling import (
    leads_and_advisor,
    tell,
    tell_summary,
    touch,
    veto_subject,
)

LONGEST_NOTE = 5_000


@one_transaction
def snapshot(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> ContentSnapshot:
    """Keep the present content; the same content is kept once and shared."""
    walkthrough = locked(walkthrough, by=by, at=at)
    lock_content(walkthrough, by=by, at=at)
    return _kept(queries.content(walkthrough), at=at)


def _kept(content: rules.Content, *, at: datetime) -> ContentSnapshot:
    """Write the content of a walkthrough whose assessment is locked."""
    kept, _is_new = ContentSnapshot.objects.get_or_create(
        sha256=rules.digest(content), defaults={"schema": rules.SCHEMA, "content": content, "made_at": at}
    )
    return kept


@one_transaction
def sign_off(  # noqa: PLR0913 -- what the form has
    seat: Seat,
    *,
    decision: str,
    by: Actor,
    at: datetime,
    note: str = "",
    terms: rules.VetoTerms | None = None,
    seen: str = "",
) -> Saved[SignOff] | Conflict[Seat]:
    """Sign for the own seat; a later signature replaces the earlier one and may decide anew.

    `seen` is the sha256 of the content that was on screen: another one now is for the person to look at.
    """
    seat = locked_seat(seat, by=by, at=at)
    walkthrough, service = seat.walkthrough, seat.walkthrough.service
    lock_content(walkthrough, by=by, at=at)
    rules.check_may_sign(by, seat, walkthrough, service, owning_team_ids(service))
    _check_latest(walkthrough)
    level = rules.higher(walkthrough.risk_level, queries.present_level(service))
    note = clean_text(note, field="note", limit=LONGEST_NOTE).strip()
    terms = _clean(terms, walkthrough)
    rules.check_terms(seat, decision=decision, note=note, terms=terms, level=level, at=at.date())
    earlier = queries.signed_by(seat)
    present = queries.content(walkthrough)
    if seen and seen != rules.digest(present):
        return Conflict(seat)
    content = _kept(present, at=at)
    if _is_same(earlier, decision, note, content):
        return Saved(earlier)  # type: ignore[arg-type]
    _check_no_own_veto(earlier)

    sign_off = _write(seat, earlier, decision=decision, note=note, content=content, at=at)
    if decision == SignOff.Decision.VETO and terms:
        _raise_veto(sign_off, seat, terms, by=by, at=at)
    touch(walkthrough, by=by, at=at)

    _record_signed(sign_off, seat, earlier, by=by, at=at)
    decide(walkthrough, step="signed anew", by=by, at=at)
    tell_summary(service, walkthrough, by=by, at=at)
    return Saved(sign_off)


def _check_latest(walkthrough: Walkthrough) -> None:
    later = Walkthrough.objects.filter(service=walkthrough.service_id, pk__gt=walkthrough.pk)
    if walkthrough.assessment.closed_at or later.filter(state__in=rules.WAITING).exists():
        message = "Another walkthrough was held since, or the checklist was closed; this one is history."
        raise InvalidMoveError(message)


def _clean(terms: rules.VetoTerms | None, walkthrough: Walkthrough) -> rules.VetoTerms | None:
    """Return the terms of a veto with clean words; refuse items that the checklist does not have."""
    if terms is None:
        return None
    known = sheet(walkthrough.assessment.edition).by_key
    if unknown := [item for item in terms.items if item not in known]:
        message = f"There is no item {unknown[0][:12]} in this checklist."
        raise InvalidInputError(message, field="items")
    words = clean_text(terms.lifted_by_what, field="lifted_by_what", limit=LONGEST_NOTE).strip()
    return rules.VetoTerms(
        items=list(dict.fromkeys(terms.items)), lifted_by_what=words, review_on=terms.review_on
    )


def _is_same(earlier: SignOff | None, decision: str, note: str, content: ContentSnapshot) -> bool:
    return earlier is not None and (earlier.decision, earlier.note, earlier.snapshot_id) == (
        decision,
        note,
        content.pk,
    )


def _check_no_own_veto(earlier: SignOff | None) -> None:
    """Let a veto go only by being lifted, with a reason that stays readable."""
    if rules.own_veto(earlier):
        message = "Your veto stands. Lift it first, with the reason; then sign again."
        raise InvalidMoveError(message)


def _write(
    seat: Seat,
    earlier: SignOff | None,
    *,
    decision: str,
    note: str,
    content: ContentSnapshot,
    at: datetime,
) -> SignOff:
    if earlier:
        earlier.replaced_at = at
        earlier.save(update_fields=["replaced_at"])
    walkthrough = seat.walkthrough
    return SignOff.objects.create(
        seat=seat,
        decision=decision,
        note=note,
        snapshot=content,
        content_version=walkthrough.assessment.content_version,
        service_version=walkthrough.service.version,
        signed_at=at,
    )


def _record_signed(
    sign_off: SignOff, seat: Seat, earlier: SignOff | None, *, by: Actor, at: datetime
) -> None:
    event = Signed(
        capacity=seat.get_capacity_display().lower(),
        label=sign_off.get_decision_display().lower(),
        decision=sign_off.decision,
        note=sign_off.note,
        content=sign_off.snapshot.sha256[:16],
        before=earlier.decision if earlier else "",
    )
    record(event, by=by, at=at, subject=seat.walkthrough.subject)
    if sign_off.decision == SignOff.Decision.OBJECT:
        tell(
            leads_and_advisor(seat.walkthrough.service, by=by, at=at),
            key=f"objected:{sign_off.pk}",
            template="objected",
            subject=seat.walkthrough.subject,
            by=by,
            at=at,
            context={"note": sign_off.note, "capacity": seat.get_capacity_display().lower()},
        )


def _raise_veto(sign_off: SignOff, seat: Seat, terms: rules.VetoTerms, *, by: Actor, at: datetime) -> None:
    service = seat.walkthrough.service
    veto = Veto.objects.create(
        service=service,
        sign_off=sign_off,
        author=seat.person,
        capacity=seat.capacity,
        reason=sign_off.note,
        items=terms.items,
        lifted_by_what=terms.lifted_by_what,
        review_on=terms.review_on,
        made_at=at,
    )
    event = VetoRaised(
        service=service.name,
        reason=veto.reason,
        items=veto.items,
        lifted_by_what=veto.lifted_by_what,
        review_on=veto.review_on.isoformat(),
    )
    record(event, by=by, at=at, subject=seat.walkthrough.subject)
    tell(
        [*leads_and_advisor(service, by=by, at=at), *User.objects.with_role("leadership")],
        key=f"vetoed:{veto.pk}",
        template="vetoed",
        subject=veto_subject(veto, by=by, at=at),
        by=by,
        at=at,
        context={
            "reason": veto.reason,
            "lifted_by_what": veto.lifted_by_what,
            "review_on": veto.review_on,
            "capacity": veto.get_capacity_display().lower(),
        },
    )


@one_transaction
def confirm(seat: Seat, *, by: Actor, at: datetime, seen: str = "") -> Saved[SignOff] | Conflict[Seat]:
    """Stand by the own signature after having looked at what changed."""
    seat = locked_seat(seat, by=by, at=at)
    walkthrough, service = seat.walkthrough, seat.walkthrough.service
    lock_content(walkthrough, by=by, at=at)
    rules.check_may_sign(by, seat, walkthrough, service, owning_team_ids(service))
    _check_latest(walkthrough)
    earlier = queries.signed_by(seat)
    if earlier is None:
        message = "There is no signature to confirm yet."
        raise InvalidMoveError(message)
    if hasattr(earlier, "veto"):
        message = "A veto is lifted or kept, not confirmed."
        raise InvalidMoveError(message)
    present = queries.content(walkthrough)
    if seen and seen != rules.digest(present):
        return Conflict(seat)
    content = _kept(present, at=at)
    if content.pk == earlier.snapshot_id:
        return Saved(earlier)

    found = rules.differences(earlier.snapshot.content, content.content)
    sign_off = _write(seat, earlier, decision=earlier.decision, note=earlier.note, content=content, at=at)
    touch(walkthrough, by=by, at=at)

    event = SignatureConfirmed(
        changes=len(found),
        worse=[f"{one.place}: {one.what}" for one in rules.worse(found)],
        content=content.sha256[:16],
    )
    record(event, by=by, at=at, subject=walkthrough.subject)
    return Saved(sign_off)


def decide(walkthrough: Walkthrough, *, step: str, by: Actor, at: datetime) -> None:
    """Decide once every required seat of a locked walkthrough has signed; a later signature decides anew.

    `step` is what history says that the person did, should this change an earlier decision.
    """
    signing = [seat for seat in queries.seats_of(walkthrough) if seat.signs]
    standing = list(SignOff.objects.filter(seat__in=signing, replaced_at=None).select_related("veto"))
    if not signing or len(standing) < len(signing):
        return
    found = rules.decision([rules.standing_decision(one) for one in standing])
    if walkthrough.state == State.DECIDED and walkthrough.decision == found:
        return
    rules.check_move(walkthrough, State.DECIDED)

    before, walkthrough.decision = walkthrough.decision, found
    walkthrough.state = State.DECIDED
    walkthrough.decided_at = at
    touch(walkthrough, "state", "decision", "decided_at", by=by, at=at)

    label = Decision(found).label
    record(_decided(label.lower(), found, before, step), by=by, at=at, subject=walkthrough.subject)
    tell(
        [*leads_and_advisor(walkthrough.service, by=by, at=at), *(seat.person for seat in signing)],
        key=f"decided:{walkthrough.pk}:{at:%Y%m%d%H%M%S%f}",
        template="decided",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"label": label, "decision": found},
    )


def _decided(label: str, decision: str, before: str, step: str) -> Decided | DecidedAnew:
    """Return what history says: whoever changes a decision did not sign last, and may have no seat at all."""
    if not before:
        return Decided(label=label, decision=decision)
    return DecidedAnew(step=step, label=label, decision=decision, before=before)


def take_decision_back(walkthrough: Walkthrough, *, capacity: str, by: Actor, at: datetime) -> None:
    """Open a locked walkthrough again for a seat that its risk asks for and nobody has; signatures stay."""
    rules.check_move(walkthrough, State.HELD)
    _check_latest(walkthrough)
    rules.check_opening_again(walkthrough, has_coming=queries.coming(walkthrough.service) is not None)

    before, label = walkthrough.decision, walkthrough.get_decision_display()
    walkthrough.state, walkthrough.decision, walkthrough.decided_at = State.HELD, "", None
    touch(walkthrough, "state", "decision", "decided_at", by=by, at=at)

    word = Capacity(capacity).label.lower()
    event = DecisionTakenBack(label=label.lower(), decision=before, capacity=word)
    record(event, by=by, at=at, subject=walkthrough.subject)
    signers = [seat.person for seat in queries.seats_of(walkthrough) if seat.signs]
    tell(
        [*leads_and_advisor(walkthrough.service, by=by, at=at), *signers],
        key=f"taken_back:{walkthrough.pk}:{at:%Y%m%d%H%M%S%f}",
        template="decision_taken_back",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"capacity": word},
    )


@one_transaction
def lift_veto(veto: Veto, *, reason: str, by: Actor, at: datetime) -> Veto:
    """End a veto with a reason that stays readable: as its author, or as leadership."""
    service = locked_service(veto.service_id, by=by, at=at)
    walkthrough = _walkthrough_of(veto, by=by, at=at)
    veto = Veto.objects.select_related("author").locked(veto.pk)
    rules.check_may_lift(by, veto)
    reason = clean_text(reason, field="reason", limit=LONGEST_NOTE).strip()
    if not reason:
        message = "Say why it is lifted."
        raise InvalidInputError(message, field="reason")

    veto.lifted_by, veto.lifted_at, veto.lift_reason = by.person, at, reason
    veto.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
    touch(walkthrough, by=by, at=at)
    veto.service = service

    event = VetoLifted(author=veto.author.name, service=service.name, reason=reason)
    record(event, by=by, at=at, subject=walkthrough.subject)
    tell(
        [veto.author, *leads_and_advisor(service, by=by, at=at)],
        key=f"lifted:{veto.pk}",
        template="veto_lifted",
        subject=veto_subject(veto, by=by, at=at),
        by=by,
        at=at,
        context={"author": veto.author.name, "reason": reason},
    )
    if walkthrough.state in rules.WAITING:
        decide(walkthrough, step="lifted a veto", by=by, at=at)
    tell_summary(service, queries.latest(service), by=by, at=at)
    return veto


@one_transaction
def keep_veto(veto: Veto, *, note: str, review_on: date, by: Actor, at: datetime) -> Veto:
    """Look at the own veto again and keep it until another day."""
    service = locked_service(veto.service_id, by=by, at=at)
    walkthrough = _walkthrough_of(veto, by=by, at=at)
    veto = Veto.objects.select_related("author").locked(veto.pk)
    rules.check_may_keep(by, veto)
    note = clean_text(note, field="note", limit=LONGEST_NOTE).strip()
    rules.check_review_day(review_on, today=at.date())

    veto.review_on = review_on
    veto.save(update_fields=["review_on"])
    touch(walkthrough, by=by, at=at)
    veto.service = service

    event = VetoKept(service=service.name, note=note, review_on=review_on.isoformat())
    record(event, by=by, at=at, subject=walkthrough.subject)
    return veto


def _walkthrough_of(veto: Veto, *, by: Actor, at: datetime) -> Walkthrough:
    return locked(Walkthrough.objects.get(seats__sign_offs__veto=veto.pk), by=by, at=at)
