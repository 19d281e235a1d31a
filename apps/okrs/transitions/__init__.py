"""Every write to goals. Each function is one step that somebody can take.

Locks are taken in this order: the quarters by id, the objectives by id, key results, negotiations, the rest.
"""

from apps.okrs.transitions.answering import (
    be_satisfied,
    decline,
    defer_ask,
    discard,
    dispute,
    lapse,
    lapse_all,
    report,
    revoke,
    withdraw_ask,
)
from apps.okrs.transitions.asking import (
    ask,
    ask_for_change,
    begin,
    propose_objective,
)
from apps.okrs.transitions.capacity import (
    change_weeks,
    free_weeks,
    plan_capacity,
    promise_weeks,
    waive,
)
from apps.okrs.transitions.carrying import (
    carry_over,
)
from apps.okrs.transitions.check_ins import (
    acknowledge_check_in,
    correct_check_in,
    discard_check_in,
    publish_check_in,
    save_check_in,
)
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
from apps.okrs.transitions.grading import (
    close_objective,
    grade_key_result,
)
from apps.okrs.transitions.measuring import (
    change_terms,
    record_value,
    record_values,
)
from apps.okrs.transitions.metrics import (
    archive_metric,
    create_metric,
    declare_tension,
    edit_metric,
    end_tension,
    restore_metric,
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
from apps.okrs.transitions.negotiating import (
    accept,
    amend,
    counter,
    propose,
)
from apps.okrs.transitions.nos import (
    ask_to_reopen,
    bring_back_no,
    decide_again,
    hand_over_no,
    hold,
    let_go,
    make_exception,
    reopen,
    say_no,
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
from apps.okrs.transitions.ranks import (
    rank,
    snapshot_ranks,
)
from apps.okrs.transitions.reading import (
    note_reading,
)
from apps.okrs.transitions.restoring import Restored, restore_quarter
from apps.okrs.transitions.sentences import (
    add_milestone,
    drop_key_result,
    edit_key_result,
    measure_key_result,
    place_key_result,
    reach_milestone,
    remove_milestone,
)
from apps.okrs.transitions.sheets import write_sheet
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
    "Restored",
    "Sentence",
    "accept",
    "accept_risk",
    "acknowledge_check_in",
    "activate",
    "add_key_results",
    "add_milestone",
    "add_objective",
    "adopt",
    "amend",
    "archive_metric",
    "argue",
    "argue_about_rule",
    "ask",
    "ask_for_change",
    "ask_to_reopen",
    "ask_to_sharpen",
    "back_to_work",
    "be_satisfied",
    "begin",
    "begin_cycle",
    "begin_cycle_grading",
    "begin_grading",
    "bring_back_no",
    "carry_over",
    "change_terms",
    "change_weeks",
    "choose_resolution",
    "close_cycle",
    "close_objective",
    "correct_check_in",
    "correct_objective",
    "counter",
    "create_cycles",
    "create_metric",
    "decide",
    "decide_again",
    "declare_tension",
    "decline",
    "defer",
    "defer_ask",
    "detail_objective",
    "discard",
    "discard_check_in",
    "dismiss",
    "dispute",
    "drop_key_result",
    "edit_key_result",
    "edit_metric",
    "edit_objective",
    "edit_strategy",
    "end_tension",
    "finish_decision",
    "free_weeks",
    "grade_key_result",
    "hand_over_no",
    "hold",
    "keep_printed_pack",
    "lapse",
    "lapse_all",
    "leave_all_potholes",
    "leave_pothole",
    "let_go",
    "link_objective",
    "link_service",
    "look",
    "make_draft",
    "make_exception",
    "make_idea",
    "measure_key_result",
    "note_reading",
    "place_key_result",
    "plan_capacity",
    "prepare_due_packs",
    "prepare_offsite",
    "print_pack",
    "promise_weeks",
    "propose",
    "propose_objective",
    "publish_check_in",
    "rank",
    "reach_milestone",
    "record_value",
    "record_values",
    "remove_milestone",
    "reopen",
    "reopen_cycle",
    "reopen_finding",
    "report",
    "restore_metric",
    "restore_quarter",
    "revalidate",
    "revoke",
    "save_check_in",
    "say",
    "say_no",
    "say_toward",
    "snapshot_ranks",
    "stop",
    "take_pothole",
    "take_up",
    "turn",
    "unlink_objective",
    "unlink_service",
    "waive",
    "withdraw",
    "withdraw_ask",
    "write_sheet",
    "write_strategy",
]
