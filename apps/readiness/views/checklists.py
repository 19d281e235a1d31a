"""The checklists themselves, to read before anybody has to answer them."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest
from apps.core.http import page
from apps.core.statements import or_404
from apps.core.text import key_in
from apps.readiness import queries


@require_safe
def checklists(request: PortalRequest) -> HttpResponse:
    """List every checklist in its newest edition. Three queries."""
    rows = [(edition, queries.sheet(edition)) for edition in queries.editions()]
    return page(request, "readiness/checklists.html", {"rows": rows})


@require_safe
def checklist(request: PortalRequest, key: str) -> HttpResponse:
    """Show one checklist with its guidance; `?edition=2` shows an older one. Three queries."""
    asked = request.GET.get("edition", "")
    edition = queries.edition(key, or_404(key_in(asked)) if asked else None)
    return page(request, "readiness/checklist.html", {"edition": edition, "sheet": queries.sheet(edition)})
