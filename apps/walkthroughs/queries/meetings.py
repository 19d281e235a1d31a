"""Reads of walkthroughs, their seats, follow-ups and signatures."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import (
    DateField,
    DateTimeField,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.catalog.models import Service
from apps.core.statements import one_or_404, or_404, statement
from apps.readiness.models import Answer
from apps.walkthroughs.models import (
    FollowUp,
    Report,
    Seat,
    SignOff,
    State,
    Veto,
    Walkthrough,
    WalkthroughQuerySet,
)

AHEAD: Final = frozenset({State.PLANNED, State.SCHEDULED, State.IN_PROGRESS})
AFTER: Final = frozenset({State.HELD, State.DECIDED})


def walkthroughs() -> WalkthroughQuerySet:
    """Return all of them with what a page touches; an edition's content comes from readiness. One query."""
    rows = Walkthrough.objects.select_related(
        "service__team", "service__advisor", "service__summary", "assessment__edition"
    )
    return rows.defer("assessment__edition__content")


def walkthrough(pk: int) -> Walkthrough:
    """Return one walkthrough or 404, and whether it is the last one and has a report. One query.

    `coming_id` is the one of the same service that lies ahead beside it, `report_pages` and `report_at`
    are of the newest report; `has_later` says whether another one of
    the same service was held after it.
    """
    return one_or_404(_walkthrough(pk=pk))


@statement()
def _walkthrough(*, pk: int) -> WalkthroughQuerySet:
    later = Walkthrough.objects.filter(service=OuterRef("service"), state__in=AFTER, pk__gt=OuterRef("pk"))
    ahead = Walkthrough.objects.filter(service=OuterRef("service"), state__in=AHEAD).exclude(
        pk=OuterRef("pk")
    )
    reports = Report.objects.filter(walkthrough=OuterRef("pk")).order_by("-pk")
    rows = walkthroughs().annotate(
        has_later=Exists(later),
        coming_id=Subquery(ahead.order_by("-pk").values("pk")[:1]),
        changed_at=changed_at(),
        report_pages=Subquery(reports.values("pages")[:1]),
        report_at=Subquery(reports.values("made_at")[:1]),
    )
    return rows.filter(pk=pk)


def changed_at() -> Subquery:
    """Return, as a column of walkthroughs, when an answer of its assessment was last saved."""
    saved = Answer.objects.filter(assessment=OuterRef("assessment"), saved_at__isnull=False)
    return Subquery(saved.order_by("-saved_at").values("saved_at")[:1])


def has_must_fix() -> Exists:
    """Tell, as a column of walkthroughs, whether a follow-up that comes before the launch is open."""
    rows = FollowUp.objects.filter(walkthrough__service=OuterRef("service"), must_fix=True, done_at=None)
    return Exists(rows.exclude(walkthrough__state=State.CANCELLED))


def of_service(service: Service) -> WalkthroughQuerySet:
    """Return the walkthroughs of a service, or of its product, newest first. One query."""
    return walkthroughs().filter(service_id=service.whole_id).order_by("-pk")


def unfinished(service: Service) -> Walkthrough | None:
    """Return the one that lies ahead or waits for signatures. One query."""
    return of_service(service).unfinished().first()


def coming(service: Service) -> Walkthrough | None:
    """Return the one that lies ahead, or that is being held. One query."""
    return of_service(service).filter(state__in=AHEAD).first()


def seat(pk: int) -> Seat:
    """Return one seat with its person and walkthrough, or 404. One query."""
    rows = Seat.objects.select_related("person", "walkthrough__service__team", "walkthrough__assessment")
    return get_object_or_404(rows, pk=pk)


def seats(walkthrough_ids: Collection[int]) -> list[Seat]:
    """Return who sits at some walkthroughs, in the order in which they were seated. One query."""
    return _seats(walkthrough_ids=list(walkthrough_ids))


@statement()
def _seats(*, walkthrough_ids: list[int]) -> QuerySet[Seat]:
    rows = Seat.objects.filter(walkthrough__in=walkthrough_ids, left_at=None)
    return rows.select_related("person").order_by("pk")


def seats_and_must_fix(ids: Collection[int], service_id: int) -> tuple[list[Seat], list[FollowUp]]:
    """Return who sits at some walkthroughs, and what must be done before the launch of a service. One query.

    The people have no more than their id and name.
    """
    seats, items = [], []
    for (
        pk, held, who, name, capacity, reply, is_required, invited_at, number, due_on
    ) in _seats_and_must_fix(ids=list(ids), service_id=service_id):  # fmt: skip
        person = User(pk=who, name=name)
        if number is None:
            seat = Seat(pk=pk, walkthrough_id=held, person=person, capacity=capacity, reply=reply)
            seat.is_required, seat.invited_at = is_required, invited_at
            seats.append(seat)
        else:
            items.append(
                FollowUp(
                    pk=pk, walkthrough_id=held, owner=person, number=number, due_on=due_on, must_fix=True
                )
            )
    return seats, items


@statement()
def _seats_and_must_fix(*, ids: list[int], service_id: int) -> QuerySet[Any, Any]:
    open_ones = FollowUp.objects.filter(walkthrough__service=service_id, must_fix=True, done_at=None)
    open_ones = open_ones.exclude(walkthrough__state=State.CANCELLED)
    whole, moment = Cast(Value(None), IntegerField()), Cast(Value(None), DateTimeField())
    seated = Seat.objects.filter(walkthrough__in=ids, left_at=None).values_list(
        "pk",
        "walkthrough_id",
        "person_id",
        "person__name",
        "capacity",
        "reply",
        "is_required",
        "invited_at",
        whole,
        Cast(Value(None), DateField()),
    )
    follow_ups = open_ones.values_list(
        "pk",
        "walkthrough_id",
        "owner_id",
        "owner__name",
        Value(""),
        Value(""),
        "must_fix",
        moment,
        Cast("number", IntegerField()),
        "due_on",
    )
    return seated.union(follow_ups, all=True).order_by("pk")


def seats_of(walkthrough: Walkthrough) -> list[Seat]:
    """Return who sits at a walkthrough. One query."""
    return seats([walkthrough.pk])


def own_seat(walkthrough: Walkthrough, person: User, *, signs: bool = False) -> Seat:
    """Return the person's own seat, or 404 for everybody who has none, or none that signs. One query."""
    seats = [seat for seat in seats_of(walkthrough) if seat.person_id == person.pk]
    return or_404(next((seat for seat in seats if seat.signs or not signs), None))


def follow_ups(service_id: int) -> list[FollowUp]:
    """Return the follow-ups of all walkthroughs of a service that count, oldest first. One query."""
    rows = FollowUp.objects.filter(walkthrough__service=service_id)
    rows = rows.exclude(walkthrough__state=State.CANCELLED)
    return list(rows.select_related("owner", "done_by").order_by("pk"))


def follow_up(pk: int) -> FollowUp:
    """Return one follow-up with its walkthrough and owner, or 404. One query."""
    rows = FollowUp.objects.select_related("owner", "walkthrough__service__team")
    return get_object_or_404(rows, pk=pk)


def signatures_and_vetoes(service_id: int, walkthrough_id: int | None) -> list[SignOff]:
    """Return the standing signatures of a walkthrough and the vetoes on its service, newest first. One query.

    The snapshots come without their content: while nothing changed nobody needs it.
    """
    return _signatures_and_vetoes(service_id=service_id, walkthrough_id=walkthrough_id or 0)


@statement()
def _signatures_and_vetoes(*, service_id: int, walkthrough_id: int) -> QuerySet[SignOff]:
    # Two ways into an index; OR over both tables would read every signature there is.
    standing = SignOff.objects.filter(seat__walkthrough=walkthrough_id, replaced_at=None).values("pk")
    vetoes = Veto.objects.filter(service=service_id).values("sign_off")
    rows = SignOff.objects.filter(pk__in=standing.union(vetoes))
    rows = rows.select_related("seat__person", "snapshot", "veto__author", "veto__lifted_by")
    return rows.defer("snapshot__content").order_by("-pk")


def signed_by(seat: Seat) -> SignOff | None:
    """Return the signature of a seat that stands, with its snapshot and veto. One query."""
    return SignOff.objects.select_related("veto", "snapshot").filter(seat=seat, replaced_at=None).first()


def veto(pk: int) -> Veto:
    """Return one veto with its service and people, or 404. One query."""
    rows = Veto.objects.select_related("service__team", "author", "lifted_by", "sign_off__seat__walkthrough")
    return get_object_or_404(rows, pk=pk)


def latest_report(walkthrough: Walkthrough) -> Report | None:
    """Return the newest report with its file. One query."""
    return walkthrough.reports.select_related("file").order_by("-pk").first()
