"""The page of one walkthrough, and what people do in the meeting."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import User
from apps.catalog.queries import members_of
from apps.core.http import page, wants_part
from apps.core.results import Conflict, Saved
from apps.core.statements import or_404
from apps.readiness.models import Area
from apps.readiness.queries import sheet
from apps.walkthroughs import forms, queries, rules, transitions
from apps.walkthroughs.models import State, Walkthrough
from apps.walkthroughs.views.finding import find_plain

PAGE = "walkthroughs/walkthrough.html"
NOTES_ID, FOLLOW_UP_ID = "notes-%s", "follow-up-%s"  # both forms may be open on one page
SHAPES = {"strong": "●", "adequate": "◐", "weak": "○"}


@require_GET
def walkthrough(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one walkthrough."""
    return show(request, pk, part="live")


@require_GET
def live(request: PortalRequest, pk: int) -> HttpResponse:
    """Answer 204 while nothing changed since the revision that is on screen; else what changed."""
    revision = or_404(Walkthrough.objects.filter(pk=pk).values_list("revision", flat=True).first())
    if request.GET.get("since", "") == str(revision):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return show(request, pk, part="live")


def show(
    request: PortalRequest, pk: int, *, part: str, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    """Render the page or one of its parts.

    `more` holds a form that comes back with what was typed, and `found` if the page was read already.
    """
    now = timezone.now()
    found = more.pop("found", None) or queries.page(pk, by=actor(request), now=now)
    context: dict[str, Any] = {
        "page": found,
        "walkthrough": found.walkthrough,
        "service": found.walkthrough.service,
        "shapes": SHAPES.items(),
        "page_state": request.GET.get("state", ""),  # in which state the page was that asks for changes
    }
    if found.may_hold and found.walkthrough.state == State.IN_PROGRESS and "follow_up_form" not in more:
        context["follow_up_form"] = _follow_up_form(found, now=now)
    answer = page(request, PAGE, context | more, part=part, status=status)
    if request.method == "POST" and part in {"notes", "follow_up"} and status == HTTPStatus.OK:
        answer["HX-Trigger"] = "saved"  # the live part shows at once what its writer just saved
    return answer


def _follow_up_form(found: queries.Page, data: Any = None, *, now: Any) -> forms.FollowUpForm:  # noqa: ANN401
    """Return the form with everybody at the table and in the team as owners, and every item."""
    return forms.FollowUpForm(
        data,
        people=_owners(found),
        items=sheet(found.walkthrough.assessment.edition).by_key,
        now=now,
        auto_id=FOLLOW_UP_ID,
    )


def _owners(found: queries.Page) -> list[User]:
    team = members_of(found.walkthrough.service.team_id)
    return [*team, *(seat.person for seat in found.seats)]


@require_http_methods(["GET", "POST"])
def begin(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask whether to open the meeting, and open it."""
    found, by = find_plain(request, pk), actor(request)
    if request.method == "POST":
        return redirect(transitions.begin(found, by=by, at=timezone.now()))
    rules.check_may_hold(by, found.service, queries.seats_of(found))
    rules.check_move(found, State.IN_PROGRESS)
    context = {"walkthrough": found, "service": found.service, "when": rules.when_in_words(found)}
    return page(request, "walkthroughs/begin.html", context)


@require_POST
def hold(request: PortalRequest, pk: int) -> HttpResponse:
    """End the meeting."""
    held = transitions.hold(find_plain(request, pk), by=actor(request), at=timezone.now())
    messages.success(request, "The meeting is over. Everybody with a signing seat was asked to sign.")
    return redirect(held)


@require_http_methods(["GET", "POST"])
def notes(request: PortalRequest, pk: int) -> HttpResponse:
    """Open the minutes for writing, and save them; whoever was slower sees both texts and decides."""
    found = find_plain(request, pk)
    if request.method == "GET":
        initial = {"text": found.notes, "revision": found.notes_revision}
        return show(request, pk, part="notes", notes_form=forms.NotesForm(initial=initial, auto_id=NOTES_ID))
    form = forms.NotesForm(request.POST, auto_id=NOTES_ID)
    if not form.is_valid():
        return show(request, pk, part="notes", status=HTTPStatus.UNPROCESSABLE_ENTITY, notes_form=form)
    match transitions.edit_notes(found, by=actor(request), at=timezone.now(), **form.cleaned_data):
        case Saved(saved):
            return show(request, pk, part="notes") if wants_part(request) else redirect(saved)
        case Conflict(theirs):
            both = form.cleaned_data | {"revision": theirs.notes_revision}
            mine = forms.NotesForm(initial=both, auto_id=NOTES_ID)
            return show(
                request, pk, part="notes", status=HTTPStatus.CONFLICT, notes_form=mine, is_conflict=True
            )


@require_POST
def verdict(request: PortalRequest, pk: int, area: int) -> HttpResponse:
    """Give a verdict on one area."""
    found = find_plain(request, pk)
    form = forms.VerdictForm(request.POST)
    if not form.is_valid():
        return show(request, pk, part="live", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    row = get_object_or_404(Area, pk=area, assessment=found.assessment_id)
    transitions.say_verdict(found, area=row, by=actor(request), at=timezone.now(), **form.cleaned_data)
    return (
        show(request, pk, part="live")
        if wants_part(request)
        else redirect(f"{found.get_absolute_url()}#areas")
    )


@require_http_methods(["GET", "POST"])
def add_follow_up(request: PortalRequest, pk: int) -> HttpResponse:
    """Note a follow-up; the answer is an empty form, and the list shows it."""
    now = timezone.now()
    found = queries.page(pk, by=actor(request), now=now)
    if request.method == "GET":
        form = _follow_up_form(found, now=now)
        return show(request, pk, part="follow_up", found=found, follow_up_form=form)
    form = _follow_up_form(found, request.POST, now=now)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return show(request, pk, part="follow_up", status=status, found=found, follow_up_form=form)
    transitions.add_follow_up(found.walkthrough, by=actor(request), at=now, **form.cleaned_data)
    if wants_part(request):
        return show(request, pk, part="follow_up", follow_up_form=_follow_up_form(found, now=now))
    return redirect(f"{found.walkthrough.get_absolute_url()}#follow-ups")


@require_POST
def finish(request: PortalRequest, pk: int) -> HttpResponse:
    """Tick a follow-up off."""
    one = queries.follow_up(pk)
    form = forms.FinishForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    transitions.finish_follow_up(one, note=note, by=actor(request), at=timezone.now())
    if wants_part(request):
        return show(request, one.walkthrough_id, part="live")
    return redirect(f"{one.walkthrough.get_absolute_url()}#follow-ups")
