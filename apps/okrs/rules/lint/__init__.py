"""The sixteen questions that a quarter is asked before it starts; facts in, remarks out.

A query fills the facts from rows. "Block" holds back the start of a quarter until somebody takes the remark
over with a reason; only "refuse" is absolute. A remark that was dismissed returns when its values change.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from apps.okrs.rules.lint.catalogue import RULE, RULES, Level, Rule
from apps.okrs.rules.lint.facts import (
    DEFAULTS,
    KeyResultFacts,
    Limits,
    MetricFacts,
    ObjectiveFacts,
    Remark,
    UnitFacts,
)
from apps.okrs.rules.lint.key_results import lint_key_result, says_what_is_delivered
from apps.okrs.rules.lint.objectives import about_objective, about_unit

__all__ = [
    "RULE",
    "RULES",
    "KeyResultFacts",
    "Level",
    "Limits",
    "MetricFacts",
    "ObjectiveFacts",
    "Remark",
    "Rule",
    "UnitFacts",
    "in_the_way",
    "lint_key_result",
    "lint_objective",
    "lint_unit",
    "says_what_is_delivered",
    "standing",
]


def lint_unit(unit: UnitFacts, limits: Limits = DEFAULTS) -> list[Remark]:
    """Return all remarks about a unit's quarter, its objectives and their key results."""
    remarks = list(about_unit(unit, limits))
    for objective in unit.objectives:
        remarks += lint_objective(objective, unit, limits)
    return remarks


def lint_objective(objective: ObjectiveFacts, unit: UnitFacts, limits: Limits = DEFAULTS) -> list[Remark]:
    """Return the remarks about one objective and its key results; what has begun is asked, not held back."""
    remarks = list(about_objective(objective, unit, limits))
    for key_result in objective.key_results:
        remarks += lint_key_result(key_result, objective, limits)
    if objective.has_begun:
        return [replace(one, level=Level.WARN) if one.level is Level.BLOCK else one for one in remarks]
    return remarks


def standing(remarks: Iterable[Remark], dismissed: Collection[str]) -> list[Remark]:
    """Return what is left once dismissed fingerprints are taken away; a refusal cannot be dismissed."""
    return [one for one in remarks if one.level is Level.REFUSE or one.fingerprint not in dismissed]


def in_the_way(remarks: Iterable[Remark], overridden: Collection[str]) -> list[Remark]:
    """Return what keeps an objective from becoming active; an override holds for these values only."""
    return [one for one in standing(remarks, overridden) if one.level is not Level.WARN]
