"""Every write to checklists and their answers. Each function is one step that somebody can take.

All of them lock the assessment before anything inside it: it is the queue in which everybody who
changes one service's answers waits, for a few milliseconds.
"""

from apps.readiness.transitions.answers import confirm_inherited, return_answers, save_answer, say, submit
from apps.readiness.transitions.editions import publish
from apps.readiness.transitions.evidence import add_evidence, attach_evidence, remove_evidence
from apps.readiness.transitions.exemptions import ask_exemption, decide_exemption, withdraw_exemption
from apps.readiness.transitions.opening import close_assessments, open_readiness, start_green_light
from apps.readiness.transitions.refreshing import refresh
from apps.readiness.transitions.reviews import give_verdict, set_reviewers

__all__ = [
    "add_evidence",
    "ask_exemption",
    "attach_evidence",
    "close_assessments",
    "confirm_inherited",
    "decide_exemption",
    "give_verdict",
    "open_readiness",
    "publish",
    "refresh",
    "remove_evidence",
    "return_answers",
    "save_answer",
    "say",
    "set_reviewers",
    "start_green_light",
    "submit",
    "withdraw_exemption",
]
