"""The frame around every page of one service: header, tabs, and what the person may do."""

from dataclasses import dataclass
from typing import Any

from apps.accounts.http import PortalRequest, actor
from apps.catalog import rules
from apps.catalog.models import Phase, Service


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
    is_ready = phase in {Phase.READY, Phase.LIVE} or getattr(service, "was_ready", False)
    is_green = is_ready or phase == Phase.GREEN_LIGHT or getattr(service, "was_green", False)
    tabs = [("Overview", own)]
    if is_green:
        tabs.append(("Green-light", f"{whole}green-light/"))
    if is_ready:
        tabs += [("Readiness", f"{whole}readiness/"), ("Walkthrough", f"{whole}walkthroughs/")]
    return [*tabs, ("History", f"{own}history/")]
