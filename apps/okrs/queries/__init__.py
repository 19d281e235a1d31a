"""Every read of goals."""

from apps.okrs.queries.capacity import (
    CapacityPage,
    allocation,
    capacity_page,
    ledger,
    ledgers,
    ledgers_of_teams,
    loan_balances,
)
from apps.okrs.queries.finding import current_cycle, cycle_of, objective, quarter, readable, root_team
from apps.okrs.queries.margin_notes import AskNote, MarginNotes, NoNote, margin_of
from apps.okrs.queries.negotiation_measures import measures_of
from apps.okrs.queries.negotiations import SHOWN, Catchball, catchball, listing, negotiation, stuck, words_of
from apps.okrs.queries.nos import (
    STATES,
    Filters,
    NoPage,
    collisions_of,
    metric_choices,
    no,
    no_page,
    register,
    visible_nos,
)
from apps.okrs.queries.starting import Choices, about, choices, first_terms, givers_objectives
from apps.okrs.queries.waiting import waiting_for

__all__ = [
    "SHOWN",
    "STATES",
    "AskNote",
    "CapacityPage",
    "Catchball",
    "Choices",
    "Filters",
    "MarginNotes",
    "NoNote",
    "NoPage",
    "about",
    "allocation",
    "capacity_page",
    "catchball",
    "choices",
    "collisions_of",
    "current_cycle",
    "cycle_of",
    "first_terms",
    "givers_objectives",
    "ledger",
    "ledgers",
    "ledgers_of_teams",
    "listing",
    "loan_balances",
    "margin_of",
    "measures_of",
    "metric_choices",
    "negotiation",
    "no",
    "no_page",
    "objective",
    "quarter",
    "readable",
    "register",
    "root_team",
    "stuck",
    "visible_nos",
    "waiting_for",
    "words_of",
]
