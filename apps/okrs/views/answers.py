"""How a form is answered: a refusal beside what was typed; an autosave saved, not saved, or two texts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from apps.accounts.http import PortalRequest, actor
from apps.core.errors import DomainError, NotPermittedError
from apps.core.http import page, wants_part
from apps.okrs import rules
from apps.okrs.models import Objective
from apps.okrs.views.finding import collisions


@contextmanager
def refused_in(form: forms.Form) -> Iterator[None]:
    """Let the form say what the domain refuses: it is shown again, and what was typed stays.

    It stands around a step, never inside a transition. Who may not take the step has nothing to mend: a page
    says so.
    """
    try:
        yield
    except NotPermittedError:
        raise
    except DomainError as error:
        field = getattr(error, "field", "")
        form.add_error(field if field in form.fields else None, str(error))
        form.refused_as = error.status  # type: ignore[attr-defined]  # status_of reads it


def status_of(form: forms.Form) -> int:
    """Return the status of a page with this form: what the domain said, or that something is to be mended."""
    if not form.errors:
        return HTTPStatus.OK
    return getattr(form, "refused_as", HTTPStatus.UNPROCESSABLE_ENTITY)


def say_undrawn(request: PortalRequest, context: Mapping[str, Any], *, is_drawn: bool) -> None:
    """Say on the page what its refused forms would, where they are not drawn: their time is over by now."""
    refused = [one for one in context.values() if isinstance(one, forms.Form) and not is_drawn]
    for error in (error for form in refused for error in form.non_field_errors()):
        messages.error(request, str(error))


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
