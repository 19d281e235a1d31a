"""What catalog tells people."""

from datetime import date
from typing import Final

from apps.notifications.models import Way
from apps.notifications.rules import Kind

GROUP: Final = "Services"

KINDS: Final = [
    Kind(
        key="catalog/registered",
        icon="plus",
        group=GROUP,
        title="A service was registered for your team",
        to="the leads of the team",
        when="when somebody else registers it",
        example={
            "actor": "Ada Lind",
            "team": "Tracking",
            "purpose": "Tells customers where their parcel is.",
            "review_on": date(2026, 6, 1),
        },
    ),
    Kind(
        key="catalog/adopted",
        icon="users-group",
        group=GROUP,
        title="Your team was given a service",
        to="the leads of the team",
        when="when a service without a team gets yours",
        example={"actor": "Maya Sund", "service": "Parcel Tracking", "team": "Tracking"},
    ),
    Kind(
        key="catalog/advisor",
        icon="user-check",
        group=GROUP,
        title="You are the advisor of a service",
        to="the new advisor",
        when="when somebody makes you the advisor, or the portal finds that you have the fewest services",
        action="Say hello",
        way=Way.AT_ONCE,
        example={"actor": "Maya Sund", "service": "Parcel Tracking", "before": "Ben Okoro"},
    ),
    Kind(
        key="catalog/handed_over",
        icon="arrows-exchange",
        group=GROUP,
        title="Somebody else advises a service",
        to="the leads, and who advised until now",
        when="when the advice is handed over",
        example={
            "actor": "Maya Sund",
            "service": "Parcel Tracking",
            "advisor": {"name": "Noor Haddad"},
            "before": {"name": "Ben Okoro"},
        },
    ),
    Kind(
        key="catalog/review",
        icon="clock",
        group=GROUP,
        title="A playground service should be looked at",
        to="the leads",
        when="on its review date",
        action="Decide",
        is_reminder=True,
        example={"service": "Depot Heatmap", "review_on": date(2026, 3, 2)},
    ),
]
