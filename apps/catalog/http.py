"""The frame around every page of one service, and the list of services as a file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import Actor, User
from apps.activity.transitions import note_export
from apps.catalog import queries, rules
from apps.catalog.models import Phase, Service

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
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
        _lines([address(row.get_absolute_url()), row] for row in rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="services.csv"'
    return response


class _Echo:
    """A file that hands back what was written."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: Iterator[list[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)  # so that spreadsheets read it as UTF-8
    for address, service in rows:
        yield writer.writerow([_cell(value) for value in (*_values(service), address)])


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


def _cell(value: object) -> str:
    """Return text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
