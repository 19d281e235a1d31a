"""Every read of goals."""

from apps.okrs.queries.document import Document, KeyResultRow, ObjectiveRow, document, one_row
from apps.okrs.queries.finding import (
    current_cycle,
    cycle_of,
    key_result,
    milestone,
    objective,
    quarter,
    readable,
    root_team,
)
from apps.okrs.queries.guards import blockers, has_open_negotiation, others_of, promise
from apps.okrs.queries.margin import Margin, margins
from apps.okrs.queries.organisation import CyclePage, cycle_page
from apps.okrs.queries.planning import archive, backlog, cycles, metrics_for, open_cycles, unfinished
from apps.okrs.queries.ranking import Ranks, listed, ranks
from apps.okrs.queries.values import values_by_metric

__all__ = [
    "CyclePage",
    "Document",
    "KeyResultRow",
    "Margin",
    "ObjectiveRow",
    "Ranks",
    "archive",
    "backlog",
    "blockers",
    "current_cycle",
    "cycle_of",
    "cycle_page",
    "cycles",
    "document",
    "has_open_negotiation",
    "key_result",
    "listed",
    "margins",
    "metrics_for",
    "milestone",
    "objective",
    "one_row",
    "open_cycles",
    "others_of",
    "promise",
    "quarter",
    "ranks",
    "readable",
    "root_team",
    "unfinished",
    "values_by_metric",
]
