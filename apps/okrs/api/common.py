"""Teams and quarters by their slugs, and numbers that were computed, as fields of answers and bodies."""

from typing import Any

from rest_framework import serializers

from apps.catalog.models import Team
from apps.core.api import NamedField
from apps.okrs.models import Cycle

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
