"""Teams, the services that they own, and what was imported about both."""

from apps.catalog.models.services import (
    DataClass,
    Dependency,
    Exposure,
    Grouping,
    Interface,
    Kind,
    Phase,
    PhaseChange,
    RiskLevel,
    Service,
    ServiceQuerySet,
    ServiceSummary,
    Strength,
)
from apps.catalog.models.sources import Imported
from apps.catalog.models.teams import Membership, Team, TeamQuerySet

__all__ = [
    "DataClass",
    "Dependency",
    "Exposure",
    "Grouping",
    "Imported",
    "Interface",
    "Kind",
    "Membership",
    "Phase",
    "PhaseChange",
    "RiskLevel",
    "Service",
    "ServiceQuerySet",
    "ServiceSummary",
    "Strength",
    "Team",
    "TeamQuerySet",
]
