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
from apps.okrs.models import Quarter, TeamCheckIn
from apps.okrs.views.finding import REFUSED, STALE, today


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
    rules.check_may_check_in(by, quarter.team)
    rules.check_cycle_takes_check_ins(quarter.cycle, today=today(request))
    if request.method != "POST":
        return _form(request, quarter)
    sheet = queries.sheet(quarter, queries.draft_of(quarter), person=request.user, on=today(request))
    form = forms.CheckInForm(request.POST, sheet=sheet)
    if not form.is_valid():
        return _answer(request, quarter, form, status=REFUSED)
    saved = transitions.save_check_in(
        quarter, draft=form.draft, revision=form.cleaned_data["revision"], by=by, at=timezone.now()
    )
    match saved:
        case Conflict(theirs):
            return _answer(request, quarter, form, status=STALE, theirs=theirs)
        case Saved(row) if "publish" in request.POST:
            return _published(request, row, revision=row.revision)
        case Saved(row):
            if wants_part(request):
                return page(request, "okrs/check_in_saved.html", {"draft": row, "problem": ""})
            messages.success(request, "The draft is saved. Your team sees it; publish it when it is done.")
            return redirect("okrs:write_check_in", cycle, team)


def _form(
    request: PortalRequest,
    quarter: Quarter,
    *,
    form: forms.CheckInForm | None = None,
    status: int = 200,
    part: str = "",
    **more: Any,
) -> HttpResponse:
    if form is None:
        draft = queries.draft_of(quarter)
        sheet = queries.sheet(quarter, draft, person=request.user, on=today(request))
        form = forms.CheckInForm(sheet=sheet)
    context = {"quarter": quarter, "form": form, "draft": form.sheet.draft, "today": today(request)}
    return page(request, "okrs/write_check_in.html", context | more, status=status, part=part)


def _answer(
    request: PortalRequest,
    quarter: Quarter,
    form: forms.CheckInForm,
    *,
    status: int,
    theirs: TeamCheckIn | None = None,
) -> HttpResponse:
    """Say what is wrong beside an autosave; a plain form gets its page back with all that was typed."""
    problem = form.problem
    if theirs is not None:
        who = theirs.author.name if theirs.pk else "Somebody"
        problem = (
            f"{who} saved or published this draft meanwhile. Your words are still here: load the page in another "
            "tab, and bring both together."
        )
    if wants_part(request):
        draft = {"pk": None}
        return page(request, "okrs/check_in_saved.html", {"draft": draft, "problem": problem}, status=status)
    if theirs is not None:
        form.data = form.data.copy()  # type: ignore[union-attr]
        form.data["revision"] = str(theirs.revision)
    return _form(request, quarter, form=form, status=status, problem=problem)


@require_POST
def publish(request: PortalRequest, pk: int) -> HttpResponse:
    """Publish a draft as it was on the screen."""
    form = forms.RevisionForm(request.POST)
    found = queries.draft_to_change(pk, person=request.user)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    return _published(request, found, revision=revision)


def _published(request: PortalRequest, draft: TeamCheckIn, *, revision: int) -> HttpResponse:
    match transitions.publish_check_in(draft, revision=revision, by=actor(request), at=timezone.now()):
        case Saved(row):
            messages.success(request, "Published. Thank you: whoever reviews it is told.")
            url = row.get_absolute_url()
            return HttpResponseClientRedirect(url) if wants_part(request) else redirect(url)
        case Conflict(row):
            problem = "Somebody changed the draft meanwhile. Read it once more, then publish it."
            return _form(request, row.quarter, status=STALE, part="form", problem=problem)


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
    context = {
        "check_in": found,
        "quarter": quarter,
        "squares": [(label, getattr(found, name)) for name, label in rules.SQUARES.items()],
        "lines": [
            (line, *rules.look_of(line.status), rules.look_of(line.hint)[0])
            for line in queries.said_lines(found, person=request.user, on=today(request))
        ],
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
