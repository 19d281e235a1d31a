"""Walkthroughs: meetings, panels, decisions, and the launches that they lead to."""

from apps.walkthroughs.models.decisions import ContentSnapshot, Launch, Report, SignOff, Veto
from apps.walkthroughs.models.meetings import (
    SIGNING,
    Capacity,
    Decision,
    FollowUp,
    Reply,
    Seat,
    State,
    Walkthrough,
    WalkthroughQuerySet,
)

__all__ = [
    "SIGNING",
    "Capacity",
    "ContentSnapshot",
    "Decision",
    "FollowUp",
    "Launch",
    "Reply",
    "Report",
    "Seat",
    "SignOff",
    "State",
    "Veto",
    "Walkthrough",
    "WalkthroughQuerySet",
]
