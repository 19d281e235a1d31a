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
    "activate",
    "add_key_results",
    "add_milestone",
    "add_objective",
    "adopt",
    "back_to_work",
    "begin_cycle",
    "begin_cycle_grading",
    "begin_grading",
    "carry_over",
    "close_cycle",
    "correct_objective",
    "create_cycles",
    "defer",
    "detail_objective",
    "drop_key_result",
    "edit_key_result",
    "edit_objective",
    "make_draft",
    "make_idea",
    "measure_key_result",
    "place_key_result",
    "rank",
    "reach_milestone",
    "remove_milestone",
    "reopen_cycle",
    "say",
    "say_toward",
    "snapshot_ranks",
    "stop",
    "take_up",
    "turn",
    "withdraw",
]
