"""The candidates of a team's quarter: what lower apps name, and what the team did with it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from apps.catalog.models import Team
from apps.core.results import Candidate
from apps.okrs.models import No, Pothole, Quarter

MOST = 200
NONE_TAKEN = "None of the potholes of "


@dataclass(frozen=True)
class PotholePage:
    """The candidates of a quarter: still open ones, and what was done with the others."""

    quarter: Quarter
    open: list[Candidate]
    taken: list[Pothole]
    left: list[Pothole]
    no: No | None  # none of them was taken up, and somebody said so


def candidates(team: Team) -> list[Candidate]:
    """Return what the apps of settings.CANDIDATES name for a team. As many queries as they say."""
    found: list[Candidate] = []
    for path in settings.CANDIDATES:
        found += import_string(path)(team)
    return found[:MOST]


def potholes(quarter: Quarter) -> PotholePage:
    """Return the candidates of a team's quarter. Two queries and those of the apps."""
    done = list(Pothole.objects.filter(quarter=quarter.pk).select_related("objective").order_by("pk"))
    known = {one.key for one in done}
    said = No.objects.filter(team=quarter.team_id, what=none_taken(quarter)).order_by("-pk")
    return PotholePage(
        quarter=quarter,
        open=[one for one in candidates(quarter.team) if one.key not in known],
        taken=[one for one in done if one.objective_id],
        left=[one for one in done if not one.objective_id],
        no=said.select_related("decided_by").first(),
    )


def none_taken(quarter: Quarter) -> str:
    """Return what the no says by which a team takes none of its candidates."""
    return f"{NONE_TAKEN}{quarter.cycle}"
