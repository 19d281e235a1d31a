"""What the addresses of a walkthrough's pages name; whatever a page refuses leads back to its walkthrough."""

from django.shortcuts import get_object_or_404

from apps.accounts.http import PortalRequest
from apps.core.http import lead_back
from apps.walkthroughs import queries
from apps.walkthroughs.models import Seat, Walkthrough


def find(request: PortalRequest, pk: int) -> Walkthrough:
    """Return one walkthrough as `queries.walkthrough` does, or 404. One query."""
    return _noted(request, queries.walkthrough(pk))


def find_plain(request: PortalRequest, pk: int) -> Walkthrough:
    """Return one walkthrough as `queries.walkthroughs` loads it, or 404. One query."""
    return _noted(request, get_object_or_404(queries.walkthroughs(), pk=pk))


def find_seat(request: PortalRequest, pk: int) -> Seat:
    """Return one seat as `queries.seat` does, or 404. One query."""
    seat = queries.seat(pk)
    _noted(request, seat.walkthrough)
    return seat


def _noted(request: PortalRequest, walkthrough: Walkthrough) -> Walkthrough:
    lead_back(request, walkthrough.get_absolute_url(), "Back to the walkthrough")
    return walkthrough
