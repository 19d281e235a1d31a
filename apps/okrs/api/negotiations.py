"""Conversations between two teams: an ask, a counter, an agreement, or a respected no.

What binds a side is said by a person: a team's token drafts, and moves for nobody.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.http import actor, person
from apps.comments.http import CommentInput, CommentOut
from apps.comments.queries import conversation
from apps.comments.transitions import say
from apps.core.api import NUMBER, Input, Nothing, StaleError, body, filters, number
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.okrs import queries, transitions
from apps.okrs.api import negotiation_shapes as shapes
from apps.okrs.api.finding import today
from apps.okrs.http import noted
from apps.okrs.models import Negotiation, NegotiationKind, Objective
from apps.okrs.rules import negotiating
from apps.okrs.rules.asking import Ask

Moved = Saved[Negotiation] | Conflict[Negotiation] | Negotiation


class NegotiationViewSet(viewsets.GenericViewSet[Negotiation]):
    """What two teams ask, offer and agree; only who speaks for a side moves for it."""

    queryset = Negotiation.objects.none()
    lookup_value_regex = NUMBER

    @extend_schema(responses=shapes.NegotiationRow(many=True), parameters=[shapes.NegotiationFilters])
    def list(self, request: Request) -> Response:
        """List what the person may read, the newest first: others' drafts are their own."""
        asked = queries.Asked(**filters(request, shapes.NegotiationFilters))
        rows = queries.negotiations(person(request), asked, on=today(request))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(shapes.NegotiationRow(page, many=True).data)

    @extend_schema(responses=shapes.NegotiationOut)
    def retrieve(self, request: Request, pk: str) -> Response:
        """Show one with its terms and moves; the sha256 of the terms is what a yes names."""
        return _shown(request, number(pk))

    @extend_schema(request=shapes.AskInput, responses={201: shapes.NegotiationOut})
    def create(self, request: Request) -> Response:
        """Ask another team, or propose an objective to it, as a lead; as a member keep a draft."""
        values = body(request, shapes.AskInput)
        is_draft = values.pop("draft", False)
        return _shown(request, _asked(request, values, is_draft=is_draft).pk, status=201)

    @extend_schema(request=shapes.SendInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """Send a draft: from now on the other side owes an answer, until a day."""
        return self._move(request, pk, transitions.propose, shapes.SendInput)

    @extend_schema(request=shapes.OtherTermsInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def amend(self, request: Request, pk: str) -> Response:
        """Ask differently before the other side has answered; what they looked at no longer binds."""
        return self._move(request, pk, transitions.amend, shapes.OtherTermsInput)

    @extend_schema(request=shapes.OtherTermsInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def counter(self, request: Request, pk: str) -> Response:
        """Answer with other terms; the other side owes the answer then."""
        return self._move(request, pk, transitions.counter, shapes.OtherTermsInput)

    @extend_schema(request=shapes.AcceptInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        """Accept the terms that `seen` names; others that lie there by now are shown with 409."""
        found, values = _find(request, pk), body(request, shapes.AcceptInput)
        values["within"] = _within(request, found, values.get("within"))
        return _answered(request, transitions.accept(found, by=actor(request), at=timezone.now(), **values))

    @extend_schema(request=shapes.DeclineInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        """Say no with a reason, which the register keeps and the person holds."""
        return self._move(request, pk, transitions.decline, shapes.DeclineInput)

    @extend_schema(request=shapes.NotNowInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def defer(self, request: Request, pk: str) -> Response:
        """Say not now, with a reason and the day on which it is decided again."""
        return self._move(request, pk, transitions.defer_ask, shapes.NotNowInput)

    @extend_schema(request=shapes.WordInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take back what is on the table before the other side has answered."""
        return self._move(request, pk, transitions.withdraw_ask, shapes.WordInput, note="reason")

    @extend_schema(request=Nothing, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Throw a draft away; the other side has never seen it."""
        return self._move(request, pk, transitions.discard)

    @extend_schema(request=shapes.WordInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def report(self, request: Request, pk: str) -> Response:
        """Say that it is done; the side that asked says whether that was it."""
        return self._move(request, pk, transitions.report, shapes.WordInput)

    @extend_schema(request=shapes.WordInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def satisfied(self, request: Request, pk: str) -> Response:
        """Confirm that what was reported is what was agreed."""
        return self._move(request, pk, transitions.be_satisfied, shapes.WordInput)

    @extend_schema(request=shapes.MoveReasonInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def dispute(self, request: Request, pk: str) -> Response:
        """Say what is still missing from what was reported; the agreement stands."""
        return self._move(request, pk, transitions.dispute, shapes.MoveReasonInput)

    @extend_schema(request=shapes.MoveReasonInput, responses=shapes.NegotiationOut)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """No longer keep what was agreed; what it bound is free at once."""
        return self._move(request, pk, transitions.revoke, shapes.MoveReasonInput)

    @extend_schema(request=shapes.ChangeInput, responses={201: shapes.NegotiationOut})
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Ask to change what is agreed: a negotiation of its own, and until it ends the old terms hold."""
        found, values = _find(request, pk), body(request, shapes.ChangeInput)
        values["payload"] = values.pop("terms")
        asked = transitions.ask_for_change(found, by=actor(request), at=timezone.now(), **values)
        return _shown(request, asked.pk, status=201)

    @extend_schema(responses=CommentOut(many=True), methods=["GET"])
    @extend_schema(request=CommentInput, responses={201: CommentOut}, methods=["POST"])
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def thread(self, request: Request, pk: str) -> Response:
        """Show what is said beside the moves, or add to it: talk binds nobody."""
        found = _find(request, pk)
        if request.method == "GET":
            return Response(CommentOut(conversation("negotiation", found.pk), many=True).data)
        values = body(request, CommentInput)
        now = timezone.now()
        said = say(negotiating.talk_of(found, on=now.date()), by=actor(request), at=now, **values)
        return Response(CommentOut(said).data, status=201)

    def _move(
        self,
        request: Request,
        pk: str,
        step: Callable[..., Moved],
        kind: type[Input] = Nothing,
        **names: str,
    ) -> Response:
        found, values = _find(request, pk), body(request, kind)
        said = {({"terms": "payload"} | names).get(name, name): value for name, value in values.items()}
        return _answered(request, step(found, by=actor(request), at=timezone.now(), **said))


def _find(request: Request, pk: str) -> Negotiation:
    found = queries.negotiation(number(pk), person=person(request), on=today(request))
    noted([found.objective], by=actor(request))
    return found


def _shown(request: Request, pk: int, *, status: int = 200) -> Response:
    found = shapes.in_full(pk, by=actor(request), person=person(request), on=today(request))
    return Response(found, status=status)


def _answered(request: Request, moved: Moved) -> Response:
    match moved:
        case Conflict(theirs):
            by, reader = actor(request), person(request)
            raise StaleError(shapes.in_full(theirs.pk, by=by, person=reader, on=today(request)))
        case Saved(saved):
            return _shown(request, saved.pk)
        case negotiation:
            return _shown(request, negotiation.pk)


def _asked(request: Request, values: dict[str, Any], *, is_draft: bool) -> Negotiation:
    objective, key_result = queries.about(
        values.pop("objective", None),
        values.pop("key_result", None),
        person=person(request),
        on=today(request),
    )
    who: dict[str, Any] = {"by": actor(request), "at": timezone.now(), "payload": values.pop("terms")}
    words = {name: values.pop(name) for name in ("message", "respond_by") if name in values}
    if values["kind"] == NegotiationKind.OBJECTIVE and key_result is not None:
        message = "An objective is agreed on as a whole."
        raise InvalidInputError(message, field="key_result")
    if values["kind"] == NegotiationKind.OBJECTIVE and objective is None:
        if is_draft:
            message = "An objective for another team is proposed at once: there is nothing to keep yet."
            raise InvalidInputError(message, field="draft")
        sides = {"cycle": values["cycle"], "from_team": values["initiator"]}
        return transitions.propose_objective(values["counterpart"], **sides, **words, **who)
    wish = Ask(objective=objective, key_result=key_result, **values)
    return transitions.begin(wish, **who) if is_draft else transitions.ask(wish, **words, **who)


def _within(request: Request, found: Negotiation, pk: int | None) -> Objective | None:
    """Return the giver's objective under which it is done, if the person may read it."""
    if pk is None:
        return None
    rows = queries.givers_objectives(found, person=person(request), on=today(request))
    known = next((one for one in rows if one.pk == pk), None)
    if known is None:
        message = "It is done under an objective of the side that does it, in the same quarter."
        raise InvalidInputError(message, field="within")
    return known
