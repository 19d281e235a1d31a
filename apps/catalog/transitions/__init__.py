"""Every write to the catalog."""

from apps.catalog.transitions.importing import Outcome, ask_import, import_catalog, run_import
from apps.catalog.transitions.phases import enter_phase, summarise
from apps.catalog.transitions.services import (
    adopt,
    assign_advisor,
    edit_service,
    hand_over_advisor,
    override_risk,
    register,
)
from apps.catalog.transitions.teams import add_member, create_team, edit_team, remove_member, set_lead

__all__ = [
    "Outcome",
    "add_member",
    "adopt",
    "ask_import",
    "assign_advisor",
    "create_team",
    "edit_service",
    "edit_team",
    "enter_phase",
    "hand_over_advisor",
    "import_catalog",
    "override_risk",
    "register",
    "remove_member",
    "run_import",
    "set_lead",
    "summarise",
]
