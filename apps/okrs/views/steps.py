"""The steps of an objective that its team takes alone, each with a form where it asks for something."""

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import Actor
from apps.core.errors import NotPermittedError
from apps.core.http import page
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import DeferForm, ReasonForm, StopForm, TakeUpForm
from apps.okrs.models import Objective, State
from apps.okrs.views import answers
from apps.okrs.views.finding import back, found_objective, page_of, saved_place

TAKEN = {
    "adopt": transitions.adopt,
    "activate": transitions.activate,
    "grading": transitions.begin_grading,
    "back": transitions.back_to_work,
    "draft": transitions.make_draft,
    "idea": transitions.make_idea,
    "defer": transitions.defer,
    "take-up": transitions.take_up,
    "withdraw": transitions.withdraw,
    "stop": transitions.stop,
}
CONSEQUENCES = {
    "adopt": "It concerns no other team, so your word is enough. From then on its terms change by agreement.",
    "activate": "From now on it is checked in on, and counts as work.",
    "grading": "Its key results are graded next. While the quarter runs you can take it back to work.",
    "back": "Work on it goes on.",
    "draft": "The team means to pursue it.",
    "idea": "It stays on the page, and nobody counts on it.",
    "defer": "It leaves this quarter for a horizon, and is a recorded “not now” until it is taken up.",
    "take-up": "It comes to the end of the quarter's order, as a draft.",
    "withdraw": "It leaves the order and stays readable below. Nobody was bound to it.",
    "stop": "Who takes part is told, its person-weeks are free at once, and your reason stays readable.",
}
ENDS = {"defer", "withdraw", "stop"}


@require_http_methods(["GET", "POST"])
def objective_step(request: PortalRequest, pk: int, step: str) -> HttpResponse:
    """Take one step, with its consequence in words and what it asks for."""
    if step not in TAKEN:
        raise Http404
    found = found_objective(request, pk)
    by = actor(request)
    meant = next(one for one in rules.STEPS if one.key == step)
    if not rules.may_take(by, found, meant):
        message = f"That is for {found.team} to decide."
        raise NotPermittedError(message)
    blockers = queries.blockers(found) if step == "activate" else []
    form = _form(request, step, has_blockers=bool(blockers))
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            _take(found, step, by, form.cleaned_data)
            messages.success(request, f"“{found}”: {meant.to.label.lower()}.")
            moved = found_objective(request, pk)
            return saved_place(request, moved, page_of(moved)) if step == "take-up" else back(moved)
    context = {
        "title": meant.label if meant.asks else f"{meant.label}?",
        "consequence": CONSEQUENCES[step],
        "objective": found,
        "page_url": page_of(found),
        "form": form,
        "action": meant.label,
        "is_far_reaching": meant.is_far_reaching,
        "blockers": blockers,
        "ending": queries.ending_with(found) if step in ENDS else [],
    }
    status = answers.status_of(form)
    return page(request, "okrs/form.html", context, status=status)


def _form(request: PortalRequest, step: str, *, has_blockers: bool) -> django_forms.Form:
    data = request.POST if request.method == "POST" else None
    if step == "take-up":
        cycles = queries.open_cycles()
        return TakeUpForm(data, cycles=cycles, initial={"cycle": cycles[0].pk} if cycles else None)
    asking = {"defer": DeferForm, "stop": StopForm, "withdraw": ReasonForm}
    if step in asking or has_blockers:
        return asking.get(step, ReasonForm)(data, needs_reason=step != "withdraw")
    return django_forms.Form(data)


def _take(found: Objective, step: str, by: Actor, values: dict[str, Any]) -> State:
    moved: Objective = TAKEN[step](found, by=by, at=timezone.now(), **values)  # type: ignore[operator]
    return State(moved.state)
