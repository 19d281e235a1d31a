"""One objective on its team's page: typed, saved, described, talked about."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import Actor
from apps.catalog.queries import members_of
from apps.comments.queries import conversation
from apps.core.http import page, wants_part
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import CorrectForm, DetailsForm, ObjectiveForm, SayForm
from apps.okrs.models import Objective
from apps.okrs.views import answers
from apps.okrs.views.finding import (
    back,
    both_of,
    found_objective,
    page_of,
    saved_place,
    today,
    typed_over,
)

WORDS = (("title", "Objective"), ("why", "Why"), ("instead_of", "Instead of"))


@require_safe
def objective_item(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the sentences of an objective as they are now, to put in place of older ones."""
    found = found_objective(request, pk)
    return _item(request, found) if wants_part(request) else back(found)


def _item(request: PortalRequest, found: Objective) -> HttpResponse:
    row = queries.one_row(found, by=actor(request), today=today(request))
    return page(request, "okrs/objective_words.html", {"row": row, "cycle": found.cycle, "team": found.team})


@require_POST
def save_objective(request: PortalRequest, pk: int) -> HttpResponse:
    """Save the sentences of an objective; whoever was slower sees both texts and decides."""
    found = found_objective(request, pk)
    place = answers.Place(
        name=f"objective-{pk}",
        save_url=reverse("okrs:save_objective", args=[pk]),
        page_url=page_of(found),
        item_url=reverse("okrs:objective_item", args=[pk]),
        target=f"#objective-{pk}-words",
    )
    form = ObjectiveForm(request.POST)
    if not form.is_valid():
        return _refused(request, found, form, place)
    result = transitions.edit_objective(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    if isinstance(result, Conflict):
        fields = [(name, label, form.cleaned_data[name], getattr(result.row, name)) for name, label in WORDS]
        title = "somebody changed this objective meanwhile"
        return answers.conflict(request, place, title=title, revision=result.row.revision, fields=fields)
    if not wants_part(request):
        return back(found)
    is_whole = "whole" in request.POST
    return (
        _item(request, found_objective(request, pk))
        if is_whole
        else answers.saved(request, place, revision=result.row.revision, objective=result.row)
    )


def _refused(
    request: PortalRequest, found: Objective, form: ObjectiveForm, place: answers.Place
) -> HttpResponse:
    if wants_part(request):
        return answers.not_saved(request, place, problem=form.problem)
    context: dict[str, Any] = {
        "title": "Change the sentences",
        "objective": found,
        "page_url": page_of(found),
        "form": form,
        "action": "Save them",
    }
    return page(request, "okrs/form.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "POST"])
def correct_objective(request: PortalRequest, pk: int) -> HttpResponse:
    """Let an administrator mend the words of what is agreed, with a reason."""
    found = found_objective(request, pk)
    words = {name: getattr(found, name) for name in ("title", "why", "instead_of", "revision")}
    form = CorrectForm(request.POST or None, initial=words)
    is_stale = False
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            at = timezone.now()
            result = transitions.correct_objective(found, by=actor(request), at=at, **form.cleaned_data)
            if isinstance(result, Saved):
                return back(found)
            is_stale = True
            said = f"Somebody else changed it meanwhile. It says now: “{result.row.title}”."
            form.add_error(None, said)
    context = {
        "title": "Correct what was agreed",
        "consequence": "The words before and after stand in history, with your reason.",
        "objective": found,
        "page_url": page_of(found),
        "form": form,
        "action": "Correct it",
    }
    status = HTTPStatus.CONFLICT if is_stale else answers.status_of(form)
    return page(request, "okrs/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def objective_details(request: PortalRequest, pk: int) -> HttpResponse:
    """Say who is accountable, how ambitious it is, and who may read it."""
    found = found_objective(request, pk)
    by = actor(request)
    rules.check_may_draft(by, found.team)
    form = _details(found, request.POST or None, by=by)
    context: dict[str, Any] = {
        "title": "Owner, ambition and the rest",
        "objective": found,
        "page_url": page_of(found),
        "form": form,
        "action": "Save",
    }
    is_stale = False
    if request.method == "POST" and form.is_valid():
        said = {name: getattr(found, name) for name in rules.READERS} | form.cleaned_data
        with answers.refused_in(form):
            at = timezone.now()
            result = transitions.detail_objective(found, reviewer=found.reviewer, by=by, at=at, **said)
            if isinstance(result, Saved):
                return saved_place(request, found_objective(request, result.row.pk), page_of(found))
            theirs, is_stale = result.row, True
            mine, saved_form = (
                _details(found, typed_over(request, theirs.revision), by=by),
                _details(theirs, by=by),
            )
            typed = _details(found, initial=request.POST.dict(), by=by)
            names = [name for name in mine.fields if name != "revision"]
            context |= {"form": mine, "action": "Keep mine", "both": both_of(typed, saved_form, names=names)}
    status = HTTPStatus.CONFLICT if is_stale else answers.status_of(form)
    return page(request, "okrs/form.html", context, status=status)


def _details(
    found: Objective, data: QueryDict | None = None, *, by: Actor, initial: dict[str, Any] | None = None
) -> DetailsForm:
    """Return the form with what stands there, with what was sent, or with what was typed before."""
    present = {
        "revision": found.revision,
        "accountable": str(found.accountable_id or ""),
        "ambition": found.ambition,
        "tags": ", ".join(found.tags),
        "evidence_url": found.evidence_url,
        "visibility": found.visibility,
        "embargo_until": found.embargo_until,
        "restricted_because": found.restricted_because,
    }
    return DetailsForm(
        data,
        initial=present | (initial or {}),
        members=members_of(found.team_id),
        owner=found.accountable,
        may_choose_readers=rules.may_choose_readers(by, found),
    )


@require_http_methods(["GET", "POST"])
def objective_thread(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what was said in the margin of an objective; everybody who may read it may add to it."""
    found = found_objective(request, pk)
    form = SayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        transitions.say(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        if not wants_part(request):
            return redirect(page_of(found))
        form = SayForm()
    context = {
        "objective": found,
        "page_url": page_of(found),
        "comments": conversation("objective", pk),
        "form": form,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "okrs/thread.html", context, part="thread", status=status)
