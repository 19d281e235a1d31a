"""Pages and fragments. Each view finds, asks once, and renders."""

from apps.walkthroughs.views.invitations import invitation, reply
from apps.walkthroughs.views.lists import of_service, walkthroughs
from apps.walkthroughs.views.meeting import (
    add_follow_up,
    begin,
    finish,
    hold,
    live,
    notes,
    verdict,
    walkthrough,
)
from apps.walkthroughs.views.phases import archive, launch, move_back, prepare, restore
from apps.walkthroughs.views.planning import (
    add_seat,
    ask_again,
    cancel,
    freeze_risk,
    hand_over,
    move,
    plan,
    replace,
    schedule,
)
from apps.walkthroughs.views.reporting import report, report_file
from apps.walkthroughs.views.signing import confirm, keep_veto, lift_veto, sign

__all__ = [
    "add_follow_up",
    "add_seat",
    "archive",
    "ask_again",
    "begin",
    "cancel",
    "confirm",
    "finish",
    "freeze_risk",
    "hand_over",
    "hold",
    "invitation",
    "keep_veto",
    "launch",
    "lift_veto",
    "live",
    "move",
    "move_back",
    "notes",
    "of_service",
    "plan",
    "prepare",
    "replace",
    "reply",
    "report",
    "report_file",
    "restore",
    "schedule",
    "sign",
    "verdict",
    "walkthrough",
    "walkthroughs",
]
