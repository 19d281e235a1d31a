"""What is allowed, and how things count. Pure: no queries, no clock, no writes."""

from apps.readiness.rules.conditions import applies, service_variables
from apps.readiness.rules.differences import Piece, differences, merged
from apps.readiness.rules.hints import Hint, hints
from apps.readiness.rules.permissions import (
    REVIEWERS,
    SECURITY_AREA,
    check_answering,
    check_deciding,
    check_is_open,
    check_reviewing,
    check_starting,
    may_answer,
    may_decide,
    may_review,
)
from apps.readiness.rules.scores import POINTS, Score, is_weak, weakest
from apps.readiness.rules.sheet import AreaSheet, Item, Sheet
from apps.readiness.rules.states import (
    LONGEST_MEASURE,
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_URL,
    ONE_VERSION,
    STATES,
    Draft,
    check_exemptible,
    check_exemption_end,
    check_target,
    check_web_address,
    is_extension,
)

__all__ = [
    "LONGEST_MEASURE",
    "LONGEST_NOTE",
    "LONGEST_REASON",
    "LONGEST_TEXT",
    "LONGEST_URL",
    "ONE_VERSION",
    "POINTS",
    "REVIEWERS",
    "SECURITY_AREA",
    "STATES",
    "AreaSheet",
    "Draft",
    "Hint",
    "Item",
    "Piece",
    "Score",
    "Sheet",
    "applies",
    "check_answering",
    "check_deciding",
    "check_exemptible",
    "check_exemption_end",
    "check_is_open",
    "check_reviewing",
    "check_starting",
    "check_target",
    "check_web_address",
    "differences",
    "hints",
    "is_extension",
    "is_weak",
    "may_answer",
    "may_decide",
    "may_review",
    "merged",
    "service_variables",
    "weakest",
]
