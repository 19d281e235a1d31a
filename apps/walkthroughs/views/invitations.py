"""Replies: on the walkthrough's page, and by a link that needs no sign-in and shows one invitation."""

from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor, actor_by_link
from apps.accounts.rules import may_sign_in
from apps.core.http import page
from apps.walkthroughs import forms, queries, rules, transitions
from apps.walkthroughs.models import Seat, State
from apps.walkthroughs.views.finding import find
from apps.walkthroughs.views.meeting import show


@require_POST
def reply(request: PortalRequest, pk: int) -> HttpResponse:
    """Reply for the own seat."""
    found = find(request, pk)
    seat = queries.own_seat(found, request.user)
    form = forms.ReplyForm(request.POST)
    if not form.is_valid():
        return show(request, pk, part="live", status=HTTPStatus.UNPROCESSABLE_ENTITY, reply_form=form)
    transitions.reply(seat, by=actor(request), at=timezone.now(), **form.cleaned_data)
    messages.success(request, "Your reply is noted.")
    return redirect(found)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: PortalRequest, token: str) -> HttpResponse:
    """Show one invitation with three buttons to whoever has its link; only a button changes anything."""
    now = timezone.now()
    seat = _invited(token, now=now)
    form = forms.ReplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        by = actor_by_link(request, seat.person, link="invitation link")
        transitions.reply(seat, by=by, at=now, **form.cleaned_data)
        messages.success(
            request, "Thank you, your reply is noted. You can change it until the meeting begins."
        )
        return redirect("walkthroughs:invitation", token=token)
    context = {
        "seat": seat,
        "walkthrough": seat.walkthrough,
        "when": rules.when_in_words(seat.walkthrough),
        "form": form,
        "token": token,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "walkthroughs/invitation.html", context, status=status)


def _invited(token: str, *, now: datetime) -> Seat:
    """Return the seat that a link speaks for; refuse a link whose meeting is off, over or somebody else's."""
    seat = queries.seat(rules.seat_of_link(token, today=now.date()))
    walkthrough = seat.walkthrough
    if seat.left_at or not may_sign_in(seat.person):
        message = "This seat is somebody else's now."
        raise rules.InvitationOverError(message)
    if walkthrough.state == State.CANCELLED:
        message = f"The walkthrough of {walkthrough.service} was cancelled: {walkthrough.cancel_reason}"
        raise rules.InvitationOverError(message)
    if walkthrough.state != State.SCHEDULED or walkthrough.starts_at is None or walkthrough.starts_at <= now:
        message = f"The walkthrough of {walkthrough.service} has begun."
        raise rules.InvitationOverError(message)
    return seat
