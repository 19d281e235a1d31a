"""Quarters of the calendar, and each team's page in one."""

from rest_framework import viewsets

from apps.okrs.models import Cycle


class CycleViewSet(viewsets.GenericViewSet[Cycle]):
    """Quarters of the calendar, and each team's page in one."""

    queryset = Cycle.objects.none()
