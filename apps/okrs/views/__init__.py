"""The pages of goals."""

from apps.okrs.views.asking import ask
from apps.okrs.views.capacity import capacity, change_weeks, free_weeks, promise_weeks, waive
from apps.okrs.views.negotiations import act, negotiation, negotiations, say
from apps.okrs.views.nos import no, no_step, nos, say_no

__all__ = [
    "act",
    "ask",
    "capacity",
    "change_weeks",
    "free_weeks",
    "negotiation",
    "negotiations",
    "no",
    "no_step",
    "nos",
    "promise_weeks",
    "say",
    "say_no",
    "waive",
]
