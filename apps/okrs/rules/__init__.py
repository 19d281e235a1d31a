"""How far goals have come, how they stand and what they are graded. Pure: no queries, no clock, no writes."""

from apps.okrs.rules.measures import (
    MOST_DIGITS,
    Curve,
    Kind,
    Measure,
    Milestone,
    Point,
    bounds,
    carry_days,
    check_measure,
    check_milestone,
    check_value,
    measurements_of,
    values_of,
)
from apps.okrs.rules.scores import (
    Band,
    Missing,
    ObjectiveScore,
    Part,
    Progress,
    objective_score,
    progress_of,
)
from apps.okrs.rules.thresholds import (
    DEFAULTS,
    Thresholds,
)

__all__ = [
    "DEFAULTS",
    "MOST_DIGITS",
    "Band",
    "Curve",
    "Kind",
    "Measure",
    "Milestone",
    "Missing",
    "ObjectiveScore",
    "Part",
    "Point",
    "Progress",
    "Thresholds",
    "bounds",
    "carry_days",
    "check_measure",
    "check_milestone",
    "check_value",
    "measurements_of",
    "objective_score",
    "progress_of",
    "values_of",
]
