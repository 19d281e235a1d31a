"""What every step here holds until it ends: the service with its parts first, then the walkthrough."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.catalog.models import Service
from apps.catalog.queries.finding import family
from apps.readiness.models import Assessment
from apps.walkthroughs.models import Seat, Walkthrough


def locked_service(service_id: int, *, by: Actor, at: datetime) -> Service:  # noqa: ARG001 -- as all steps are called
    """Return the whole with its team, locked together with its parts in the order of their keys. One query.

    Whatever concerns a launch begins here: two such steps queue up, and never wait in a circle.
    """
    rows = family(service_id).select_related("team", "advisor", "summary", "part_of")
    locked_rows = list(rows.select_for_update(of=("self",), no_key=True))
    return next(row for row in locked_rows if row.pk == service_id)


def locked(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> Walkthrough:
    """Return the fresh walkthrough with its service and assessment, both rows locked. Two queries."""
    service = locked_service(walkthrough.service_id, by=by, at=at)
    rows = Walkthrough.objects.select_related("assessment__edition").defer("assessment__edition__content")
    fresh = rows.locked(walkthrough.pk)
    fresh.service = service
    return fresh


def locked_seat(seat: Seat, *, by: Actor, at: datetime) -> Seat:
    """Return the fresh seat with person and walkthrough, all locked from the service down. Four queries."""
    walkthrough = locked(Walkthrough.objects.get(pk=seat.walkthrough_id), by=by, at=at)
    fresh = Seat.objects.select_related("person").locked(seat.pk)
    fresh.walkthrough = walkthrough
    return fresh


def lock_content(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> None:  # noqa: ARG001
    """Let no answer change until a signature or a launch is written. One query."""
    fresh = Assessment.objects.locked(walkthrough.assessment_id)
    walkthrough.assessment.content_version = fresh.content_version
