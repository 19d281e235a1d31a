"""All events, for administrators; and what kinds of events there are, for everybody."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.accounts.rules import check_admin
from apps.activity.queries import explained, exported, page_of
from apps.activity.transitions import note_export
from apps.core.http import page
from apps.core.text import key_in
from apps.home.forms import EventsForm
from apps.home.views.pages import HELP

LINES: Final = 50


@require_safe
def events(request: PortalRequest) -> HttpResponse:
    """Show all events, the newest first; the address holds every filter."""
    check_admin(actor(request))
    form = _form(request)
    if not form.is_valid():
        context = {"form": form, "lines": [], "filter": ""}
        return page(request, "home/events.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    after = key_in(request.GET.get("after", ""))
    lines, following = page_of(form.wanted, after=after, limit=LINES)
    context = {"form": form, "lines": lines, "filter": _filter(request), "next": following, "is_later": after}
    return page(request, "home/events.html", context)


@require_GET
def events_export(request: PortalRequest) -> HttpResponseBase:
    """Hand out the filtered events with their seals, one JSON object per line; and write down that we did."""
    by = actor(request)
    check_admin(by)
    form = _form(request)
    if not form.is_valid():
        context = {"form": form, "lines": [], "filter": ""}
        return page(request, "home/events.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    subject, asked = request.user.subject, _filter(request)
    note_export(subject, what="a copy of all events", asked=asked, by=by, at=timezone.now())
    response = StreamingHttpResponse(exported(form.wanted), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="events.jsonl"'
    return response


@require_safe
def events_explained(request: PortalRequest) -> HttpResponse:
    """Show every kind of event with sentence, fields and example, as the code declares them."""
    context = {"topics": HELP, "topic": "events", "kinds": explained()}
    return page(request, "home/events_explained.html", context)


def _form(request: PortalRequest) -> EventsForm:
    return EventsForm(request.GET, zone=request.user.time_zone)


def _filter(request: PortalRequest) -> str:
    """Return the address's filters alone, as a query string."""
    given = {name: request.GET.get(name, "") for name in EventsForm.base_fields}
    return urlencode({name: value for name, value in given.items() if value})
