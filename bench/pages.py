"""What is measured, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bench.organisation import Scene

MOST_QUERIES: Final = 12
TEXTS: Final = (
    "The primary fails over to the second zone within forty seconds; we rehearsed it in March.",
    "The primary fails over to the second zone within a minute; we rehearsed it in March and in May.",
)


class Who(Enum):
    """Who asks."""

    LEAD = "lead"
    ADMIN = "admin"
    PROGRAM = "program"  # with a token of the lead
    NOBODY = "nobody"  # without cookies, as machines do


@dataclass(frozen=True)
class Page:
    """One kind of request. A page with `states` is a save: its requests take turns with them."""

    title: str
    path: str
    goal: int | None  # times the floor
    states: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    who: Who = Who.LEAD

    @property
    def is_save(self) -> bool:
        """Tell whether a form is sent."""
        return bool(self.states)


def pages(scene: Scene) -> list[Page]:
    """Return the pages with the goals of the design, in the order of the table."""
    service = f"/services/{scene.service}/"
    save = f"{service}answers/{scene.answer_id}/save/"
    htmx = {"HX-Request": "true"}
    return [
        Page("service list", "/services/", 10),
        Page("service list, one phase", "/services/?phase=live", 10),
        Page("service list, search", "/services/?q=ledger", 10),
        Page("service page", service, 10),
        Page("one area of the ten", f"{service}readiness/{scene.area}/", 15),
        Page("all items", f"{service}readiness/all/", 15),
        Page("green-light conversation", f"/services/{scene.conversation}/green-light/", 15),
        Page("save of one answer", save, 8, states=("in_place",), headers=htmx),
        Page("save that changes the state", save, 8, states=("in_place", "gap"), headers=htmx),
        Page("my work", "/", 10),
        Page("inbox", "/inbox/", None),
        Page("walkthroughs", "/walkthroughs/", 15),
        Page("walkthrough", f"/walkthroughs/{scene.walkthrough_id}/", None),
        Page("teams", "/teams/", None),
        Page("team", f"/teams/{scene.team}/", None),
        Page("history of a service", f"{service}history/", None),
        Page("history of a team", f"/teams/{scene.team}/history/", None),
        Page("all events", "/settings/events/", None, who=Who.ADMIN),
        Page("API: 50 services", "/api/v1/services/", 8, who=Who.PROGRAM),
        Page("API: 50 services, search", "/api/v1/services/?q=ledger", None, who=Who.PROGRAM),
        Page("API: one service", f"/api/v1{service}", 4, who=Who.PROGRAM),
        Page("API: answers of a service", f"/api/v1{service}answers/", None, who=Who.PROGRAM),
        Page("healthz", "/healthz", None, who=Who.NOBODY),
    ]


def goal_pages(scene: Scene) -> list[Page]:
    """Return the pages of goals: of the organisation first, then of the lead's team."""
    cycle, own = f"/okrs/{scene.cycle}/", f"/okrs/{scene.cycle}/teams/{scene.team}/"
    return [
        Page("goals: 20 teams, 60 key results", f"/okrs/{scene.cycle_before}/", 15),
        Page("goals: 20 teams, 180 key results", cycle, None),
        Page("goals: quarter of a team", own, 15),
        Page("goals: objective", f"/okrs/objectives/{scene.objective_id}/", 15),
        Page("goals: check-in form", f"{own}check-in/", 15),
        Page("goals: negotiation", f"/okrs/negotiations/{scene.negotiation_id}/", 15),
        Page("goals: negotiations", "/okrs/negotiations/", 15),
        Page("goals: nos", "/okrs/nos/", 15),
        Page("goals: capacity", f"{own}capacity/", 15),
        Page("goals: map and its table", f"{cycle}map/?team={scene.team}", 15),
        Page("goals: leadership", f"{cycle}leadership/", 15, who=Who.ADMIN),
        Page("goals: findings", f"{cycle}findings/", 15),
        Page("goals: metrics", "/okrs/metrics/", 15),
        Page("goals: one metric", f"/okrs/metrics/{scene.metric}/", 15),
        Page("goals: horizons", "/okrs/horizons/", 15),
    ]


def form(page: Page, *, revision: int) -> dict[str, str]:
    """Return what a save sends: another text than the last one, based on the revision that it left."""
    state = page.states[revision % len(page.states)]
    return {"revision": str(revision), "state": state, "text": TEXTS[revision % 2], "owner": "", "due_on": ""}
