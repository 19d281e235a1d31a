"""The page of one objective: its numbers over time, what was said, how it ended, and its steps."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.activity.queries import timeline
from apps.catalog.queries import leads_of
from apps.comments.queries import conversation
from apps.core.http import page
from apps.core.results import Conflict, Saved
from apps.core.text import key_in
from apps.okrs import forms, queries, rules, transitions
from apps.okrs.http import noted
from apps.okrs.models import LOCKED, CycleState, KeyResult, Objective, Quarter, State
from apps.okrs.views import answers
from apps.okrs.views.finding import REFUSED, STALE, both_of, page_of, saved_place, today, typed_over

EVENTS = 50  # on one page of the history


def _found(request: PortalRequest, pk: int) -> Objective:
    found = queries.objective_with_rhythm(pk, person=request.user, on=today(request))
    noted([found], by=actor(request))
    return found


@require_safe
def objective(request: PortalRequest, pk: int) -> HttpResponse:
    """Show an objective: key results with plots, confidence, check-ins, its ties, nos. Twelve queries."""
    return _objective(request, _found(request, pk))


def _objective(
    request: PortalRequest,
    found: Objective,
    *,
    status: int = 200,
    typed: Mapping[int, forms.GradeForm] | None = None,
    **more: Any,
) -> HttpResponse:
    on, by = today(request), actor(request)
    rows = queries.key_result_rows(found, on=on)
    said = queries.said_of(found, [row.key_result for row in rows])
    parts = [rules.Part(row.standing.progress, row.key_result.dropped_on) for row in rows]
    may_grade = rules.may_grade(by, found) and found.state == State.GRADING
    services, participants = queries.around_of(found)
    context = {
        "objective": found,
        "health": queries.health_of(
            found, [row.line for row in reversed(said.rows)], on=on, own=request.user.team_ids
        ),
        "rows": [(row, _grade_form(row, typed or {}) if may_grade else None) for row in rows],
        "score": rules.objective_score(parts, today=on),
        "said": said,
        "links": queries.links_of(found, person=request.user, on=on),
        "services": services,
        "participants": participants,
        "collisions": queries.collisions_of(found, person=request.user, on=on) if _is_open(found) else [],
        "may_go_on": rules.may_go_on(by, found),
        "comments": conversation("objective", found.pk),
        "may_grade": may_grade,
        "may_change_terms": _may_change_terms(request, found),
        "asks": _asks(request, found),
        "checks_in": _checks_in(request, found),
        "next": _next(request, found, rows) if found.state in {State.IDEA, State.DRAFT} else None,
        "close_form": forms.CloseForm() if may_grade else None,
        "is_open": found.is_open(on=on),
        "today": on,
    }
    return page(request, "okrs/objective.html", context | more, status=status)


def _next(request: PortalRequest, found: Objective, rows: list[queries.KeyResultRow]) -> dict[str, Any]:
    """Return how a draft goes on: what it lacks, the step and who takes it. Four queries at most."""
    by = actor(request)
    others = set(queries.others_of(found)) if found.state == State.DRAFT and found.cycle else set()
    if others or found.authored_by_id != found.team_id:
        others |= {found.authored_by.name} - {found.team.name}
    is_asked = queries.has_open_negotiation(found)
    speaks = rules.speaks_for(by, found.team, accountable_id=found.accountable_id) and not by.has("admin")
    wanted = "take-up" if found.cycle is None else "draft" if found.state == State.IDEA else "adopt"
    steps = [step for step in rules.steps_for(by, found) if step.key == wanted]
    has_sentences = any(row.key_result.dropped_on is None for row in rows)
    is_ready = wanted != "adopt" or (has_sentences and not others and not is_asked)
    return {
        "lacks": [*rules.lacks(found, has_sentences=has_sentences), *_other_numbers(rows)],
        "others": sorted(others),
        "is_asked": is_asked,
        "step": steps[0] if steps and is_ready else None,
        "may_propose": speaks and found.cycle is not None and bool(others) and has_sentences and not is_asked,
        "may_write": rules.may_draft(by, found.team),
        "leads": [] if speaks else leads_of(found.team_id),
        "place": page_of(found),
    }


def _other_numbers(rows: list[queries.KeyResultRow]) -> list[str]:
    """Return which sentences say other numbers than those by which they are measured."""
    found = [row.key_result for row in rows if row.key_result.dropped_on is None]
    said = [rules.other_numbers(one.title, baseline=one.baseline, target=one.target) for one in found]
    return [words for words in said if words]


def _grade_form(row: queries.KeyResultRow, typed: Mapping[int, forms.GradeForm]) -> forms.GradeForm | None:
    """Return the form of one key result, with what was typed and refused; dropped ones have none."""
    if row.key_result.dropped_on is not None:
        return None
    return typed.get(row.key_result.pk) or forms.grade_form(row)


def _may_change_terms(request: PortalRequest, found: Objective) -> bool:
    """Tell whether to offer the page of terms; what may change there depends on the agreement."""
    return rules.may_draft(actor(request), found.team) and bool(rules.MOVES[State(found.state)])


def _is_open(found: Objective) -> bool:
    """Tell whether a no can still stand in the way of it."""
    return bool(rules.MOVES[State(found.state)]) and found.state != State.GRADING


def _checks_in(request: PortalRequest, found: Objective) -> bool:
    """Tell whether to lead a contributor's lead to the check-in; its own team finds it on its page."""
    is_own = rules.may_check_in(actor(request), found.team)
    if found.cycle is None or is_own or not request.user.lead_ids:
        return False
    scope = queries.scope_of(Quarter(team=found.team, cycle=found.cycle), by=actor(request))
    return found.pk in (scope or ()) and rules.takes_check_ins(found.cycle, today=today(request))


def _asks(request: PortalRequest, found: Objective) -> str:
    """Return what somebody can begin to negotiate about it: what its team needs, or what theirs can give."""
    is_open = found.cycle is not None and found.cycle.state in {CycleState.PLANNING, CycleState.ACTIVE}
    if not is_open or not rules.MOVES[State(found.state)] or request.user.is_admin:
        return ""
    if found.team_id in request.user.team_ids:
        return "Ask another team"
    return "Offer something for it" if request.user.team_ids else ""


@require_safe
def history(request: PortalRequest, pk: int) -> HttpResponse:
    """Show what happened to an objective, the newest first, and how its terms changed. Four queries."""
    found = _found(request, pk)
    before = key_in(request.GET.get("before", ""))
    subject = found.subject(on=today(request))
    seen = request.user.audiences | {subject.audience}  # they were let in to read this one
    entries = timeline(subject, audiences=seen, before=before, limit=EVENTS)
    context = {
        "objective": found,
        "entries": entries,
        "before": entries[-1].id if len(entries) == EVENTS else None,
        "is_later": before is not None,
        "changes": queries.target_changes(found),
    }
    return page(request, "okrs/objective_history.html", context)


@require_POST
def say_of_objective(request: PortalRequest, pk: int) -> HttpResponse:
    """Add a comment; it stands in the margin of the quarter too, and the other side is told."""
    found = _found(request, pk)
    form = forms.SayForm(request.POST)
    if form.is_valid():
        with answers.refused_in(form):
            transitions.say(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
            return redirect(f"{found.get_absolute_url()}#conversation")
    return _objective(request, found, status=answers.status_of(form), say_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: PortalRequest, pk: int, key_result: int) -> HttpResponse:
    """Say how a key result is measured; after the agreement with a reason, or it is asked for."""
    found = _found(request, pk)
    rules.check_may_draft(actor(request), found.team)
    row = _key_result(found, key_result)
    steps = list(row.milestones.order_by("position", "pk"))
    is_agreed = found.state in LOCKED
    team_ids = {*request.user.team_ids, found.team_id} | ({row.metric.team_id} if row.metric else set())
    options: dict[str, Any] = {
        "metrics": queries.metrics_of(team_ids),
        "steps": steps,
        "is_agreed": is_agreed,
    }
    context = {"objective": found, "key_result": row, "is_agreed": is_agreed}
    if request.method != "POST":
        form = forms.TermsForm(initial=forms.terms_of(row, steps), **options)
        return page(request, "okrs/terms.html", context | {"form": form})
    form = forms.TermsForm(request.POST, **options)
    if not form.is_valid() or form.refuse(row):
        return page(request, "okrs/terms.html", context | {"form": form}, status=REFUSED)
    given = {name: form.cleaned_data[name] for name in ("why", "reason") if name in form.fields}
    match transitions.change_terms(
        row,
        draft=form.draft,
        revision=form.cleaned_data["revision"],
        by=actor(request),
        at=timezone.now(),
        **given,
    ):
        case Saved(saved):
            return saved_place(request, found, saved.get_absolute_url())
        case Conflict(theirs):
            fresh = list(theirs.milestones.order_by("position", "pk"))
            mine = forms.TermsForm(
                initial=form.cleaned_data
                | {"revision": theirs.revision, "milestones": request.POST.get("milestones", "")},
                **options,
            )
            saved_form = forms.TermsForm(initial=forms.terms_of(theirs, fresh), **options)
            names = [name for name in forms.TERMS if name in mine.fields]
            both = both_of(mine, saved_form, names=names)
            return page(request, "okrs/terms.html", context | {"form": mine, "both": both}, status=STALE)


def _key_result(found: Objective, pk: int) -> KeyResult:
    row = found.key_results.select_related("metric__team").filter(pk=pk).first()
    if row is None:
        raise Http404
    row.objective = found
    return row


@require_POST
def grade(request: PortalRequest, pk: int, key_result: int) -> HttpResponse:
    """Grade one key result, or say that it was not measured."""
    found = _found(request, pk)
    row = _key_result(found, key_result)
    ambition = queries.ambition_of(row)
    form = forms.GradeForm(request.POST, ambition=ambition, auto_id=f"k{row.pk}_%s")
    if not form.is_valid():
        rules.check_may_grade(actor(request), found)
        rules.check_is_grading(found)
        return _objective(request, found, status=REFUSED, typed={row.pk: form})
    match transitions.grade_key_result(row, by=actor(request), at=timezone.now(), **form.cleaned_data):
        case Saved(saved):
            return redirect(saved)
        case Conflict(theirs):
            data = typed_over(request, theirs.revision)
            form = forms.GradeForm(data, ambition=ambition, auto_id=f"k{row.pk}_%s")
            said = f"{theirs.grade:.1f}" if theirs.grade is not None else "not measured"
            return _objective(
                request, found, status=STALE, typed={row.pk: form}, graded=row.pk, grade_problem=said
            )


@require_POST
def close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close an objective with a verdict."""
    found = _found(request, pk)
    form = forms.CloseForm(request.POST)
    if not form.is_valid():
        rules.check_may_grade(actor(request), found)
        rules.check_is_grading(found)
        return _objective(request, found, status=REFUSED, close_form=form)
    with answers.refused_in(form):
        closed = transitions.close_objective(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"“{closed}” is closed.")
        return redirect(closed)
    return _objective(request, found, status=answers.status_of(form), close_form=form)
