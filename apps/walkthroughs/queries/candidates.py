"""Risks that a team accepted at a launch; settings.CANDIDATES names this."""

from apps.catalog.models import Phase, Team
from apps.core.results import Candidate
from apps.walkthroughs.models import Launch

MOST = 50


def candidates(team: Team) -> list[Candidate]:
    """Return the conditions over which the services of a team were launched. One query."""
    rows = Launch.objects.filter(service__team=team, is_over=True).exclude(service__phase=Phase.ARCHIVED)
    return [
        Candidate(
            key=f"walkthroughs:launch:{launch.pk}:{condition['code']}",
            kind="Accepted risk",
            title=f"{condition['title']} ({launch.service.name})"[:250],
            url=launch.service.get_absolute_url(),
            detail=f"Launched over it: {launch.reason.partition(chr(10))[0][:120]}",
            service_name=launch.service.name,
        )
        for launch in rows.select_related("service").order_by("-pk")[:MOST]
        for condition in launch.over
    ]
