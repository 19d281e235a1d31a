"""One item: read, saved, confirmed, and what happens when two people save."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.catalog.queries import members_of
from apps.core.http import page, wants_part
from apps.core.results import Conflict, Saved
from apps.readiness import queries, rules, transitions
from apps.readiness.forms import SaveForm
from apps.readiness.models import Answer, State
from apps.readiness.views.finding import csrf_input, framed, powers

REFUSED = 422


@require_safe
def item(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Show one item as it is now, as a fragment to put in place of an older one, or on its page."""
    answer = queries.answer(slug, pk)
    if not wants_part(request):
        return redirect(answer.url)
    return _whole_item(request, answer)


@require_POST
def save(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Save one item; whoever was slower sees both texts and decides.

    An autosave gets fragments for what stands around the field, never the field itself.
    """
    answer = queries.answer(slug, pk)
    form = SaveForm(request.POST, answer=answer)
    if not form.is_valid():
        return _refused(request, answer, form)
    before = answer.state
    match transitions.save_answer(answer, by=actor(request), at=timezone.now(), **form.cleaned_data):
        case Saved(saved):
            return _saved(request, saved, is_moved=before != saved.state)
        case Conflict(theirs):
            return _conflict(request, theirs, form.cleaned_data)


def _saved(request: PortalRequest, answer: Answer, *, is_moved: bool) -> HttpResponse:
    """Answer an autosave with what changed around the field, a plain form with the item's page."""
    if not wants_part(request):
        return redirect(answer.url)
    if "whole" in request.POST:
        return _whole_item(request, answer)
    assessment = answer.assessment
    context = powers(request, assessment, has_seat=False) | {
        "assessment": assessment,
        "row": queries.one_item(answer, today=timezone.now().date()),
        "is_conversation": not answer.weight,
    }
    if is_moved:
        rows = queries.area_rows(assessment, assessment.counted_areas)
        context |= {"areas": rows, "area": _of(rows, answer)} | _counts(rows)
    return page(request, "readiness/saved.html", context)


def _whole_item(request: PortalRequest, answer: Answer) -> HttpResponse:
    """Answer with the item in full, to put in place of the one on the page."""
    assessment = answer.assessment
    rows = queries.area_rows(assessment)
    context = powers(request, assessment, has_seat=False, area=answer.area) | {
        "assessment": assessment,
        "rows": [queries.item_in_full(answer, today=timezone.now().date())],
        "csrf_input": csrf_input(request),
        "members": members_of(assessment.service.team_id),
        "is_conversation": not answer.weight,
        "areas": rows,
        "area": _of(rows, answer),
        **_counts(rows),
    }
    return page(request, "readiness/item.html", context)


def _of(rows: list[queries.AreaRow], answer: Answer) -> queries.AreaRow | None:
    return next((row for row in rows if row.key == answer.area), None)


def _counts(rows: list[queries.AreaRow]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows) for name in ("answered", "applicable")}


def _refused(request: PortalRequest, answer: Answer, form: SaveForm) -> HttpResponse:
    """Say what is wrong beside the item; without JavaScript a page shows what was typed.

    Who chose the state a moment ago is asked for the rest, and not yet told off: `chosen` says so.
    """
    asks = form.asks if "chosen" in request.POST else ""
    context = {"form": form, "asks": asks, "row": queries.one_item(answer, today=timezone.now().date())}
    if not wants_part(request):
        assessment = answer.assessment
        context |= framed(request, assessment.service.slug, assessment.kind)
        context |= {"assessment": assessment, "members": members_of(assessment.service.team_id)}
        context |= _counts(queries.area_rows(assessment))
    return page(request, "readiness/not_saved.html", context, part="status", status=REFUSED)


def _conflict(request: PortalRequest, theirs: Answer, mine: dict[str, Any]) -> HttpResponse:
    """Show both texts with what only one of them says; neither is lost."""
    my_pieces, their_pieces = rules.differences(mine["text"], theirs.text)
    context = {
        "answer": theirs,
        "assessment": theirs.assessment,
        "item": queries.sheet(theirs.assessment.edition).by_key[theirs.item],
        "mine": mine,
        "my_state": State(mine["state"]).label if mine["state"] in State else mine["state"],
        "my_pieces": my_pieces,
        "their_pieces": their_pieces,
        "merged": rules.merged(mine["text"], theirs.text),
        "is_part": wants_part(request),
    }
    if not wants_part(request):
        service = theirs.assessment.service
        context |= framed(request, service.slug, theirs.assessment.kind)
        context |= _counts(queries.area_rows(theirs.assessment))
    return page(request, "readiness/conflict.html", context, part="panel", status=409)


@require_POST
def confirm(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm a text that was taken over."""
    answer = queries.answer(slug, pk)
    confirmed = transitions.confirm_inherited(answer, by=actor(request), at=timezone.now())
    if not wants_part(request):
        return redirect(confirmed.url)
    return _whole_item(request, queries.answer(slug, pk))
