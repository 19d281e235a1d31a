"""The report: asked for, watched, and downloaded."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.core.http import lead_back, page
from apps.jobs.queries import latest
from apps.walkthroughs import http, rules, transitions
from apps.walkthroughs.views.finding import find

KIND = "walkthroughs.report"


@require_http_methods(["GET", "POST"])
def report(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask the worker for the report, and show how far it is."""
    found = find(request, pk)
    if request.method == "POST":
        transitions.prepare_report(found, by=actor(request), at=timezone.now())
        return redirect("walkthroughs:report", pk=pk)
    context = {
        "walkthrough": found,
        "service": found.service,
        "when": rules.when_in_words(found),
        "job": latest("walkthrough", pk, KIND),
        "may_prepare": found.state in rules.WAITING,
    }
    return page(request, "walkthroughs/report.html", context)


@require_GET
def report_file(request: PortalRequest, pk: int) -> HttpResponse:
    """Hand out the newest report."""
    found = find(request, pk)
    lead_back(request, reverse("walkthroughs:report", args=[pk]), "Prepare the report anew")
    return http.report_file(found, by=actor(request))
