"""What findings, links and the strategy tell people."""

from datetime import date, timedelta
from typing import Any, Final

from apps.notifications.models import Way
from apps.notifications.rules import Kind, in_words

GROUP: Final = "OKRs"
BLOCKED_FROM: Final = timedelta(days=7)  # before a quarter begins, and into it
_FINDING: Final[dict[str, Any]] = {
    "code": "K1",
    "message": "“Fewer discounts” of Finance moves “Discounts” down, and “Win small shops” of Sales up.",
    "team": {"name": "Finance"},
}
STRATEGY: Final = [
    Kind(
        key="okrs/findings",
        group=GROUP,
        title="Something stands in the way of your quarter",
        to="the leads of the teams that it is about",
        when="at most once a day, when the rules notice something grave",
        action="See what",
        way=Way.DAILY,
        example={"cycle": {"name": "Q4 2026"}, "team": {"name": "Finance"}, "count": 2},
    ),
    Kind(
        key="okrs/blocked",
        group=GROUP,
        title="Something blocks the start of what is agreed",
        to="the leads of the team",
        when=f"{in_words([BLOCKED_FROM.days])} before a quarter begins, and once more as long after",
        action="See what",
        is_reminder=True,
        example={"team": "Finance", "cycle": "Q4 2026", "count": 2},
    ),
    Kind(
        key="okrs/finding_said",
        group=GROUP,
        title="Somebody argues with a finding",
        to="the leads of its teams, and whoever argued before",
        when="with each word",
        action="Answer",
        way=Way.AT_ONCE,
        example={
            "actor": "Maya Sund",
            "finding": _FINDING,
            "comment": {"text": "Ours is about new customers only."},
        },
    ),
    Kind(
        key="okrs/finding_decided",
        group=GROUP,
        title="The other side decided about a finding",
        to="the leads of its teams, and whoever argued",
        when="when a finding between two teams is accepted, dismissed, or to be resolved",
        action="See how",
        way=Way.AT_ONCE,
        example={
            "actor": "Ada Lind",
            "finding": _FINDING,
            "words": "accepted as a risk",
            "reason": "We look again in May.",
        },
    ),
    Kind(
        key="okrs/depended_on",
        group=GROUP,
        title="Another team depends on an objective of yours",
        to="the leads of the team that is depended on",
        when="once, when the link is made",
        action="See what for",
        way=Way.DAILY,
        example={
            "actor": "Ada Lind",
            "objective": {"title": "Checkout takes a minute", "team": {"name": "Checkout"}},
            "target": "Payments answer within a second",
            "link": {"statement": "Each order waits for a payment.", "needed_on": date(2026, 11, 2)},
        },
    ),
    Kind(
        key="okrs/sharpen",
        group=GROUP,
        title="What is next wants to be sharpened",
        to="the leads of the organisation's team",
        when="once, four weeks before a quarter begins",
        action="See the checklist",
        way=Way.DAILY,
        example={"cycle": {"name": "Q1 2027", "starts_on": date(2027, 1, 1)}, "count": 3},
    ),
    Kind(
        key="okrs/offsite",
        group=GROUP,
        title="The offsite pack is ready",
        to="the leads of the organisation's team, and leadership",
        when="once, two weeks before a quarter ends",
        action="Read it",
        way=Way.AT_ONCE,
        example={"cycle": {"name": "Q4 2026"}},
    ),
    Kind(
        key="okrs/decision",
        group=GROUP,
        title="A decision of the offsite is yours to carry out",
        to="its owner",
        when="once, when it is written down",
        action="See it",
        way=Way.AT_ONCE,
        example={
            "actor": "Ada Lind",
            "cycle": {"name": "Q4 2026"},
            "decision": {"text": "Stop the second region.", "due_on": date(2027, 1, 15)},
        },
    ),
]
