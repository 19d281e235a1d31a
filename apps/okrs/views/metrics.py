"""Pages of metrics: the list, one metric with its values, and how values come in."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.activity.queries import timeline
from apps.core.http import page
from apps.core.results import Conflict, Saved
from apps.core.text import key_in
from apps.okrs import forms, queries, rules, transitions
from apps.okrs.http import noted
from apps.okrs.models import Metric
from apps.okrs.views import answers
from apps.okrs.views.finding import REFUSED, STALE, both_of, today

METRICS: Final = 50  # on one page
SHOWN: Final = 60  # values in the table
LATELY: Final = 8


@require_safe
def metrics(request: PortalRequest) -> HttpResponse:
    """List the metrics by name: everybody's, those of the own teams, or archived ones."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    show = request.GET.get("show", "")
    found = queries.metrics(
        request.user,
        on=today(request),
        search=search,
        team_ids=request.user.team_ids if show == "mine" else None,
        is_archived=show == "archived",
    )
    rows = list(found.after(key_in(request.GET.get("after", "")), field="name")[: METRICS + 1])
    for row in rows:
        row.shown = rules.plain(row.newest, rules.unit_of(row)) if row.newest is not None else ""  # type: ignore[attr-defined]
    context = {
        "metrics": rows[:METRICS],
        "count": found.counted(),
        "search": search,
        "show": show,
        "chips": [("", "All"), ("mine", "My teams"), ("archived", "Archived")],
        "next": rows[METRICS - 1].pk if len(rows) > METRICS else None,
        "may_create": bool(request.user.team_ids),
    }
    return page(request, "okrs/metrics.html", context, part="list")


@require_http_methods(["GET", "HEAD", "POST"])
def create_metric(request: PortalRequest) -> HttpResponse:
    """Write a metric down."""
    if not request.user.team_ids:
        message = "Join a team first: a metric belongs to one."
        raise PermissionDenied(message)
    form = forms.MetricForm(request.POST or None, person_teams=request.user.team_ids)
    if request.method == "POST" and form.is_valid():
        with answers.refused_in(form):
            values = dict(form.cleaned_data)
            team = values.pop("team")
            created = transitions.create_metric(team, by=actor(request), at=timezone.now(), **values)
            messages.success(request, f"“{created}” is there. Its first value comes next.")
            return redirect(created)
    context = {"form": form, "title": "Create a metric"}
    return page(request, "okrs/metric_form.html", context, status=answers.status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def edit_metric(request: PortalRequest, key: str) -> HttpResponse:
    """Change what a metric says of itself; whoever was slower sees both and decides."""
    found = queries.metric(key)
    rules.check_may_keep(actor(request), found.team)
    context: dict[str, Any] = {"metric": found, "title": f"Edit “{found}”"}
    if request.method != "POST":
        return page(request, "okrs/metric_form.html", context | {"form": forms.metric_form(found)})
    form = forms.MetricEditForm(request.POST)
    if not form.is_valid():
        return page(request, "okrs/metric_form.html", context | {"form": form}, status=REFUSED)
    changes = dict(form.cleaned_data)
    revision = changes.pop("revision")
    match transitions.edit_metric(
        found, revision=revision, changes=changes, by=actor(request), at=timezone.now()
    ):
        case Saved(saved):
            messages.success(request, f"“{saved}” is saved.")
            return redirect(saved)
        case Conflict(theirs):
            mine = forms.MetricEditForm(initial=form.cleaned_data | {"revision": theirs.revision})
            both = both_of(mine, forms.metric_form(theirs), names=forms.DESCRIBED)
            return page(
                request, "okrs/metric_form.html", context | {"form": mine, "both": both}, status=STALE
            )


@require_POST
def archive_metric(request: PortalRequest, key: str) -> HttpResponse:
    """Take no more values, or bring the metric back."""
    found = queries.metric(key)
    step = transitions.archive_metric if request.POST.get("archive") == "1" else transitions.restore_metric
    saved = step(found, by=actor(request), at=timezone.now())
    messages.success(request, f"“{saved}” is {'archived' if saved.archived_at else 'in use again'}.")
    return redirect(saved)


@require_safe
def metric(request: PortalRequest, key: str) -> HttpResponse:
    """Show one metric: its plot, its values with what they were before, and what is measured by it."""
    return _metric(request, queries.metric(key))


def _metric(request: PortalRequest, found: Metric, *, status: int = 200, **more: Any) -> HttpResponse:
    on = today(request)
    may_keep = rules.may_keep(actor(request), found.team)
    is_open = may_keep and found.archived_at is None
    answers.say_undrawn(request, more, is_drawn=is_open)
    values = queries.values_of(found)
    shown = values[: -SHOWN - 1 : -1]
    points = [rules.Point(value.on_date, value.value) for value in values]
    used = queries.key_results_on(found, person=request.user, on=on)
    noted([one.objective for one in used], by=actor(request))
    unit = rules.unit_of(found)
    older = queries.corrected(found, since=shown[-1].on_date) if shown else {}
    context = {
        "metric": found,
        "bounds": _bounds(found),
        "plot": rules.history_of(points, unit=unit),
        "values": [
            (
                value,
                rules.plain(value.value, unit),
                [(rules.plain(old.value, unit), old) for old in older.get(value.on_date, [])],
            )
            for value in shown
        ],
        "hidden": len(values) - len(shown),
        "standings": list(queries.progress_of_key_results(used, on=on).values()),
        "tensions": queries.tensions_of(found),
        "may_keep": may_keep,
        "is_open": is_open,
        "today": on,
        "lately": timeline(found.subject, audiences=request.user.audiences, limit=LATELY),
    }
    if may_keep:
        context["value_form"] = forms.ValueForm(initial={"on_date": on}, metric=found, today=on)
        if "tension" in request.GET:  # a list of all metrics: only for who asked for it
            context["tension_form"] = forms.TensionForm(others=queries.other_metrics(found))
    return page(request, "okrs/metric.html", context | more, status=status)


def _bounds(found: Metric) -> str:
    low, high = rules.bounds_of(found)
    if low is not None and high is not None:
        return f"{rules.plain(low)} to {rules.plain(high)}"
    if low is not None:
        return f"at least {rules.plain(low)}"
    return f"at most {rules.plain(high)}" if high is not None else ""


@require_POST
def record_value(request: PortalRequest, key: str) -> HttpResponse:
    """Record one value; a second one for the same date corrects the first."""
    found = queries.metric(key)
    form = forms.ValueForm(request.POST, metric=found, today=today(request))
    if not form.is_valid():
        rules.check_may_keep(actor(request), found.team)
        return _metric(request, found, status=REFUSED, value_form=form)
    with answers.refused_in(form):
        transitions.record_value(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"The value of {form.cleaned_data['on_date']:%-d %B %Y} is recorded.")
        return redirect(found)
    return _metric(request, found, status=answers.status_of(form), value_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def paste_values(request: PortalRequest, key: str) -> HttpResponse:
    """Look at a paste line by line, then record what can be."""
    found = queries.metric(key)
    rules.check_may_keep(actor(request), found.team)
    rules.check_in_use(found)
    form = forms.PasteForm(request.POST or None)
    context = {"metric": found, "form": form, "today": today(request)}
    if request.method != "POST" or not form.is_valid():
        return page(request, "okrs/paste.html", context, status=REFUSED if form.errors else 200)
    preview = queries.preview(found, form.cleaned_data["text"], today=today(request))
    if "record" not in request.POST:
        return page(request, "okrs/paste.html", context | {"preview": preview})
    kept = transitions.record_values(found, values=preview.values, by=actor(request), at=timezone.now())
    messages.success(request, f"{len(kept)} values are recorded, {preview.left_out} lines were left out.")
    return redirect(found)


@require_POST
def declare_tension(request: PortalRequest, key: str) -> HttpResponse:
    """Say that pushing this metric may harm another."""
    found = queries.metric(key)
    form = forms.TensionForm(request.POST, others=queries.other_metrics(found))
    if not form.is_valid():
        rules.check_may_keep(actor(request), found.team)
        return _metric(request, found, status=REFUSED, tension_form=form)
    with answers.refused_in(form):
        transitions.declare_tension(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        return redirect(f"{found.get_absolute_url()}#tensions")
    return _metric(request, found, status=answers.status_of(form), tension_form=form)


@require_POST
def end_tension(request: PortalRequest, key: str, pk: int) -> HttpResponse:
    """Say that a tension no longer holds."""
    found = queries.metric(key)
    tension = next((one for one in queries.tensions_of(found) if one.pk == pk), None)
    if tension is None:
        raise Http404
    transitions.end_tension(tension, by=actor(request), at=timezone.now())
    return redirect(f"{found.get_absolute_url()}#tensions")
