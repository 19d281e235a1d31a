"""What is allowed, and how things count. Pure: no queries, no clock, no writes."""

from apps.okrs.rules.permissions import (
    check_may_check_in,
    check_may_draft,
    check_may_grade,
    check_may_rank,
    check_speaks_for,
    may_check_in,
    may_draft,
    may_grade,
    may_rank,
    may_read,
    speaks_for,
)
from apps.okrs.rules.states import MOVES, check_editable, check_move

__all__ = [
    "MOVES",
    "check_editable",
    "check_may_check_in",
    "check_may_draft",
    "check_may_grade",
    "check_may_rank",
    "check_move",
    "check_speaks_for",
    "may_check_in",
    "may_draft",
    "may_grade",
    "may_rank",
    "may_read",
    "speaks_for",
]
