"""Pages of goals, thin."""

from apps.okrs.views.cycles import archive, backlog, cycle, cycle_step, home
from apps.okrs.views.quarter import add_objective, add_to_backlog, quarter, ranks, save_toward
from apps.okrs.views.sentences import (
    add_key_results,
    drop_key_result,
    key_result_item,
    measure_key_result,
    milestones,
    place_key_result,
    reach_milestone,
    remove_milestone,
    save_key_result,
)
from apps.okrs.views.steps import objective_step
from apps.okrs.views.writing import (
    correct_objective,
    objective,
    objective_details,
    objective_item,
    objective_thread,
    save_objective,
)

__all__ = [
    "add_key_results",
    "add_objective",
    "add_to_backlog",
    "archive",
    "backlog",
    "correct_objective",
    "cycle",
    "cycle_step",
    "drop_key_result",
    "home",
    "key_result_item",
    "measure_key_result",
    "milestones",
    "objective",
    "objective_details",
    "objective_item",
    "objective_step",
    "objective_thread",
    "place_key_result",
    "quarter",
    "ranks",
    "reach_milestone",
    "remove_milestone",
    "save_key_result",
    "save_objective",
    "save_toward",
]
