"""What people should be reminded of: check-ins due and unread, answers owed, what blocks the start."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse

from apps.accounts.models import User
from apps.activity.models import Subject
from apps.catalog.queries import people_of
from apps.notifications.rules import Due
from apps.okrs import rules
from apps.okrs.models import (
    CycleState,
    Finding,
    Negotiation,
    Objective,
    Quarter,
    Stage,
    State,
    TeamCheckIn,
)
from apps.okrs.queries.check_ins import reviewers, waiting_for_reviewers
from apps.okrs.queries.health import due_on, with_last

AT_ONCE: Final = 500
FARTHEST_AHEAD: Final = timedelta(hours=14)  # of UTC: there a day begins first
Ids = Collection[int] | None  # only these subjects; None: all of them
RowT = TypeVar("RowT")


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


def check_ins(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Say to the leads, and who is accountable, that a check-in is due, and a day later that it is late."""
    bound = Objective.objects.filter(
        team=OuterRef("team"), cycle=OuterRef("cycle"), state__in=[State.AGREED, State.ACTIVE]
    )
    rows = Quarter.objects.filter(Exists(bound), cycle__state=CycleState.ACTIVE, has_check_ins=True)
    rows = rows.filter(team__is_archived=False) if only is None else rows.filter(pk__in=only)
    for some in _batches(with_last(rows.select_related("team")).streamed(AT_ONCE)):  # type: ignore[attr-defined]
        people = _told(some)
        for row in some:
            day = due_on(row)
            if day is not None:
                yield from _check_in(row, day, people[row.pk], now=now)


def _told(quarters: list[Quarter]) -> dict[int, list[User]]:
    """Return who is reminded for each page: its leads, and who is accountable for what it is bound to."""
    leads = people_of({row.team_id for row in quarters})
    bound = Objective.objects.filter(
        team__in=[row.team_id for row in quarters],
        cycle__in={row.cycle_id for row in quarters},
        state__in=[State.AGREED, State.ACTIVE],
        accountable__is_active=True,
    )
    accountable: dict[tuple[int, int | None], list[User]] = {}
    for one in bound.select_related("accountable").order_by("pk"):
        accountable.setdefault((one.team_id, one.cycle_id), []).append(one.accountable)  # type: ignore[arg-type]
    found = {}
    for row in quarters:
        people = [one.person for one in leads.get(row.team_id, []) if one.is_lead]
        people += accountable.get((row.team_id, row.cycle_id), [])
        found[row.pk] = list({person.pk: person for person in people}.values())
    return found


def _check_in(quarter: Quarter, day: date, people: list[User], *, now: datetime) -> Iterator[Due]:
    url = reverse("okrs:write_check_in", args=[quarter.cycle.slug, quarter.team.slug])
    subject = Subject(
        type="quarter",
        id=quarter.pk,
        name=f"{quarter.cycle} of {quarter.team}",
        url=url,
        team_id=quarter.team_id,
        team_name=quarter.team.name,
    )
    for person in people:
        late = (now.astimezone(ZoneInfo(person.time_zone)).date() - day).days
        if late < 0:
            continue
        is_late = late >= rules.LATE_AFTER
        yield Due(
            recipient=person,
            key=f"okrs:checkin:{quarter.pk}:{'late' if is_late else 'due'}:{day:%Y%m%d}:{person.pk}",
            kind="okrs/check_in_due",
            template="okrs/check_in_due",
            subject=subject,
            context={
                "team": quarter.team.name,
                "cycle": str(quarter.cycle),
                "due_on": day,
                "is_late": is_late,
            },
            at=_noon(day + timedelta(days=rules.LATE_AFTER if is_late else 0)),
        )


def unread(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Ask the reviewers after three days, while nobody has acknowledged a check-in."""
    long_ago = now - timedelta(days=rules.UNREAD_AFTER)
    rows = waiting_for_reviewers().filter(published_at__lte=long_ago)
    if only is not None:
        rows = rows.filter(pk__in=only)
    for some in _batches(rows.streamed(AT_ONCE)):  # type: ignore[attr-defined]
        readers = reviewers(some)
        for row in some:
            for person in readers[row.pk]:
                if person.pk != row.author_id:
                    yield _unread(row, person)


def _unread(check_in: TeamCheckIn, person: User) -> Due:
    published_at = check_in.published_at or datetime.combine(check_in.on_date, time(12), UTC)
    return Due(
        recipient=person,
        key=f"okrs:unread:{check_in.pk}:{rules.UNREAD_AFTER}:{person.pk}",
        kind="okrs/check_in_unread",
        template="okrs/check_in_unread",
        subject=check_in.subject,
        context={
            "team": check_in.quarter.team.name,
            "author": check_in.author.name,
            "on_date": check_in.on_date,
        },
        at=published_at + timedelta(days=rules.UNREAD_AFTER),
    )


def answers(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Say two days before an answer lapses that it is owed; what was put on the table since was just told."""
    soon = (now + rules.REMIND_BEFORE + FARTHEST_AHEAD).date()
    rows = Negotiation.objects.filter(stage=Stage.OPEN, respond_by__lte=soon, respond_by__gte=now.date())
    rows = rows.select_related("initiator", "counterpart", "owes", "cycle", "terms")
    rows = rows.select_related("objective__accountable", "key_result__accountable")
    if only is not None:
        rows = rows.filter(pk__in=only)
    for some in _batches(rows.streamed(AT_ONCE)):
        leads = people_of({row.owes_id for row in some if row.owes_id})
        for row in some:
            speakers = [one.person for one in leads.get(row.owes_id or 0, []) if one.is_lead]
            yield from _answer(row, speakers, now=now)


def _answer(one: Negotiation, leads: list[User], *, now: datetime) -> Iterator[Due]:
    if one.owes is None or one.respond_by is None:
        return
    day = one.respond_by - rules.REMIND_BEFORE
    if one.terms is not None and one.terms.made_at.date() >= day:
        return
    on = now.date()
    subject = replace(one.subject(on=on), audience=one.audience(one.owes.pk, on=on))
    for person in rules.speakers(one, one.owes, leads):
        if now.astimezone(ZoneInfo(person.time_zone)).date() >= day:
            yield Due(
                recipient=person,
                key=f"okrs:answer:{one.pk}:{one.rounds}:{one.respond_by:%Y%m%d}:{person.pk}",
                kind="okrs/answer_due",
                template="okrs/answer_due",
                subject=subject,
                context={
                    "side": one.other(one.owes.pk).name,
                    "what": one.title,
                    "respond_by": one.respond_by,
                },
                at=_noon(day),
            )


def blocked(*, now: datetime, only: Ids) -> Iterator[Due]:
    """Say to the leads a week before a quarter, and a week into it, what blocks the start of agreed work."""
    until = (now + rules.BLOCKED_FROM + FARTHEST_AHEAD).date()
    agreed = Objective.objects.filter(team=OuterRef("team"), cycle=OuterRef("cycle"), state=State.AGREED)
    remarks = Finding.objects.open().filter(
        Q(objective=None) | Q(objective__state=State.AGREED),
        team=OuterRef("team"),
        cycle=OuterRef("cycle"),
        is_blocking=True,
        gone_at=None,
    )
    counted = remarks.order_by().values("cycle").annotate(n=Count("pk")).values("n")
    rows = Quarter.objects.filter(
        Exists(agreed),
        Exists(remarks),
        cycle__state__in=[CycleState.PLANNING, CycleState.ACTIVE],
        cycle__starts_on__lte=until,
        team__is_archived=False,
    )
    if only is not None:
        rows = rows.filter(pk__in=only)
    counts = rows.annotate(remarks=Subquery(counted)).select_related("team", "cycle")
    for some in _batches(counts.streamed(AT_ONCE)):
        leads = people_of({row.team_id for row in some})
        for row in some:
            for one in leads.get(row.team_id, []):
                if one.is_lead and (due := _blocked(row, one.person, now=now)):
                    yield due


def _blocked(quarter: Quarter, person: User, *, now: datetime) -> Due | None:
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    first = quarter.cycle.starts_on
    is_late = today >= first + rules.BLOCKED_FROM
    day = first + rules.BLOCKED_FROM if is_late else first - rules.BLOCKED_FROM
    if today < day:
        return None
    url = f"{reverse('okrs:findings', args=[quarter.cycle.slug])}?team={quarter.team.slug}"
    return Due(
        recipient=person,
        key=f"okrs:blocked:{quarter.pk}:{'late' if is_late else 'soon'}:{day:%Y%m%d}:{person.pk}",
        kind="okrs/blocked",
        template="okrs/blocked",
        subject=replace(quarter.subject, url=url),
        context={
            "team": quarter.team.name,
            "cycle": str(quarter.cycle),
            "count": quarter.remarks,  # type: ignore[attr-defined]
        },
        at=_noon(day),
    )


def _batches(rows: Iterator[RowT]) -> Iterator[list[RowT]]:
    while some := list(islice(rows, AT_ONCE)):
        yield some


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


FINDERS: Final[dict[str, Callable[..., Iterator[Due]]]] = {
    "checkin": check_ins,
    "unread": unread,
    "answer": answers,
    "blocked": blocked,
}
