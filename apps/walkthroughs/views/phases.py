"""Pages of the moves that walkthroughs decide about: prepare, launch, move back, archive, restore."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.catalog.http import service_context
from apps.catalog.models import Phase, Service
from apps.catalog.queries import service
from apps.catalog.rules import check_lead, check_move, check_whole
from apps.core.http import page
from apps.readiness.models import Kind
from apps.readiness.queries import gaps, present
from apps.walkthroughs import forms, queries, rules, transitions


@require_http_methods(["GET", "POST"])
def prepare(request: PortalRequest, slug: str) -> HttpResponse:
    """Begin the preparation for production; what is unanswered is listed, and does not block."""
    found = service(slug)
    by = actor(request)
    check_lead(by, found)
    if request.method == "POST":
        walkthrough = transitions.prepare(found, by=by, at=timezone.now())
        day = f"{walkthrough.planned_on:%-d %B}"
        messages.success(request, f"The ten areas are open. A walkthrough is planned for about {day}.")
        return redirect("readiness:readiness", slug=slug)
    check_whole(found)
    check_move(found, Phase.READY)
    conversation = present(found, Kind.CONVERSATION)
    context = service_context(request, found, tab="Overview") | {
        "gaps": gaps(conversation) if conversation else [],
        "planned_on": rules.planned_day(timezone.now().date()),
    }
    return page(request, "walkthroughs/prepare.html", context)


@require_http_methods(["GET", "POST"])
def launch(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the gate, and launch: through it, or over it with a reason where the risk allows."""
    found = service(slug)
    by, now = actor(request), timezone.now()
    if found.phase != Phase.READY:
        check_whole(found)
        check_move(found, Phase.LIVE)
    gate = queries.launch_gate(found, now=now, by=by)
    over = rules.may_launch_over(by, found, gate)
    form = forms.LaunchForm(request.POST or None, needs_reason=over)
    if request.method == "POST" and form.is_valid():
        transitions.launch(found, by=by, at=now, **form.cleaned_data)
        messages.success(request, f"{found} is live. In 30 days the look-back asks how it went.")
        return redirect(found)
    context = service_context(request, found, tab="Overview") | {
        "gate": gate,
        "form": form,
        "may_launch": found.part_of is None and rules.may_launch(by, found, gate),
        "may_launch_over": found.part_of is None and over,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "walkthroughs/launch.html", context, status=status)


@require_http_methods(["GET", "POST"])
def move_back(request: PortalRequest, slug: str) -> HttpResponse:
    """Move a service back by one phase, with a reason."""
    found = service(slug)
    rules.check_may_move_back(actor(request), found)
    to = rules.BACK[found.phase].label.lower()
    return _with_reason(
        request,
        found,
        transitions.move_back,
        title=f"Move {found} back to {to}",
        action="Move it back",
        consequence="An open walkthrough is cancelled. The checklist stays readable, as of today.",
        done=f"{found} is back in {to}.",
    )


@require_http_methods(["GET", "POST"])
def archive(request: PortalRequest, slug: str) -> HttpResponse:
    """Put a service away, with a reason."""
    found = service(slug)
    check_lead(actor(request), found)
    check_move(found, Phase.ARCHIVED)
    return _with_reason(
        request,
        found,
        transitions.archive,
        title=f"Archive {found}",
        action="Archive it",
        consequence=(
            "Meetings to come are cancelled and reminders stop; what was held stays. "
            "A lead can restore it into its phase."
        ),
        done=f"{found} is archived.",
    )


@require_http_methods(["GET", "POST"])
def restore(request: PortalRequest, slug: str) -> HttpResponse:
    """Take a service out of the archive, with a reason."""
    found = service(slug)
    check_lead(actor(request), found)
    check_move(found, Phase(found.phase_before or found.phase))
    to = Phase(found.phase_before).label.lower()
    return _with_reason(
        request,
        found,
        transitions.restore,
        title=f"Restore {found}",
        action="Restore it",
        consequence=f"It goes back to {to}, where it was. A cancelled walkthrough is planned anew.",
        done=f"{found} is in {to} again.",
    )


def _with_reason(
    request: PortalRequest, found: Service, step: Callable[..., Service], *, done: str, **words: str
) -> HttpResponse:
    """Ask for the reason on a page of its own, say the consequence, and take the step."""
    check_whole(found)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, done)
        return redirect(found)
    context: dict[str, Any] = service_context(request, found, tab="Overview") | {"form": form} | words
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "walkthroughs/reason.html", context, status=status)
