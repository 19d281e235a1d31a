"""Lists of walkthroughs: everybody's, and those of one service."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.http import PortalRequest, actor
from apps.catalog.http import service_context
from apps.catalog.models import RiskLevel
from apps.catalog.queries import service
from apps.core.http import page
from apps.walkthroughs import queries, rules
from apps.walkthroughs.models import State


@dataclass(frozen=True)
class Chip:
    """One filter that a click sets or takes away."""

    title: str
    url: str
    is_on: bool


@require_GET
def walkthroughs(request: PortalRequest) -> HttpResponse:
    """List what waits for the person, and the walkthroughs of one state; the address holds every filter."""
    now = timezone.now()
    filters = queries.Filters.of(request.GET.dict())
    listing = queries.listing(request.user, filters, now=now)
    context = {
        "todos": queries.waits_for(request.user, now=now) if filters.after is None else [],
        "listing": listing,
        "filters": filters,
        "views": [
            Chip(title, _address(filters, show=key), filters.show == key)
            for key, title in queries.SHOWN.items()
        ],
        "chips": _chips(filters),
        "next_url": _address(filters, after=listing.next_after) if listing.next_after else "",
    }
    return page(request, "walkthroughs/walkthroughs.html", context, part="list")


def _chips(filters: queries.Filters) -> list[Chip]:
    chips = [
        Chip("Mine and my teams'", _address(filters, mine="" if filters.is_mine else "1"), filters.is_mine)
    ]
    for level in RiskLevel:
        is_on = filters.risk == level
        url = _address(filters, risk="" if is_on else level.value)
        chips.append(Chip(f"{level.label} risk", url, is_on))
    return chips


def _address(filters: queries.Filters, **changes: object) -> str:
    values = {"show": filters.show, "risk": filters.risk, "mine": "1" if filters.is_mine else ""}
    said = {name: value for name, value in (values | changes).items() if value}
    return f"?{urlencode(said)}"


@require_GET
def of_service(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the walkthroughs of one service, newest first."""
    found = service(slug)
    by = actor(request)
    rows = list(queries.of_service(found))
    is_free = all(row.state in {State.DECIDED, State.CANCELLED} for row in rows)
    context = service_context(request, found, tab="Walkthrough") | {
        "rows": [(row, rules.when_in_words(row)) for row in rows],
        "may_plan": is_free and found.part_of is None and rules.may_plan_one(by, found),
    }
    return page(request, "walkthroughs/of_service.html", context)
