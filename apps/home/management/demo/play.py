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
from apps.home.management.demo import checklists, data, goal_talks, goals, inboxes, meetings, organisation
from apps.home.management.demo.calendar import Calendar
from apps.home.management.demo.goal_scripts import GoalScript
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
    "goal_adopt": goals.adopt,
    "goal_ask_again": goal_talks.ask_again,
    "goal_begin": goals.begin,
    "goal_change": goal_talks.change,
    "goal_check_in": goal_talks.check_in,
    "goal_close": goals.close,
    "goal_decide": goal_talks.decide,
    "goal_decide_again": goal_talks.decide_again,
    "goal_except": goal_talks.except_from,
    "goal_finding": goal_talks.finding,
    "goal_grade": goals.grade,
    "goal_hold_no": goal_talks.hold_no,
    "goal_lapse": goal_talks.lapse,
    "goal_leave_potholes": goal_talks.leave_potholes,
    "goal_look": goal_talks.look,
    "goal_measure": goals.measure,
    "goal_metric": goals.metric,
    "goal_negotiate": goal_talks.negotiate,
    "goal_say_no": goal_talks.say_no,
    "goal_pack": goal_talks.pack,
    "goal_plan": goals.plan,
    "goal_plan_again": goals.plan_again,
    "goal_rank": goal_talks.rank,
    "goal_reach": goals.reach,
    "goal_say": goal_talks.say,
    "goal_serve": goal_talks.serve,
    "goal_snapshot": goal_talks.snapshot,
    "goal_stop": goals.stop,
    "goal_strategy": goals.strategy,
    "goal_take_pothole": goal_talks.take_pothole,
    "goal_tie": goal_talks.tie,
    "goal_turn": goals.turn,
    "goal_upkeep": goal_talks.upkeep,
    "goal_values": goals.values,
    "goal_waive": goal_talks.waive,
    "goal_write": goals.write,
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
        script = sorted(
            [*steps(stage.calendar), *GoalScript(stage.calendar).steps()], key=lambda step: step.at
        )
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
