"""The frame around every page of one service, and the list of services as a file."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import Actor, User
from apps.activity.transitions import note_export
from apps.catalog import queries, rules
from apps.catalog.models import Phase, Service
from apps.core.sheets import CSV, csv_lines

COLUMNS: Final = (
    "name",
    "purpose",
    "kind",
    "phase",
    "phase since",
    "tier",
    "risk",
    "team",
    "advisor",
    "next step",
    "next on",
    "answered",
    "applicable",
    "weak areas",
    "wanted launch",
    "tags",
    "origin",
    "address",
)


@dataclass(frozen=True)
class Tab:
    """One tab of a service's pages."""

    title: str
    url: str
    is_current: bool


def service_context(request: PortalRequest, service: Service, *, tab: str) -> dict[str, Any]:
    """Return what services/frame.html needs, for a service that came from queries.service. No query.

    `tab` is the title of the present one. A part shows the checklist and walkthroughs of its whole.
    """
    by = actor(request)
    return {
        "service": service,
        "whole": service.part_of or service,
        "phase_tone": rules.tone(service.phase),
        "tabs": [Tab(title, url, title == tab) for title, url in _tabs(service)],
        "is_member": rules.may_edit(by, service),
        "is_lead": by.leads(service.team_id),
        "may_organise": rules.may_organise(by),
    }


def _tabs(service: Service) -> list[tuple[str, str]]:
    """Return title and address of the tabs that the phase, or the past, brings."""
    own, whole = service.get_absolute_url(), (service.part_of or service).get_absolute_url()
    phase = service.phase_before or service.phase
    is_ready = phase in {Phase.READY, Phase.LIVE} or service.was_ready  # type: ignore[attr-defined]
    is_green = is_ready or phase == Phase.GREEN_LIGHT or service.was_green  # type: ignore[attr-defined]
    tabs = [("Overview", own)]
    if is_green:
        tabs.append(("Green-light", f"{whole}green-light/"))
    if is_ready:
        tabs += [("Readiness", f"{whole}readiness/"), ("Walkthrough", f"{whole}walkthroughs/")]
    return [*tabs, ("History", f"{own}history/")]


def services_file(
    request: HttpRequest, filters: queries.Filters, *, to: User, by: Actor
) -> StreamingHttpResponse:
    """Hand out the list that the address filters as CSV, row by row; and write down that we did."""
    note_export(
        to.subject, what="the list of services", asked=request.GET.urlencode(), by=by, at=timezone.now()
    )
    rows = queries.exported(filters, person=to)
    address = request.build_absolute_uri
    response = StreamingHttpResponse(
        csv_lines(COLUMNS, ((*_values(row), address(row.get_absolute_url())) for row in rows)),
        content_type=CSV,
    )
    response["Content-Disposition"] = 'attachment; filename="services.csv"'
    return response


def _values(service: Service) -> list[Any]:
    summary = service.summary
    return [
        service.name,
        service.purpose,
        service.get_kind_display(),
        service.get_phase_display(),
        service.phase_since.date(),
        service.tier,
        rules.risk(service).level.label,
        service.team or "",
        service.advisor or "",
        summary.next_step,
        summary.next_on or "",
        summary.answered,
        summary.applicable,
        "; ".join(area["title"] for area in summary.weak_areas),
        service.launch_on or "",
        "; ".join(map(str, service.tags)),
        service.origin,
    ]
