"""What teams mean to reach."""

from rest_framework import viewsets

from apps.okrs.models import Objective


class ObjectiveViewSet(viewsets.GenericViewSet[Objective]):
    """What teams mean to reach."""

    queryset = Objective.objects.none()
