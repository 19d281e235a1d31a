"""Walkthroughs for programs: the same queries and transitions as the pages."""

from apps.walkthroughs.api.meetings import WalkthroughViewSet
from apps.walkthroughs.api.parts import FollowUpViewSet, SeatViewSet, VetoViewSet
from apps.walkthroughs.api.road import RoadViewSet

__all__ = ["FollowUpViewSet", "RoadViewSet", "SeatViewSet", "VetoViewSet", "WalkthroughViewSet"]
