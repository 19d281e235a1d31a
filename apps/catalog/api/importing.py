"""Imports of Backstage catalogs; a worker does them."""

from typing import Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor
from apps.catalog import forms, rules, transitions
from apps.catalog.models import Service
from apps.core.api import Input, body
from apps.jobs.http import JobOut


class FileInput(Input):
    """One entity file."""

    name = serializers.CharField(max_length=300)
    text = serializers.CharField(trim_whitespace=False)


class ImportInput(Input):
    """Files of a Backstage catalog."""

    files = serializers.ListField(child=FileInput(), allow_empty=False, max_length=forms.MOST_FILES)


NO_ROOM: Final = OpenApiResponse(description="The portal's disk is full; nothing was kept.")


class ImportViewSet(viewsets.GenericViewSet[Service]):
    """Imports of Backstage catalogs."""

    queryset = Service.objects.none()

    @extend_schema(request=ImportInput, responses={202: JobOut, 507: NO_ROOM})
    def create(self, request: Request) -> Response:
        """Take entity files; a worker imports them, and the job's result says what became of each."""
        rules.check_may_organise(actor(request))
        named = [(file["name"], file["text"].encode()) for file in body(request, ImportInput)["files"]]
        job = transitions.ask_import(forms.by_name(named), by=actor(request), at=timezone.now())
        return Response(JobOut(job).data, status=202)
