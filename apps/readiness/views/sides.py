"""What stands beside an item: evidence, its thread, its versions."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.comments.queries import conversation
from apps.core.http import page, wants_part
from apps.core.text import key_in
from apps.readiness import queries, rules, transitions
from apps.readiness.forms import CommentForm, EvidenceForm
from apps.readiness.models import Answer
from apps.readiness.views.finding import csrf_input, framed, powers


def side(
    request: PortalRequest, answer: Answer, template: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render what stands beside an item: under it, or as a page of its own."""
    assessment = answer.assessment
    context = powers(request, assessment, has_seat=False, area=answer.area) | {
        "answer": answer,
        "assessment": assessment,
        "item": queries.sheet(assessment.edition).by_key[answer.item],
        "is_conversation": not answer.weight,
        "csrf_input": csrf_input(request),
    }
    if not wants_part(request):
        context |= framed(request, assessment.service.slug, assessment.kind)
    return page(request, f"readiness/{template}.html", context | more, part="panel", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Show the links of an item; a new one, or one of another item, is added."""
    answer = queries.answer(slug, pk)
    form = EvidenceForm(request.POST or None)
    if request.method != "POST":
        return _evidence(request, answer, form=form)
    by, at = actor(request), timezone.now()
    if chosen := key_in(request.POST.get("chosen", "")):
        link = queries.evidence_of(answer.assessment, chosen)
        transitions.attach_evidence(answer, evidence=link, by=by, at=at)
    elif form.is_valid():
        transitions.add_evidence(answer, by=by, at=at, **form.cleaned_data)
    else:
        return _evidence(request, answer, form=form, status=422)
    return _evidence_after(request, slug, pk)


@require_POST
def remove_evidence(request: PortalRequest, slug: str, pk: int, link: int) -> HttpResponse:
    """Take a link from an item."""
    answer = queries.answer(slug, pk)
    row = queries.evidence_of(answer.assessment, link)
    transitions.remove_evidence(answer, evidence=row, by=actor(request), at=timezone.now())
    return _evidence_after(request, slug, pk)


def _evidence_after(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    if not wants_part(request):
        return redirect("readiness:evidence", slug, pk)
    answer = queries.answer(slug, pk)
    row = queries.item_in_full(answer, today=timezone.now().date())
    return _evidence(request, answer, form=EvidenceForm(), row=row)


def _evidence(
    request: PortalRequest, answer: Answer, *, form: EvidenceForm, status: int = 200, **more: Any
) -> HttpResponse:
    return side(
        request,
        answer,
        "evidence",
        status=status,
        form=form,
        links=queries.links_of(answer),
        others=queries.other_links(answer),
        today=timezone.now().date(),
        **more,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Show the conversation about an item; everybody may add to it."""
    answer = queries.answer(slug, pk)
    form = CommentForm(request.POST or None)
    row = None
    if request.method == "POST" and form.is_valid():
        transitions.say(answer, by=actor(request), at=timezone.now(), **form.cleaned_data)
        if not wants_part(request):
            return redirect(f"{reverse('readiness:thread', args=[slug, pk])}#last")
        form = CommentForm()
        row = queries.item_in_full(answer, today=timezone.now().date())
    status = 422 if form.errors else 200
    comments = conversation("answer", answer.pk)
    return side(request, answer, "thread", status=status, form=form, comments=comments, row=row)


@require_safe
def versions(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Show what an item said before, each with what changed in it."""
    answer = queries.answer(slug, pk)
    rows = queries.versions(answer)
    older = [row.text for row in rows[1:]] + [""]
    shown = [(row, rules.differences(row.text, before)[0]) for row, before in zip(rows, older, strict=False)]
    return side(request, answer, "versions", versions=shown)
