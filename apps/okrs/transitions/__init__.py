"""Every write to goals. Each function is one step that somebody can take.

Locks are taken in this order: the quarters by id, the objectives by id, key results, negotiations, the rest.
"""

from apps.okrs.transitions.check_ins import (
    acknowledge_check_in,
    correct_check_in,
    discard_check_in,
    publish_check_in,
    save_check_in,
)
from apps.okrs.transitions.grading import close_objective, grade_key_result
from apps.okrs.transitions.measuring import measure_key_result, record_value, record_values
from apps.okrs.transitions.metrics import (
    archive_metric,
    create_metric,
    declare_tension,
    edit_metric,
    end_tension,
    restore_metric,
)
from apps.okrs.transitions.reading import note_reading

__all__ = [
    "acknowledge_check_in",
    "archive_metric",
    "close_objective",
    "correct_check_in",
    "create_metric",
    "declare_tension",
    "discard_check_in",
    "edit_metric",
    "end_tension",
    "grade_key_result",
    "measure_key_result",
    "note_reading",
    "publish_check_in",
    "record_value",
    "record_values",
    "restore_metric",
    "save_check_in",
]
