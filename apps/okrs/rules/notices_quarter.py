"""What the quarter's page tells people."""

from typing import Any, Final

from apps.notifications.models import Way
from apps.notifications.rules import Kind

GROUP: Final = "OKRs"
_OBJECTIVE: Final[dict[str, Any]] = {
    "title": "Receivers stop calling us to ask where their parcel is",
    "team": {"name": "Parcel Tracking"},
}
QUARTER: Final = [
    Kind(
        key="okrs/said",
        group=GROUP,
        title="Somebody wrote beside an objective of yours",
        to="who owns it, else the team's leads; the team's answer goes to who wrote before",
        when="with each word",
        action="Reply",
        way=Way.AT_ONCE,
        example={
            "actor": "Maya Sund",
            "objective": _OBJECTIVE,
            "comment": {"text": "Does this include returns?", "author": {"name": "Maya Sund"}},
        },
    ),
    Kind(
        key="okrs/stopped",
        group=GROUP,
        title="An objective that your team takes part in was stopped",
        to="the leads of the teams that take part",
        when="once, when it is stopped",
        action="See why",
        way=Way.AT_ONCE,
        example={"actor": "Ada Lind", "objective": _OBJECTIVE, "reason": "The supplier does it now."},
    ),
    Kind(
        key="okrs/grading",
        group=GROUP,
        title="Your quarter is to be graded",
        to="the leads of each team with active objectives",
        when="once, when the quarter's work ends",
        action="Grade",
        way=Way.DAILY,
        example={
            "actor": "okrs.turn",
            "cycle": {"name": "Q4 2026"},
            "team": {"name": "Parcel Tracking"},
            "count": 2,
        },
    ),
]
