"""Check-ins: the form of a team, what was published, and everything of that kind that waits for somebody."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page, wants_part
from apps.core.results import Conflict, Saved
from apps.okrs import forms, queries, rules, transitions
from apps.okrs.http import noted
from apps.okrs.models import Quarter, TeamCheckIn
from apps.okrs.views.finding import REFUSED, STALE, both_of, today


@require_safe
def check_ins(request: PortalRequest) -> HttpResponse:
    """Show what a person's teams owe, what waits to be read, and what was said lately. Seven queries."""
    on = today(request)
    recent = queries.recent(request.user.team_ids)
    context = {
        "rhythms": queries.rhythms_of(request.user, on=on),
        "unread": queries.unread(request.user),
        "recent": recent,
        "today": on,
    }
    return page(request, "okrs/check_ins.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write_check_in(request: PortalRequest, cycle: str, team: str) -> HttpResponse:
    """Fill in the form of a team. It saves itself; without JavaScript two buttons save and publish."""
    quarter = queries.quarter(cycle, team)
    by = actor(request)
    rules.check_may_speak(by, quarter.team, queries.scope_of(quarter, by=by))
    rules.check_cycle_takes_check_ins(quarter.cycle, today=today(request))
    sheet = _sheet(request, quarter, queries.draft_of(quarter))
    if request.method != "POST":
        return _form(request, quarter, forms.CheckInForm(sheet=sheet))
    form = forms.CheckInForm(request.POST, sheet=sheet)
    if not form.is_valid():
        return _refused(request, quarter, form)
    match transitions.save_check_in(quarter, draft=form.draft, revision=form.base, by=by, at=timezone.now()):
        case Saved(row):
            return _saved(request, row)
        case Conflict(theirs):
            return _stale(request, quarter, form, theirs)


def _sheet(request: PortalRequest, quarter: Quarter, draft: TeamCheckIn | None) -> queries.Sheet:
    """Return the form of a team, or what a contributor's lead fills in of it."""
    scope = queries.scope_of(quarter, by=actor(request))
    return queries.sheet(quarter, draft, person=request.user, on=today(request), scope=scope)


def _saved(request: PortalRequest, row: TeamCheckIn) -> HttpResponse:
    """Answer an autosave with its status and the new revision; a plain form goes on to publish, or stays."""
    if "publish" in request.POST:
        return _published(request, row, revision=row.revision)
    if wants_part(request):
        return page(request, "okrs/check_in_saved.html", {"draft": row, "draft_at": timezone.now()})
    messages.success(request, "The draft is saved. Your team sees it; publish it when it is done.")
    return redirect("okrs:write_check_in", row.quarter.cycle.slug, row.quarter.team.slug)


def _refused(request: PortalRequest, quarter: Quarter, form: forms.CheckInForm) -> HttpResponse:
    if wants_part(request) and "publish" not in request.POST:
        return page(request, "okrs/check_in_saved.html", {"problem": form.problem}, status=REFUSED)
    return _form(request, quarter, form, status=REFUSED, part="form", problem=form.problem)


def _stale(
    request: PortalRequest, quarter: Quarter, form: forms.CheckInForm, theirs: TeamCheckIn
) -> HttpResponse:
    """Show what somebody else saved beside what was typed; a tick keeps mine, nothing is lost."""
    draft = queries.draft_of(quarter)
    fresh = forms.CheckInForm(sheet=_sheet(request, quarter, draft))
    names = [name for name in form.fields if name not in {"revision", "mine"} and name in fresh.fields]
    context: dict[str, Any] = {
        "theirs": theirs,
        "both": both_of(forms.CheckInForm(sheet=form.sheet, initial=form.cleaned_data), fresh, names=names),
    }
    if wants_part(request) and "publish" not in request.POST:
        return page(request, "okrs/check_in_saved.html", context, status=STALE)
    return _form(request, quarter, form, status=STALE, part="form", **context)


def _form(
    request: PortalRequest,
    quarter: Quarter,
    form: forms.CheckInForm,
    *,
    status: int = 200,
    part: str = "",
    **more: Any,
) -> HttpResponse:
    context = {"quarter": quarter, "form": form, "draft": form.sheet.draft, "today": today(request)}
    return page(request, "okrs/write_check_in.html", context | more, status=status, part=part)


def _published(request: PortalRequest, draft: TeamCheckIn, *, revision: int) -> HttpResponse:
    match transitions.publish_check_in(draft, revision=revision, by=actor(request), at=timezone.now()):
        case Saved(row):
            messages.success(request, "Published. Thank you: whoever reviews it is told.")
            url = row.get_absolute_url()
            return HttpResponseClientRedirect(url) if wants_part(request) else redirect(url)
        case Conflict(row):
            problem = "Somebody changed the draft meanwhile. Read it once more, then publish it."
            sheet = _sheet(request, row.quarter, row)
            fresh = forms.CheckInForm(sheet=sheet)
            return _form(request, row.quarter, fresh, status=STALE, part="form", problem=problem)


@require_POST
def discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = queries.draft_to_change(pk, person=request.user)
    transitions.discard_check_in(found, by=actor(request), at=timezone.now())
    messages.success(request, "The draft is gone.")
    return redirect("okrs:check_ins")


@require_safe
def check_in(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a published check-in: what the team said, and the numbers as they were."""
    found = queries.draft_to_change(pk, person=request.user)
    quarter = found.quarter
    if found.published_at is None:
        return redirect("okrs:write_check_in", quarter.cycle.slug, quarter.team.slug)
    by = actor(request)
    reviewers = queries.reviewers_of(found)
    correction = queries.correction_of(found)
    is_own = rules.may_check_in(by, quarter.team)
    lines = list(queries.said_lines(found, person=request.user, on=today(request)))
    noted([line.objective for line in lines], by=by)
    context = {
        "check_in": found,
        "confidence": rules.net_confidence(line.status for line in lines),
        "quarter": quarter,
        "squares": [(label, getattr(found, name)) for name, label in rules.SQUARES.items()],
        "lines": [(line, *rules.look_of(line.status), rules.look_of(line.hint)[0]) for line in lines],
        "reviewers": reviewers,
        "correction": correction,
        "may_acknowledge": found.acknowledged_at is None
        and rules.may_acknowledge(by, found, {person.pk for person in reviewers}),
        "may_correct": is_own
        and correction is None
        and rules.takes_check_ins(quarter.cycle, today=today(request)),
    }
    return page(request, "okrs/check_in.html", context)


@require_POST
def correct(request: PortalRequest, pk: int) -> HttpResponse:
    """Begin another check-in that takes the place of this one."""
    found = queries.draft_to_change(pk, person=request.user)
    draft = transitions.correct_check_in(found, by=actor(request), at=timezone.now())
    return redirect("okrs:write_check_in", draft.quarter.cycle.slug, draft.quarter.team.slug)


@require_POST
def acknowledge(request: PortalRequest, pk: int) -> HttpResponse:
    """Say that one has read it."""
    found = queries.draft_to_change(pk, person=request.user)
    transitions.acknowledge_check_in(found, by=actor(request), at=timezone.now())
    messages.success(request, "The team sees that you have read it.")
    return redirect(found)
