"""Every write to goals. Each function is one step that somebody can take.

Locks are taken in this order: the quarters by id, the objectives by id, key results, negotiations, the rest.
"""

from apps.okrs.transitions.carrying import carry_over
from apps.okrs.transitions.cycles import (
    begin_cycle,
    begin_cycle_grading,
    close_cycle,
    create_cycles,
    reopen_cycle,
    turn,
)
from apps.okrs.transitions.findings import (
    accept_risk,
    argue,
    argue_about_rule,
    choose_resolution,
    dismiss,
    look,
    reopen_finding,
)
from apps.okrs.transitions.moving import (
    activate,
    adopt,
    back_to_work,
    begin_grading,
    defer,
    make_draft,
    make_idea,
    stop,
    take_up,
    withdraw,
)
from apps.okrs.transitions.offsite import (
    KIND as OFFSITE_JOB,
)
from apps.okrs.transitions.offsite import (
    decide,
    finish_decision,
    keep_printed_pack,
    prepare_due_packs,
    prepare_offsite,
    print_pack,
)
from apps.okrs.transitions.potholes import (
    leave_all_potholes,
    leave_pothole,
    take_pothole,
)
from apps.okrs.transitions.ranks import rank, snapshot_ranks
from apps.okrs.transitions.sentences import (
    add_milestone,
    drop_key_result,
    edit_key_result,
    measure_key_result,
    place_key_result,
    reach_milestone,
    remove_milestone,
)
from apps.okrs.transitions.strategy import (
    Sentence,
    ask_to_sharpen,
    edit_strategy,
    revalidate,
    write_strategy,
)
from apps.okrs.transitions.ties import (
    link_objective,
    link_service,
    unlink_objective,
    unlink_service,
)
from apps.okrs.transitions.writing import (
    add_key_results,
    add_objective,
    correct_objective,
    detail_objective,
    edit_objective,
    say,
    say_toward,
)

__all__ = [
    "OFFSITE_JOB",
    "Sentence",
    "accept_risk",
    "activate",
    "add_key_results",
    "add_milestone",
    "add_objective",
    "adopt",
    "argue",
    "argue_about_rule",
    "ask_to_sharpen",
    "back_to_work",
    "begin_cycle",
    "begin_cycle_grading",
    "begin_grading",
    "carry_over",
    "choose_resolution",
    "close_cycle",
    "correct_objective",
    "create_cycles",
    "decide",
    "defer",
    "detail_objective",
    "dismiss",
    "drop_key_result",
    "edit_key_result",
    "edit_objective",
    "edit_strategy",
    "finish_decision",
    "keep_printed_pack",
    "leave_all_potholes",
    "leave_pothole",
    "link_objective",
    "link_service",
    "look",
    "make_draft",
    "make_idea",
    "measure_key_result",
    "place_key_result",
    "prepare_due_packs",
    "prepare_offsite",
    "print_pack",
    "rank",
    "reach_milestone",
    "remove_milestone",
    "reopen_cycle",
    "reopen_finding",
    "revalidate",
    "say",
    "say_toward",
    "snapshot_ranks",
    "stop",
    "take_pothole",
    "take_up",
    "turn",
    "unlink_objective",
    "unlink_service",
    "withdraw",
    "write_strategy",
]
