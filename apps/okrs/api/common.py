"""What endpoints of goals share: the reader's day, teams and quarters by their slugs, what is found."""

from datetime import date
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from apps.accounts.http import actor, person
from apps.catalog.models import Team
from apps.core.api import NamedField, number
from apps.okrs import queries, rules
from apps.okrs.models import Cycle, Objective

TEAMS = Team.objects.filter(is_archived=False)


def team_out(**options: Any) -> serializers.SlugRelatedField[Team]:
    """Return a team by its slug: a field of its own each time, else two of them in one answer are one."""
    return serializers.SlugRelatedField(slug_field="slug", read_only=True, **options)


def cycle_out(**options: Any) -> serializers.SlugRelatedField[Cycle]:
    """Return a quarter by its slug."""
    return serializers.SlugRelatedField(slug_field="slug", read_only=True, **options)


def a_team(**options: Any) -> NamedField:
    """Take a team that is not archived, by its slug."""
    return NamedField(slug_field="slug", queryset=TEAMS, **options)


def exact(**options: Any) -> serializers.DecimalField:
    """Return what was computed, with all of its digits, as text."""
    return serializers.DecimalField(None, None, normalize_output=True, **options)


def today(request: Request) -> date:
    """Return which day it is where the person lives."""
    return rules.today_of(actor(request), timezone.now())


def objective_of(request: Request, pk: str) -> Objective:
    """Return one objective that the person may read, or 404."""
    return queries.objective(number(pk), person=person(request), on=today(request))
