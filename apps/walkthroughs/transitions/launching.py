"""The launch, and the ways back: one phase back, into the archive, and out of it."""

from datetime import datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.models import Phase, Service
from apps.catalog.rules import check_lead, check_move, check_whole, first_step
from apps.catalog.transitions import enter_phase, summarise
from apps.core.errors import InvalidInputError
from apps.core.text import clean_text
from apps.core.transactions import one_transaction
from apps.jobs.models import Job
from apps.jobs.models import State as JobState
from apps.jobs.queries import unfinished
from apps.jobs.transitions import enqueue
from apps.readiness.queries import gate_facts, sheet
from apps.readiness.transitions import close_assessments
from apps.walkthroughs import queries, rules
from apps.walkthroughs.events import Archived, Launched, LaunchedOver, MovedBack, ReportAsked, Restored
from apps.walkthroughs.models import FollowUp, Launch, Veto, Walkthrough
from apps.walkthroughs.transitions.locking import lock_content, locked, locked_service
from apps.walkthroughs.transitions.meeting import note_follow_up
from apps.walkthroughs.transitions.planning import call_off
from apps.walkthroughs.transitions.telling import leads_and_advisor, tell, tell_summary, touch

LONGEST_REASON = 5_000
REPORT = "walkthroughs.report"


@one_transaction
def launch(service: Service, *, by: Actor, at: datetime, reason: str = "") -> Launch:
    """Let the service go live; `reason` passes conditions that are not met, at low and medium risk."""
    service = locked_service(service.pk, by=by, at=at)
    check_lead(by, service)
    check_whole(service)
    check_move(service, Phase.LIVE)
    read = queries.loaded(service)
    if read.held:
        _lock_meetings(read.held, read.coming, by=by, at=at)
        read = queries.loaded(service)  # nobody answers or signs from here on
    reason = clean_text(reason, field="reason", limit=LONGEST_REASON).strip()
    gate = rules.gate(queries.facts(service, read, now=at))
    rules.check_gate(service, gate, reason=reason)
    walkthrough = _held(read, service)

    launch = _written(service, walkthrough, gate, reason=reason, by=by, at=at)
    followed = _follow_planned(walkthrough, by=by, at=at)
    touch(walkthrough, by=by, at=at)
    if read.coming:  # one more was planned, and is no longer needed
        call_off(locked(read.coming, by=by, at=at), reason="The service was launched.", by=by, at=at)
    service = enter_phase(service, phase=Phase.LIVE, by=by, at=at)

    _record_launch(launch, followed, by=by, at=at)
    _tell_launch(launch, by=by, at=at)
    has_veto = Veto.objects.filter(service=service, lifted_at=None).exists()
    summarise(service, by=by, at=at, has_veto=has_veto, **rules.after_launch(service, launch))
    return launch


def _lock_meetings(held: Walkthrough, coming: Walkthrough | None, *, by: Actor, at: datetime) -> None:
    """Lock the walkthroughs in the order of their keys, and then what was signed."""
    fresh = locked(held, by=by, at=at)
    if coming:
        locked(coming, by=by, at=at)
    lock_content(fresh, by=by, at=at)


def _held(read: queries.Loaded, service: Service) -> Walkthrough:
    """Return the walkthrough that the launch stands on; the gate has seen to it that there is one."""
    if read.held is None:
        raise TypeError(service)
    read.held.service = service
    return read.held


def _written(
    service: Service, walkthrough: Walkthrough, gate: rules.Gate, *, reason: str, by: Actor, at: datetime
) -> Launch:
    if by.person is None:
        raise TypeError(by)  # a lead is a person: check_lead has seen to it
    over = [{"code": one.code, "title": one.title, "reason": one.reason} for one in gate.unmet]
    return Launch.objects.create(
        service=service,
        walkthrough=walkthrough,
        by=by.person,
        at=at,
        is_over=bool(over),
        over=over,
        reason=reason if over else "",
        look_back_on=rules.next_working_day((at + rules.LOOK_BACK_AFTER).date()),
    )


def _follow_planned(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> list[str]:
    """Turn planned High items into follow-ups, but for those that have one; return their codes."""
    planned = gate_facts(walkthrough.assessment, on=at.date()).planned_high
    open_ones = FollowUp.objects.filter(walkthrough__service=walkthrough.service_id, done_at=None)
    known = set(open_ones.values_list("item", flat=True))
    questions = sheet(walkthrough.assessment.edition).by_key
    fresh = [one for one in planned if one.item not in known]
    for one in fresh:
        owner = one.answer.owner
        if owner is None:
            raise TypeError(one)  # the database sees to it that who plans is named
        note_follow_up(
            walkthrough,
            text=f"Planned at the launch: {questions[one.item].question}",
            item=one.item,
            owner=owner,
            due_on=max(one.due_on, at.date()),
            must_fix=False,
            by=by,
            at=at,
        )
    return [one.item for one in fresh]


def _record_launch(launch: Launch, followed: list[str], *, by: Actor, at: datetime) -> None:
    service, look_back_on = launch.service, launch.look_back_on.isoformat()
    event = (
        LaunchedOver(
            service=service.name,
            titles=", ".join(f"“{one['title']}”" for one in launch.over),
            reason=launch.reason,
            over=launch.over,
            look_back_on=look_back_on,
            follow_ups=followed,
        )
        if launch.is_over
        else Launched(service=service.name, look_back_on=look_back_on, follow_ups=followed)
    )
    record(event, by=by, at=at, subject=launch.walkthrough.subject)


def _tell_launch(launch: Launch, *, by: Actor, at: datetime) -> None:
    service = launch.service
    people = [
        *leads_and_advisor(service, by=by, at=at),
        *(seat.person for seat in queries.seats_of(launch.walkthrough)),
    ]
    if launch.is_over:
        people += User.objects.with_role("leadership")
    tell(
        people,
        key=f"launched:{launch.pk}",
        template="launched_over" if launch.is_over else "launched",
        subject=service.subject,
        by=by,
        at=at,
        context={"over": launch.over, "reason": launch.reason, "look_back_on": launch.look_back_on},
    )


@one_transaction
def move_back(service: Service, *, reason: str, by: Actor, at: datetime) -> Service:
    """Move a service back by one phase, never from live; assessments stay as they were on that day."""
    service = locked_service(service.pk, by=by, at=at)
    rules.check_may_move_back(by, service)
    check_whole(service)
    to = rules.BACK[service.phase]
    check_move(service, to)
    reason = _reason(reason)

    # The checklist closes with it, so what was held and waits for signatures is over too.
    _call_off(queries.unfinished(service), f"The service moved back to {to.label.lower()}.", by=by, at=at)
    service = enter_phase(service, phase=to, reason=reason, by=by, at=at)
    close_assessments(service, by=by, at=at)

    record(MovedBack(phase=to.label.lower(), reason=reason), by=by, at=at, subject=service.subject)
    _tell_moved(service, "moved_back", reason, by=by, at=at)
    summarise(service, by=by, at=at, **(first_step(service) | {"next_on": None}))
    return service


@one_transaction
def archive(service: Service, *, reason: str, by: Actor, at: datetime) -> Service:
    """Put a service away: what lies ahead is cancelled, what was held stays, reminders stop."""
    service = locked_service(service.pk, by=by, at=at)
    check_lead(by, service)
    check_whole(service)
    check_move(service, Phase.ARCHIVED)
    reason = _reason(reason)

    _call_off(queries.coming(service), "The service was archived.", by=by, at=at)
    service = enter_phase(service, phase=Phase.ARCHIVED, reason=reason, by=by, at=at)

    record(Archived(reason=reason), by=by, at=at, subject=service.subject)
    _tell_moved(service, "archived", reason, by=by, at=at)
    summarise(service, by=by, at=at, next_step="", next_url="", next_on=None)
    return service


@one_transaction
def restore(service: Service, *, reason: str, by: Actor, at: datetime) -> Service:
    """Take a service out of the archive, into the phase that it had."""
    service = locked_service(service.pk, by=by, at=at)
    check_lead(by, service)
    check_whole(service)
    to = Phase(service.phase_before or service.phase)
    check_move(service, to)
    reason = _reason(reason)

    service = enter_phase(service, phase=to, reason=reason, by=by, at=at)

    record(Restored(phase=to.label.lower(), reason=reason), by=by, at=at, subject=service.subject)
    _tell_moved(service, "restored", reason, by=by, at=at)
    if to == Phase.READY:
        tell_summary(service, queries.latest(service), by=by, at=at)
    else:
        summarise(service, by=by, at=at, **first_step(service))
    return service


def _reason(text: str) -> str:
    reason = clean_text(text, field="reason", limit=LONGEST_REASON).strip()
    if not reason:
        message = "Say why: whoever reads the history later will ask."
        raise InvalidInputError(message, field="reason")
    return reason


def _call_off(found: Walkthrough | None, reason: str, *, by: Actor, at: datetime) -> None:
    if found:
        call_off(locked(found, by=by, at=at), reason=reason, by=by, at=at)


def _tell_moved(service: Service, template: str, reason: str, *, by: Actor, at: datetime) -> None:
    tell(
        leads_and_advisor(service, by=by, at=at),
        key=f"{template}:{service.pk}:{at:%Y%m%d%H%M%S%f}",
        template=template,
        subject=service.subject,
        by=by,
        at=at,
        context={"reason": reason, "phase": service.get_phase_display().lower()},
    )


@one_transaction
def prepare_report(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> Job:
    """Ask the worker for the report of a walkthrough that was held.

    One that is about to begin is enough, and so is one that a worker prints of the very same state; one that
    waits for a later attempt begins at once.
    """
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_state(walkthrough, rules.WAITING, step="a report")
    subject, service = walkthrough.subject, walkthrough.service
    # Numbers that only rise: what was asked for at the same ones shows at least what is there now. The
    # conversations about items move none of them: a report prints what was answered, not what was talked.
    of = [walkthrough.assessment.content_version, service.version, walkthrough.revision]
    for job in unfinished(subject.type, subject.id, REPORT):
        is_enough = job.due_at <= at if job.state == JobState.QUEUED else job.payload.get("of") == of
        if is_enough:
            return job

    job = enqueue(
        REPORT,
        title=f"Report of the walkthrough of {service.name}"[:250],
        subject=subject,
        payload={"walkthrough": walkthrough.pk, "of": of},
        by=by,
        at=at,
    )

    record(ReportAsked(), by=by, at=at, subject=subject)
    return job
