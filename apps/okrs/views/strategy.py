"""Horizons, the overview of leadership, and the offsite."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page
from apps.core.results import Conflict
from apps.jobs.queries import latest
from apps.okrs import http, queries, reports, rules, transitions
from apps.okrs.forms import DecisionForm, ItemForm, VerdictForm
from apps.okrs.models import Cycle, StrategyItem
from apps.okrs.transitions import Sentence
from apps.okrs.views import answers
from apps.okrs.views.finding import no_root, today, typed_over

FIELDS = tuple(Sentence.__dataclass_fields__)


@require_safe
def horizons(request: PortalRequest) -> HttpResponse:
    """Show now, next, later and the vision, coarser the further out."""
    root = queries.root_team()
    context = {
        "page": queries.horizons(request.user, on=today(request)),
        "may_edit": rules.may_edit_strategy(actor(request), root),
        "root": root,
        "no_root": no_root(root),
    }
    return page(request, "okrs/horizons.html", context)


@require_http_methods(["GET", "POST"])
def write_item(request: PortalRequest) -> HttpResponse:
    """Add a sentence to the strategy."""
    rules.check_may_edit_strategy(actor(request), queries.root_team())
    wanted = request.GET.get("horizon", "")
    form = ItemForm(request.POST or None, initial={"horizon": wanted, "revision": 0, "precision": "none"})
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            made = transitions.write_strategy(_sentence(form), by=actor(request), at=timezone.now())
            messages.success(request, "Written down.")
            return redirect(made)
    return _item(request, form, item=None)


@require_http_methods(["GET", "POST"])
def edit_item(request: PortalRequest, pk: int) -> HttpResponse:
    """Change a sentence of the strategy, or move it to another horizon."""
    found = queries.strategy_item(pk)
    rules.check_may_edit_strategy(actor(request), queries.root_team())
    initial = {name: getattr(found, name) for name in FIELDS} | {"revision": found.revision}
    form = ItemForm(request.POST or None, initial=initial)
    if request.method == "GET" or not form.is_valid():
        return _item(request, form, item=found)
    revision = form.cleaned_data["revision"]
    with answers.refused_in(form):
        result = transitions.edit_strategy(
            found, _sentence(form), revision=revision, by=actor(request), at=timezone.now()
        )
        if isinstance(result, Conflict):
            again = ItemForm(typed_over(request, result.row.revision))
            return _item(request, again, item=result.row, status=HTTPStatus.CONFLICT)
        messages.success(request, "Saved.")
        return redirect(result.row)
    return _item(request, form, item=found)


def _sentence(form: ItemForm) -> Sentence:
    return Sentence(**{name: form.cleaned_data[name] for name in FIELDS})


def _item(
    request: PortalRequest, form: ItemForm, *, item: StrategyItem | None, status: int = 0
) -> HttpResponse:
    context = {"form": form, "item": item, "is_conflict": status == HTTPStatus.CONFLICT}
    return page(request, "okrs/item.html", context, status=status or answers.status_of(form))


@require_POST
def revalidate_item(request: PortalRequest, pk: int) -> HttpResponse:
    """Say whether a sentence of the strategy still holds."""
    found = queries.strategy_item(pk)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        raise Http404
    transitions.revalidate(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, f"Looked at again: {form.cleaned_data['verdict']}.")
    return redirect(request.POST["back"] if _is_offsite(request) else found.get_absolute_url())


def _is_offsite(request: PortalRequest) -> bool:
    """Tell whether the offsite's own page asks to come back to it."""
    back = request.POST.get("back", "")
    return back.startswith("/okrs/") and back.endswith("/offsite/") and "//" not in back


@require_safe
def leadership(request: PortalRequest, cycle: str) -> HttpResponse:
    """Show how a cycle is negotiated: who waits for whom, what was chosen, what needs a decision."""
    found = queries.cycle_of(cycle)
    shown = queries.leadership(found, person=request.user, on=today(request))
    return page(request, "okrs/leadership.html", {"cycle": found, "page": shown})


@require_safe
def habits(request: PortalRequest, cycle: str) -> HttpResponse:
    """Show what moves priorities, and where projects are planned instead of outcomes: of teams."""
    found = queries.cycle_of(cycle)
    shown = queries.habits(found, person=request.user, on=today(request))
    return page(request, "okrs/habits.html", {"cycle": found, "page": shown})


@require_safe
def offsite(request: PortalRequest, cycle: str) -> HttpResponse:
    """Show the frozen pack of a cycle, and what was decided."""
    return _offsite(request, queries.cycle_of(cycle))


def _offsite(
    request: PortalRequest, found: Cycle, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    pack = queries.offsite(found)
    may_edit = rules.may_edit_strategy(actor(request), queries.root_team())
    context: dict[str, Any] = {"cycle": found, "pack": pack, "may_edit": may_edit}
    context["freezes_on"] = queries.frozen_on(found)
    if pack is not None:
        context |= reports.context(pack)
        context["job"] = latest("offsite_pack", pack.pk, transitions.OFFSITE_JOB)
        context["form"] = DecisionForm() if may_edit else None
    return page(request, "okrs/offsite.html", context | more, status=status)


@require_POST
def prepare_offsite(request: PortalRequest, cycle: str) -> HttpResponse:
    """Freeze the pack now."""
    transitions.prepare_offsite(queries.cycle_of(cycle), by=actor(request), at=timezone.now())
    return redirect("okrs:offsite", cycle=cycle)


@require_POST
def print_offsite(request: PortalRequest, cycle: str) -> HttpResponse:
    """Ask the worker for the PDF again, with the decisions made since."""
    pack = queries.offsite(queries.cycle_of(cycle))
    if pack is None:
        raise Http404
    transitions.print_pack(pack, by=actor(request), at=timezone.now())
    return redirect("okrs:offsite", cycle=cycle)


@require_safe
def offsite_file(request: PortalRequest, cycle: str) -> HttpResponse:
    """Hand out the PDF of a pack; and write down that we did."""
    pack = queries.offsite(queries.cycle_of(cycle))
    if pack is None:
        raise Http404
    return http.offsite_file(pack, by=actor(request))


@require_POST
def add_decision(request: PortalRequest, cycle: str) -> HttpResponse:
    """Write down what was decided."""
    found = queries.cycle_of(cycle)
    pack = queries.offsite(found)
    if pack is None:
        raise Http404
    form = DecisionForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.decide(pack, by=actor(request), at=timezone.now(), **form.cleaned_data)
            return redirect(f"{pack.get_absolute_url()}#decisions")
    return _offsite(request, found, status=answers.status_of(form), form=form)


@require_POST
def finish_decision(request: PortalRequest, pk: int) -> HttpResponse:
    """Say that a decision is carried out."""
    found = queries.decision(pk)
    transitions.finish_decision(found, by=actor(request), at=timezone.now())
    return redirect(f"{found.pack.get_absolute_url()}#decisions")
