"""Checklists on paper: blank or filled, with the codes of the items."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest
from apps.core.http import page
from apps.readiness import queries
from apps.readiness.models import Kind
from apps.readiness.views.finding import found


@require_safe
def print_green_light(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the conversation as it prints: one page in two columns when blank. Six queries."""
    return _print(request, slug, Kind.CONVERSATION)


@require_safe
def print_readiness(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the ten areas as they print; `?blank=1` leaves room for answers. Six queries."""
    return _print(request, slug, Kind.READINESS)


def _print(request: PortalRequest, slug: str, kind: str) -> HttpResponse:
    assessment = found(request, slug, kind)
    context = {
        "assessment": assessment,
        "service": assessment.service,
        "sheet": queries.sheet(assessment.edition),
        "areas": queries.printed(assessment),
        "is_blank": "blank" in request.GET,
        "has_guidance": "guidance" in request.GET,
        "is_conversation": kind == Kind.CONVERSATION,
    }
    return page(request, "readiness/print.html", context)
