"""My work, the overview of a service, histories, and the help."""

from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.http import PortalRequest, actor
from apps.activity.queries import Entry, of_services, of_team
from apps.catalog import queries as catalog
from apps.catalog.http import service_context
from apps.core.http import page
from apps.core.markdown import to_html
from apps.core.openapi import ALWAYS, CHANGES, reference
from apps.core.text import key_in
from apps.home import queries
from apps.notifications.queries import catalogue
from apps.walkthroughs.queries import overview

HELP: Final = {
    "first-steps": "First steps",
    "phases": "The phases of a service",
    "checklist": "Filling in the checklist",
    "walkthrough": "The walkthrough and the launch",
    "reminders": "Reminders and notices",
    "files": "Quarters as files",
    "goal-rules": "The rules for goals",  # made from their catalogue: views.rules_explained
    "events": "What is written down",  # made from the code: views.events_explained
    "keyboard": "Keyboard",
    "api": "The API",  # made from the code: api_docs
    "problems": "Refusals",  # made from the code: views.problems_explained
}
PAGES_OF_CODE: Final = {"events", "api"}  # topics with pages of their own
ENTRIES: Final = 50


@require_safe
def my_work(request: PortalRequest) -> HttpResponse:
    """Show what waits for the person, their services, and what changed."""
    now = timezone.now()
    context = {
        "work": queries.my_work(request.user, now=now),
        "greeting": queries.greeting(request.user, now=now),
    }
    return page(request, "home/my_work.html", context)


@require_safe
def service(request: PortalRequest, slug: str) -> HttpResponse:
    """Show where a service stands, what it needs, and what happens next."""
    by = actor(request)
    reading = catalog.service_for(by, slug)
    found = reading.service
    road = overview(found, by=by, now=timezone.now())
    context = service_context(request, found, tab="Overview")
    about = queries.about(found, audiences=request.user.audiences)
    context |= {
        "action": queries.main_action(found, is_member=context["is_member"]),
        "steps": queries.steps(found, about.around.entered),
        "road": road,
        "about": about,
        "may_override_risk": reading.may_override_risk,
    }
    return page(request, "home/service.html", context)


@require_safe
def history(request: PortalRequest, slug: str) -> HttpResponse:
    """Show everything that happened to a service, newest first, page by page."""
    found = catalog.service(slug)
    before = key_in(request.GET.get("before", ""))
    entries = of_services([found.pk], audiences=request.user.audiences, before=before, limit=ENTRIES)
    context = service_context(request, found, tab="History") | _one_page(entries, before=before)
    return page(request, "home/history.html", context)


@require_safe
def team_history(request: PortalRequest, slug: str) -> HttpResponse:
    """Show everything that happened to a team and its services, newest first, page by page."""
    found = catalog.team(slug)
    before = key_in(request.GET.get("before", ""))
    seen, on = request.user.audiences, timezone.localdate()
    entries = of_team(found.pk, audiences=seen, on=on, before=before, limit=ENTRIES)
    return page(request, "home/team_history.html", {"team": found} | _one_page(entries, before=before))


def _one_page(entries: list[Entry], *, before: int | None) -> dict[str, Any]:
    return {
        "entries": entries,
        "is_later": before is not None,
        "before": entries[-1].id if len(entries) == ENTRIES else None,
    }


@require_safe
def help_page(request: PortalRequest, topic: str = "first-steps") -> HttpResponse:
    """Show one page of the help; the texts lie in templates/help as Markdown."""
    if topic not in HELP:
        raise Http404
    if topic in PAGES_OF_CODE:
        return redirect("api_docs" if topic == "api" else "home:events_explained")
    text = (Path(settings.BASE_DIR) / "templates" / "help" / f"{topic}.md").read_text()
    context = {"topics": HELP, "topic": topic, "title": HELP[topic], "text": to_html(text)}
    if topic == "reminders":
        context["catalogue"] = catalogue()
    return page(request, "home/help.html", context)


@require_safe
def api_docs(request: PortalRequest) -> HttpResponse:
    """Show what programs can ask for, as the API's own description says it."""
    context = {
        "topics": HELP,
        "topic": "api",
        "operations": reference(),
        "always": ALWAYS.items(),
        "changes": CHANGES.items(),
        "site": settings.SITE_URL,
    }
    return page(request, "help/api.html", context)
