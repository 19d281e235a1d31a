"""What an agreement brings about in the rows of both sides."""

from datetime import datetime
from decimal import Decimal

from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError
from apps.okrs.events import PeopleLent
from apps.okrs.models import (
    EXITS,
    LOCKED,
    Allocation,
    KeyResult,
    Loan,
    Negotiation,
    NegotiationKind,
    Objective,
    Participant,
    Quarter,
    State,
    TargetChange,
)
from apps.okrs.rules.fingerprints import number
from apps.okrs.rules.measuring import today_of
from apps.okrs.rules.negotiating import giver_of, requester_of
from apps.okrs.rules.terms import Payload, day_in, number_in, shape_of, weeks_of
from apps.okrs.transitions.following import serves
from apps.okrs.transitions.moves import record_move


def bring_about(
    negotiation: Negotiation,
    payload: Payload,
    *,
    quarters: dict[int, Quarter],
    within: Objective | None,
    by: Actor,
    at: datetime,
) -> None:
    """Write what was agreed: a target, a contribution, a loan in both ledgers; a change replaces it."""
    shape = shape_of(negotiation)
    root = negotiation.changes or negotiation
    giver, requester = giver_of(negotiation), requester_of(negotiation)
    if shape == NegotiationKind.TARGET and negotiation.key_result is not None:
        _set_target(negotiation, negotiation.key_result, payload, by=by, at=at)
    if shape == NegotiationKind.CONTRIBUTION:
        _contribute(negotiation, root, payload, quarters[giver.pk], within=within, by=by, at=at)
    if shape == NegotiationKind.LOAN:
        names = ("person_weeks", "starts_on", "ends_on")
        _lend(negotiation, root, payload, (quarters[giver.pk], quarters[requester.pk]), names, by=by, at=at)
    elif "lent_weeks" in payload:
        names = ("lent_weeks", "lent_from", "lent_to")
        _lend(negotiation, root, payload, (quarters[requester.pk], quarters[giver.pk]), names, by=by, at=at)
    elif negotiation.changes is not None:
        Loan.objects.filter(negotiation=root, ended_on=None).update(ended_on=today_of(by, at))


def _take_part(objective: Objective | None, team: Team, part: str) -> None:
    """Let a team take part in an objective; who owns it, or does more already, stays what it is."""
    if objective is None or objective.team_id == team.pk:
        return
    found, is_new = Participant.objects.get_or_create(objective=objective, team=team, defaults={"part": part})
    weaker = {Participant.Part.INFORMED: 0, Participant.Part.LENDER: 1, Participant.Part.CONTRIBUTOR: 2}
    if not is_new and weaker.get(Participant.Part(found.part), 3) < weaker[Participant.Part(part)]:
        found.part = part
        found.save(update_fields=["part"])


def _set_target(
    negotiation: Negotiation, key_result: KeyResult, payload: Payload, *, by: Actor, at: datetime
) -> None:
    """Write the agreed target beside what was asked and offered first; an old agreement leaves a trace."""
    objective = negotiation.objective or key_result.objective
    wanted = {
        "target": number_in(payload, "target"),
        "baseline": number_in(payload, "baseline"),
        "ends_on": day_in(payload, "by"),
    }
    is_locked = objective.state in LOCKED
    for field, new in wanted.items():
        old = getattr(key_result, field)
        if new is None or new == old:
            continue
        setattr(key_result, field, new)
        if is_locked:
            TargetChange.objects.create(
                key_result=key_result,
                field=field,
                old=_words(old),
                new=_words(new),
                why=TargetChange.Why.RENEGOTIATED,
                reason=f"Agreed between {negotiation.initiator} and {negotiation.counterpart}"[:500],
                person_name=by.name,
                on_date=today_of(by, at),
                at=at,
            )
    if key_result.starts_on and key_result.ends_on and key_result.starts_on >= key_result.ends_on:
        message = "The day lies before the key result begins."
        raise InvalidInputError(message, field="by")
    asked, offered = first_numbers(negotiation, by=by, at=at)
    key_result.asked_target, key_result.offered_target = asked, offered
    key_result.revision += 1
    key_result.save(
        update_fields=["target", "baseline", "ends_on", "asked_target", "offered_target", "revision"]
    )


def first_numbers(
    negotiation: Negotiation,
    *,
    by: Actor,  # noqa: ARG001 -- as all steps are called
    at: datetime,  # noqa: ARG001
) -> tuple[Decimal | None, Decimal | None]:
    """Return the target that each side named first: who asked, and who offered. One query."""
    giver_id = giver_of(negotiation).pk
    asked = offered = None
    for terms in negotiation.all_terms.order_by("version"):
        value = number_in(terms.payload, "target")
        if terms.team_id == giver_id:
            offered = value if offered is None else offered
        else:
            asked = value if asked is None else asked
    return asked, offered


def _contribute(  # noqa: PLR0913 -- private
    negotiation: Negotiation,
    root: Negotiation,
    payload: Payload,
    quarter: Quarter,
    *,
    within: Objective | None,
    by: Actor,
    at: datetime,
) -> None:
    if within is not None and (within.team_id != quarter.team_id or within.cycle_id != quarter.cycle_id):
        message = f"That objective is not one of {quarter.team} in {quarter.cycle}."
        raise InvalidInputError(message, field="within")
    if within is not None:
        # Read behind the lock of its quarter: it may have ended since it was chosen.
        within = Objective.objects.select_related("team", "cycle").get(pk=within.pk)
        if within.state in EXITS | {State.GRADING, State.CLOSED}:
            now = within.get_state_display().lower()
            message = f"“{within}” is {now} meanwhile: choose another objective, or none."
            raise InvalidInputError(message, field="within")
    _take_part(negotiation.objective, quarter.team, Participant.Part.CONTRIBUTOR)
    if within is not None:
        serves(negotiation, within, statement=payload["deliverable"][:300], by=by, at=at)
    weeks = weeks_of(payload)
    old = Allocation.objects.filter(negotiation=root).first()
    if not weeks:
        Allocation.objects.filter(negotiation=root).delete()
        return
    Allocation.objects.update_or_create(
        negotiation=root,
        defaults={
            "quarter": quarter,
            "kind": Allocation.Kind.OUTCOME,
            "label": payload["deliverable"][:200],
            "objective": within or (old.objective if old else None),
            "person_weeks": weeks,
        },
    )


def _lend(  # noqa: PLR0913 -- private
    negotiation: Negotiation,
    root: Negotiation,
    payload: Payload,
    sides: tuple[Quarter, Quarter],
    names: tuple[str, str, str],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Post a loan to both ledgers: one row, which both read."""
    lender, borrower = sides
    weeks, first, last = weeks_of(payload, names[0]), day_in(payload, names[1]), day_in(payload, names[2])
    if first is None or last is None:
        message = "A loan has a first and a last day."
        raise InvalidInputError(message, field=names[1])
    loan, _is_new = Loan.objects.update_or_create(
        negotiation=root,
        defaults={
            "lender": lender,
            "borrower": borrower,
            "key_result": negotiation.key_result,
            "person_weeks": weeks,
            "starts_on": first,
            "ends_on": last,
            "ramp": Decimal(payload.get("ramp", "0.20")),
            "return_note": payload.get("return_note", ""),
            "instead_of": payload.get("instead_of", ""),
            "ended_on": None,
        },
    )
    _take_part(negotiation.objective, lender.team, Participant.Part.LENDER)
    event = PeopleLent(
        lender=lender.team.name,
        borrower=borrower.team.name,
        person_weeks=number(loan.person_weeks),
        starts_on=first.isoformat(),
        ends_on=last.isoformat(),
    )
    record_move(event, negotiation, by=by, at=at)


def _words(value: object) -> str:
    if value is None:
        return ""
    return number(value) if isinstance(value, Decimal) else str(value)
