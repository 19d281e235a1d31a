"""Pages of teams: the list, one team, its people."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import User
from apps.activity.queries import of_team
from apps.catalog import forms, queries, rules, transitions
from apps.catalog.models import Service, Team
from apps.catalog.views.conflicts import both_of
from apps.core.http import PAGE, one_page, page
from apps.core.results import Conflict, Saved
from apps.core.text import words_in

SUGGESTED: Final = 200  # people, while somebody types
LATELY: Final = 8


@require_GET
def teams(request: PortalRequest) -> HttpResponse:
    """List the teams by name."""
    search = words_in(request.GET.get("q", ""), limit=100)
    found = queries.teams(search=search)
    rows, following = one_page(request, found, field="name")
    context = {
        "teams": rows,
        "count": found.counted(),
        "search": search,
        "next": following,
        "may_create": rules.may_organise(actor(request)),
    }
    return page(request, "catalog/teams.html", context, part="list")


@require_http_methods(["GET", "POST"])
def create(request: PortalRequest) -> HttpResponse:
    """Write down a team."""
    rules.check_may_organise(actor(request))
    form = forms.TeamForm(request.POST or None, initial={"parent": queries.team_above_all()})
    if request.method == "POST" and form.is_valid():
        created = transitions.create_team(by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"The team {created} is there. Who belongs to it?")
        return redirect(created)
    return _form(request, form, {"title": "Create a team", "action": "Create the team"})


@require_http_methods(["GET", "POST"])
def edit(request: PortalRequest, slug: str) -> HttpResponse:
    """Change what a team says of itself; whoever was slower sees both values and decides."""
    team, by = queries.team(slug), actor(request)
    rules.check_may_edit_team(by, team)
    words = {"title": f"Edit {team}", "action": "Save the team", "team": team}
    if request.method == "GET":
        return _form(request, forms.team_form(team, by=by), words)
    form = forms.TeamEditForm(request.POST, team=team, by=by)
    if not form.is_valid():
        return _form(request, form, words)
    changes = dict(form.cleaned_data)
    revision = changes.pop("revision")
    match transitions.edit_team(team, revision=revision, changes=changes, by=by, at=timezone.now()):
        case Saved(saved):
            messages.success(request, f"{saved} is saved.")
            return redirect(saved)
        case Conflict(theirs):
            again = form.cleaned_data | {"revision": theirs.revision}
            mine = forms.TeamEditForm(team=theirs, by=by, initial=again)
            both = both_of(mine, forms.team_form(theirs, by=by), names=changes)
            words |= {"action": "Keep mine", "both": both}
            return _form(request, mine, words, status=HTTPStatus.CONFLICT)


def _form(
    request: PortalRequest, form: forms.TeamForm, context: dict[str, Any], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    if form.is_bound:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return page(request, "catalog/team_form.html", context | {"form": form}, status=status)


@require_GET
def team(request: PortalRequest, slug: str) -> HttpResponse:
    """Show a team: mission, people, services."""
    found = queries.team(slug)
    return _team(request, found, forms.MemberForm(team=found))


@require_POST
def add_member(request: PortalRequest, slug: str) -> HttpResponse:
    """Let somebody join."""
    found = queries.team(slug)
    rules.check_may_choose_members(actor(request), found)
    form = forms.MemberForm(request.POST, team=found)
    if not form.is_valid():
        return _team(request, found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    person = form.cleaned_data["person"]
    transitions.add_member(found, person=person, by=actor(request), at=timezone.now())
    messages.success(request, f"{person} is in {found}.")
    return redirect(found)


@require_POST
def remove_member(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Let somebody leave."""
    found, person = queries.team(slug), get_object_or_404(User, pk=pk)
    transitions.remove_member(found, person=person, by=actor(request), at=timezone.now())
    messages.success(request, f"{person} is no longer in {found}.")
    return redirect(found)


@require_POST
def lead(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Make a member a lead, or a lead a member."""
    found, person = queries.team(slug), get_object_or_404(User, pk=pk)
    is_lead = request.POST.get("is_lead") == "1"
    transitions.set_lead(found, person=person, is_lead=is_lead, by=actor(request), at=timezone.now())
    messages.success(request, f"{person} {'leads' if is_lead else 'no longer leads'} {found}.")
    return redirect(found)


def _team(request: PortalRequest, found: Team, form: forms.MemberForm, *, status: int = 200) -> HttpResponse:
    by = actor(request)
    may_choose = rules.may_choose_members(by, found)
    shown = queries.team_page(found)
    context = {
        "team": found,
        "page": shown,
        "services": _with_tone(shown.services[: PAGE + 1]),
        "most": PAGE,
        "form": form,
        "may_edit": rules.may_edit_team(by, found),
        "may_choose": may_choose,
        "may_set_leads": rules.may_organise(by),
        "may_register": rules.may_register(by, found),
        "suggested": queries.people_outside(found)[:SUGGESTED] if may_choose else [],
        "lately": of_team(found.pk, audiences=request.user.audiences, on=timezone.localdate(), limit=LATELY),
    }
    return page(request, "catalog/team.html", context, status=status)


def _with_tone(services: Iterable[Service]) -> list[Service]:
    """Return services with the colour of their phase beside its word."""
    rows = list(services)
    for row in rows:
        row.tone = rules.tone(row.phase)  # type: ignore[attr-defined]
    return rows
