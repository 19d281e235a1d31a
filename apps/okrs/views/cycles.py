"""The quarter of the organisation, its steps, the archive, and what has no quarter."""

from http import HTTPStatus

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import Actor
from apps.catalog.models import Team
from apps.catalog.queries import teams_of
from apps.core.http import page
from apps.core.text import key_in
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import ReasonForm
from apps.okrs.http import noted, noted_of
from apps.okrs.models import Cycle, CycleState
from apps.okrs.views import answers
from apps.okrs.views.finding import no_root, today

TURNS = {
    "begin": ("Begin the quarter", CycleState.PLANNING, transitions.begin_cycle),
    "grade": ("End the work, begin grading", CycleState.ACTIVE, transitions.begin_cycle_grading),
    "close": ("Close the quarter", CycleState.GRADING, transitions.close_cycle),
    "reopen": ("Reopen it", CycleState.CLOSED, transitions.reopen_cycle),
}
CONSEQUENCES = {
    "begin": "Agreed objectives can become active now. One quarter is active at a time.",
    "grade": "Every active objective is graded next; its team's leads are told.",
    "close": (
        "What is to be kept or changed is copied into the next quarter as a draft, and what was never "
        "agreed goes into the backlog. Questions that nobody answered lapse."
    ),
    "reopen": "It goes back to grading. From then on it closes when a lead closes it, not by itself.",
}


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Lead to the quarter of today; without one, say where quarters come from."""
    current = queries.current_cycle(on=today(request))
    if current is not None:
        return redirect(current)
    root, may_carry = queries.root_team(), rules.may_carry_quarters(actor(request))
    context = {"root": root, "no_root": no_root(root), "may_carry": may_carry}
    return page(request, "okrs/home.html", context)


@require_safe
def cycle(request: PortalRequest, cycle: str) -> HttpResponse:
    """Show the organisation's quarter: every team, compact, with its key results."""
    all_cycles = queries.cycles()
    found = next((one for one in all_cycles if one.slug == cycle), None)
    if found is None:
        raise Http404
    root, by = queries.root_team(), actor(request)
    shown = queries.cycle_page(
        found,
        root=root,
        person=request.user,
        today=today(request),
        after=key_in(request.GET.get("after", "")),
    )
    noted_of(found, [one.team for one in shown.teams], by=by)
    place = all_cycles.index(found)
    context = {
        "page": shown,
        "cycle": found,
        "root": root,
        "no_root": no_root(root),
        "turns": _turns(found, root, by),
        "may_carry": rules.may_carry_quarters(by),
        "earlier": all_cycles[place + 1] if place + 1 < len(all_cycles) else None,
        "later": all_cycles[place - 1] if place else None,
    }
    return page(request, "okrs/cycle.html", context)


def _turns(found: Cycle, root: Team | None, by: Actor) -> list[tuple[str, str]]:
    """Return the steps that somebody may try from here."""
    may = {key: rules.may_turn(by, root) and by.person is not None for key in TURNS}
    may["reopen"] = by.has("admin")
    return [(key, label) for key, (label, state, _step) in TURNS.items() if state == found.state and may[key]]


@require_http_methods(["GET", "POST"])
def cycle_step(request: PortalRequest, cycle: str, step: str) -> HttpResponse:
    """Move a quarter on; its leads do, or on its days the job. An administrator reopens one."""
    if step not in TURNS:
        raise Http404
    found = queries.cycle_of(cycle)
    by = actor(request)
    label, _state, turn = TURNS[step]
    if step == "reopen":
        rules.check_may_reopen(by)
    else:
        rules.check_may_turn(by, queries.root_team())
    data = request.POST if request.method == "POST" else None
    form = ReasonForm(data, needs_reason=True) if step == "reopen" else django_forms.Form(data)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            moved: Cycle = turn(found, by=by, at=timezone.now(), **form.cleaned_data)  # type: ignore[operator]
            messages.success(request, f"{moved} is {moved.get_state_display().lower()} now.")
            return redirect(moved)
    context = {
        "title": f"{label}: {found}",
        "consequence": CONSEQUENCES[step],
        "cycle": found,
        "page_url": found.get_absolute_url(),
        "form": form,
        "action": label,
        "waiting": queries.unfinished(found) if step == "close" else 0,
    }
    status = answers.status_of(form)
    return page(request, "okrs/form.html", context, status=status)


@require_safe
def archive(request: PortalRequest) -> HttpResponse:
    """List the quarters that are over, with what was in each."""
    return page(request, "okrs/archive.html", {"rows": queries.archive(request.user, on=today(request))})


@require_safe
def backlog(request: PortalRequest) -> HttpResponse:
    """List what has no quarter: next and later, by team."""
    return backlog_page(request)


def backlog_page(
    request: PortalRequest, *, status: int = HTTPStatus.OK, typed: tuple[int, django_forms.Form] | None = None
) -> HttpResponse:
    """Show the backlog, with what was typed for one team and refused."""
    by = actor(request)
    found = list(queries.backlog(request.user, on=today(request))[:200])
    noted(found, by=by)
    rows = [(one, rules.steps_for(by, one)) for one in found]
    team_id, form = typed or (None, None)
    own = [(team, form if team.pk == team_id else None) for team in teams_of(request.user)]
    return page(request, "okrs/backlog.html", {"rows": rows, "own": own}, status=status)
