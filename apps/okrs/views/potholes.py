"""The candidates of a team's quarter."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import LeaveAllForm, LeaveForm, TakeForm
from apps.okrs.models import CycleState, Quarter
from apps.okrs.views import answers

PLANNED = {CycleState.PLANNING, CycleState.ACTIVE}


@require_safe
def potholes(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Show the gaps and accepted risks of a team's services, to take up or to leave."""
    return _potholes(request, queries.quarter(cycle, team))


def _potholes(
    request: PortalRequest, found: Quarter, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    by = actor(request)
    is_open = found.cycle.state in PLANNED
    answers.say_undrawn(request, more, is_drawn=False)  # what was decided meanwhile has no form any more
    context = {
        "quarter": found,
        "cycle": found.cycle,
        "team": found.team,
        "page": queries.potholes(found),
        "may_write": is_open and rules.may_draft(by, found.team),
        "may_say_no": is_open and rules.speaks_for(by, found.team),
        "all_form": LeaveAllForm(),
        "refused_key": request.POST.get("key", "") if request.method == "POST" else "",
    }
    return page(request, "okrs/potholes.html", context | more, status=status)


@require_POST
def take_pothole(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Take a candidate up as the draft of an objective."""
    found = queries.quarter(cycle, team)
    form = TakeForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.take_pothole(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
            messages.success(
                request, "It is a draft in the quarter now. Add how you will know that it is done."
            )
            return redirect("okrs:potholes", cycle=cycle, team=team)
    return _potholes(request, found, status=answers.status_of(form), take_form=form)


@require_POST
def leave_pothole(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Leave a candidate with a reason."""
    found = queries.quarter(cycle, team)
    form = LeaveForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.leave_pothole(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Left, with your reason.")
            return redirect("okrs:potholes", cycle=cycle, team=team)
    return _potholes(request, found, status=answers.status_of(form), leave_form=form)


@require_POST
def leave_all_potholes(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Take none of them: a recorded no."""
    found = queries.quarter(cycle, team)
    form = LeaveAllForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.leave_all_potholes(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, "None is taken up. The no stands in the register, with your reason.")
            return redirect("okrs:potholes", cycle=cycle, team=team)
    return _potholes(request, found, status=answers.status_of(form), all_form=form)
