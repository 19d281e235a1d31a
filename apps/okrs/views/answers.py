"""How an autosave of one sentence is answered: saved, not saved, or two texts to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from apps.accounts.http import PortalRequest, actor
from apps.core.http import page, wants_part
from apps.okrs import rules
from apps.okrs.models import Objective
from apps.okrs.views.finding import collisions


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an autosaved form stands; `name` begins the ids around it: objective-5, kr-7, toward."""

    name: str
    save_url: str
    page_url: str
    item_url: str = ""  # what can be put in place of the whole, instead of a reload
    target: str = ""


def saved(
    request: PortalRequest, place: Place, *, revision: int, objective: Objective | None = None
) -> HttpResponse:
    """Answer with the new revision, and with the nos that stand against it; never with the field itself."""
    found = collisions(request, objective) if objective is not None else []
    context: dict[str, Any] = {
        "collisions": found,
        "objective": objective,
        "may_go_on": bool(found) and objective is not None and rules.may_go_on(actor(request), objective),
        "status_id": f"{place.name}-status",
        "revision_id": f"{place.name}-revision",
        "side_id": f"{place.name}-side",
        "saved_id": f"{place.name}-saved",
        "revision": revision,
        "now": timezone.now(),
    }
    return page(request, "okrs/saved.html", context)


def not_saved(request: PortalRequest, place: Place, *, problem: str) -> HttpResponse:
    """Say beside the form what is wrong; what was typed stays there."""
    context = {"problem": problem, "status_id": f"{place.name}-status"}
    return page(request, "okrs/not_saved.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def conflict(
    request: PortalRequest,
    place: Place,
    *,
    title: str,
    revision: int,
    fields: Sequence[tuple[str, str, str, str]],
) -> HttpResponse:
    """Show both texts, field by field (name, label, mine, theirs); neither is lost."""
    context: dict[str, Any] = {
        "title": title,
        "place": place,
        "revision": revision,
        "status_id": f"{place.name}-status",
        "side_id": f"{place.name}-side",
        "fields": fields,
        "is_part": wants_part(request),
    }
    return page(request, "okrs/conflict.html", context, part="panel", status=HTTPStatus.CONFLICT)
