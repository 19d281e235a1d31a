"""Plays the whole demo, from the first person to this morning's reminders."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from apps.accounts.models import Actor
from apps.core.errors import DomainError
from apps.home.management.demo import checklists, data, inboxes, meetings, organisation
from apps.home.management.demo.calendar import Calendar
from apps.home.management.demo.scripts import Step, steps
from apps.home.management.demo.stage import Stage
from apps.notifications.transitions import remind
from apps.readiness.transitions import publish

BEFORE: Final = -150  # the working day on which the checklists were published

Verb = Callable[[Stage, Step], None]
VERBS: Final[dict[str, Verb]] = {
    "answer": checklists.answer,
    "archive": organisation.archive,
    "ask_exemption": checklists.ask_exemption,
    "begin": meetings.begin,
    "decide_exemption": checklists.decide_exemption,
    "edit": organisation.edit,
    "evidence": checklists.evidence,
    "fill_teams": organisation.fill_teams,
    "finish": meetings.finish,
    "follow_up": meetings.follow_up,
    "hold": meetings.hold,
    "import_catalog": organisation.import_catalog,
    "launch": meetings.launch,
    "notes": meetings.notes,
    "prepare": meetings.prepare,
    "register": organisation.register,
    "reply": meetings.reply,
    "report": meetings.report,
    "return": checklists.return_answers,
    "say": checklists.say,
    "schedule": meetings.schedule,
    "sign": meetings.sign,
    "start_green_light": organisation.start_green_light,
    "submit": checklists.submit,
    "verdict": checklists.verdict,
}


def play(now: datetime) -> int:
    """Fill an empty home; all of it, or nothing. Return how many steps were taken."""
    stage = Stage(Calendar(now), {name: entry["email"] for name, entry in data.people().items()})
    with transaction.atomic():
        _publish(stage)
        organisation.add_people(stage)
        inboxes.choose_quiet_evenings(stage)
        script = steps(stage.calendar)
        for step in script:
            _take(step, stage)
        for name, entry in data.people().items():
            if entry.get("reads", True):
                inboxes.keep(stage, name)
        remind(by=Actor.system("notifications.remind"), at=now)
    return len(script)


def _publish(stage: Stage) -> None:
    by, at = Actor.system("publish_editions"), stage.calendar.moment(BEFORE, "09:00")
    folder = Path(settings.BASE_DIR) / "apps" / "readiness" / "editions"
    for path in sorted(folder.glob("*.yaml")):
        publish(path.read_text(encoding="utf-8"), by=by, at=at)


def _take(step: Step, stage: Stage) -> None:
    """Take one step; a refusal is a mistake in the data and says where."""
    try:
        VERBS[step.do](stage, step)
    except DomainError as error:
        message = f"{step}: {error}"
        raise CommandError(message) from error
