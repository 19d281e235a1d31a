"""What objectives are tied to: links, services, and the map of all of it."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.catalog.queries import service as service_of
from apps.core.http import page
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import ServiceForm, TeamFilter, TieForm
from apps.okrs.models import Objective, State
from apps.okrs.views import answers
from apps.okrs.views.finding import found_objective, page_of, saved_place, today

MOST_LETTERS = 100


@require_http_methods(["GET", "POST"])
def ties(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what an objective contributes to and depends on; add to it."""
    found = found_objective(request, pk)
    if request.method == "GET":
        return _ties(request, found)
    key = request.POST.get("target", "")
    target = queries.target(key, person=request.user, on=today(request))
    known = [queries.Target(key, str(target), "")] if target is not None else []
    form = TieForm(request.POST, targets=known)
    if form.is_valid() and target is not None:
        with answers.refused_in(form):
            transitions.link_objective(
                found, target=target, by=actor(request), at=timezone.now(), **form.kind_of_fields
            )
            messages.success(request, "Tied.")
            return saved_place(request, found, reverse("okrs:ties", args=[pk]))
    return _ties(request, found, status=answers.status_of(form), form=form)


def _ties(
    request: PortalRequest, found: Objective, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:MOST_LETTERS]
    on = today(request)
    targets = queries.targets(found, root=queries.root_team(), person=request.user, on=on, words=words)
    context = {
        "objective": found,
        "page_url": page_of(found),
        "ties": queries.ties_of(found, person=request.user, on=on),
        "may_edit": rules.may_draft(actor(request), found.team) and bool(rules.MOVES[State(found.state)]),
        "form": TieForm(targets=targets, initial={"kind": "contributes"}),
        "service_form": ServiceForm(),
        "words": words,
        "targets": targets,
    }
    return page(request, "okrs/ties.html", context | more, status=status)


@require_POST
def untie(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a link away."""
    link = queries.link(pk, person=request.user, on=today(request))
    if link is None:
        raise Http404
    transitions.unlink_objective(link, by=actor(request), at=timezone.now())
    messages.success(request, "The tie is gone.")
    return redirect("okrs:ties", pk=link.objective_id)


@require_POST
def add_service(request: PortalRequest, pk: int) -> HttpResponse:
    """Name a service that an objective is about."""
    found = found_objective(request, pk)
    form = ServiceForm(request.POST)
    if not form.is_valid():
        return _ties(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, service_form=form)
    try:
        service = service_of(form.cleaned_data["service"])
    except Http404:
        form.add_error("service", "There is no service of this address.")
        return _ties(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, service_form=form)
    with answers.refused_in(form):
        transitions.link_service(
            found, service=service, note=form.cleaned_data["note"], by=actor(request), at=timezone.now()
        )
        messages.success(request, f"It is about {service} now. That is evidence, and moves no score.")
        return redirect("okrs:ties", pk=pk)
    return _ties(request, found, status=answers.status_of(form), service_form=form)


@require_POST
def remove_service(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a service away from an objective."""
    link = queries.service_link(pk, person=request.user, on=today(request))
    if link is None:
        raise Http404
    transitions.unlink_service(link, by=actor(request), at=timezone.now())
    return redirect("okrs:ties", pk=link.objective_id)


@require_safe
def alignment(request: PortalRequest, cycle: str) -> HttpResponse:
    """Draw what is tied to what, and show the same as a table."""
    found = queries.cycle_of(cycle)
    form = TeamFilter(request.GET)
    team = form.cleaned_data["team"] if form.is_valid() else ""
    shown = queries.alignment(
        found, root=queries.root_team(), person=request.user, on=today(request), team=team
    )
    return page(request, "okrs/map.html", {"cycle": found, "page": shown, "team": team})
