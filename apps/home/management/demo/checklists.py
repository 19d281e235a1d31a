"""How checklists of the demo are answered, talked about and reviewed."""

from apps.home.management.demo.scripts import Step
from apps.home.management.demo.stage import Stage, saved
from apps.readiness import transitions
from apps.readiness.models import Kind, State
from apps.readiness.queries import present


def answer(stage: Stage, step: Step) -> None:
    """Save an answer, unless its question does not count for the service."""
    row, said = stage.answer(step), step.details
    if not row.applies:
        return
    is_conversation = row.assessment.kind == Kind.CONVERSATION
    saved(
        transitions.save_answer(
            row,
            revision=row.revision,
            state=said.get("state", State.ANSWERED if is_conversation else State.IN_PLACE),
            text=stage.fill(step, said.get("text", "")),
            owner=None if is_conversation or "owner" not in said else stage.people[said["owner"]],
            due_on=stage.in_days(step, said["due"]) if "due" in said else None,
            reason=stage.fill(step, said.get("reason", "")),
            by=stage.actor(step.by),
            at=step.at,
        )
    )


def evidence(stage: Stage, step: Step) -> None:
    """Add a link to an answer."""
    row = stage.answer(step)
    if row.applies:
        title, url = step.details["title"], step.details["url"]
        transitions.add_evidence(row, title=title, url=url, by=stage.actor(step.by), at=step.at)


def say(stage: Stage, step: Step) -> None:
    """Add to the conversation about an item."""
    transitions.say(stage.answer(step), text=step.details["text"], by=stage.actor(step.by), at=step.at)


def ask_exemption(stage: Stage, step: Step) -> None:
    """Ask for a "not now"."""
    transitions.ask_exemption(
        stage.answer(step),
        reason=step.details["reason"],
        measure=step.details["measure"],
        ends_on=stage.in_days(step, step.details["ends"]),
        by=stage.actor(step.by),
        at=step.at,
    )


def decide_exemption(stage: Stage, step: Step) -> None:
    """Approve or refuse it."""
    transitions.decide_exemption(
        stage.exemption(step),
        approve=step.details["approve"],
        reason=step.details["reason"],
        by=stage.actor(step.by),
        at=step.at,
    )


def verdict(stage: Stage, step: Step) -> None:
    """Give a reviewer's view of an area."""
    value, note = step.details["value"], step.details["note"]
    transitions.give_verdict(stage.area(step), value=value, note=note, by=stage.actor(step.by), at=step.at)


def return_answers(stage: Stage, step: Step) -> None:
    """Ask the team to look at some items again."""
    rows = [stage.answer(step, item) for item in step.details["items"]]
    transitions.return_answers(rows, note=step.details["note"], by=stage.actor(step.by), at=step.at)


def submit(stage: Stage, step: Step) -> None:
    """Say that the checklist is ready to be walked through."""
    assessment = present(stage.service(step), Kind.READINESS)
    if assessment is None:
        raise LookupError(step)
    transitions.submit(assessment, by=stage.actor(step.by), at=step.at)
