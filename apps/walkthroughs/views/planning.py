"""Pages of a walkthrough that lies ahead: its time, its place, its panel."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.accounts.models import User
from apps.catalog.queries import members_of, service
from apps.catalog.rules import risk
from apps.core.http import page
from apps.walkthroughs import forms, queries, rules, transitions
from apps.walkthroughs.models import Capacity, Seat, State, Walkthrough
from apps.walkthroughs.views.finding import find, find_seat


@require_POST
def plan(request: PortalRequest, slug: str) -> HttpResponse:
    """Plan one more walkthrough."""
    planned = transitions.plan(service(slug), by=actor(request), at=timezone.now())
    return redirect("walkthroughs:schedule", pk=planned.pk)


@require_http_methods(["GET", "POST"])
def schedule(request: PortalRequest, pk: int) -> HttpResponse:
    """Choose time, place and panel; the panel is proposed with reasons."""
    found = find(request, pk)
    rules.check_may_plan(actor(request), found.service)
    rules.check_move(found, State.SCHEDULED)
    room = queries.room(found.service)
    team = members_of(found.service.team_id)
    proposal = queries.propose_panel(found.service, found=room)
    form = forms.ScheduleForm(
        request.POST or None,
        initial=forms.time_of(found, request.user) | {"presenters": _presenters(request, team)},
        now=timezone.now(),
        service=found.service,
        proposal=proposal,
        choices=queries.choices(room, team),
    )
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        saved = transitions.schedule(found, panel=form.panel, by=actor(request), at=at, **form.meeting)
        messages.success(request, "Scheduled. Everybody was invited by mail, with a calendar entry.")
        return redirect(saved)
    context = {"risk": risk(found.service), "weak": room.weak, "zones": _zones([*team, *room.people])}
    return _form(request, found, form, "walkthroughs/schedule.html", **context)


def _presenters(request: PortalRequest, team: list[User]) -> list[User]:
    """Return who is ticked at first: whoever schedules it, if they are of the team."""
    came_in = sorted(team, key=lambda person: person.joined_at is None)
    return [person for person in team if person.pk == request.user.pk] or came_in[:1]


def _zones(people: list[User]) -> list[str]:
    return sorted({person.time_zone for person in people} | {"UTC"})


@require_http_methods(["GET", "POST"])
def move(request: PortalRequest, pk: int) -> HttpResponse:
    """Give the meeting another time or place."""
    found = find(request, pk)
    rules.check_may_plan(actor(request), found.service)
    rules.check_state(found, {State.SCHEDULED}, step="moving it")
    now = timezone.now()
    form = forms.TimeForm(request.POST or None, initial=forms.time_of(found, request.user), now=now)
    if request.method == "POST" and form.is_valid():
        moved = transitions.move(found, by=actor(request), at=now, **form.meeting)
        messages.success(request, "Moved. Everybody got the new time and is asked to reply again.")
        return redirect(moved)
    zones = _zones([seat.person for seat in queries.seats_of(found)])
    return _form(request, found, form, "walkthroughs/move.html", zones=zones)


@require_http_methods(["GET", "POST"])
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Call the meeting off, with a reason."""
    found = find(request, pk)
    rules.check_may_plan(actor(request), found.service)
    rules.check_state(found, rules.NOT_OVER, step="cancelling it")
    form = forms.CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cancelled = transitions.cancel(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, "Cancelled. Everybody who was invited has been told.")
        return redirect(cancelled)
    return _form(request, found, form, "walkthroughs/cancel.html")


@require_POST
def ask_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask the silent ones."""
    found = find(request, pk)
    asked = transitions.ask_again(found, by=actor(request), at=timezone.now())
    names = ", ".join(seat.person.name for seat in asked)
    messages.success(request, f"{names} {'was' if len(asked) == 1 else 'were'} asked again.")
    return redirect(found)


@require_POST
def freeze_risk(request: PortalRequest, pk: int) -> HttpResponse:
    """Let the present risk count."""
    found = transitions.freeze_risk(find(request, pk), by=actor(request), at=timezone.now())
    messages.success(request, f"The walkthrough counts as {found.get_risk_level_display().lower()} risk now.")
    return redirect(found)


@require_http_methods(["GET", "POST"])
def add_seat(request: PortalRequest, pk: int) -> HttpResponse:
    """Seat one more person."""
    found = find(request, pk)
    rules.check_may_plan(actor(request), found.service)
    capacities = _open_seats(found)
    asked = request.POST.get("capacity") or request.GET.get("as", "")
    chosen = Capacity(asked) if asked in capacities else capacities[0]
    people = _absent(found, _able(chosen, found))
    form = forms.SeatForm(
        request.POST or None, capacities=capacities, people=people, initial={"capacity": chosen}
    )
    if request.method == "POST" and form.is_valid():
        seat = transitions.add_seat(found, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{seat.person} has a seat and was told.")
        return redirect(found)
    more = {"title": "Seat somebody", "action": "Seat them", "capacities": capacities, "chosen": chosen}
    return _form(request, found, form, "walkthroughs/seat.html", **more)


def _open_seats(found: Walkthrough) -> list[Capacity]:
    """Return what somebody can be seated as, first what the risk asks for; what is decided takes no other."""
    rules.check_state(found, rules.SEATED | {State.DECIDED}, step="seating somebody")
    short = list(dict.fromkeys(queries.missing_seats(found)))
    if found.state == State.DECIDED:
        rules.check_opening_again(found, has_coming=found.coming_id is not None)  # type: ignore[attr-defined]
        rules.check_short(short)
        return short
    return list(dict.fromkeys([*short, Capacity.OBSERVER, *Capacity]))


@require_http_methods(["GET", "POST"])
def replace(request: PortalRequest, pk: int) -> HttpResponse:
    """Give somebody's seat to somebody else."""
    seat = find_seat(request, pk)
    rules.check_may_plan(actor(request), seat.walkthrough.service)
    return _change(request, seat, transitions.replace_seat, title=f"Replace {seat.person}", action="Replace")


@require_http_methods(["GET", "POST"])
def hand_over(request: PortalRequest, pk: int) -> HttpResponse:
    """Give the own seat to somebody else."""
    seat = find_seat(request, pk)
    rules.check_own_seat(actor(request), seat, step="hand this seat over")
    return _change(request, seat, transitions.hand_over, title="Hand your seat over", action="Hand over")


def _change(request: PortalRequest, seat: Seat, step: Any, *, title: str, action: str) -> HttpResponse:  # noqa: ANN401
    found = find(request, seat.walkthrough_id)
    rules.check_state(found, rules.SEATED, step="changing a seat")
    form = forms.PersonForm(request.POST or None, people=_absent(found, _able(seat.capacity, found)))
    if request.method == "POST" and form.is_valid():
        taken = step(seat, by=actor(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{taken.person} has the seat now and was told.")
        return redirect(found)
    return _form(request, found, form, "walkthroughs/seat.html", title=title, action=action, seat=seat)


def _able(capacity: str, found: Walkthrough) -> list[User]:
    """Return who could sit there in this capacity."""
    if capacity == Capacity.PRESENTER:
        return members_of(found.service.team_id)
    if capacity == Capacity.OBSERVER:
        return queries.everybody()
    return queries.choices(queries.room(found.service), []).of(capacity)


def _absent(found: Walkthrough, people: list[User]) -> list[User]:
    present = {seat.person_id for seat in queries.seats_of(found)}
    return [person for person in people if person.pk not in present]


def _form(request: PortalRequest, found: Walkthrough, form: Any, template: str, **more: Any) -> HttpResponse:  # noqa: ANN401
    context = {
        "walkthrough": found,
        "service": found.service,
        "form": form,
        "when": rules.when_in_words(found),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, template, context | more, status=status)
