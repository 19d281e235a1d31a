"""What waits for a person, what leadership looks at, and the next meeting."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.urls import reverse

from apps.accounts.models import User
from apps.catalog.models import Phase, Service
from apps.core.results import Todo
from apps.core.statements import first, statement
from apps.walkthroughs.models import (
    SIGNING,
    FollowUp,
    Launch,
    Reply,
    Seat,
    State,
    Veto,
    Walkthrough,
    WalkthroughQuerySet,
)
from apps.walkthroughs.queries.content import Signed, changes
from apps.walkthroughs.queries.meetings import AFTER
from apps.walkthroughs.rules import when_in_words, worse

FOLLOW_UPS_AHEAD: Final = timedelta(days=14)
SIGN_WITHIN: Final = timedelta(days=7)
COMING_WEEKS: Final = timedelta(weeks=4)
LAUNCHES_SHOWN: Final = timedelta(days=90)
MOST: Final = 50
MOST_COMPARED: Final = 1  # comparing contents takes two queries; the rest is found on the walkthrough's page


def waits_for(person: User, *, now: datetime) -> list[Todo]:
    """Return what waits for one person. Three queries, two more for each signature that is compared anew."""
    return [
        *_of_seats(person, now=now),
        *_of_follow_ups(person, now=now),
        *_of_leads(person),
    ]


def _of_seats(person: User, *, now: datetime) -> Iterator[Todo]:
    found = _open_seats(person_id=person.pk, now=now)
    yield from (_reply(seat) for seat in found if seat.walkthrough.state == State.SCHEDULED)
    held = [seat for seat in found if seat.walkthrough.state in AFTER]
    yield from (_sign(seat) for seat in held if seat.signed_as is None and seat.signs)  # type: ignore[attr-defined]
    yield from _confirm(held)
    yield from (_review(seat) for seat in found if _is_to_review(seat, today=now.date()))


@statement()
def _open_seats(*, person_id: int, now: datetime) -> QuerySet[Seat]:
    """Return the person's seats that may need them, with the signature that stands. One query."""
    rows = Seat.objects.filter(person=person_id).annotate(
        standing=FilteredRelation("sign_offs", condition=Q(sign_offs__replaced_at=None)),
        signed_as=F("standing__decision"),
        signed_snapshot=F("standing__snapshot"),
        signed_version=F("standing__content_version"),
        signed_service=F("standing__service_version"),
        veto_id=F("standing__veto__pk"),
        veto_review_on=F("standing__veto__review_on"),
        veto_lifted_at=F("standing__veto__lifted_at"),
    )
    to_reply = Q(
        walkthrough__state=State.SCHEDULED,
        walkthrough__starts_at__gt=now,
        invited_at__isnull=False,
        reply=Reply.NONE,
    )
    later = Walkthrough.objects.filter(
        service=OuterRef("walkthrough__service"), state__in=AFTER, pk__gt=OuterRef("walkthrough")
    )
    to_sign = ~Exists(later) & Q(
        walkthrough__state__in=AFTER,
        walkthrough__service__phase=Phase.READY,
        walkthrough__assessment__closed_at=None,
        capacity__in=SIGNING,
    )
    vetoed = Q(veto_id__isnull=False, veto_lifted_at=None)
    rows = rows.filter(Q(left_at=None) & (to_reply | to_sign) | vetoed)
    rows = rows.select_related("walkthrough__service", "walkthrough__assessment")
    return rows.order_by("walkthrough__starts_at", "pk")[:MOST]


def _reply(seat: Seat) -> Todo:
    walkthrough = seat.walkthrough
    return Todo(
        title="Do you come to the walkthrough?",
        detail=f"as {seat.get_capacity_display().lower()}, {when_in_words(walkthrough)}",
        url=f"{walkthrough.get_absolute_url()}#reply",
        action="Reply",
        when=walkthrough.starts_at,
        service_name=walkthrough.service.name,
        icon="calendar-question",
    )


def _sign(seat: Seat) -> Todo:
    walkthrough = seat.walkthrough
    # Somebody who was seated later has a week from then on.
    moments = (walkthrough.held_at or walkthrough.starts_at, seat.invited_at)
    since = max((moment for moment in moments if moment), default=None)
    return Todo(
        title="Sign what you saw",
        detail=f"as {seat.get_capacity_display().lower()}",
        url=reverse("walkthroughs:sign", args=[walkthrough.pk]),
        action="Sign",
        when=since + SIGN_WITHIN if since else None,
        is_urgent=True,
        service_name=walkthrough.service.name,
        icon="signature",
    )


def _confirm(seats: list[Seat]) -> Iterator[Todo]:
    """Ask for another look where something got worse since the person signed."""
    changed = [seat for seat in seats if seat.signed_as and _has_changed(seat)]  # type: ignore[attr-defined]
    for seat in changed[:MOST_COMPARED]:
        signed = Signed(seat.pk, seat.signed_snapshot, seat.signed_version, seat.signed_service)  # type: ignore[attr-defined]
        found = list(changes([signed], seat.walkthrough).get(seat.pk, ()))
        if worse(found):
            yield Todo(
                title=f"{len(found)} change{'' if len(found) == 1 else 's'} since you signed",
                detail="something got worse, so your signature waits for you",
                url=reverse("walkthroughs:sign", args=[seat.walkthrough_id]),
                action="Look",
                is_urgent=True,
                service_name=seat.walkthrough.service.name,
                icon="refresh",
            )


def _has_changed(seat: Seat) -> bool:
    walkthrough = seat.walkthrough
    now = (walkthrough.assessment.content_version, walkthrough.service.version)
    return (seat.signed_version, seat.signed_service) != now  # type: ignore[attr-defined]


def _is_to_review(seat: Seat, *, today: date) -> bool:
    review_on: date | None = seat.veto_review_on  # type: ignore[attr-defined]
    is_standing = seat.veto_id is not None and seat.veto_lifted_at is None  # type: ignore[attr-defined]
    return is_standing and review_on is not None and review_on <= today


def _review(seat: Seat) -> Todo:
    return Todo(
        title="Your veto wanted another look by now",
        detail="lift it, or say until when it stands",
        url=reverse("walkthroughs:lift_veto", args=[seat.veto_id]),  # type: ignore[attr-defined]
        action="Look",
        when=_day(seat.veto_review_on),  # type: ignore[attr-defined]
        is_urgent=True,
        service_name=seat.walkthrough.service.name,
        icon="hand-stop",
    )


def _of_follow_ups(person: User, *, now: datetime) -> Iterator[Todo]:
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    for one in _open_follow_ups(person_id=person.pk, until=today + FOLLOW_UPS_AHEAD):
        yield Todo(
            title=one.text if len(one.text) <= 80 else f"{one.text[:79]}…",  # noqa: PLR2004 -- one line
            detail=f"{one}, before the launch" if one.must_fix else str(one),
            url=f"{reverse('walkthroughs:walkthrough', args=[one.walkthrough_id])}#follow-ups",
            action="Finish",
            when=_day(one.due_on),
            is_urgent=one.due_on < today,
            service_name=one.walkthrough.service.name,
            icon="checkbox",
        )


@statement()
def _open_follow_ups(*, person_id: int, until: date) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(owner=person_id, done_at=None, due_on__lte=until)
    rows = rows.exclude(walkthrough__state=State.CANCELLED)
    rows = rows.exclude(walkthrough__service__phase=Phase.ARCHIVED)
    return rows.select_related("walkthrough__service").order_by("due_on", "pk")[:MOST]


def _of_leads(person: User) -> Iterator[Todo]:
    """Ask leads to schedule what is only planned."""
    if not person.lead_ids:
        return
    for one in _planned(team_ids=person.lead_ids):
        yield Todo(
            title="Schedule the walkthrough",
            detail="a panel is proposed; you choose the time",
            url=reverse("walkthroughs:schedule", args=[one.pk]),
            action="Schedule",
            when=_day(one.planned_on),
            service_name=one.service.name,
            icon="calendar-plus",
        )


@statement()
def _planned(*, team_ids: list[int]) -> WalkthroughQuerySet:
    rows = Walkthrough.objects.filter(state=State.PLANNED, service__team__in=team_ids)
    return rows.select_related("service").order_by("planned_on", "pk")[:MOST]


def _day(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


@dataclass(frozen=True)
class Leadership:
    """What leadership looks at first."""

    vetoes: list[Veto]
    launches: list[Launch]
    coming: list[tuple[Walkthrough, str]]  # with its own time in words


def leadership(*, now: datetime) -> Leadership:
    """Return standing vetoes, launches over a condition, and four weeks of walkthroughs. Three queries."""
    vetoes = Veto.objects.filter(lifted_at=None).select_related("service__team", "author")
    launches = Launch.objects.filter(is_over=True, at__gt=now - LAUNCHES_SHOWN)
    coming = _coming(now=now).filter(starts_at__lte=now + COMING_WEEKS)
    return Leadership(
        vetoes=list(vetoes.order_by("review_on", "pk")[:MOST]),
        launches=list(launches.select_related("service__team", "by").order_by("-at", "-pk")[:MOST]),
        coming=[(found, when_in_words(found)) for found in coming[:MOST]],
    )


def _coming(*, now: datetime) -> WalkthroughQuerySet:
    rows = Walkthrough.objects.upcoming(now=now).select_related("service__team")
    return rows.in_order("starts_at")


@dataclass(frozen=True)
class NextMeeting:
    """The next walkthrough of a person or of their teams, for the countdown."""

    service: Service
    starts_at: datetime
    local_time: str
    replies: str
    is_mine: bool  # of one of their teams
    url: str

    def get_absolute_url(self) -> str:
        """Return the walkthrough's page."""
        return self.url


def next_for(person: User, *, now: datetime) -> NextMeeting | None:
    """Return what is next for a person who sits there or whose team presents. One query."""
    rows = _next_one(person_id=person.pk, team_ids=person.team_ids, now=now)
    found = first(rows)
    if found is None or found.starts_at is None:
        return None
    seats: dict[str, int] = {name: getattr(found, name) for name in ("invited", "coming", "silent")}
    waiting = f", {seats['silent']} did not reply yet" if seats["silent"] else ""
    return NextMeeting(
        service=found.service,
        starts_at=found.starts_at,
        local_time=when_in_words(found),
        replies=f"{seats['coming']} of {seats['invited']} accepted{waiting}.",
        is_mine=found.service.team_id in person.team_ids,
        url=found.get_absolute_url(),
    )


@statement()
def _next_one(*, person_id: int, team_ids: list[int], now: datetime) -> WalkthroughQuerySet:
    sits = Seat.objects.filter(person=person_id, left_at=None).values("walkthrough")
    theirs = Walkthrough.objects.filter(service__team__in=team_ids).values("pk")
    present = Q(seats__left_at=None)
    return (
        _coming(now=now)
        .filter(pk__in=sits.union(theirs))  # OR would read every walkthrough to come
        .annotate(
            invited=Count("seats", filter=present),
            coming=Count("seats", filter=present & Q(seats__reply=Reply.YES)),
            silent=Count("seats", filter=present & Q(seats__reply=Reply.NONE)),
        )[:1]
    )
