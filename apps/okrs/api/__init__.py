"""Goals for programs: the same queries and transitions as the pages.

Each half of the package lists its own addresses; `portal/urls.py` registers them as they stand here.
"""

from typing import Any, Final

from apps.okrs.api.check_ins import CheckInViewSet, WaitingViewSet
from apps.okrs.api.cycles import CycleViewSet
from apps.okrs.api.key_results import KeyResultViewSet, MilestoneViewSet
from apps.okrs.api.metrics import MetricViewSet
from apps.okrs.api.objectives import ObjectiveViewSet

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
AGREED: Final[list[Route]] = []

ROUTES: Final = [*WRITTEN, *AGREED]
