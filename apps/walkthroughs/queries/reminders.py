"""What people should be reminded of: the newest step of each subject, streamed."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from apps.accounts.models import User
from apps.activity.models import Subject
from apps.catalog.models import Phase
from apps.catalog.queries import people_of
from apps.notifications.rules import Due
from apps.walkthroughs.models import (
    SIGNING,
    Capacity,
    FollowUp,
    Reply,
    Seat,
    SignOff,
    State,
    Veto,
    Walkthrough,
)
from apps.walkthroughs.rules import day_in_words, reply_url, when_in_words
from apps.walkthroughs.rules import reminders as steps

AT_ONCE: Final = 500
RowT = TypeVar("RowT")
RowsT = TypeVar("RowsT", bound=QuerySet[Any])
Ids = Collection[int] | None  # only these subjects; None: all of them
LONGEST_COUNTDOWN: Final = timedelta(days=max(steps.COUNTDOWN))


def due(*, now: datetime) -> Iterator[Due]:
    """Yield what is due by now, in flat memory: a constant number of queries for each 500 subjects."""
    for find in FINDERS.values():
        yield from find(now=now, only=None)


def still_due(keys: list[str], *, now: datetime) -> set[str]:
    """Return those of the keys that are still due; the queries of the finders that they name."""
    wanted: dict[str, set[int]] = {}
    for key in keys:
        _app, kind, subject, *_rest = key.split(":")
        wanted.setdefault(kind, set()).add(int(subject))
    found = {
        one.key for kind, ids in wanted.items() if kind in FINDERS for one in FINDERS[kind](now=now, only=ids)
    }
    return found.intersection(keys)


def countdown(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Count down to a meeting: presenters and leads from 28 days on, everybody from 7."""
    rows = Walkthrough.objects.upcoming(now=now).filter(starts_at__lte=now + LONGEST_COUNTDOWN)
    rows = _only(rows, only).exclude(service__phase=Phase.ARCHIVED).select_related("service__team")
    for some in _batches(rows.streamed(AT_ONCE)):
        seats = _seats(some)
        leads = people_of({one.service.team_id for one in some if one.service.team_id})
        for one in some:
            everybody = _listeners(seats.get(one.pk, []), leads.get(one.service.team_id or 0, []))
            yield from _countdown(one, everybody, now=now)


def _seats(walkthroughs: list[Walkthrough]) -> dict[int, list[Seat]]:
    found: dict[int, list[Seat]] = {}
    rows = Seat.objects.filter(walkthrough__in=[one.pk for one in walkthroughs], left_at=None)
    for seat in rows.select_related("person").order_by("pk"):
        found.setdefault(seat.walkthrough_id, []).append(seat)
    return found


def _listeners(seats: list[Seat], members: list[Any]) -> list[tuple[User, datetime, bool]]:
    """Return who is told, since when they know of the meeting, and whether from the first step on."""
    known = [seat.invited_at for seat in seats if seat.invited_at]
    since = min(known) if known else None
    told = {
        seat.person_id: (seat.person, seat.invited_at, seat.capacity == Capacity.PRESENTER)
        for seat in seats
        if seat.invited_at
    }
    for one in members:
        if one.is_lead and since:
            told[one.person.pk] = (one.person, since, True)
    return list(told.values())


def _countdown(
    walkthrough: Walkthrough, everybody: list[tuple[User, datetime, bool]], *, now: datetime
) -> Iterator[Due]:
    starts_at = walkthrough.starts_at
    if starts_at is None:
        return
    for person, since, is_host in everybody:
        step = steps.countdown(starts_at, since=since, now=now)
        if step is None or not (is_host or step <= steps.EVERYBODY_FROM):
            continue
        yield Due(
            recipient=person,
            # The time is in the key: a walkthrough that moved is announced again.
            key=f"walkthrough:countdown:{walkthrough.pk}:{step}:{starts_at:%Y%m%d%H%M}:{person.pk}",
            kind="walkthroughs/countdown",
            template="walkthroughs/countdown",
            subject=walkthrough.subject,
            context={
                # The day by its name: a mail that waits for the morning would miscount "in 7 days".
                "day": day_in_words(walkthrough),
                "when": when_in_words(walkthrough),
                "place": walkthrough.place,
                "is_host": is_host,
            },
            at=starts_at - timedelta(days=step),
        )


def to_schedule(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Ask the leads for a time while the planned day comes closer."""
    rows = Walkthrough.objects.filter(state=State.PLANNED, planned_on__lte=now.date() + LONGEST_COUNTDOWN)
    rows = (
        _only(rows, only).exclude(service__phase=Phase.ARCHIVED).select_related("service__team", "assessment")
    )
    for some in _batches(rows.streamed(AT_ONCE)):
        leads = people_of({one.service.team_id for one in some if one.service.team_id})
        for one in some:
            since = one.assessment.opened_at.date()
            step = steps.until_day(one.planned_on, since=since, today=now.date(), steps=steps.TO_SCHEDULE)
            if step is None:
                continue
            for member in leads.get(one.service.team_id or 0, []):
                if member.is_lead:
                    yield _to_schedule(one, member.person, step=step)


def _to_schedule(walkthrough: Walkthrough, person: User, *, step: int) -> Due:
    day = walkthrough.planned_on
    return Due(
        recipient=person,
        key=f"walkthrough:schedule:{walkthrough.pk}:{step}:{day:%Y%m%d}:{person.pk}",
        kind="walkthroughs/to_schedule",
        template="walkthroughs/to_schedule",
        subject=walkthrough.subject,
        context={"planned_on": day, "days": step},
        at=_noon(day - timedelta(days=step)),
    )


def unanswered(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Ask the silent ones, after three and six days, while the meeting lies ahead."""
    rows = Seat.objects.filter(left_at=None, reply=Reply.NONE, invited_at__isnull=False)
    rows = rows.filter(walkthrough__state=State.SCHEDULED, walkthrough__starts_at__gt=now)
    rows = rows.exclude(walkthrough__service__phase=Phase.ARCHIVED)
    rows = _only(rows, only).select_related("person", "walkthrough__service__team")
    for seat in rows.streamed(AT_ONCE):
        step = steps.unanswered(seat.invited_at, now=now) if seat.invited_at else None
        if step:
            yield _unanswered(seat, step=step, now=now)


def _unanswered(seat: Seat, *, step: int, now: datetime) -> Due:
    return Due(
        recipient=seat.person,
        key=f"walkthrough:unanswered:{seat.pk}:{step}:{seat.invited_at:%Y%m%d%H%M}",
        kind="walkthroughs/unanswered",
        template="walkthroughs/unanswered",
        subject=_at(seat.walkthrough, reply_url(seat, seat.walkthrough)),
        context={
            "when": when_in_words(seat.walkthrough),
            "capacity": seat.get_capacity_display().lower(),
            "days": step,
        },
        at=now,
    )


def unsigned(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Ask for signatures two and five working days after the meeting."""
    signed = SignOff.objects.filter(seat=OuterRef("pk"), replaced_at=None)
    rows = Seat.objects.filter(left_at=None, is_required=True, capacity__in=SIGNING)
    rows = rows.filter(
        ~Exists(signed), walkthrough__state=State.HELD, walkthrough__service__phase=Phase.READY
    )
    rows = _only(rows, only).select_related("person", "walkthrough__service__team")
    for seat in rows.streamed(AT_ONCE):
        held_at = seat.walkthrough.held_at or now
        since = max(held_at, seat.invited_at or held_at).date()
        step = steps.unsigned(since, today=now.date())
        if step:
            yield Due(
                recipient=seat.person,
                key=f"walkthrough:unsigned:{seat.pk}:{step}:{since:%Y%m%d}",
                kind="walkthroughs/unsigned",
                template="walkthroughs/unsigned",
                subject=_at(seat.walkthrough, f"{seat.walkthrough.get_absolute_url()}sign/"),
                context={"capacity": seat.get_capacity_display().lower(), "days": step},
                at=now,
            )


def follow_ups(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Say that a follow-up comes due, and each week that it is overdue, on its owner's calendar."""
    horizon = now.date() + timedelta(days=max(steps.FOLLOW_UP) + 1)
    rows = FollowUp.objects.filter(done_at=None, due_on__lte=horizon, owner__is_active=True)
    rows = rows.exclude(walkthrough__state=State.CANCELLED)
    rows = rows.exclude(walkthrough__service__phase=Phase.ARCHIVED)
    rows = _only(rows, only).select_related("owner", "walkthrough__service__team")
    for one in rows.streamed(AT_ONCE):
        today = now.astimezone(ZoneInfo(one.owner.time_zone)).date()
        if (found := _follow_up(one, today=today, now=now)) is not None:
            yield found


def _follow_up(one: FollowUp, *, today: date, now: datetime) -> Due | None:
    week = steps.overdue(one.due_on, today=today)
    if week is not None:
        kind, step = "follow_up_overdue", f"late{week}"
    else:
        days = steps.until_day(one.due_on, since=one.made_at.date(), today=today, steps=steps.FOLLOW_UP)
        if days is None:
            return None
        kind, step = "follow_up_due", str(days)
    return Due(
        recipient=one.owner,
        key=f"walkthrough:followup:{one.pk}:{step}:{one.due_on:%Y%m%d}",
        kind=f"walkthroughs/{kind}",
        template=f"walkthroughs/{kind}",
        subject=_at(one.walkthrough, f"{one.walkthrough.get_absolute_url()}#follow-ups"),
        context={"number": str(one), "text": one.text, "due_on": one.due_on, "must_fix": one.must_fix},
        at=now,
    )


def vetoes(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Say to its author and the leads that the day to look at a veto again has come."""
    rows = Veto.objects.filter(lifted_at=None, review_on__lte=now.date())
    rows = rows.exclude(service__phase=Phase.ARCHIVED).select_related("author", "service__team")
    for some in _batches(_only(rows, only).streamed(AT_ONCE)):
        teams = people_of({one.service.team_id for one in some if one.service.team_id})
        for one in some:
            leads = [member.person for member in teams.get(one.service.team_id or 0, []) if member.is_lead]
            for person in {person.pk: person for person in (one.author, *leads)}.values():
                yield _veto(one, person)


def _veto(veto: Veto, person: User) -> Due:
    return Due(
        recipient=person,
        key=f"walkthrough:veto:{veto.pk}:{veto.review_on:%Y%m%d}:{person.pk}",
        kind="walkthroughs/veto_review",
        template="walkthroughs/veto_review",
        subject=_veto_subject(veto),
        context={
            "author": veto.author.name,
            "is_author": person.pk == veto.author_id,
            "reason": veto.reason,
            "lifted_by_what": veto.lifted_by_what,
            "review_on": veto.review_on,
        },
        at=_noon(veto.review_on),
    )


def _veto_subject(veto: Veto) -> Subject:
    return replace(veto.service.subject, url=reverse("walkthroughs:lift_veto", args=[veto.pk]))


def _at(walkthrough: Walkthrough, url: str) -> Subject:
    return replace(walkthrough.subject, url=url)


def _only(rows: RowsT, only: Ids) -> RowsT:
    return rows if only is None else rows.filter(pk__in=only)


def _batches(rows: Iterator[RowT]) -> Iterator[list[RowT]]:
    while some := list(islice(rows, AT_ONCE)):
        yield some


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


FINDERS: Final[dict[str, Callable[..., Iterator[Due]]]] = {
    "countdown": countdown,
    "schedule": to_schedule,
    "unanswered": unanswered,
    "unsigned": unsigned,
    "followup": follow_ups,
    "veto": vetoes,
}
