"""How a green-light conversation begins."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page
from apps.readiness import rules, transitions
from apps.readiness.forms import StartForm
from apps.readiness.models import Kind
from apps.readiness.views.finding import framed


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PortalRequest, slug: str) -> HttpResponse:
    """Ask for the three things that a conversation begins with, and begin it."""
    context = framed(request, slug, Kind.CONVERSATION)
    service = context["service"]
    rules.check_starting(actor(request), service)
    known = {name: getattr(service, name) for name in StartForm.base_fields}
    form = StartForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        assessment = transitions.start_green_light(
            service, by=actor(request), at=timezone.now(), **form.cleaned_data
        )
        return redirect(assessment)
    status = 422 if request.method == "POST" else 200
    return page(request, "readiness/start.html", context | {"form": form}, status=status)
