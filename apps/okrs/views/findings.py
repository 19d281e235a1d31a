"""What the rules noticed: a list, one finding to argue with, and the rules themselves."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.comments.queries import conversation
from apps.core.http import page
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import DecideForm, ResolveForm, SayForm, TeamFilter
from apps.okrs.http import noted
from apps.okrs.models import Finding
from apps.okrs.views import answers
from apps.okrs.views.finding import today

SAID = {
    "accept": "Accepted as a risk: it no longer stands in the way.",
    "dismiss": "Dismissed. It returns when its values change.",
    "resolve": "Written down. It goes away when the plans have changed.",
}


@require_safe
def findings(request: PortalRequest, cycle: str) -> HttpResponse:
    """Show what the rules noticed in a cycle, the gravest first."""
    found = queries.cycle_of(cycle)
    form = TeamFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"team": "", "state": ""}
    shown = queries.findings_page(
        found,
        person=request.user,
        on=today(request),
        team=asked["team"],
        state=asked["state"] or "open",
    )
    context = {"cycle": found, "page": shown, "team": asked["team"], "state": asked["state"] or "open"}
    return page(request, "okrs/findings.html", context)


@require_safe
def finding(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one finding: what it follows from, what one can do, and who argues."""
    return _finding(request, _found(request, pk))


def _found(request: PortalRequest, pk: int) -> Finding:
    found = queries.finding(pk, person=request.user, on=today(request))
    noted([found.objective, found.other_objective], by=actor(request))
    return found


def _finding(
    request: PortalRequest, found: Finding, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    by = actor(request)
    is_open = found.state == Finding.State.OPEN and found.gone_at is None
    answers.say_undrawn(request, more, is_drawn=is_open)
    context = {
        "finding": found,
        "rule": rules.CATALOGUE.get(found.code),
        "comments": conversation("finding", found.pk),
        "is_open": is_open,
        "may_decide": rules.may_decide(by, found),
        "is_between": found.code.startswith("K"),
        "own": rules.own_side(by, found),
        "accept_form": DecideForm(prefix="accept"),
        "dismiss_form": DecideForm(prefix="dismiss"),
        "resolve_form": ResolveForm(prefix="resolve"),
        "evidence": rules.evidence_lines(found.evidence),
    }
    return page(request, "okrs/finding.html", context | more, status=status)


@require_POST
def decide_finding(request: PortalRequest, pk: int, step: str) -> HttpResponse:
    """Accept a finding as a risk, dismiss it, or say how it is resolved; each with a reason."""
    if step not in SAID:
        raise Http404
    found = _found(request, pk)
    form = (ResolveForm if step == "resolve" else DecideForm)(request.POST, prefix=step)
    if form.is_valid():
        with answers.refused_in(form):
            by, at = actor(request), timezone.now()
            if step == "resolve":
                transitions.choose_resolution(found, by=by, at=at, **form.cleaned_data)
            else:
                decide = transitions.accept_risk if step == "accept" else transitions.dismiss
                decide(found, reason=form.cleaned_data["reason"], by=by, at=at)
            messages.success(request, SAID[step])
            return redirect(found)
    return _finding(request, found, status=answers.status_of(form), **{f"{step}_form": form})


@require_POST
def reopen_finding(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a decision about a finding back."""
    found = _found(request, pk)
    transitions.reopen_finding(found, by=actor(request), at=timezone.now())
    messages.success(request, "It is open again.")
    return redirect(found)


@require_POST
def argue(request: PortalRequest, pk: int) -> HttpResponse:
    """Say something about a finding."""
    found = _found(request, pk)
    form = SayForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.argue(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
            return redirect(found)
    return _finding(request, found, status=answers.status_of(form), say_form=form)


@require_http_methods(["GET", "POST"])
def rule(request: PortalRequest, code: str) -> HttpResponse:
    """Show one rule with a weak and a strong example, and let people argue with it."""
    shown = queries.rule_page(code)
    form = SayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        transitions.argue_about_rule(
            shown.rule.code, by=actor(request), at=timezone.now(), **form.cleaned_data
        )
        return redirect("okrs:rule", code=code)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "okrs/rule.html", {"page": shown, "rule": shown.rule, "form": form}, status=status)
