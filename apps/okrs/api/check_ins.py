"""What teams say of their objectives every two weeks."""

from rest_framework import viewsets

from apps.okrs.models import TeamCheckIn


class CheckInViewSet(viewsets.GenericViewSet[TeamCheckIn]):
    """What teams say of their objectives every two weeks."""

    queryset = TeamCheckIn.objects.none()
