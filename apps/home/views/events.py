"""All events, for administrators; and what kinds of events there are, for everybody."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from apps.accounts.http import PortalRequest, actor
from apps.accounts.rules import check_admin
from apps.activity.queries import last_checked, opened, page_of
from apps.core.http import page
from apps.core.statements import or_404
from apps.core.text import key_in, words_in
from apps.home.forms import EventsForm
from apps.home.http import copy_of_events, filters_of
from apps.home.queries import families_explained, suggested
from apps.home.views.pages import HELP

LINES: Final = 50
NAMED: Final = {"verb": 120, "who": 254, "service": 200, "team": 200}  # fields, and how much one may type


@dataclass(frozen=True)
class Chip:
    """A filter in use, and the address without it."""

    title: str
    url: str


@require_safe
def events(request: PortalRequest) -> HttpResponse:
    """Show all events, the newest first; the address holds every filter."""
    check_admin(actor(request))
    form = _form(request)
    if not form.is_valid():
        return _refused(request, form)
    after = key_in(request.GET.get("after", ""))
    lines, following = page_of(form.wanted, after=after, limit=LINES)
    context = {"form": form, "lines": lines, "next": following, "is_later": after, "checked": last_checked()}
    chips = [Chip(title, f"?{filters_of(request.GET, but=name)}") for name, title in form.meant()]
    context |= {"filter": filters_of(request.GET), "chips": chips}
    return page(request, "home/events.html", context)


@require_safe
def event(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one event with all that is known of it, and whether its seal holds."""
    check_admin(actor(request))
    context = {"opened": or_404(opened(pk)), "checked": last_checked()}
    return page(request, "home/event.html", context)


@require_safe
def event_names(request: PortalRequest, of: str) -> HttpResponse:
    """Suggest names while somebody types one into the filter."""
    check_admin(actor(request))
    if of not in NAMED:
        raise Http404
    typed = words_in(request.GET.get(of, ""), limit=NAMED[of])
    return page(request, "home/event_names.html", {"names": suggested(of, typed)})


@require_GET
def events_export(request: PortalRequest) -> HttpResponseBase:
    """Hand out the filtered events as a file."""
    by = actor(request)
    check_admin(by)
    form = _form(request)
    if not form.is_valid():
        return _refused(request, form)
    return copy_of_events(form, request.GET, to=request.user, by=by, at=timezone.now())


@require_safe
def events_explained(request: PortalRequest) -> HttpResponse:
    """Show every kind of event with sentence, fields and example, as the code declares them."""
    context = {"topics": HELP, "topic": "events", "families": families_explained()}
    return page(request, "home/events_explained.html", context)


def _refused(request: PortalRequest, form: EventsForm) -> HttpResponse:
    context = {"form": form, "lines": [], "filter": filters_of(request.GET), "checked": last_checked()}
    return page(request, "home/events.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _form(request: PortalRequest) -> EventsForm:
    return EventsForm(request.GET, zone=request.user.time_zone)
