"""The sentences by which objectives are judged, and their milestones."""

from rest_framework import viewsets

from apps.okrs.models import KeyResult, Milestone


class KeyResultViewSet(viewsets.GenericViewSet[KeyResult]):
    """The sentences by which objectives are judged."""

    queryset = KeyResult.objects.none()


class MilestoneViewSet(viewsets.GenericViewSet[Milestone]):
    """The steps of a key result."""

    queryset = Milestone.objects.none()
