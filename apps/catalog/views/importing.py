"""Pages of the import: an upload, and what became of it."""

from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.catalog import forms, rules, transitions
from apps.core.http import page
from apps.core.statements import or_404
from apps.jobs.models import State
from apps.jobs.queries import latest

WORDS: Final = ("created", "updated", "unchanged", "drifted")
KINDS: Final = {
    "team": "Teams",
    "person": "People",
    "domain": "Domains",
    "system": "Systems",
    "service": "Services",
    "interface": "Interfaces",
}


@require_http_methods(["GET", "POST"])
def upload(request: PortalRequest) -> HttpResponse:
    """Take entity files or a zip; a worker imports them."""
    by = actor(request)
    rules.check_may_organise(by)
    if request.method == "GET":
        return page(request, "catalog/import.html", {"form": forms.UploadForm()})
    form = forms.UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, "catalog/import.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(transitions.ask_import(form.cleaned_data["uploads"], by=by, at=timezone.now()))


@require_GET
def result(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what an import brought, and each thing that it left out."""
    rules.check_may_organise(actor(request))
    job = or_404(latest("import", pk, "catalog.import"))
    if job.state != State.DONE:
        return redirect(job)
    counts = [
        (title, [(word, job.result[word].get(kind, 0)) for word in WORDS])
        for kind, title in KINDS.items()
        if any(job.result[word].get(kind) for word in WORDS)
    ]
    context = {"job": job, "result": job.result, "words": WORDS, "counts": counts}
    return page(request, "catalog/import_result.html", context)
