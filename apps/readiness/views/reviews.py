"""What reviewers do with a checklist, and the team's word that it is ready for them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.http import PortalRequest, actor
from apps.core.errors import InvalidInputError
from apps.readiness import queries, transitions
from apps.readiness.forms import ReturnForm, VerdictForm
from apps.readiness.models import Kind
from apps.readiness.views.finding import found


@require_POST
def verdict(request: PortalRequest, slug: str, key: str) -> HttpResponse:
    """Give a verdict on an area."""
    assessment = found(request, slug, Kind.READINESS)
    area = queries.area(assessment, key.upper())
    form = VerdictForm(request.POST)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise InvalidInputError(str(problems[0]), field=field)
    transitions.give_verdict(area, by=actor(request), at=timezone.now(), **form.cleaned_data)
    return redirect("readiness:area", slug, key)


@require_POST
def return_answers(request: PortalRequest, slug: str) -> HttpResponse:
    """Return the ticked items to their owners."""
    assessment = found(request, slug, Kind.READINESS)
    answers = queries.answers_of(assessment)
    form = ReturnForm(request.POST, ids=[answer.pk for answer in answers])
    if not form.is_valid():
        message = "Choose the items that should be looked at again."
        raise InvalidInputError(message, field="items")
    chosen = [answer for answer in answers if answer.pk in form.cleaned_data["items"]]
    returned = transitions.return_answers(
        chosen, note=form.cleaned_data["note"], by=actor(request), at=timezone.now()
    )
    messages.success(request, f"Returned: {', '.join(answer.item for answer in returned)}.")
    return redirect("readiness:area", slug, chosen[0].area.lower())


@require_POST
def submit(request: PortalRequest, slug: str) -> HttpResponse:
    """Say that the checklist is ready to be walked through."""
    assessment = found(request, slug, Kind.READINESS)
    transitions.submit(assessment, by=actor(request), at=timezone.now())
    messages.success(request, "Submitted. You can go on changing answers; changes are marked.")
    return redirect("readiness:all_items", slug)
