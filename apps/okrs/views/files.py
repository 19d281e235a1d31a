"""Quarters that come and go as files: lists for spreadsheets, tables of objectives, and whole quarters."""

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.catalog.models import Team
from apps.catalog.queries import team as team_of
from apps.core import sheets
from apps.core.http import page
from apps.core.statements import or_404
from apps.jobs.models import State
from apps.jobs.queries import latest
from apps.okrs import http, imports, queries, rules, transitions
from apps.okrs.forms import QuarterFileForm, SheetForm
from apps.okrs.models import Cycle
from apps.okrs.views.finding import REFUSED

EXAMPLE: Final = "objectives.csv"


@require_safe
def cycle_list(request: PortalRequest, cycle: str, kind: str) -> HttpResponse:
    """Hand out the organisation's quarter as a list."""
    return _list(request, queries.cycle_of(cycle), None, kind)


@require_safe
def quarter_list(request: PortalRequest, cycle: str, team: str, kind: str) -> HttpResponse:
    """Hand out a team's quarter as a list."""
    return _list(request, queries.cycle_of(cycle), team_of(team), kind)


def _list(request: PortalRequest, cycle: Cycle, team: Team | None, kind: str) -> HttpResponse:
    if kind not in {"csv", "xlsx"}:
        raise Http404
    return http.list_file(request, cycle, team, kind, to=request.user, by=actor(request))


@require_safe
def example(request: PortalRequest) -> HttpResponse:  # noqa: ARG001 -- the same for everybody
    """Hand out a table that shows how objectives are written."""
    head, *rows = imports.EXAMPLE
    return http.as_file("".join(sheets.csv_lines(head, rows)).encode(), EXAMPLE, sheets.CSV)


def _brought(request: PortalRequest) -> tuple[Any, Any]:
    """Return what a form is bound to; one that was sent without anything says so."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@require_http_methods(["GET", "HEAD", "POST"])
def import_objectives(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Look at a table of objectives line by line, then write them down as drafts."""
    found = queries.quarter(cycle, team)
    rules.check_may_draft(actor(request), found.team)
    rules.check_open_cycle(found.cycle)
    form = SheetForm(*_brought(request))
    context = {
        "quarter": found,
        "cycle": found.cycle,
        "team": found.team,
        "form": form,
        "columns": [names[0] for names in imports.COLUMNS.values()],
    }
    if request.method != "POST" or not form.is_valid():
        return page(request, "okrs/sheet.html", context, status=REFUSED if form.errors else HTTPStatus.OK)
    text = form.cleaned_data["text"]
    preview = queries.sheet_preview(found, text)
    if "write" in request.POST and preview.wanted:
        made = transitions.write_sheet(found, objectives=preview.wanted, by=actor(request), at=timezone.now())
        messages.success(request, f"{len(made)} objectives are written down as drafts.")
        return redirect(found)
    context |= {"preview": preview, "text": text, "form": SheetForm(initial={"text": text})}
    return page(request, "okrs/sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: PortalRequest, cycle: str) -> HttpResponse:
    """Ask for a whole quarter as one file, and say when it is there."""
    rules.check_may_carry_quarters(actor(request))
    found = queries.cycle_of(cycle)
    if request.method == "POST":
        return redirect(transitions.ask_export(found, by=actor(request), at=timezone.now()))
    job = latest("cycle", found.pk, transitions.EXPORT)
    counts = _words(job.result["counts"]) if job and job.state == State.DONE else []
    left_out = _words(job.result["left_out"]) if counts and job else []
    context = {"cycle": found, "job": job, "counts": counts, "left_out": left_out}
    return page(request, "okrs/export.html", context)


def _words(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Return the parts of a file by the words of the page."""
    return [(name.replace("_", " "), counts[name]) for name in imports.PART if name in counts]


@require_safe
def export_file(request: PortalRequest, cycle: str) -> HttpResponse:
    """Hand out the file that was written last; and write down that we did."""
    return http.quarter_file(queries.cycle_of(cycle), by=actor(request))


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: PortalRequest) -> HttpResponse:
    """Take the file of a quarter; a worker looks at it before anything is written."""
    rules.check_may_carry_quarters(actor(request))
    form = QuarterFileForm(*_brought(request))
    if request.method != "POST" or not form.is_valid():
        status = REFUSED if form.errors else HTTPStatus.OK
        return page(request, "okrs/restore.html", {"form": form}, status=status)
    name, content = form.cleaned_data["upload"]
    return redirect(transitions.ask_restore(content, name=name, by=actor(request), at=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def restored(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what a file would bring, or has brought; a second click writes it."""
    by = actor(request)
    rules.check_may_carry_quarters(by)
    job = or_404(latest("quarter_file", pk, transitions.RESTORE))
    if job.state != State.DONE:
        return redirect(job)
    if request.method == "POST":
        return redirect(transitions.confirm_restore(job, by=by, at=timezone.now()))
    result = job.result
    context = {
        "job": job,
        "result": result,
        "name": job.payload["name"],
        "counts": _words(result["created"]),
        "cycle": Cycle.objects.filter(slug=result["cycle"]).first(),
    }
    return page(request, "okrs/restored.html", context)
