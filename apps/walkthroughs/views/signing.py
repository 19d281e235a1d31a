"""Signatures and vetoes."""

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
from apps.readiness.queries import sheet
from apps.walkthroughs import forms, queries, rules, transitions
from apps.walkthroughs.models import Seat, Veto, Walkthrough
from apps.walkthroughs.views.finding import find


@require_http_methods(["GET", "POST"])
def sign(request: PortalRequest, pk: int) -> HttpResponse:
    """Sign for the own seat; what was typed stays when the content changed meanwhile."""
    found, seat = _own_seat(request, pk)
    rules.check_state(found, rules.WAITING, step="signing")
    form = _form(request, found, seat)
    if request.method == "GET" or not form.is_valid():
        return _sign(request, found, seat, form)
    match transitions.sign_off(seat, by=actor(request), at=timezone.now(), **form.signature):
        case Saved(sign_off):
            messages.success(request, f"Signed: {sign_off.get_decision_display().lower()}.")
            return redirect(f"{found.get_absolute_url()}#sign-offs")
        case Conflict():
            return _sign(request, found, seat, form, is_conflict=True)


def _own_seat(request: PortalRequest, pk: int) -> tuple[Walkthrough, Seat]:
    """Return the person's own seat that signs; 404 for everybody who has none."""
    found = find(request, pk)
    return found, queries.own_seat(found, request.user, signs=True)


def _form(request: PortalRequest, found: Walkthrough, seat: Seat) -> forms.SignForm:
    level = rules.higher(found.risk_level, queries.present_level(found.service))
    return forms.SignForm(
        request.POST or None,
        may_veto=rules.may_veto(seat, level),
        known=sheet(found.assessment.edition).by_key,
        now=timezone.now(),
    )


def _sign(
    request: PortalRequest, found: Walkthrough, seat: Seat, form: forms.SignForm, *, is_conflict: bool = False
) -> HttpResponse:
    present = queries.content(found)
    earlier = queries.signed_by(seat)
    context: dict[str, Any] = {
        "walkthrough": found,
        "service": found.service,
        "seat": seat,
        "form": form,
        "seen": rules.digest(present),
        "is_conflict": is_conflict,
        "earlier": earlier,
        "changes": rules.differences(earlier.snapshot.content, present) if earlier else [],
        "counts": rules.counts(present),
        "own_veto": rules.own_veto(earlier),
    }
    status = HTTPStatus.OK
    if form.is_bound:
        status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(request, "walkthroughs/sign.html", context, status=status)


@require_POST
def confirm(request: PortalRequest, pk: int) -> HttpResponse:
    """Stand by the own signature after a look at what changed."""
    found, seat = _own_seat(request, pk)
    match transitions.confirm(seat, by=actor(request), at=timezone.now(), seen=request.POST.get("seen", "")):
        case Saved():
            messages.success(request, "Confirmed: your signature counts for the present content.")
            return redirect(f"{found.get_absolute_url()}#sign-offs")
        case Conflict():
            messages.warning(
                request, "Something changed while you looked. Nothing was confirmed; look again."
            )
            return redirect("walkthroughs:sign", pk=pk)


@require_http_methods(["GET", "POST"])
def lift_veto(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a veto; its author or leadership lifts it with a reason."""
    veto = queries.veto(pk)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        transitions.lift_veto(veto, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, "The veto is lifted. Everybody concerned was told.")
        return redirect(veto.service)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return _veto(request, veto, form=form, status=status)


@require_POST
def keep_veto(request: PortalRequest, pk: int) -> HttpResponse:
    """Say until when the own veto stands."""
    veto = queries.veto(pk)
    form = forms.KeepForm(request.POST, veto=veto, now=timezone.now())
    if not form.is_valid():
        return _veto(request, veto, keep_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    transitions.keep_veto(veto, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, "The veto stands, and will come back to you on that day.")
    return redirect("walkthroughs:lift_veto", pk=pk)


def _veto(request: PortalRequest, veto: Veto, *, status: int, **more: Any) -> HttpResponse:
    by = actor(request)
    is_standing = veto.lifted_at is None
    context = {
        "veto": veto,
        "service": veto.service,
        "walkthrough": veto.sign_off.seat.walkthrough,
        "form": forms.ReasonForm(),
        "keep_form": forms.KeepForm(veto=veto, now=timezone.now()),
        "may_lift": is_standing and rules.may_lift(by, veto),
        "may_keep": is_standing and by.is_in_person(veto.author_id),
    }
    return page(request, "walkthroughs/veto.html", context | more, status=status)
