"""Watching background work."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HTMX_STOP_POLLING

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page, wants_part
from apps.jobs import queries, rules, transitions
from apps.jobs.models import Job, State


@require_GET
def job(request: PortalRequest, pk: int) -> HttpResponse:
    """Show how far a job is; what polls gets 204 while nothing changed, and 286 when it may stop."""
    found = _find(request, pk)
    is_polling = wants_part(request) and "seen" in request.GET
    if is_polling and request.GET["seen"] == found.mark:
        return HttpResponse(status=204)
    by = actor(request)
    status = HTMX_STOP_POLLING if is_polling and found.is_over else 200
    context = {
        "job": found,
        "words": rules.words_of(found.kind),
        "may_retry": found.state == State.FAILED and rules.may_retry(by, found),
        "may_see": rules.may_see_result(by, found),
    }
    return page(request, "jobs/job.html", context, part="progress", status=status)


@require_POST
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    """Start a failed job again."""
    again = transitions.retry(_find(request, pk), by=actor(request), at=timezone.now())
    messages.success(request, f"“{again}” waits for its turn again.")
    return redirect(again)


def _find(request: PortalRequest, pk: int) -> Job:
    return get_object_or_404(queries.visible(request.user.audiences), pk=pk)
