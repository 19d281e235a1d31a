"""Goals for programs: the same queries and transitions as the pages.

Each half of the package lists its own addresses; `portal/urls.py` registers them as they stand here.
"""

from typing import Any, Final

from apps.okrs.api.capacity import CapacityViewSet
from apps.okrs.api.check_ins import CheckInViewSet, WaitingViewSet
from apps.okrs.api.cycles import CycleViewSet
from apps.okrs.api.files import FILE_PATHS, FILE_ROUTES
from apps.okrs.api.findings import FindingViewSet, RuleViewSet
from apps.okrs.api.key_results import KeyResultViewSet, MilestoneViewSet
from apps.okrs.api.leadership import DecisionViewSet, LeadershipViewSet
from apps.okrs.api.metrics import MetricViewSet
from apps.okrs.api.negotiations import NegotiationViewSet
from apps.okrs.api.nos import NoViewSet
from apps.okrs.api.objectives import ObjectiveViewSet
from apps.okrs.api.potholes import PotholeViewSet
from apps.okrs.api.strategy import HorizonViewSet
from apps.okrs.api.ties import MapViewSet, ServiceLinkViewSet, TiedViewSet, TieViewSet

Route = tuple[str, Any, str]  # address below /api/v1/, view set, name

# quarters, objectives, key results, metrics, check-ins, ranks
WRITTEN: Final[list[Route]] = [
    ("okrs/cycles", CycleViewSet, "okr-cycle"),
    ("okrs/objectives", ObjectiveViewSet, "objective"),
    ("okrs/key-results", KeyResultViewSet, "key-result"),
    ("okrs/milestones", MilestoneViewSet, "milestone"),
    ("okrs/metrics", MetricViewSet, "metric"),
    ("okrs/check-ins", CheckInViewSet, "check-in"),
    ("okrs/waiting", WaitingViewSet, "okr-waiting"),
]
# negotiations, capacity, nos, findings, ties, horizons, the offsite
AGREED: Final[list[Route]] = [
    ("okrs/negotiations", NegotiationViewSet, "negotiation"),
    ("okrs/nos", NoViewSet, "no"),
    ("okrs/cycles", CapacityViewSet, "capacity"),
    ("okrs/findings", FindingViewSet, "finding"),
    ("okrs/rules", RuleViewSet, "okr-rule"),
    ("okrs/cycles", PotholeViewSet, "pothole"),
    ("okrs/objectives", TiedViewSet, "tied"),
    ("okrs/ties", TieViewSet, "tie"),
    ("okrs/service-links", ServiceLinkViewSet, "service-link"),
    ("okrs/cycles", MapViewSet, "map"),
    ("okrs/horizons", HorizonViewSet, "horizon"),
    ("okrs/cycles", LeadershipViewSet, "leadership"),
    ("okrs/decisions", DecisionViewSet, "decision"),
]

ROUTES: Final[list[Route]] = [*WRITTEN, *AGREED, *FILE_ROUTES]
PATHS: Final = FILE_PATHS  # of files, which routers would end with a slash
