"""The frame that every page shows around its content, and the file of events for both faces."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.accounts.rules import days_in_words
from apps.activity.queries import exported
from apps.activity.transitions import note_export
from apps.home.forms import EventsForm

JSON_LINES: Final = "application/jsonl"
THEMES = frozenset({"light", "dark", "auto"})


@dataclass(frozen=True)
class Place:
    """One entry of the rail."""

    title: str
    url: str
    icon: str
    is_current: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html needs of every request. No query: the person came with the session."""
    theme = request.COOKIES.get("theme", "auto")
    signed_in = isinstance(getattr(request, "user", None), User)
    return {
        "theme": theme if theme in THEMES else "auto",
        "theme_url": reverse("accounts:theme"),
        "demo": settings.DEMO,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "keys_off": signed_in and not request.user.has_keys,  # type: ignore[union-attr]
        "hours_of": _hours_of(request) if signed_in else None,
        "places": _places(request) if signed_in else [],
        "places_below": _places_below(request) if signed_in else [],
    }


def _hours_of(request: HttpRequest) -> dict[str, Any] | None:
    """Return when somebody works of whom we only assume it; the page on which they say so need not ask."""
    person = request.user
    if person.hours_kept_at is not None or request.path == reverse("accounts:profile"):  # type: ignore[union-attr]
        return None
    return {"zone": person.time_zone, "days": days_in_words(person.works_on), "person": person}  # type: ignore[union-attr]


def _places(request: HttpRequest) -> list[Place]:
    home = reverse("home:my_work")
    return [
        Place("My work", home, "home", request.path == home),
        _place(request, "Services", reverse("catalog:services"), "stack-2"),
        _place(request, "Walkthroughs", reverse("walkthroughs:walkthroughs"), "presentation"),
        _place(request, "OKRs", reverse("okrs:home"), "target-arrow"),
        _place(request, "Teams", reverse("catalog:teams"), "users"),
    ]


def _places_below(request: HttpRequest) -> list[Place]:
    below = [_place(request, "Checklists", reverse("readiness:checklists"), "list-check")]
    person = request.user
    if person.is_enablement or person.is_admin:  # type: ignore[union-attr]
        below.append(_place(request, "Import", reverse("catalog:import"), "upload"))
    if person.is_admin:  # type: ignore[union-attr]
        below.append(_place(request, "People", reverse("accounts:people"), "user-cog"))
    return [*below, _place(request, "Help", reverse("home:help"), "help-circle")]


def _place(request: HttpRequest, title: str, url: str, icon: str) -> Place:
    return Place(title, url, icon, request.path.startswith(url))


def filters_of(asked: QueryDict, *, but: str = "") -> str:
    """Return the filters of events alone, or all but one of them, as a query string."""
    given = {name: asked.get(name, "") for name in EventsForm.base_fields if name != but}
    return urlencode({name: value for name, value in given.items() if value})


def copy_of_events(
    form: EventsForm, asked: QueryDict, *, to: User, by: Actor, at: datetime
) -> StreamingHttpResponse:
    """Hand out filtered events with their seals, one JSON object per line; and write down that we did."""
    copied = filters_of(asked)
    note_export(to.subject, what="a copy of all events", asked=copied, by=by, at=at)
    response = StreamingHttpResponse(exported(form.wanted), content_type=f"{JSON_LINES}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="events.jsonl"'
    return response
