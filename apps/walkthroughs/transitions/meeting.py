"""What happens in the meeting: it begins, is written down, and ends."""

from dataclasses import asdict
from datetime import date, datetime

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.core.days import check_day
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line, clean_text
from apps.core.transactions import one_transaction
from apps.readiness.models import Area, Verdict
from apps.readiness.queries import sheet
from apps.readiness.transitions import give_verdict
from apps.walkthroughs import queries, rules
from apps.walkthroughs.events import Begun, FollowUpAdded, FollowUpDone, Held, NotesEdited
from apps.walkthroughs.models import FollowUp, State, Walkthrough
from apps.walkthroughs.transitions.locking import locked
from apps.walkthroughs.transitions.telling import tell, tell_summary, touch

LONGEST_NOTES = 50_000
LONGEST_FOLLOW_UP = 2_000
LONGEST_DONE_NOTE = 1_000


@one_transaction
def begin(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> Walkthrough:
    """Open the meeting; people who meet earlier than planned need not wait for the clock.

    From now on verdicts come in, and the agenda stays what it is.
    """
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_hold(by, walkthrough.service, queries.seats_of(walkthrough))
    rules.check_move(walkthrough, State.IN_PROGRESS)

    walkthrough.state = State.IN_PROGRESS
    walkthrough.began_at = at
    walkthrough.agenda = [asdict(point) for point in queries.agenda(walkthrough)]
    touch(walkthrough, "state", "began_at", "agenda", by=by, at=at)

    record(Begun(), by=by, at=at, subject=walkthrough.subject)
    tell_summary(walkthrough.service, walkthrough, by=by, at=at)
    return walkthrough


@one_transaction
def edit_notes(
    walkthrough: Walkthrough, *, text: str, revision: int, by: Actor, at: datetime
) -> Saved[Walkthrough] | Conflict[Walkthrough]:
    """Save the minutes if they are still those that were on screen; the same text is never a conflict."""
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_hold(by, walkthrough.service, queries.seats_of(walkthrough))
    rules.check_state(walkthrough, rules.IN_THE_MEETING, step="writing minutes")
    text = clean_text(text, field="notes", limit=LONGEST_NOTES)
    if walkthrough.notes == text:
        return Saved(walkthrough)
    if walkthrough.notes_revision != revision:
        return Conflict(walkthrough)

    before, walkthrough.notes = walkthrough.notes, text
    walkthrough.notes_revision += 1
    touch(walkthrough, "notes", "notes_revision", by=by, at=at)

    record(NotesEdited(before=before, after=text), by=by, at=at, subject=walkthrough.subject)
    return Saved(walkthrough)


@one_transaction
def say_verdict(
    walkthrough: Walkthrough, *, area: Area, value: str, by: Actor, at: datetime, note: str = ""
) -> Verdict:
    """Give a verdict on an area in the meeting, where everybody sees it; readiness decides who may."""
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_state(walkthrough, rules.IN_THE_MEETING, step="giving verdicts here")

    area = Area.objects.select_related("assessment__service__team").get(
        pk=area.pk, assessment=walkthrough.assessment_id
    )
    verdict = give_verdict(area, value=value, note=note, by=by, at=at)
    touch(walkthrough, by=by, at=at)

    return verdict


@one_transaction
def add_follow_up(  # noqa: PLR0913 -- what the form has
    walkthrough: Walkthrough,
    *,
    text: str,
    owner: User,
    due_on: date,
    by: Actor,
    at: datetime,
    item: str = "",
    must_fix: bool = False,
) -> FollowUp:
    """Note what is to be done, by whom and until when; perhaps before the launch.

    The same that is open already is enough: a double click asks for one thing.
    """
    walkthrough = locked(walkthrough, by=by, at=at)
    rules.check_may_hold(by, walkthrough.service, queries.seats_of(walkthrough))
    rules.check_state(walkthrough, rules.IN_THE_MEETING, step="noting a follow-up")
    text = clean_text(text, field="text", limit=LONGEST_FOLLOW_UP).strip()
    _check_follow_up(walkthrough, text=text, item=item, owner=owner, due_on=due_on, today=at.date())
    same = walkthrough.follow_ups.filter(text=text, item=item, owner=owner, due_on=due_on, must_fix=must_fix)
    if known := same.filter(done_at=None).order_by("number").first():
        return known

    follow_up = note_follow_up(
        walkthrough, text=text, item=item, owner=owner, due_on=due_on, must_fix=must_fix, by=by, at=at
    )
    touch(walkthrough, by=by, at=at)

    tell(
        [owner],
        key=f"given:{follow_up.pk}",
        template="follow_up_given",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"number": str(follow_up), "text": text, "due_on": due_on, "must_fix": must_fix},
    )
    return follow_up


def note_follow_up(  # noqa: PLR0913 -- all of a follow-up
    walkthrough: Walkthrough,
    *,
    text: str,
    item: str,
    owner: User,
    due_on: date,
    must_fix: bool,
    by: Actor,
    at: datetime,
) -> FollowUp:
    """Insert a follow-up under the next number of a walkthrough that is locked."""
    last = walkthrough.follow_ups.order_by("-number").values_list("number", flat=True).first()
    follow_up = FollowUp.objects.create(
        walkthrough=walkthrough,
        number=(last or 0) + 1,
        text=text,
        item=item,
        owner=owner,
        due_on=due_on,
        must_fix=must_fix,
        made_by=by.person,
        made_at=at,
    )
    event = FollowUpAdded(
        number=str(follow_up),
        text=text,
        item=item,
        owner=owner.name,
        due_on=due_on.isoformat(),
        must_fix=must_fix,
    )
    record(event, by=by, at=at, subject=walkthrough.subject)
    return follow_up


def _check_follow_up(
    walkthrough: Walkthrough, *, text: str, item: str, owner: User, due_on: date, today: date
) -> None:
    if not text:
        message = "Say what is to be done."
        raise InvalidInputError(message, field="text")
    if item and item not in sheet(walkthrough.assessment.edition).by_key:
        message = f"There is no item {item[:12]} in this checklist."
        raise InvalidInputError(message, field="item")
    if not owner.is_active:
        message = f"{owner} is no longer here."
        raise InvalidInputError(message, field="owner")
    check_day(due_on, field="due_on")
    if due_on < today:
        message = "The date lies in the past."
        raise InvalidInputError(message, field="due_on")


@one_transaction
def finish_follow_up(follow_up: FollowUp, *, by: Actor, at: datetime, note: str = "") -> FollowUp:
    """Tick a follow-up off, as its owner or somebody of the owning team."""
    walkthrough = locked(Walkthrough.objects.get(pk=follow_up.walkthrough_id), by=by, at=at)
    follow_up = FollowUp.objects.select_related("owner", "made_by").locked(follow_up.pk)
    rules.check_may_finish(by, follow_up, walkthrough.service)
    note = clean_line(note, field="note", limit=LONGEST_DONE_NOTE)

    follow_up.done_at, follow_up.done_by, follow_up.done_note = at, by.person, note
    follow_up.save(update_fields=["done_at", "done_by", "done_note"])
    touch(walkthrough, by=by, at=at)

    event = FollowUpDone(number=str(follow_up), note=note)
    record(event, by=by, at=at, subject=walkthrough.subject)
    tell(
        [follow_up.made_by] if follow_up.made_by else [],
        key=f"done:{follow_up.pk}",
        template="follow_up_done",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"number": str(follow_up), "text": follow_up.text, "note": note},
    )
    return follow_up


@one_transaction
def hold(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> Walkthrough:
    """End the meeting: from now on signatures are waited for."""
    walkthrough = locked(walkthrough, by=by, at=at)
    seats = queries.seats_of(walkthrough)
    rules.check_may_hold(by, walkthrough.service, seats)
    rules.check_state(walkthrough, {State.IN_PROGRESS}, step="ending the meeting")

    walkthrough.state = State.HELD
    walkthrough.held_at = at
    touch(walkthrough, "state", "held_at", by=by, at=at)

    signing = [seat for seat in seats if seat.signs]
    record(Held(waiting=len(signing)), by=by, at=at, subject=walkthrough.subject)
    tell(
        [seat.person for seat in signing],
        key=f"held:{walkthrough.pk}",
        template="held",
        subject=walkthrough.subject,
        by=by,
        at=at,
        context={"url": f"{walkthrough.get_absolute_url()}sign/"},
    )
    tell_summary(walkthrough.service, walkthrough, by=by, at=at)
    return walkthrough
