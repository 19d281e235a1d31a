"""What pages of goals share: the reader's day, where a step leads back to, what two forms differ in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from apps.accounts.http import PortalRequest, actor
from apps.catalog.models import Team
from apps.okrs import queries, rules
from apps.okrs.http import noted
from apps.okrs.models import KeyResult, Objective

REFUSED = 422
STALE = 409


@dataclass(frozen=True)
class Both:
    """One field on which two people differ."""

    label: str
    mine: str
    theirs: str


def today(request: PortalRequest) -> date:
    """Return which day it is where the reader lives."""
    return rules.today_of(actor(request), timezone.now())


def no_root(root: Team | None) -> str:
    """Say what is missing where no team stands for the organisation; else nothing."""
    return "" if root else rules.no_root_in_words(settings.ROOT_TEAM)


def found_objective(request: PortalRequest, pk: int) -> Objective:
    """Return one objective that the reader may see, or 404; who reads in confidence leaves a trace."""
    found = queries.objective(pk, person=request.user, on=today(request))
    noted([found], by=actor(request))
    return found


def found_key_result(request: PortalRequest, pk: int) -> KeyResult:
    """Return one key result that the reader may see, or 404, with the same trace."""
    found = queries.key_result(pk, person=request.user, on=today(request))
    noted([found.objective], by=actor(request))
    return found


def page_of(objective: Objective) -> str:
    """Return where an objective stands as a part of its team's page, or of the backlog."""
    if objective.cycle is None:
        return f"{reverse('okrs:backlog')}#objective-{objective.pk}"
    page = reverse("okrs:quarter", args=[objective.cycle.slug, objective.team.slug])
    return f"{page}#objective-{objective.pk}"


def back(objective: Objective) -> HttpResponse:
    """Return to the place of an objective."""
    return redirect(page_of(objective))


def saved_place(request: PortalRequest, objective: Objective, otherwise: str) -> HttpResponse:
    """Lead to the nos that stand against what was just saved, where one does; else on as usual. One query."""
    if collisions(request, objective):
        return redirect(f"{objective.get_absolute_url()}#collisions")
    return redirect(otherwise)


def collisions(request: PortalRequest, objective: Objective) -> list[rules.Collision]:
    """Return the nos that stand against an objective and that the reader may read. One query."""
    return queries.collisions_of(objective, person=request.user, on=today(request))


def typed_over(request: PortalRequest, revision: int) -> QueryDict:
    """Return what was typed, as if it had been typed over a newer revision."""
    data = request.POST.copy()
    data["revision"] = str(revision)
    return data


def both_of(mine: forms.Form, theirs: forms.Form, *, names: Iterable[str]) -> list[Both]:
    """Return the fields that differ between two forms, in words."""
    rows = [(str(mine[name].label), _words(mine[name]), _words(theirs[name])) for name in names]
    return [Both(*row) for row in rows if row[1] != row[2]]


def _words(field: forms.BoundField) -> str:
    value = field.field.prepare_value(field.initial)
    choices = dict(getattr(field.field, "choices", []) or [])
    if value is None:
        return ""
    return str(choices.get(getattr(value, "pk", value), value))
