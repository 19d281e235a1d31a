"""How walkthroughs of the demo are scheduled, held, signed, and followed by a launch."""

from typing import Any

from apps.accounts.models import User
from apps.home.management.demo.calendar import ZONE, working_day
from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage, saved
from apps.walkthroughs import transitions
from apps.walkthroughs.models import Capacity
from apps.walkthroughs.rules import Place, VetoTerms


def prepare(stage: Stage, step: Step) -> None:
    """Take the service into its preparation."""
    transitions.prepare(stage.service(step), by=stage.actor(step.by), at=step.at)


def schedule(stage: Stage, step: Step) -> None:
    """Give the walkthrough its time and its panel; a start lies `in` days, or on a working day."""
    details, calendar = step.details, stage.calendar
    starts: dict[str, Any] = details["starts"]
    day = (
        working_day(calendar.today, starts["in"]) if "in" in starts else calendar.workday(int(starts["day"]))
    )
    transitions.schedule(
        stage.walkthrough(step),
        starts_at=calendar.on(day, starts["at"]),
        minutes=details["minutes"],
        time_zone=ZONE.key,
        place=details["place"],
        panel=[
            _place(capacity, stage.people[name])
            for capacity, names in details["panel"].items()
            for name in names
        ],
        by=stage.actor(step.by),
        at=step.at,
    )


def _place(capacity: str, person: User) -> Place:
    knows = f"knows {' and '.join(person.expertise)}" if person.expertise else ""
    return Place(Capacity(capacity), person, knows if capacity != Capacity.PRESENTER else "")


def reply(stage: Stage, step: Step) -> None:
    """Answer an invitation."""
    word, note = step.details["reply"], step.details.get("note", "")
    transitions.reply(stage.seat(step), reply=word, note=note, by=stage.actor(step.by), at=step.at)


def begin(stage: Stage, step: Step) -> None:
    """Open the meeting."""
    transitions.begin(stage.walkthrough(step), by=stage.actor(step.by), at=step.at)


def notes(stage: Stage, step: Step) -> None:
    """Write the minutes."""
    walkthrough, text = stage.walkthrough(step), step.details["text"]
    revision = walkthrough.notes_revision
    saved(
        transitions.edit_notes(walkthrough, text=text, revision=revision, by=stage.actor(step.by), at=step.at)
    )


def follow_up(stage: Stage, step: Step) -> None:
    """Note what is to be done; `due` counts working days from today."""
    details = step.details
    transitions.add_follow_up(
        stage.walkthrough(step),
        text=details["text"],
        item=details["item"],
        owner=stage.people[details["owner"]],
        due_on=stage.calendar.workday(details["due"]),
        must_fix=details.get("must_fix", False),
        by=stage.actor(step.by),
        at=step.at,
    )


def finish(stage: Stage, step: Step) -> None:
    """Tick a follow-up off."""
    row = stage.walkthrough(step).follow_ups.get(number=step.details["number"])
    transitions.finish_follow_up(row, note=step.details["note"], by=stage.actor(step.by), at=step.at)


def hold(stage: Stage, step: Step) -> None:
    """End the meeting."""
    transitions.hold(stage.walkthrough(step), by=stage.actor(step.by), at=step.at)


def sign(stage: Stage, step: Step) -> None:
    """Sign, object or veto."""
    details = step.details
    terms = (
        VetoTerms(
            items=details["items"],
            lifted_by_what=details["lifted_by_what"],
            review_on=stage.calendar.workday(details["review"]),
        )
        if "review" in details
        else None
    )
    saved(
        transitions.sign_off(
            stage.seat(step),
            decision=details["decision"],
            note=details.get("note", ""),
            terms=terms,
            by=stage.actor(step.by),
            at=step.at,
        )
    )


def launch(stage: Stage, step: Step) -> None:
    """Let the service go live, perhaps over a condition."""
    reason = step.details.get("reason", "")
    transitions.launch(stage.service(step), reason=reason, by=stage.actor(step.by), at=step.at)


def report(stage: Stage, step: Step) -> None:
    """Ask the worker for the report; it prints as soon as it runs."""
    transitions.prepare_report(stage.walkthrough(step), by=stage.actor(step.by), at=step.at)
