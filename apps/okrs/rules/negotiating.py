"""Who may do what in a negotiation, when, and what follows from it (OKRS 2.1)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from apps.accounts.models import Actor, User
from apps.activity.models import Audience, Subject
from apps.catalog.models import Team
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.core.text import clean_line
from apps.okrs.models import (
    Act,
    CycleState,
    Kind,
    Negotiation,
    NegotiationKind,
    ReasonCode,
    Stage,
)
from apps.okrs.rules.capacity import Ledger, raises_above_slack
from apps.okrs.rules.permissions import speaks_for
from apps.okrs.rules.terms import Payload, number_in, shape_of, weeks_of

ANSWER_IN: Final = timedelta(days=7)
REMIND_BEFORE: Final = timedelta(days=2)  # the last day for an answer
LONGEST_ANSWER: Final = timedelta(days=90)
MOST_ROUNDS: Final = 3  # without agreement; then leadership sees it in a list
LONGEST_REASON: Final = 1000
FARTHEST_BEHIND: Final = timedelta(hours=12)  # of UTC: there a day ends last
FARTHEST_AHEAD: Final = timedelta(hours=14)  # of UTC: there a day begins first


class Who(StrEnum):
    """A side of the table, as the acts see it."""

    INITIATOR = "initiator"
    OWING = "owing"  # the side whose answer is waited for
    WAITING = "waiting"  # the other one, whose terms lie on the table
    GIVER = "giver"  # that does it, delivers it or lends
    REQUESTER = "requester"
    EITHER = "either"
    SYSTEM = "system"


@dataclass(frozen=True)
class Rule:
    """From which stage an act is taken, by whom, and where it leads."""

    stage: Stage
    who: Who
    to: Stage
    verb: str  # "accept"


TABLE: Final[dict[Act, Rule]] = {
    Act.PROPOSE: Rule(Stage.DRAFT, Who.INITIATOR, Stage.OPEN, "send it"),
    Act.DISCARD: Rule(Stage.DRAFT, Who.INITIATOR, Stage.VOID, "discard it"),
    Act.ACCEPT: Rule(Stage.OPEN, Who.OWING, Stage.AGREED, "accept"),
    Act.COUNTER: Rule(Stage.OPEN, Who.OWING, Stage.OPEN, "counter"),
    Act.DECLINE: Rule(Stage.OPEN, Who.OWING, Stage.DECLINED, "say no"),
    Act.DEFER: Rule(Stage.OPEN, Who.OWING, Stage.DEFERRED, "say not now"),
    Act.WITHDRAW: Rule(Stage.OPEN, Who.WAITING, Stage.WITHDRAWN, "withdraw it"),
    Act.AMEND: Rule(Stage.OPEN, Who.WAITING, Stage.OPEN, "change what was asked"),
    Act.REPORT: Rule(Stage.AGREED, Who.GIVER, Stage.REPORTED, "say that it is done"),
    Act.REVOKE: Rule(Stage.AGREED, Who.EITHER, Stage.REVOKED, "revoke it"),
    Act.SATISFIED: Rule(Stage.REPORTED, Who.REQUESTER, Stage.CLOSED, "say whether that was it"),
    Act.DISPUTE: Rule(Stage.REPORTED, Who.REQUESTER, Stage.AGREED, "say whether that was it"),
    Act.LAPSE: Rule(Stage.OPEN, Who.SYSTEM, Stage.LAPSED, "let it lapse"),
}


class Moved(Protocol):
    """A move, as far as a standing follows from it."""

    act: str
    team_id: int | None
    terms_id: int | None


@dataclass(frozen=True)
class Standing:
    """Where a negotiation stands; nothing but its moves decides."""

    stage: Stage = Stage.DRAFT
    owes_id: int | None = None
    terms_id: int | None = None
    rounds: int = 0


def after(
    standing: Standing, act: str, *, sides: tuple[int, int], team_id: int | None, terms_id: int | None
) -> Standing:
    """Return the standing behind one more move; `sides` are initiator and counterpart."""
    rule = TABLE[Act(act)]
    other = sides[1] if team_id == sides[0] else sides[0]
    owes = {
        Act.PROPOSE: sides[1],
        Act.COUNTER: other,
        Act.AMEND: standing.owes_id,
    }.get(Act(act))
    rounds = standing.rounds + (act == Act.COUNTER)
    return Standing(rule.to, owes, terms_id or standing.terms_id, rounds)


def standing_of(moves: Iterable[Moved], *, sides: tuple[int, int]) -> Standing:
    """Return the standing that follows from all moves, oldest first."""
    found = Standing()
    for move in moves:
        found = after(found, move.act, sides=sides, team_id=move.team_id, terms_id=move.terms_id)
    return found


def giver_of(negotiation: Negotiation) -> Team:
    """Return the side that does it: an objective's own team, else the side that the objective is not of.

    Without an objective the counterpart was asked. Load both teams, `objective` and `changes` first.
    """
    objective = negotiation.objective
    if objective is None:
        return negotiation.counterpart
    owner = (
        negotiation.initiator if objective.team_id == negotiation.initiator_id else negotiation.counterpart
    )
    if shape_of(negotiation) in {NegotiationKind.OBJECTIVE, NegotiationKind.TARGET}:
        return owner
    return negotiation.other(owner.pk)


def is_offer(negotiation: Negotiation) -> bool:
    """Tell whether the side that began is the one that does it: work or people for the other's objective."""
    is_work = shape_of(negotiation) in {NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN}
    return is_work and giver_of(negotiation).pk == negotiation.initiator_id


def talk_of(negotiation: Negotiation, *, on: date) -> Subject:
    """Return the labels under which people talk about it: of a draft its own side alone knows."""
    if negotiation.stage in {Stage.DRAFT, Stage.VOID}:
        return replace(negotiation.subject(on=on), audience=Audience.of_team(negotiation.initiator_id))
    return negotiation.subject(on=on)


def requester_of(negotiation: Negotiation) -> Team:
    """Return the side for which it is done."""
    return negotiation.other(giver_of(negotiation).pk)


def voices(by: Actor, negotiation: Negotiation) -> set[int]:
    """Return the sides for which somebody speaks; an administrator speaks for none, whatever they lead."""
    if by.has("admin"):
        return set()
    accountable = {
        one.accountable_id for one in (negotiation.objective, negotiation.key_result) if one is not None
    }
    owner_id = negotiation.objective.team_id if negotiation.objective else None
    found = set()
    for team in (negotiation.initiator, negotiation.counterpart):
        ids = accountable if team.pk == owner_id else {None}
        if any(speaks_for(by, team, accountable_id=one) for one in ids or {None}):
            found.add(team.pk)
    return found


def speakers(negotiation: Negotiation, team: Team, leads: Iterable[User]) -> list[User]:
    """Return who is told for a side: its leads, and who is accountable there; each once."""
    people = {person.pk: person for person in leads}
    for one in (negotiation.objective, negotiation.key_result):
        if one is not None and one.accountable is not None and team.pk in one.accountable.team_ids:
            people[one.accountable.pk] = one.accountable
    return list(people.values())


def sides_for(act: Act, negotiation: Negotiation) -> list[Team]:  # noqa: PLR0911 -- one for each side
    """Return the sides that an act belongs to at this moment."""
    first, second = negotiation.initiator, negotiation.counterpart
    match TABLE[act].who:
        case Who.INITIATOR:
            return [first]
        case Who.OWING:
            return [one for one in (first, second) if one.pk == negotiation.owes_id]
        case Who.WAITING:
            return [one for one in (first, second) if one.pk != negotiation.owes_id]
        case Who.GIVER:
            return [giver_of(negotiation)]
        case Who.REQUESTER:
            return [requester_of(negotiation)]
        case Who.EITHER:
            return [first, second]
    return []


def may_act(act: Act, negotiation: Negotiation, by: Actor) -> bool:
    """Tell whether somebody may take an act now."""
    if negotiation.stage != TABLE[act].stage or _is_part(act, negotiation) or _is_past(act, negotiation):
        return False
    return not voices(by, negotiation).isdisjoint(one.pk for one in sides_for(act, negotiation))


def check_stage(act: Act, negotiation: Negotiation) -> None:
    """Refuse an act that the table does not list for the stage."""
    if negotiation.stage != TABLE[act].stage:
        now = negotiation.get_stage_display().lower()
        message = f"This is {now}: nobody can {TABLE[act].verb} now."
        raise InvalidMoveError(message)
    if _is_part(act, negotiation):
        message = "This changed an agreement, and what both bind is one thing. Revoke the agreement itself."
        raise InvalidMoveError(message)
    if _is_past(act, negotiation):
        message = f"{negotiation.cycle} is closed: what was promised in it stays on record."
        raise InvalidMoveError(message)


def _is_part(act: Act, negotiation: Negotiation) -> bool:
    """Tell whether an agreement that changed an earlier one would be revoked without it."""
    return act == Act.REVOKE and negotiation.changes_id is not None


def _is_past(act: Act, negotiation: Negotiation) -> bool:
    """Tell whether revoking would rewrite the person-weeks of a quarter that is closed."""
    return act == Act.REVOKE and negotiation.cycle.state == CycleState.CLOSED


def side_of(act: Act, negotiation: Negotiation, by: Actor) -> Team:
    """Return the side for which somebody acts; refuse everybody who does not speak for it."""
    meant = sides_for(act, negotiation)
    spoken = voices(by, negotiation)
    for one in meant:
        if one.pk in spoken:
            return one
    raise _refusal(by, meant, TABLE[act].verb)


def _refusal(by: Actor, teams: Iterable[Team], verb: str) -> NotPermittedError:
    if by.has("admin"):
        return NotPermittedError("An administrator never speaks for a team: goals are not dictated.")
    names = " or ".join(one.name for one in teams)
    return NotPermittedError(f"Only a lead of {names}, or who is accountable there, can {verb}.")


def check_speaks_for_a_side(by: Actor, negotiation: Negotiation) -> None:
    """Refuse whoever speaks for neither side."""
    if not voices(by, negotiation):
        raise _refusal(by, (negotiation.initiator, negotiation.counterpart), "speak here")


def check_not_own_terms(by: Actor, author_id: int | None) -> None:
    """Refuse to accept what one has put on the table oneself, as somebody who leads both teams could."""
    if author_id is not None and by.person_id == author_id:
        message = "You put these terms on the table yourself. Somebody else of the other side accepts them."
        raise NotPermittedError(message)


def check_both_moved(team_ids: Iterable[int | None], negotiation: Negotiation) -> None:
    """Refuse an agreement that one side alone has spoken for: no path leads there, and none ever will."""
    if not {negotiation.initiator_id, negotiation.counterpart_id} <= set(team_ids):
        message = "Both sides have to speak before something is agreed."
        raise InvalidMoveError(message)


def check_changes(names: Collection[str]) -> None:
    """Refuse a counter that changes nothing: that would be to accept."""
    if not names:
        message = "Change at least one field, or accept: these are the terms on the table."
        raise InvalidInputError(message)


def clean_no(
    reason_code: str, reason: str, *, until_on: date | None, is_later: bool, at: datetime
) -> tuple[str, str]:
    """Return code and sentence of a no; refuse one without a reason, and a "not now" without a day."""
    if reason_code not in ReasonCode.values:
        message = "Choose a reason."
        raise InvalidInputError(message, field="reason_code")
    said = clean_line(reason, field="reason", limit=LONGEST_REASON)
    if not said:
        message = "Say why, in a sentence: the other side reads it."
        raise InvalidInputError(message, field="reason")
    if is_later and until_on is None:
        message = "Say when it is decided again."
        raise InvalidInputError(message, field="until_on")
    if until_on is not None:
        check_ahead(until_on, at=at, field="until_on")
    return reason_code, said


def check_ahead(day: date, *, at: datetime, field: str) -> None:
    """Refuse a day that has passed, or lies in another century."""
    check_day(day, field=field)
    if day < (at - FARTHEST_BEHIND).date():
        message = "That day has passed."
        raise InvalidInputError(message, field=field)


def answer_by(wanted: date | None, *, at: datetime) -> date:
    """Return until when an answer is waited for: a week, unless somebody says otherwise."""
    if wanted is None:
        return (at + ANSWER_IN).date()
    check_ahead(wanted, at=at, field="respond_by")
    if wanted > (at + LONGEST_ANSWER).date():
        message = f"An answer is waited for {LONGEST_ANSWER.days} days at most."
        raise InvalidInputError(message, field="respond_by")
    return wanted


def has_lapsed(negotiation: Negotiation, *, at: datetime) -> bool:
    """Tell whether the last day for an answer is over wherever somebody may be."""
    return negotiation.respond_by is not None and negotiation.respond_by < (at - FARTHEST_BEHIND).date()


def needs_a_decision(negotiation: Negotiation) -> bool:
    """Tell whether leadership should look at it: three rounds, and no agreement."""
    return negotiation.stage == Stage.OPEN and negotiation.rounds >= MOST_ROUNDS


def check_reach(negotiation: Negotiation, terms: Payload) -> None:
    """Refuse a target that its metric cannot reach, or that goes nowhere; load `key_result__metric` first."""
    key_result = negotiation.key_result
    if key_result is None or shape_of(negotiation) != NegotiationKind.TARGET:
        return
    if key_result.kind != Kind.METRIC or key_result.metric is None:
        message = "Give the key result a metric first: a sentence has no target."
        raise InvalidMoveError(message)
    metric = key_result.metric
    for name in ("target", "baseline"):
        value = number_in(terms, name)
        is_low = value is not None and metric.lower_bound is not None and value < metric.lower_bound
        is_high = value is not None and metric.upper_bound is not None and value > metric.upper_bound
        if is_low or is_high:
            message = f"“{metric}” cannot be {value:f}: that lies outside its bounds."
            raise InvalidInputError(message, field=name)
    baseline = number_in(terms, "baseline")
    baseline = key_result.baseline if baseline is None else baseline
    if baseline is not None and baseline == number_in(terms, "target"):
        message = "Baseline and target are the same: nothing would move."
        raise InvalidInputError(message, field="target")


def crowds(negotiation: Negotiation, payload: Payload, ledger: Ledger | None) -> Ledger | None:
    """Return the giver's ledger as it would be if terms make it fuller than 0.80 in mid-cycle; else none."""
    if ledger is None or negotiation.cycle.state != CycleState.ACTIVE:
        return None
    more = weeks_of(payload)
    is_loan = shape_of(negotiation) == NegotiationKind.LOAN
    after = (
        ledger.with_more(lent=more)
        if is_loan
        else ledger.with_more(promised=more, borrowed=weeks_of(payload, "lent_weeks"))
    )
    return after if more and raises_above_slack(ledger, after) else None
