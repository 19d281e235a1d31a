"""The inbox for programs."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import InPerson, actor, person
from apps.core.api import Nothing, one
from apps.notifications import queries, transitions
from apps.notifications.models import Notice


class NoticeOut(serializers.ModelSerializer[Notice]):
    """What somebody was told."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "text", "url", "service_name", "at", "read_at"]
        read_only_fields = fields


class InboxViewSet(viewsets.GenericViewSet[Notice]):
    """What the person was told, the newest first."""

    queryset = Notice.objects.none()
    permission_classes = (InPerson,)
    lookup_value_regex = "[0-9]+"

    @extend_schema(responses=NoticeOut(many=True), parameters=[OpenApiParameter("unread", bool)])
    def list(self, request: Request) -> Response:
        """List what the person was told; `unread=true` leaves out what was opened."""
        notices = queries.inbox(person(request))
        if request.query_params.get("unread") == "true":
            notices = notices.unread()
        page = self.paginate_queryset(notices)
        return self.get_paginated_response(NoticeOut(page, many=True).data)

    @extend_schema(responses=NoticeOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one notice; it stays unread."""
        return Response(NoticeOut(one(queries.inbox(person(request)), pk)).data)

    @extend_schema(request=Nothing, responses=NoticeOut)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark one notice as read; the first time counts."""
        notices = queries.inbox(person(request))
        transitions.read(one(notices, pk), by=actor(request), at=timezone.now())
        return Response(NoticeOut(one(notices, pk)).data)

    @extend_schema(operation_id="inbox_read_all", request=Nothing, responses={204: None})
    @action(detail=False, methods=["post"], url_path="read", url_name="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark everything that the person was told until now as read."""
        transitions.read_all(by=actor(request), at=timezone.now())
        return Response(status=204)
