"""A team's person-weeks in one quarter."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page
from apps.core.results import Conflict, Saved
from apps.okrs import queries, transitions
from apps.okrs.forms import capacity as forms
from apps.okrs.models import Quarter
from apps.okrs.rules import capacity as rules
from apps.okrs.views import answers


@require_http_methods(["GET", "POST"])
def capacity(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Show the plan, what it is promised to, loans both ways and waivers; save the plan."""
    quarter = queries.quarter(cycle, team)
    if request.method == "GET":
        return _page(request, quarter)
    shown = queries.capacity_page(quarter, person=request.user, on=timezone.localdate())
    form = forms.PlanForm.of(shown.plan, request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            match transitions.plan_capacity(quarter, by=actor(request), at=timezone.now(), **form.plan):
                case Saved():
                    messages.success(request, "The plan is saved.")
                    return redirect("okrs:capacity", cycle, team)
                case Conflict(theirs):
                    typed = {name: form.data.get(name) for name in ("people", "weeks", "upkeep", "leave")}
                    fresh = forms.PlanForm(initial=typed | {"revision": theirs.revision})
                    both: dict[str, Any] = {"plan_form": fresh, "theirs": theirs, "is_conflict": True}
                    return _page(request, quarter, status=HTTPStatus.CONFLICT, **both)
    return _page(request, quarter, status=answers.status_of(form), plan_form=form)


def _page(request: PortalRequest, quarter: Quarter, *, status: int = 200, **more: Any) -> HttpResponse:
    by = actor(request)
    shown = queries.capacity_page(quarter, person=request.user, on=timezone.localdate())
    root = queries.root_team()
    is_open = quarter.cycle.state in {"planning", "active"}
    answers.say_undrawn(request, more, is_drawn=is_open)
    context: dict[str, Any] = {
        "shown": shown,
        "quarter": quarter,
        "ledger": shown.ledger,
        "may_plan": is_open and rules.may_plan(by, quarter.team),
        "may_waive": is_open and shown.plan is not None and rules.may_waive(by, quarter.team, root),
        "root": root,
        "plan_form": forms.PlanForm.of(shown.plan),
        "promise_form": forms.PromiseForm(objectives=shown.objectives),
        "waiver_form": forms.WaiverForm(initial={"expires_on": quarter.cycle.ends_on}),
    }
    return page(request, "okrs/capacity.html", context | more, status=status)


@require_POST
def promise_weeks(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Promise person-weeks to something."""
    quarter = queries.quarter(cycle, team)
    shown = queries.capacity_page(quarter, person=request.user, on=timezone.localdate())
    form = forms.PromiseForm(request.POST, objectives=shown.objectives)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.promise_weeks(quarter, by=actor(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Promised.")
            return redirect("okrs:capacity", cycle, team)
    return _page(request, quarter, status=answers.status_of(form), promise_form=form)


@require_POST
def change_weeks(request: PortalRequest, cycle: str, team: str, pk: int) -> HttpResponse:
    """Promise more or fewer person-weeks to the same."""
    quarter = queries.quarter(cycle, team)
    found = queries.allocation(pk, quarter)
    form = forms.WeeksForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.change_weeks(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Changed.")
            return redirect("okrs:capacity", cycle, team)
    return _page(request, quarter, status=answers.status_of(form), weeks_form=form, weeks_of=found.pk)


@require_POST
def free_weeks(request: PortalRequest, cycle: str, team: str, pk: int) -> HttpResponse:
    """Take promised person-weeks back."""
    found = queries.allocation(pk, queries.quarter(cycle, team))
    transitions.free_weeks(found, by=actor(request), at=timezone.now())
    messages.success(request, "Free again.")
    return redirect("okrs:capacity", cycle, team)


@require_POST
def waive(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Allow the team to promise more than it has."""
    quarter = queries.quarter(cycle, team)
    form = forms.WaiverForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.waive(quarter, by=actor(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Allowed. Their leads were told.")
            return redirect("okrs:capacity", cycle, team)
    return _page(request, quarter, status=answers.status_of(form), waiver_form=form)
