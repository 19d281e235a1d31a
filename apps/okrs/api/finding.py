"""What the API of goals finds for whoever asks; what somebody may not read is not there."""

from datetime import date
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import number, with_revision
from apps.okrs import queries, rules
from apps.okrs.api import goal_shapes as shapes
from apps.okrs.http import noted
from apps.okrs.models import KeyResult, Objective


def today(request: Request) -> date:
    """Return which day it is where the reader lives."""
    return rules.today_of(actor(request), timezone.now())


def objective(request: Request, pk: str | int) -> Objective:
    """Return one objective, or 404; an administrator who reads in confidence leaves a trace."""
    found = queries.objective(number(str(pk)), person=person(request), on=today(request))
    noted([found], by=actor(request))
    return found


def key_result(request: Request, pk: str | int) -> KeyResult:
    """Return one key result with its objective, or 404, with the same trace."""
    found = queries.key_result(number(str(pk)), person=person(request), on=today(request))
    noted([found.objective], by=actor(request))
    return found


def in_full(request: Request, found: Objective) -> dict[str, Any]:
    """Return an objective as its page has it. Six queries at most."""
    on = today(request)
    (counted,) = queries.counted([found], on=on)
    own = person(request).team_ids
    health = queries.health_of_objectives([found], on=on, own=own)[found.pk]
    return shapes.objective_out(counted, health)


def shown(request: Request, pk: str | int, *, status: int = 200) -> Response:
    """Answer with an objective as it is now, under its revision."""
    found = objective(request, pk)
    return with_revision(in_full(request, found), revision=found.revision, status=status)


def sentence(request: Request, found: KeyResult) -> dict[str, Any]:
    """Return a key result as it is now. Two queries."""
    return shapes.key_result_out(queries.progress_of_key_results([found], on=today(request))[found.pk])


def shown_sentence(request: Request, pk: str | int) -> Response:
    """Answer with a key result as it is now, under its revision."""
    found = key_result(request, pk)
    return with_revision(sentence(request, found), revision=found.revision)
