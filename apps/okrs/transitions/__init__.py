"""Every write to goals. Each function is one step that somebody can take.

Locks are taken in this order: the quarters by id, the objectives by id, key results, negotiations, the rest.
"""

from apps.okrs.transitions.answering import (
    be_satisfied,
    decline,
    defer,
    discard,
    dispute,
    lapse,
    lapse_all,
    report,
    revoke,
    withdraw,
)
from apps.okrs.transitions.asking import ask, ask_for_change, begin, propose_objective
from apps.okrs.transitions.capacity import change_weeks, free_weeks, plan_capacity, promise_weeks, waive
from apps.okrs.transitions.negotiating import accept, amend, counter, propose
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

__all__ = [
    "accept",
    "amend",
    "ask",
    "ask_for_change",
    "ask_to_reopen",
    "be_satisfied",
    "begin",
    "bring_back_no",
    "change_weeks",
    "counter",
    "decide_again",
    "decline",
    "defer",
    "discard",
    "dispute",
    "free_weeks",
    "hand_over_no",
    "hold",
    "lapse",
    "lapse_all",
    "let_go",
    "make_exception",
    "plan_capacity",
    "promise_weeks",
    "propose",
    "propose_objective",
    "reopen",
    "report",
    "revoke",
    "say_no",
    "waive",
    "withdraw",
]
