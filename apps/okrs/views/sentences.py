"""One key result on its team's page: typed, moved, measured, dropped; and its milestones."""

from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from apps.accounts.http import PortalRequest, actor
from apps.catalog.queries import members_of
from apps.core.http import page, wants_part
from apps.core.results import Conflict, Saved
from apps.okrs import queries, rules, transitions
from apps.okrs.forms import (
    DropForm,
    MeasureForm,
    MilestoneForm,
    PlaceForm,
    ReachForm,
    SentenceForm,
    TypedLinesForm,
)
from apps.okrs.models import KeyResult, Objective
from apps.okrs.views import answers
from apps.okrs.views.finding import (
    back,
    found_key_result,
    found_objective,
    page_of,
    saved_place,
    today,
)

MEASURED = (
    "kind",
    "metric",
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "required_share",
    "curve",
    "starts_on",
    "ends_on",
    "ambition",
    "indicator",
    "revision",
)


def _place(key_result: KeyResult) -> HttpResponse:
    return redirect(_place_of(key_result))


def _place_of(key_result: KeyResult) -> str:
    whole = page_of(key_result.objective).partition("#")[0]
    return f"{whole}#kr-{key_result.pk}"


@require_POST
def add_key_results(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a sentence to an objective, or several lines at once."""
    found = found_objective(request, pk)
    form = TypedLinesForm(request.POST)
    if not form.is_valid():
        context = {
            "title": "Add key results",
            "objective": found,
            "page_url": page_of(found),
            "form": form,
            "action": "Add them",
        }
        if wants_part(request):
            place = answers.Place(name=f"objective-{pk}-add", save_url=request.path, page_url=page_of(found))
            response = answers.not_saved(request, place, problem=str(form.errors["text"][0]))
            return reswap(retarget(response, f"#{place.name}-status"), "outerHTML")
        return page(request, "okrs/form.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    titles = form.cleaned_data["text"]
    made = transitions.add_key_results(found, titles=titles, by=actor(request), at=timezone.now())
    return _added(request, found, made) if wants_part(request) else back(found)


def _added(request: PortalRequest, found: Objective, made: Sequence[KeyResult]) -> HttpResponse:
    """Answer with the new sentences alone: in those beside them somebody may be typing."""
    row = queries.one_row(found, by=actor(request), today=today(request))
    new = {one.pk for one in made}
    rows = [one for one in row.key_results if one.key_result.pk in new]
    return page(request, "okrs/key_results.html", {"row": row, "rows": rows})


def _shown(request: PortalRequest, pk: int) -> dict[str, Any]:
    """Return the context of one key result, as an answer to an edit of it."""
    found = found_key_result(request, pk)
    row = queries.one_row(found.objective, by=actor(request), today=today(request))
    return {"row": row, "one": next(one for one in row.key_results if one.key_result.pk == pk)}


@require_safe
def key_result_item(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one key result as it is now, to put in place of an older one."""
    found = found_key_result(request, pk)
    if not wants_part(request) or found.dropped_on:
        return _place(found)
    return page(request, "okrs/key_result.html", _shown(request, pk))


@require_POST
def save_key_result(request: PortalRequest, pk: int) -> HttpResponse:
    """Save the sentence of a key result; whoever was slower sees both and decides."""
    found = found_key_result(request, pk)
    place = answers.Place(
        name=f"kr-{pk}",
        save_url=reverse("okrs:save_key_result", args=[pk]),
        page_url=page_of(found.objective),
        item_url=reverse("okrs:key_result_item", args=[pk]),
        target=f"#kr-{pk}",
    )
    form = SentenceForm(request.POST)
    if not form.is_valid():
        if wants_part(request):
            return answers.not_saved(request, place, problem=form.problem)
        context = _form_of(found, form, "Change the sentence", "Save it")
        return page(request, "okrs/form.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    result = transitions.edit_key_result(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    revision = result.row.revision
    if isinstance(result, Conflict):
        fields = [("title", "Key result", form.cleaned_data["title"], result.row.title)]
        title = "somebody changed this sentence meanwhile"
        return answers.conflict(request, place, title=title, revision=revision, fields=fields)
    return _saved(request, found, place, revision)


def _saved(request: PortalRequest, found: KeyResult, place: answers.Place, revision: int) -> HttpResponse:
    if not wants_part(request):
        return _place(found)
    if "whole" in request.POST:
        return page(request, "okrs/key_result.html", _shown(request, found.pk))
    return answers.saved(request, place, revision=revision, objective=found.objective)


def _form_of(found: KeyResult, form: Any, title: str, action: str, consequence: str = "") -> dict[str, Any]:  # noqa: ANN401
    return {
        "title": title,
        "objective": found.objective,
        "key_result": found,
        "page_url": page_of(found.objective),
        "form": form,
        "action": action,
        "consequence": consequence,
    }


@require_POST
def place_key_result(request: PortalRequest, pk: int) -> HttpResponse:
    """Move a key result one place up or down."""
    found = found_key_result(request, pk)
    form = PlaceForm(request.POST)
    if form.is_valid():
        transitions.place_key_result(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
    return _place(found)


@require_http_methods(["GET", "POST"])
def measure_key_result(request: PortalRequest, pk: int) -> HttpResponse:
    """Say how a key result is measured, by whom it is owned, and how ambitious it is."""
    found = found_key_result(request, pk)
    by = actor(request)
    rules.check_may_draft(by, found.objective.team)
    initial = {name: _written(getattr(found, name)) for name in MEASURED}
    initial |= {"metric": found.metric_id, "accountable": str(found.accountable_id or "")}
    form = MeasureForm(
        request.POST or None,
        initial=initial,
        members=members_of(found.objective.team_id),
        owner=found.accountable,
        metrics=queries.metrics_for(found.objective.team, chosen=found.metric_id),
    )
    is_stale = False
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            at = timezone.now()
            result = transitions.measure_key_result(found, by=by, at=at, **form.cleaned_data)
            if isinstance(result, Saved):
                return saved_place(request, found.objective, _place_of(found))
            is_stale = True
            form.add_error(
                None, "Somebody else changed it meanwhile. Look at it as it is now, then save again."
            )
            form.data = {**request.POST.dict(), "revision": str(result.row.revision)}
    context = _form_of(found, form, "How is it measured?", "Save")
    context["is_locked"] = not rules.is_draft(found.objective)
    context["terms"] = [form[name] for name in MEASURED if name != "revision"]
    status = HTTPStatus.CONFLICT if is_stale else answers.status_of(form)
    return page(request, "okrs/measure.html", context, status=status)


def _written(value: object) -> object:
    """Return a number as people write it: 40 and not 40.0000."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


@require_http_methods(["GET", "POST"])
def drop_key_result(request: PortalRequest, pk: int) -> HttpResponse:
    """Drop a key result, with a reason."""
    found = found_key_result(request, pk)
    by = actor(request)
    rules.check_may_drop(by, found.objective)
    form = DropForm(request.POST or None, needs_reason=True)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            transitions.drop_key_result(found, by=by, at=timezone.now(), **form.cleaned_data)
            return back(found.objective)
    consequence = (
        "From today on it no longer counts. It stays in sight below the objective, with your reason."
    )
    context = _form_of(found, form, f"Drop “{found}”", "Drop it", consequence)
    context["is_far_reaching"] = True
    status = answers.status_of(form)
    return page(request, "okrs/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def milestones(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the steps of a key result; writers add to them."""
    found = found_key_result(request, pk)
    by = actor(request)
    form = MilestoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            transitions.add_milestone(found, by=by, at=timezone.now(), **form.cleaned_data)
            return redirect(request.path)
    context = _form_of(found, form, "Milestones", "Add it") | {
        "milestones": found.milestones.order_by("position", "pk"),
        "may_add": rules.may_edit(by, found.objective),
        "may_reach": rules.may_check_in(by, found.objective.team),
        "today": today(request),
    }
    status = answers.status_of(form)
    return page(request, "okrs/milestones.html", context, status=status)


@require_http_methods(["GET", "POST"])
def reach_milestone(request: PortalRequest, pk: int) -> HttpResponse:
    """Say when a step was reached and where one sees it."""
    found = queries.milestone(pk, person=request.user, on=today(request))
    key_result = found_key_result(request, found.key_result_id)
    by = actor(request)
    rules.check_may_check_in(by, key_result.objective.team)
    initial = {"done_on": found.done_on or today(request), "evidence_url": found.evidence_url}
    form = ReachForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            transitions.reach_milestone(found, by=by, at=timezone.now(), **form.cleaned_data)
            return redirect("okrs:milestones", pk=key_result.pk)
    consequence = "Done needs a day and a link to what shows it. Without a day it is open again."
    context = _form_of(key_result, form, f"Reached: {found}", "Save", consequence)
    status = answers.status_of(form)
    return page(request, "okrs/form.html", context, status=status)


@require_POST
def remove_milestone(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a step out of a draft."""
    found = queries.milestone(pk, person=request.user, on=today(request))
    key_result = transitions.remove_milestone(found, by=actor(request), at=timezone.now())
    return redirect("okrs:milestones", pk=key_result.pk)
