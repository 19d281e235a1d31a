"""The register of nos, one of them, and the steps of whoever holds it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.http import PortalRequest, actor
from apps.catalog.queries import members_of
from apps.core.http import page
from apps.core.text import key_in
from apps.okrs import queries, transitions
from apps.okrs.forms import nos as forms
from apps.okrs.models import No, Objective, ReasonCode
from apps.okrs.views import answers


@dataclass(frozen=True)
class Chip:
    """One filter that a click sets or takes away."""

    title: str
    url: str
    is_on: bool


@require_GET
def nos(request: PortalRequest) -> HttpResponse:
    """List what was decided against, with its holder and its way back."""
    filters = queries.Filters.of(request.GET.dict())
    found = queries.register(request.user, filters, on=timezone.localdate())
    context = {
        "register": found,
        "filters": filters,
        "views": [
            Chip(title, _address(filters, show=key), key == filters.show)
            for key, title in queries.STATES.items()
        ],
        "mine": Chip(
            "Mine and my teams'", _address(filters, mine="" if filters.is_mine else "1"), filters.is_mine
        ),
        "reason": ReasonCode(filters.reason).label if filters.reason else "",
        "chips": [
            Chip(
                str(code.label),
                _address(filters, reason="" if filters.reason == code else code.value),
                filters.reason == code,
            )
            for code in ReasonCode
        ],
        "may_say": bool(request.user.lead_ids) and not request.user.is_admin,
        "next_url": _address(filters, after=found.next_after) if found.next_after else "",
    }
    return page(request, "okrs/nos.html", context)


def _address(filters: queries.Filters, **changes: object) -> str:
    values = {
        "show": filters.show,
        "mine": "1" if filters.is_mine else "",
        "team": filters.team,
        "reason": filters.reason,
    }
    return f"?{urlencode({name: value for name, value in (values | changes).items() if value})}"


@require_http_methods(["GET", "POST"])
def say_no(request: PortalRequest) -> HttpResponse:
    """Write a no down that no negotiation led to."""
    choices = queries.choices(request.user)
    leads = [one for one in choices.mine if one.pk in request.user.lead_ids]
    form = forms.SayNoForm(
        request.POST or None,
        mine=leads,
        teams=choices.others,
        metrics=queries.metric_choices(),
        initial={"what": request.GET.get("what", "")[:300]},
    )
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            said = dict(form.cleaned_data)
            made = transitions.say_no(said.pop("team"), **said, by=actor(request), at=timezone.now())
            messages.success(request, "Said. The register keeps it, and you hold it.")
            return redirect(made)
    status = answers.status_of(form)
    return page(request, "okrs/say_no.html", {"form": form, "leads": leads}, status=status)


@require_GET
def no(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one no, its exceptions, and what its holder can do."""
    found = queries.no(pk, person=request.user, on=timezone.localdate())
    shown = queries.no_page(
        found,
        by=actor(request),
        person=request.user,
        holders=members_of(found.team_id),
        on=timezone.localdate(),
    )
    return page(request, "okrs/no.html", {"shown": shown, "no": found})


@dataclass(frozen=True)
class Step:
    """How one step about a no looks as a form."""

    title: str
    action: str
    consequence: str
    done: str
    form: Callable[[PortalRequest, No], django_forms.Form]


def _reason(request: PortalRequest, _found: No) -> django_forms.Form:
    return forms.StepForm(request.POST or None)


def _exception(request: PortalRequest, _found: No) -> django_forms.Form:
    return forms.ExceptionForm(request.POST or None)


def _hold(request: PortalRequest, found: No) -> django_forms.Form:
    first = {"until_on": found.until_on, "reopen_when": found.reopen_when}
    return forms.HoldForm(request.POST or None, no=found, initial=first)


def _holder(request: PortalRequest, found: No) -> django_forms.Form:
    people = [one for one in members_of(found.team_id) if one.pk != found.holder_id]
    return forms.HolderForm(request.POST or None, people=people)


STEPS: Final[dict[str, Step]] = {
    "hold": Step(
        "Hold it",
        "It stands on",
        "It stands until the day or the condition that you name.",
        "It stands.",
        _hold,
    ),
    "reopen": Step(
        "Reopen it",
        "Reopen",
        "It may be asked for again. Whoever had asked is told.",
        "Reopened. Whoever had asked was told.",
        _reason,
    ),
    "let-go": Step(
        "Let it go",
        "Let it go",
        "Nobody needs this no any longer; it stays in the register as a memory.",
        "Let go.",
        _reason,
    ),
    "exception": Step(
        "Make an exception",
        "Make the exception",
        "The no stands. The exception is logged beside it, and its holder is told.",
        "Logged beside the no.",
        _exception,
    ),
    "hand-over": Step(
        "Hand it over",
        "Hand it over",
        "They answer for it from now on, and decide when its time comes.",
        "Handed over.",
        _holder,
    ),
    "ask": Step(
        "Ask to reopen it",
        "Ask",
        "Its holder and the leads of the team are told. Until they decide, it stands.",
        "Asked. They were told.",
        _reason,
    ),
}


@require_http_methods(["GET", "POST"])
def no_step(request: PortalRequest, pk: int, step: str) -> HttpResponse:
    """Show the form of a step about a no, or take it; `?objective=…` names what goes on all the same."""
    if step not in STEPS:
        raise Http404
    found = queries.no(pk, person=request.user, on=timezone.localdate())
    about, _none = queries.about(
        key_in(request.GET.get("objective", "")), None, person=request.user, on=timezone.localdate()
    )
    form = STEPS[step].form(request, found)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            _taken(request, found, step, form.cleaned_data, about)
            messages.success(request, STEPS[step].done)
            return redirect(about or found)
    status = answers.status_of(form)
    context = {"no": found, "step": STEPS[step], "form": form, "objective": about}
    return page(request, "okrs/no_step.html", context, status=status)


def _taken(
    request: PortalRequest, found: No, step: str, said: dict[str, Any], objective: Objective | None
) -> None:
    who: dict[str, Any] = {"by": actor(request), "at": timezone.now()}
    match step:
        case "hold":
            transitions.hold(found, **said, **who)
        case "reopen":
            transitions.reopen(found, **said, **who)
        case "let-go":
            transitions.let_go(found, **said, **who)
        case "exception":
            transitions.make_exception(found, objective=objective, **said, **who)
        case "hand-over":
            transitions.hand_over_no(found, **said, **who)
        case _:
            transitions.ask_to_reopen(found, **said, **who)
