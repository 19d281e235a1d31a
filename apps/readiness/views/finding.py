"""What the views share: finding a checklist, and what the person may do with it."""

from typing import Any

from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.http import PortalRequest, actor
from apps.catalog.http import service_context
from apps.catalog.models import Service
from apps.catalog.queries import owning_team_ids
from apps.catalog.queries import service as service_by_slug
from apps.core.statements import or_404
from apps.readiness import queries, rules
from apps.readiness.models import Assessment, Kind

TABS = {Kind.CONVERSATION.value: "Green-light", Kind.READINESS.value: "Readiness"}


def framed(request: PortalRequest, slug: str, kind: str) -> dict[str, Any]:
    """Return the context of a service's frame with the tab of a checklist. One query."""
    return service_context(request, service_by_slug(slug), tab=TABS[kind])


def found(request: PortalRequest, slug: str, kind: str, *, service: Service | None = None) -> Assessment:
    """Return the checklist that a page is about, or 404; the service may be there already. One query."""
    return or_404(queries.assessment(slug, kind, reader=request.user, service=service))


def powers(
    request: PortalRequest, assessment: Assessment, *, has_seat: bool, area: str = ""
) -> dict[str, Any]:
    """Return what the person may do with a checklist, for buttons. No query; one for whoever reviews."""
    by, service = actor(request), assessment.service
    is_open = assessment.closed_at is None and not _is_archived(service)
    is_reviewer = is_open and (has_seat or by.has(*rules.REVIEWERS))
    team_ids = owning_team_ids(service) if is_reviewer else set()
    return {
        "may_answer": is_open and rules.may_answer(by, service),
        "may_review": is_reviewer and rules.may_review(by, team_ids, has_seat=has_seat),
        "may_decide": is_reviewer and rules.may_decide(by, team_ids, area=area),
    }


def csrf_input(request: PortalRequest) -> SafeString:
    """Return the hidden field of all forms of a page: `{% csrf_token %}` hides the token anew for each."""
    return format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))


def _is_archived(service: Service) -> bool:
    return bool(service.phase_before)
