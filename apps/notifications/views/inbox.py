"""What one was told: to read, to put off, to put away."""

from http import HTTPStatus
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import PortalRequest, actor
from apps.core.http import one_page, page
from apps.core.text import key_in
from apps.notifications import forms, queries, transitions
from apps.notifications.models import Notice


@require_GET
def inbox(request: PortalRequest) -> HttpResponse:
    """Show one shelf of the inbox, the newest first."""
    show = request.GET.get("show", "")
    show = show if show in queries.SHELVES else ""
    rows, following = one_page(request, queries.shelf(request.user, show), field="-at")
    context = {
        "notices": _marked(rows),
        "next": following,
        "show": show,
        "shelves": queries.SHELVES,
        "snooze_form": forms.SnoozeForm(person=request.user, now=timezone.now()),
    }
    return page(request, "notifications/inbox.html", context)


@require_POST
def read_all(request: PortalRequest) -> HttpResponse:
    """Mark everything as read."""
    transitions.read_all(by=actor(request), at=timezone.now())
    return _back(request)


@require_http_methods(["GET", "POST"])
def open_notice(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one notice; a POST marks it as read and goes to what it is about."""
    notice = _find(request, pk)
    if request.method == "GET":
        return _notice(request, notice)
    transitions.read(notice, by=actor(request), at=timezone.now())
    return redirect(notice.url or "notifications:inbox")


@require_POST
def snooze(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a notice off until a morning."""
    notice, now = _find(request, pk), timezone.now()
    form = forms.SnoozeForm(request.POST, person=request.user, now=now)
    if not form.is_valid():
        return _notice(request, notice, snooze_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    notice = transitions.snooze(notice, by=actor(request), at=now, **form.cleaned_data)
    until = timezone.localtime(notice.snoozed_until, ZoneInfo(request.user.time_zone))
    messages.success(request, f"“{notice}” comes back on {until:%A %-d %B, %H:%M}.")
    return _back(request)


@require_POST
def finish(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a notice away."""
    notice = transitions.finish(_find(request, pk), by=actor(request), at=timezone.now())
    messages.success(request, f"“{notice}” is done.")
    return _back(request)


@require_POST
def bring_back(request: PortalRequest, pk: int) -> HttpResponse:
    """Put what was done or put off into the inbox again."""
    notice = transitions.bring_back(_find(request, pk), by=actor(request), at=timezone.now())
    messages.success(request, f"“{notice}” is in the inbox again.")
    return _back(request)


def _marked(notices: list[Notice]) -> list[Notice]:
    """Give each row the symbol of its kind, and the row that takes over when it goes."""
    known, keys = queries.kinds(), [notice.pk for notice in notices]
    for notice, following, before in zip(notices, [*keys[1:], None], [None, *keys], strict=False):
        kind = known.get(notice.kind)
        notice.icon = kind.icon if kind else "inbox"  # type: ignore[attr-defined]
        notice.then = following or before or ""  # type: ignore[attr-defined]
    return notices


def _find(request: PortalRequest, pk: int) -> Notice:
    return get_object_or_404(queries.inbox(request.user), pk=pk)


def _notice(
    request: PortalRequest, notice: Notice, *, snooze_form: forms.SnoozeForm | None = None, status: int = 200
) -> HttpResponse:
    form = snooze_form or forms.SnoozeForm(person=request.user, now=timezone.now())
    context = {"notice": notice, "snooze_form": form, "show": ""}
    return page(request, "notifications/notice.html", context, status=status)


def _back(request: PortalRequest) -> HttpResponseRedirect:
    """Return to the shelf on which the button stood, and there to the next row."""
    show = request.POST.get("show", "")
    query = f"?{urlencode({'show': show})}" if show in queries.SHELVES and show else ""
    then = key_in(request.POST.get("then", ""))
    place = f"#notice-{then}" if then else ""
    return HttpResponseRedirect(reverse("notifications:inbox") + query + place)
