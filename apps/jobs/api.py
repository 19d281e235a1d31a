"""Background work for programs: how far it is, and once more."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.core.api import NUMBER, Nothing, one
from apps.jobs import queries, rules, transitions
from apps.jobs.http import JobOut
from apps.jobs.models import Job, JobQuerySet


class JobViewSet(viewsets.GenericViewSet[Job]):
    """Jobs that the person may watch."""

    queryset = Job.objects.none()
    lookup_value_regex = NUMBER

    def _rows(self, request: Request) -> JobQuerySet:
        return queries.visible(person(request).audiences)

    @extend_schema(responses=JobOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show how far a job is; its result is there once it is done, for whom it opens."""
        return _shown(request, one(self._rows(request), pk))

    @extend_schema(request=Nothing, responses=JobOut)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Start a failed job again."""
        found = one(self._rows(request), pk)
        return _shown(request, transitions.retry(found, by=actor(request), at=timezone.now()))


def _shown(request: Request, found: Job) -> Response:
    shown = JobOut(found).data
    return Response(shown if rules.may_see_result(actor(request), found) else shown | {"result": {}})
