"""The offsite: its pack is frozen two weeks before a quarter ends, and decisions are written down there."""

from datetime import date, datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.queries import leads_of
from apps.core import files
from apps.core.days import check_day
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.core.text import clean_line
from apps.core.transactions import one_transaction
from apps.jobs.transitions import enqueue
from apps.notifications.transitions import notify
from apps.okrs import queries, rules
from apps.okrs.events import DecisionDone, DecisionMade, OffsitePrepared, OffsitePrinted
from apps.okrs.models import Cycle, Decision, OffsitePack

KIND = "okrs.offsite"
MEDIA_TYPE = "application/pdf"


def prepare_due_packs(*, by: Actor, at: datetime) -> int:
    """Freeze the packs of quarters that end within two weeks; return how many are new."""
    due = queries.due_packs(on=at.date())
    for cycle in due:
        _prepare(cycle, by=by, at=at)
    return len(due)


@one_transaction
def prepare_offsite(cycle: Cycle, *, by: Actor, at: datetime) -> OffsitePack:
    """Freeze the pack now, before the job does; once frozen it stays as it is."""
    rules.check_may_edit_strategy(by, queries.root_team())
    return _prepare(cycle, by=by, at=at)


@one_transaction
def _prepare(cycle: Cycle, *, by: Actor, at: datetime) -> OffsitePack:
    cycle = Cycle.objects.locked(cycle.pk)
    if known := OffsitePack.objects.select_related("cycle").filter(cycle=cycle).first():
        return known
    content = queries.pack_content(cycle, on=at.date())

    pack = OffsitePack.objects.create(cycle=cycle, content=content, made_at=at)
    _ask_for_print(pack, by=by, at=at)

    record(OffsitePrepared(sections=len(content["agenda"])), by=by, at=at, subject=pack.subject)
    root = queries.root_team()
    leadership = list(User.objects.with_role("leadership"))
    people = {one.pk: one for one in (*(leads_of(root.pk) if root else []), *leadership)}
    notify(
        [one for one in people.values() if one.pk != by.person_id],
        key=f"okrs:offsite:{pack.pk}",
        template="okrs/offsite",
        by=by,
        at=at,
        subject=pack.subject,
        context={"cycle": cycle},
    )
    return pack


def _ask_for_print(pack: OffsitePack, *, by: Actor, at: datetime) -> None:
    enqueue(
        KIND,
        title=f"Offsite pack of {pack.cycle}",
        subject=pack.subject,
        payload={"pack": pack.pk},
        by=by,
        at=at,
    )


@one_transaction
def print_pack(pack: OffsitePack, *, by: Actor, at: datetime) -> None:
    """Ask the worker for the PDF; what waits already is enough."""
    rules.check_may_edit_strategy(by, queries.root_team())
    _ask_for_print(pack, by=by, at=at)


@one_transaction
def keep_printed_pack(
    pack: OffsitePack, *, document: bytes, pages: int, by: Actor, at: datetime
) -> OffsitePack:
    """Keep the PDF of a pack; a job that ran twice keeps the same bytes once."""
    pack = OffsitePack.objects.select_related("cycle").locked(pack.pk)
    stored = files.store(document, media_type=MEDIA_TYPE)
    if pack.file_id == stored.pk:
        return pack
    pack.file = stored
    pack.save(update_fields=["file"])

    record(OffsitePrinted(pages=pages), by=by, at=at, subject=pack.subject)
    return pack


@one_transaction
def decide(pack: OffsitePack, *, text: str, owner: User, due_on: date, by: Actor, at: datetime) -> Decision:
    """Write down what was decided, with who does it and by when; that person is told."""
    pack = OffsitePack.objects.select_related("cycle").locked(pack.pk)
    rules.check_may_edit_strategy(by, queries.root_team())
    text = clean_line(text, field="text", limit=500, is_required=True)
    check_day(due_on, field="due_on")
    if due_on < at.date():
        message = "That day is over."
        raise InvalidInputError(message, field="due_on")
    if not owner.is_active:
        message = f"{owner} has left."
        raise InvalidInputError(message, field="owner")
    same = Decision.objects.filter(pack=pack, text=text, owner=owner, done_on=None)
    if known := same.first():
        return known

    made = Decision.objects.create(pack=pack, text=text, owner=owner, due_on=due_on, decided_at=at)

    event = DecisionMade(text=text, owner=owner.name, due_on=due_on.isoformat())
    record(event, by=by, at=at, subject=pack.subject)
    notify(
        [owner] if owner.pk != by.person_id else [],
        key=f"okrs:decision:{made.pk}",
        template="okrs/decision",
        by=by,
        at=at,
        subject=pack.subject,
        context={"actor": by.name, "decision": made, "cycle": pack.cycle},
    )
    return made


@one_transaction
def finish_decision(decision: Decision, *, by: Actor, at: datetime) -> Decision:
    """Say that a decision is carried out: its owner does, or a lead of the organisation."""
    decision = Decision.objects.select_related("pack__cycle").locked(decision.pk)
    if not by.is_in_person(decision.owner_id) and not rules.may_edit_strategy(by, queries.root_team()):
        message = "Its owner says so, or a lead of the organisation."
        raise NotPermittedError(message)
    if decision.done_on is not None:
        return decision

    decision.done_on = at.date()
    decision.save(update_fields=["done_on"])

    record(DecisionDone(text=decision.text), by=by, at=at, subject=decision.pack.subject)
    return decision
