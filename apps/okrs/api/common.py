"""What endpoints of goals share: the reader's day, teams and quarters by their slugs, what is found."""

from datetime import date

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from apps.accounts.http import actor, person
from apps.catalog.models import Team
from apps.core.api import NamedField, number
from apps.okrs import queries, rules
from apps.okrs.models import Cycle, Objective

TEAM = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)
TEAM_OR_NONE = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True, allow_null=True)
CYCLE = serializers.SlugRelatedField[Cycle](slug_field="slug", read_only=True)
TEAMS = Team.objects.filter(is_archived=False)
A_TEAM = NamedField(slug_field="slug", queryset=TEAMS)
A_TEAM_OR_NONE = NamedField(slug_field="slug", queryset=TEAMS, required=False, allow_null=True)
A_CYCLE = NamedField(slug_field="slug", queryset=Cycle.objects.all())


def today(request: Request) -> date:
    """Return which day it is where the person lives."""
    return rules.today_of(actor(request), timezone.now())


def objective_of(request: Request, pk: str) -> Objective:
    """Return one objective that the person may read, or 404."""
    return queries.objective(number(pk), person=person(request), on=today(request))
