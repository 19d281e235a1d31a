"""What the pages of goals share: who reads on which day, and where a step leads back to."""

from datetime import date
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.accounts.http import PortalRequest
from apps.okrs import queries
from apps.okrs.models import KeyResult, Objective


def today(request: PortalRequest) -> date:
    """Return the day that it is for the reader."""
    return timezone.localdate(timezone=ZoneInfo(request.user.time_zone or "UTC"))


def found_objective(request: PortalRequest, pk: int) -> Objective:
    """Return one objective that the reader may see, or 404."""
    return queries.objective(pk, person=request.user, on=today(request))


def found_key_result(request: PortalRequest, pk: int) -> KeyResult:
    """Return one key result that the reader may see, or 404."""
    return queries.key_result(pk, person=request.user, on=today(request))


def page_of(objective: Objective) -> str:
    """Return where an objective stands as a part of its team's page, or of the backlog."""
    if objective.cycle is None:
        return f"{reverse('okrs:backlog')}#objective-{objective.pk}"
    page = reverse("okrs:quarter", args=[objective.cycle.slug, objective.team.slug])
    return f"{page}#objective-{objective.pk}"


def back(objective: Objective) -> HttpResponse:
    """Return to the place of an objective."""
    return redirect(page_of(objective))
