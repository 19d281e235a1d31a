"""Pages of goals."""

from apps.okrs.views.check_ins import (
    acknowledge,
    check_in,
    check_ins,
    correct,
    discard,
    write_check_in,
)
from apps.okrs.views.metrics import (
    archive_metric,
    create_metric,
    declare_tension,
    edit_metric,
    end_tension,
    metric,
    metrics,
    paste_values,
    record_value,
)
from apps.okrs.views.objectives import close, grade, history, objective, say, terms

__all__ = [
    "acknowledge",
    "archive_metric",
    "check_in",
    "check_ins",
    "close",
    "correct",
    "create_metric",
    "declare_tension",
    "discard",
    "edit_metric",
    "end_tension",
    "grade",
    "history",
    "metric",
    "metrics",
    "objective",
    "paste_values",
    "record_value",
    "say",
    "terms",
    "write_check_in",
]
