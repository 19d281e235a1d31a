"""How nos are said, held, reopened, let go, and gone against."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from apps.accounts.models import Actor, User
from apps.activity.models import EventKind, Subject
from apps.activity.transitions import record
from apps.catalog.models import Team
from apps.catalog.queries import leads_of
from apps.core.errors import InvalidInputError
from apps.core.text import clean_line
from apps.core.transactions import one_by_one, one_transaction
from apps.okrs.events import (
    ExceptionMade,
    NoComesBack,
    NoHandedOver,
    NoHeld,
    NoLetGo,
    NoReopened,
    NoReopeningAsked,
    NoSaid,
)
from apps.okrs.models import (
    Metric,
    MetricValue,
    No,
    NoException,
    Objective,
)
from apps.okrs.rules import negotiating
from apps.okrs.rules import nos as rules
from apps.okrs.rules.fingerprints import number
from apps.okrs.rules.numbers import plain
from apps.okrs.transitions.registering import written
from apps.okrs.transitions.telling import tell

LONGEST = 500
AGAIN = timedelta(minutes=10)  # within which the same exception is a double click


def reopen_own(objective: Objective, *, reason: str, by: Actor, at: datetime) -> None:
    """Take back each "not now" that stands against an objective, in its transaction, and say so."""
    rows = No.objects.filter(objective=objective, kind=No.Kind.NOT_NOW, state__in=rules.STANDING)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        no = _locked(No(pk=pk))
        _save(no, No.State.REOPENED, reason)
        _note(no, NoReopened(reason=reason), by=by, at=at)
        _tell_requester(no, "reopens it", reason, by=by, at=at)


@one_transaction
def say_no(  # noqa: PLR0913 -- a no is whole or it is none
    team: Team,
    *,
    what: str,
    reason_code: str,
    reason: str,
    by: Actor,
    at: datetime,
    until_on: date | None = None,
    reopen_when: str = "",
    metric: Metric | None = None,
    threshold_way: str = "",
    threshold: Decimal | None = None,
    dependency: Team | None = None,
    requester: Team | None = None,
    tags: list[str] | None = None,
) -> No:
    """Write down what a team does not do, without a negotiation; whoever had asked is told once."""
    rules.check_may_say_no(by, team.name, team.pk)
    what = clean_line(what, field="what", limit=300, is_required=True)
    code, said = negotiating.clean_no(reason_code, reason, until_on=until_on, is_later=False, at=at)
    reopen_when = clean_line(reopen_when, field="reopen_when", limit=300)
    _check_threshold(metric, threshold_way, threshold)
    one_by_one("okrs.say_no")
    same = No.objects.filter(
        team=team, what=what, reason_code=code, reason=said, until_on=until_on, requester=requester
    )
    if known := same.active().order_by("pk").first():  # a double click
        return known
    words = sorted({clean_line(tag, field="tags", limit=50).lower() for tag in tags or []} - {""})

    ends = until_on is not None or bool(reopen_when) or threshold is not None
    if threshold is not None and not reopen_when and until_on is None and metric is not None:
        reopen_when = rules.in_numbers(metric, threshold_way, threshold)
    no = No(
        kind=No.Kind.NOT_NOW if ends else No.Kind.NO,
        what=what,
        team=team,
        reason_code=code,
        reason=said,
        until_on=until_on,
        reopen_when=reopen_when,
        metric=metric,
        threshold_way=threshold_way if threshold is not None else "",
        threshold=threshold,
        requester=requester,
        dependency=dependency,
        tags=words,
    )
    written(no, by=by, at=at)

    record(
        NoSaid(team=team.name, kind=no.kind, code=code, reason=said),
        by=by,
        at=at,
        subject=no.subject,
    )
    if requester is not None:
        _tell(no, leads_of(requester.pk), "says no", said, by=by, at=at, key="said")
    return no


@one_transaction
def hold(
    no: No,
    *,
    by: Actor,
    at: datetime,
    until_on: date | None = None,
    reopen_when: str = "",
    reason: str = "",
) -> No:
    """Let a no stand on, until another day or for another reason."""
    no = _locked(no)
    rules.check_may_decide(by, no)
    rules.check_stands(no, step="to hold")
    if until_on is not None:
        negotiating.check_ahead(until_on, at=at, field="until_on")
    reopen_when = clean_line(reopen_when, field="reopen_when", limit=300)
    rules.check_ends(no.kind, until_on=until_on, reopen_when=reopen_when)
    said = clean_line(reason, field="reason", limit=LONGEST)

    no.until_on, no.reopen_when = until_on, reopen_when
    _save(no, No.State.ACTIVE, said, "until_on", "reopen_when")

    condition = rules.condition(no)
    words = f"decided again {condition}" if condition else "without an end"
    _note(no, NoHeld(condition=words, reason=said), by=by, at=at)
    _tell_requester(no, "holds it", said or words, by=by, at=at)
    return no


@one_transaction
def reopen(no: No, *, reason: str, by: Actor, at: datetime) -> No:
    """Take a no back: what was refused may be asked for again, and whoever had asked is told."""
    no = _decided(no, step="to reopen", by=by)
    said = clean_line(reason, field="reason", limit=LONGEST, is_required=True)
    _save(no, No.State.REOPENED, said)

    _note(no, NoReopened(reason=said), by=by, at=at)
    _tell_requester(no, "reopens it", said, by=by, at=at)
    return no


@one_transaction
def let_go(no: No, *, reason: str, by: Actor, at: datetime) -> No:
    """Let a no go that nobody needs any longer."""
    no = _decided(no, step="to let go", by=by)
    said = clean_line(reason, field="reason", limit=LONGEST, is_required=True)
    _save(no, No.State.LAPSED, said)

    _note(no, NoLetGo(reason=said), by=by, at=at)
    _tell_requester(no, "lets it go", said, by=by, at=at)
    return no


@one_transaction
def hand_over_no(no: No, *, holder: User, by: Actor, at: datetime) -> No:
    """Give a no to somebody else of the team, who answers for it from now on."""
    no = _decided(no, step="to hand over", by=by)
    if no.team_id not in holder.team_ids or not holder.is_active:
        message = f"{holder} does not belong to {no.team}."
        raise InvalidInputError(message, field="holder")
    before = no.holder
    if before.pk == holder.pk:
        return no
    no.holder = holder
    no.revision += 1
    no.save(update_fields=["holder", "revision"])

    _note(no, NoHandedOver(holder=holder.name, before=before.name), by=by, at=at)
    _tell(no, [holder], "hands it over to you", no.reason, by=by, at=at, key=f"held:{no.revision}")
    return no


@one_transaction
def ask_to_reopen(no: No, *, reason: str, by: Actor, at: datetime) -> No:
    """Ask the holder to decide again; the no stands until they do."""
    no = _locked(no)
    rules.decider(by)
    rules.check_stands(no, step="to ask again")
    said = clean_line(reason, field="reason", limit=LONGEST, is_required=True)

    _note(no, NoReopeningAsked(reason=said), by=by, at=at)
    key = f"asked:{by.person_id}:{at:%Y%m%d}"
    _tell(no, [no.holder, *leads_of(no.team_id)], "asks to reopen it", said, by=by, at=at, key=key)
    return no


@one_transaction
def make_exception(
    no: No,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    person_weeks: Decimal | None = None,
    objective: Objective | None = None,
) -> NoException:
    """Do something against a no that stands: it is logged beside it, and its holder is told."""
    no = _locked(no)
    rules.check_may_except(by, no, objective)
    rules.check_stands(no, step="an exception")
    said = clean_line(reason, field="reason", limit=LONGEST, is_required=True)
    if person_weeks is not None and not 0 < person_weeks < Decimal(10_000):
        message = "Person-weeks must be more than 0 and less than 10,000."
        raise InvalidInputError(message, field="person_weeks")
    same = NoException.objects.filter(
        no=no, granted_by=by.person, reason=said, objective=objective, person_weeks=person_weeks
    )
    if known := same.filter(at__gt=at - AGAIN).first():
        return known
    made = NoException.objects.create(
        no=no,
        granted_by=rules.decider(by),
        reason=said,
        objective=objective,
        person_weeks=person_weeks,
        at=at,
    )

    is_open = objective is None or objective.is_open(on=at.date())
    title = objective.title if objective is not None and is_open else ""
    weeks = number(person_weeks) if person_weeks is not None else ""
    _note(no, ExceptionMade(reason=said, person_weeks=weeks, objective=title), by=by, at=at)
    _tell(no, [no.holder], "makes an exception", said, by=by, at=at, key=f"exception:{made.pk}")
    return made


def decide_again(*, by: Actor, at: datetime) -> int:
    """Bring back the nos whose day has passed or whose condition is met, each once; return how many."""
    active = No.objects.active()
    late = active.filter(until_on__lte=at.date())
    count = sum(bring_back_no(one, by=by, at=at) for one in late.streamed())
    measured = active.filter(threshold__isnull=False)
    return count + sum(bring_back_no(one, by=by, at=at) for one in measured.streamed())


@one_transaction
def bring_back_no(no: No, *, by: Actor, at: datetime) -> bool:
    """Bring one no back if its time has come: one notice to its holder, one to those who had asked."""
    no = _locked(no)
    because = _because(no, at=at) if no.state == No.State.ACTIVE else ""
    if not because:
        return False
    _save(no, No.State.EXPIRED, because)

    _note(no, NoComesBack(because=because), by=by, at=at)
    context = {"what": no.what, "team": no.team.name, "because": because, "reason": no.reason}
    asked = leads_of(no.requester_id) if no.requester_id else []
    for people, is_holder in (([no.holder], True), ([one for one in asked if one.pk != no.holder_id], False)):
        tell(
            people,
            key=f"no:{no.pk}:again:{no.revision}",
            template="decide_again",
            subject=_subject(no, at=at),
            by=by,
            at=at,
            context=context | {"is_holder": is_holder},
        )
    return True


def _because(no: No, *, at: datetime) -> str:
    if rules.has_ended(no, at=at):
        return f"its day, {no.until_on:%-d %B %Y}, has come"
    if no.threshold is None or no.metric is None:
        return ""
    last = (at + negotiating.FARTHEST_AHEAD).date()  # where somebody measures it is tomorrow already
    values = MetricValue.objects.filter(
        metric=no.metric, is_current=True, on_date__gte=no.decided_at.date(), on_date__lte=last
    )
    newest = values.order_by("-on_date", "-pk").first()
    if newest is None or not rules.is_met(no, newest.value):
        return ""
    return f"“{no.metric}” is {plain(newest.value, no.metric.unit)} since {newest.on_date:%-d %B %Y}"[
        :LONGEST
    ]


def _check_threshold(metric: Metric | None, way: str, threshold: Decimal | None) -> None:
    if threshold is None and metric is None:
        return
    if threshold is not None and metric is None:
        message = "Say which metric it is about."
        raise InvalidInputError(message, field="metric")
    if threshold is not None and way not in No.Way.values:
        message = "Say whether it falls below that, or rises above it."
        raise InvalidInputError(message, field="threshold_way")


def _locked(no: No) -> No:
    rows = No.objects.select_related(
        "team", "holder", "requester", "metric", "objective__team", "negotiation"
    )
    return rows.locked(no.pk)


def _decided(no: No, *, step: str, by: Actor) -> No:
    no = _locked(no)
    rules.check_may_decide(by, no)
    rules.check_stands(no, step=step)
    return no


def _save(no: No, state: str, reason: str, *fields: str) -> None:
    no.state, no.state_reason = state, reason
    no.revision += 1
    no.save(update_fields=["state", "state_reason", "revision", *fields])


def _subject(no: No, *, at: datetime) -> Subject:
    about = no.objective
    return replace(no.subject, audience=about.audience(no.team_id, on=at.date())) if about else no.subject


def _note(no: No, event: EventKind, *, by: Actor, at: datetime) -> None:
    record(event, by=by, at=at, subject=_subject(no, at=at))


def _tell_requester(no: No, deed: str, reason: str, *, by: Actor, at: datetime) -> None:
    people = [no.holder, *(leads_of(no.requester_id) if no.requester_id else [])]
    _tell(no, people, deed, reason, by=by, at=at, key=f"changed:{no.revision}")


def _tell(  # noqa: PLR0913 -- tell() spells them out
    no: No, people: list[User], deed: str, reason: str, *, key: str, by: Actor, at: datetime
) -> None:
    context = {"what": no.what, "team": no.team.name, "deed": deed, "reason": reason}
    tell(
        people,
        key=f"no:{no.pk}:{key}",
        template="no_changed",
        subject=_subject(no, at=at),
        by=by,
        at=at,
        context=context,
    )
