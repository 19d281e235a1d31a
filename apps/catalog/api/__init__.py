"""Services, teams and imports for programs: the same queries and transitions as the pages."""

from apps.catalog.api.importing import ImportViewSet
from apps.catalog.api.services import ServicesFileView, ServiceViewSet
from apps.catalog.api.teams import TeamViewSet

__all__ = ["ImportViewSet", "ServiceViewSet", "ServicesFileView", "TeamViewSet"]
