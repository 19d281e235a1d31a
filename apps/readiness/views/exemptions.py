"""The "not now" of an item: asked for, decided, taken back."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.core.http import wants_part
from apps.readiness import queries, transitions
from apps.readiness.forms import DecisionForm, ExemptionForm
from apps.readiness.models import Answer
from apps.readiness.views.sides import side


@require_http_methods(["GET", "HEAD", "POST"])
def exemption(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Show an item's exemptions; the team asks for one here."""
    answer = queries.answer(slug, pk)
    form = ExemptionForm(request.POST or None)
    if request.method != "POST":
        return _shown(request, answer, form=form)
    if not form.is_valid():
        return _shown(request, answer, form=form, status=422)
    transitions.ask_exemption(answer, by=actor(request), at=timezone.now(), **form.cleaned_data)
    return _after(request, slug, pk)


@require_POST
def decide(request: PortalRequest, slug: str, pk: int, wish: int) -> HttpResponse:
    """Approve or refuse."""
    answer = queries.answer(slug, pk)
    row = queries.exemption(answer, wish)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _shown(request, answer, form=ExemptionForm(), decision=form, status=422)
    transitions.decide_exemption(row, by=actor(request), at=timezone.now(), **form.cleaned_data)
    return _after(request, slug, pk)


@require_POST
def withdraw(request: PortalRequest, slug: str, pk: int, wish: int) -> HttpResponse:
    """Take a wish back, or give an exemption up."""
    answer = queries.answer(slug, pk)
    transitions.withdraw_exemption(queries.exemption(answer, wish), by=actor(request), at=timezone.now())
    return _after(request, slug, pk)


def _after(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    if not wants_part(request):
        return redirect("readiness:exemption", slug, pk)
    answer = queries.answer(slug, pk)
    row = queries.item_in_full(answer, today=timezone.now().date())
    return _shown(request, answer, form=ExemptionForm(), row=row)


def _shown(
    request: PortalRequest,
    answer: Answer,
    *,
    form: ExemptionForm,
    decision: DecisionForm | None = None,
    status: int = 200,
    row: queries.ItemRow | None = None,
) -> HttpResponse:
    wishes = queries.exemptions_of(answer)
    return side(
        request,
        answer,
        "exemption",
        status=status,
        form=form,
        decision=decision or DecisionForm(),
        wishes=wishes,
        standing=next((wish for wish in wishes if wish.state in queries.STANDING), None),
        row=row,
    )
