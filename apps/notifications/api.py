"""The inbox for programs, and what somebody wants by mail."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.http import PersonOut, actor, in_person
from apps.accounts.rules import check_admin
from apps.core.api import NUMBER, ClockField, Input, Nothing, body, filters, one
from apps.notifications import queries, rules, transitions
from apps.notifications.models import Delivery, DeliveryQuerySet, Notice, NoticeQuerySet, State, Way


class Shelf(Input):
    """Which part of the inbox."""

    show = serializers.ChoiceField([show for show in queries.SHELVES if show], required=False)


class NoticeOut(serializers.ModelSerializer[Notice]):
    """What somebody was told."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "text", "url", "service_name", "at"]
        fields += ["read_at", "snoozed_until", "done_at"]
        read_only_fields = fields


class SnoozeInput(Input):
    """Until when a notice is put off."""

    until = serializers.ChoiceField([*rules.SNOOZES, "day"])
    day = serializers.DateField(required=False, allow_null=True, help_text="With until: day.")


class InboxViewSet(viewsets.GenericViewSet[Notice]):
    """What the person was told, the newest first."""

    queryset = Notice.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=NoticeOut(many=True), parameters=[Shelf])
    def list(self, request: Request) -> Response:
        """List what lies in the inbox, or one of its shelves: unread, snoozed or done."""
        page = self.paginate_queryset(queries.shelf(in_person(request), **filters(request, Shelf)))
        return self.get_paginated_response(NoticeOut(page, many=True).data)

    @extend_schema(responses=NoticeOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one notice; it stays unread."""
        return Response(NoticeOut(one(_mine(request), pk)).data)

    @extend_schema(request=Nothing, responses=NoticeOut)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark one notice as read; the first time counts."""
        return self._step(request, pk, transitions.read)

    @extend_schema(request=SnoozeInput, responses=NoticeOut)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Put one notice off; it comes back, unread, when the person's working hours begin."""
        return self._step(request, pk, transitions.snooze, SnoozeInput)

    @extend_schema(request=Nothing, responses=NoticeOut)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Put one notice away for good."""
        return self._step(request, pk, transitions.finish)

    @extend_schema(request=Nothing, responses=NoticeOut)
    @action(detail=True, methods=["post"], url_path="bring-back")
    def bring_back(self, request: Request, pk: str) -> Response:
        """Put what was done or put off into the inbox again."""
        return self._step(request, pk, transitions.bring_back)

    @extend_schema(operation_id="inbox_read_all", request=Nothing, responses={204: None})
    @action(detail=False, methods=["post"], url_path="read", url_name="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark everything that the person was told until now as read."""
        transitions.read_all(by=actor(request), at=timezone.now())
        return Response(status=204)

    def _step(
        self, request: Request, pk: str, step: Callable[..., Any], kind: type[Input] = Nothing
    ) -> Response:
        notice, values = one(_mine(request), pk), body(request, kind)
        step(notice, by=actor(request), at=timezone.now(), **values)
        return Response(NoticeOut(one(_mine(request), pk)).data)


def _mine(request: Request) -> NoticeQuerySet:
    return queries.inbox(in_person(request))


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    """A message to one person, without its words."""

    recipient = PersonOut()

    class Meta:
        model = Delivery
        fields = ["id", "recipient", "state", "made_at", "due_at", "sent_at", "attempts", "problem"]
        read_only_fields = fields


class DeliveryFilters(Input):
    """What the list of messages is narrowed to."""

    state = serializers.ChoiceField(State.choices, required=False)


class DeliveryViewSet(viewsets.GenericViewSet[Delivery]):
    """Messages that leave, for administrators."""

    queryset = Delivery.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=DeliveryOut(many=True), parameters=[DeliveryFilters])
    def list(self, request: Request) -> Response:
        """List the messages to everybody, the newest first."""
        rows = _outbox(request).filter(**filters(request, DeliveryFilters))
        return self.get_paginated_response(DeliveryOut(self.paginate_queryset(rows), many=True).data)

    @extend_schema(responses=DeliveryOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show how far a message is."""
        return Response(DeliveryOut(one(_outbox(request), pk)).data)

    @extend_schema(request=Nothing, responses=DeliveryOut)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Send a stopped message once more."""
        found = one(_outbox(request), pk)
        body(request, Nothing)
        again = transitions.retry_delivery(found, by=actor(request), at=timezone.now())
        return Response(DeliveryOut(again).data)


def _outbox(request: Request) -> DeliveryQuerySet:
    check_admin(actor(request))
    return queries.outbox()


class PreferencesInput(Input):
    """What somebody wants by mail, all of it: a kind that is left out goes the way it goes by itself."""

    has_daily_mail = serializers.BooleanField()
    mail_hour = serializers.IntegerField(min_value=0, max_value=23)
    quiet_from = ClockField(allow_null=True)
    quiet_to = ClockField(allow_null=True)
    ways = serializers.DictField(child=serializers.ChoiceField(Way.choices), help_text="By kind of notice.")


class PreferencesOut(serializers.Serializer[Any]):
    """What somebody wants by mail, each kind with its way."""

    has_daily_mail = serializers.BooleanField()
    mail_hour = serializers.IntegerField()
    quiet_from = ClockField(allow_null=True)
    quiet_to = ClockField(allow_null=True)
    ways = serializers.SerializerMethodField()

    def get_ways(self, chosen: Any) -> dict[str, str]:  # noqa: ANN401 -- Preferences
        """Return the way of every kind that can be chosen."""
        return rules.chosen_ways(chosen, queries.kinds())


class PreferencesView(APIView):
    """What the person wants by mail, and when."""

    @extend_schema(operation_id="me_notifications_retrieve", responses=PreferencesOut)
    def get(self, request: Request) -> Response:
        """Show what the person wants by mail, or what holds for who never chose."""
        asking = in_person(request)
        return Response(PreferencesOut(queries.preferences_of([asking])[asking.pk]).data)

    @extend_schema(operation_id="me_notifications_update", request=PreferencesInput, responses=PreferencesOut)
    def put(self, request: Request) -> Response:
        """Keep what the person wants by mail; urgent notices ignore quiet hours."""
        values = body(request, PreferencesInput)
        chosen = transitions.choose(in_person(request), by=actor(request), at=timezone.now(), **values)
        return Response(PreferencesOut(chosen).data)
