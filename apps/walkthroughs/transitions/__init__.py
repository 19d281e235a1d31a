"""Every write to walkthroughs. Each function is one step that somebody can take.

All of them lock the service with its parts first, then the walkthrough, then the assessment.
"""

from apps.walkthroughs.transitions.launching import archive, launch, move_back, prepare_report, restore
from apps.walkthroughs.transitions.meeting import (
    add_follow_up,
    begin,
    edit_notes,
    finish_follow_up,
    hold,
    say_verdict,
)
from apps.walkthroughs.transitions.planning import cancel, freeze_risk, move, plan, prepare, schedule
from apps.walkthroughs.transitions.printing import keep_report
from apps.walkthroughs.transitions.seats import add_seat, ask_again, hand_over, replace_seat, reply
from apps.walkthroughs.transitions.signing import confirm, keep_veto, lift_veto, sign_off, snapshot

__all__ = [
    "add_follow_up",
    "add_seat",
    "archive",
    "ask_again",
    "begin",
    "cancel",
    "confirm",
    "edit_notes",
    "finish_follow_up",
    "freeze_risk",
    "hand_over",
    "hold",
    "keep_report",
    "keep_veto",
    "launch",
    "lift_veto",
    "move",
    "move_back",
    "plan",
    "prepare",
    "prepare_report",
    "replace_seat",
    "reply",
    "restore",
    "say_verdict",
    "schedule",
    "sign_off",
    "snapshot",
]
