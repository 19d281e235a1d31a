"""Seats, follow-ups and vetoes: the parts of a walkthrough that have an address of their own."""

from collections.abc import Callable

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor
from apps.core.api import NUMBER, body, number
from apps.walkthroughs import queries, transitions
from apps.walkthroughs.api import shapes
from apps.walkthroughs.models import FollowUp, Seat, Veto


class SeatViewSet(viewsets.GenericViewSet[Seat]):
    """Who sits where."""

    queryset = Seat.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(request=shapes.PersonInput, responses=shapes.SeatOut)
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """Give somebody's seat to somebody else, as a lead or enablement."""
        return self._change(request, pk, transitions.replace_seat)

    @extend_schema(request=shapes.PersonInput, responses=shapes.SeatOut)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give the own seat to somebody who may sit there."""
        return self._change(request, pk, transitions.hand_over)

    def _change(self, request: Request, pk: str, step: Callable[..., Seat]) -> Response:
        seat, values = queries.seat(number(pk)), body(request, shapes.PersonInput)
        taken = step(seat, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.SeatOut(taken).data)


class FollowUpViewSet(viewsets.GenericViewSet[FollowUp]):
    """What is to be done after a walkthrough."""

    queryset = FollowUp.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(request=shapes.FinishInput, responses=shapes.FollowUpOut)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Tick a follow-up off, as its owner or somebody of the owning team."""
        found, values = queries.follow_up(number(pk)), body(request, shapes.FinishInput)
        done = transitions.finish_follow_up(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.FollowUpOut(done).data)


class VetoViewSet(viewsets.GenericViewSet[Veto]):
    """What stands against a launch."""

    queryset = Veto.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=shapes.VetoOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show a veto with its reason and what would lift it."""
        return Response(shapes.VetoOut(_veto(pk)).data)

    @extend_schema(request=shapes.ReasonInput, responses=shapes.VetoOut)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        """End a veto, as its author or as leadership."""
        found, values = _veto(pk), body(request, shapes.ReasonInput)
        transitions.lift_veto(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.VetoOut(_veto(pk)).data)

    @extend_schema(request=shapes.KeepInput, responses=shapes.VetoOut)
    @action(detail=True, methods=["post"])
    def keep(self, request: Request, pk: str) -> Response:
        """Say until when the own veto stands."""
        found, values = _veto(pk), body(request, shapes.KeepInput)
        transitions.keep_veto(found, by=actor(request), at=timezone.now(), **values)
        return Response(shapes.VetoOut(_veto(pk)).data)


def _veto(pk: str) -> Veto:
    return queries.veto(number(pk))
