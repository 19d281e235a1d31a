"""A team's quarter: read, printed, added to, and put into an order."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.catalog.models import Team
from apps.catalog.queries import team as team_of
from apps.core.http import page, wants_part
from apps.core.results import Conflict
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import OrderForm, TowardForm, TypedForm
from apps.okrs.http import noted
from apps.okrs.models import Cycle, CycleState, Objective, Quarter
from apps.okrs.views import answers
from apps.okrs.views.cycles import backlog_page
from apps.okrs.views.finding import page_of, today

CLOSED = {CycleState.GRADING, CycleState.CLOSED}


@require_safe
def quarter(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Show a team's quarter as a document."""
    return _document(request, queries.quarter(cycle, team))


def _document(
    request: PortalRequest, found: Quarter, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    by = actor(request)
    shown = queries.document(found, person=request.user, by=by, today=today(request))
    noted([*(row.objective for row in shown.objectives), *shown.gone, *shown.backlog], by=by)
    is_open = found.cycle.state not in CLOSED
    answers.say_undrawn(request, more, is_drawn=is_open)
    context = {
        "page": shown,
        "quarter": found,
        "cycle": found.cycle,
        "team": found.team,
        "may_write": is_open and rules.may_draft(by, found.team),
        "may_rank": is_open and rules.may_rank(by, found.team),
        "ranks_reason": rules.needs_reason(found.cycle, [row.objective for row in shown.objectives]),
        "toward_mark": rules.mark_of(found.toward),
        "correctable": by.has("admin"),
        "may_ask": is_open and _may_ask(request, found),
    }
    return page(request, "okrs/quarter.html", context | more, status=status)


def _may_ask(request: PortalRequest, found: Quarter) -> bool:
    """Tell whether somebody of another team reads: theirs can ask, offer, or propose an objective."""
    person = request.user
    return bool(person.team_ids) and found.team_id not in person.team_ids and not person.is_admin


@require_POST
def add_objective(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Write down an objective as it was typed: each further line is a key result."""
    found = queries.quarter(cycle, team)
    form = TypedForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            return redirect(page_of(_written(request, form, found.team, found.cycle)))
    return _document(request, found, status=answers.status_of(form), typed=form)


def _written(request: PortalRequest, form: TypedForm, team: Team, cycle: Cycle | None) -> Objective:
    title, lines = form.cleaned_data["text"]
    return transitions.add_objective(
        team,
        cycle=cycle,
        title=title,
        key_results=lines,
        is_idea=form.cleaned_data["is_idea"],
        by=actor(request),
        at=timezone.now(),
    )


@require_POST
def add_to_backlog(request: PortalRequest, team: str) -> HttpResponse:
    """Write down something for which no quarter is chosen yet."""
    found = team_of(team)
    form = TypedForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            return redirect(page_of(_written(request, form, found, None)))
    return backlog_page(request, status=answers.status_of(form), typed=(found.pk, form))


@require_POST
def save_toward(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Save the sentence above the objectives; whoever was slower sees both."""
    found = queries.quarter(cycle, team)
    place = answers.Place(
        name="toward",
        save_url=reverse("okrs:save_toward", args=[cycle, team]),
        page_url=found.get_absolute_url(),
    )
    form = TowardForm(request.POST)
    if not form.is_valid():
        if wants_part(request):
            return answers.not_saved(request, place, problem=form.problem)
        return _document(request, found, status=HTTPStatus.UNPROCESSABLE_ENTITY, toward_form=form)
    result = transitions.say_toward(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    mark = rules.mark_of(result.row.toward)
    if isinstance(result, Conflict):
        fields = [("toward", "Toward", form.cleaned_data["toward"], result.row.toward)]
        title = "somebody wrote another sentence meanwhile"
        return answers.conflict(request, place, title=title, revision=mark, fields=fields)
    return answers.saved(request, place, revision=mark) if wants_part(request) else redirect(found)


@require_http_methods(["GET", "POST"])
def ranks(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Show the order over the weeks with its reasons; leads put it into another one."""
    found = queries.quarter(cycle, team)
    by = actor(request)
    if request.method != "POST":
        return _ranks(request, found, _order_form(None, found))
    rules.check_may_rank(by, found.team)
    form = _order_form(request.POST, found)
    if not form.is_valid():
        return _ranks(request, found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    values = {name: form.cleaned_data[name] for name in ("order", "revision", "reason")}
    result = transitions.rank(found, by=by, at=timezone.now(), **values)
    if isinstance(result, Conflict):
        theirs = queries.quarter(cycle, team)
        return _ranks(request, theirs, _order_form(None, theirs), status=HTTPStatus.CONFLICT)
    moved = next((request.POST[name] for name in ("up", "down") if name in request.POST), "")
    place = f"#objective-{moved}" if moved.isdigit() else ""  # whoever moves it by keys goes on from there
    return redirect(
        f"{found.get_absolute_url() if request.POST.get('to') == 'page' else request.path}{place}"
    )


def _order_form(data: QueryDict | None, found: Quarter) -> OrderForm:
    listed = queries.listed(found)
    needs = rules.needs_reason(found.cycle, listed)
    return OrderForm(data, objectives=listed, needs_reason=needs, initial={"revision": found.revision})


def _ranks(
    request: PortalRequest, found: Quarter, form: OrderForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    shown = queries.ranks(found, person=request.user, on=today(request))
    titles = {one.pk: one for one in shown.objectives}
    may_rank = rules.may_rank(actor(request), found.team) and found.cycle.state not in CLOSED
    context = {
        "page": shown,
        "quarter": found,
        "cycle": found.cycle,
        "team": found.team,
        "form": form if may_rank else None,
        "rows": [(pk, titles.get(pk), field) for pk, field in form.places],
        "is_conflict": status == HTTPStatus.CONFLICT,
    }
    return page(request, "okrs/ranks.html", context, status=status)
