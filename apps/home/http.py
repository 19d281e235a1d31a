"""What every page shows around its content: the frame."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User

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
        "places": _places(request) if signed_in else [],
        "places_below": _places_below(request) if signed_in else [],
    }


def _places(request: HttpRequest) -> list[Place]:
    home = reverse("home:my_work")
    return [
        Place("My work", home, "home", request.path == home),
        _place(request, "Services", reverse("catalog:services"), "stack-2"),
        _place(request, "Walkthroughs", reverse("walkthroughs:walkthroughs"), "presentation"),
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
