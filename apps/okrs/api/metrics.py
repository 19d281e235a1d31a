"""Numbers that teams keep."""

from rest_framework import viewsets

from apps.okrs.models import Metric


class MetricViewSet(viewsets.GenericViewSet[Metric]):
    """Numbers that teams keep."""

    queryset = Metric.objects.none()
