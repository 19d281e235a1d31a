"""What a service's summary says is next, once walkthroughs know more than the checklist does."""

from datetime import date
from typing import Any

from django.urls import reverse

from apps.catalog.models import Phase, Service
from apps.walkthroughs.models import Decision, Launch, State, Walkthrough
from apps.walkthroughs.rules.invitations import local, zone_in_words


def next_step(service: Service, walkthrough: Walkthrough | None, *, waiting: int = 0) -> dict[str, Any]:
    """Return values for the summary row of a service that gets ready.

    While answers are open the checklist's own next step stays, and only the date is ours.
    """
    if walkthrough is None or walkthrough.state == State.CANCELLED:
        url = reverse("walkthroughs:of_service", args=[service.slug])
        return _step(service, "Plan a walkthrough", url, None)
    url = walkthrough.get_absolute_url()
    if walkthrough.state == State.PLANNED:
        # Everybody reads the row, and not everybody may schedule: its page has the button for who may.
        return _step(service, "Schedule the walkthrough", url, walkthrough.planned_on)
    if walkthrough.state == State.SCHEDULED:
        return _scheduled(service, walkthrough)
    return _held(service, walkthrough, url, waiting)


def _scheduled(service: Service, walkthrough: Walkthrough) -> dict[str, Any]:
    starts_at = local(walkthrough)
    when = (
        f"{starts_at:%a %-d %B, %H:%M} {zone_in_words(walkthrough.time_zone)}"
        if starts_at
        else "a day to come"
    )
    url = walkthrough.get_absolute_url()
    return _step(service, f"Hold the walkthrough on {when}", url, starts_at.date() if starts_at else None)


def _held(service: Service, walkthrough: Walkthrough, url: str, waiting: int) -> dict[str, Any]:
    if walkthrough.state == State.IN_PROGRESS:
        return {"next_step": "The walkthrough is being held", "next_url": url, "next_on": None}
    if walkthrough.state == State.HELD:
        text = f"{waiting} signature{'' if waiting == 1 else 's'} to come"
        return {"next_step": text, "next_url": f"{url}#sign-offs", "next_on": None}
    launch = reverse("walkthroughs:launch", args=[service.slug])
    if walkthrough.decision in {Decision.VETO, Decision.OBJECTIONS}:
        return {
            "next_step": f"{walkthrough.get_decision_display()}: look at the launch gate",
            "next_url": launch,
            "next_on": None,
        }
    return {"next_step": "Launch", "next_url": launch, "next_on": service.launch_on}


def after_launch(service: Service, launch: Launch) -> dict[str, Any]:
    """Return what is next for a service that has just gone live."""
    return {
        "next_step": "Look back on the launch",
        "next_url": service.get_absolute_url(),
        "next_on": launch.look_back_on,
    }


def _step(service: Service, text: str, url: str, day: date | None) -> dict[str, Any]:
    summary = getattr(service, "summary", None)
    is_answered = summary is None or summary.answered >= summary.applicable
    if service.phase == Phase.READY and not is_answered:
        return {"next_on": day}
    return {"next_step": text, "next_url": url, "next_on": day}
