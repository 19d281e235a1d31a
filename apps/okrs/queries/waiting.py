"""What waits for one person: answers, check-ins, nos whose time has come, findings, check-ins to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.urls import reverse

from apps.accounts.models import User
from apps.core.results import Todo
from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import (
    CycleState,
    Finding,
    Negotiation,
    No,
    Objective,
    Quarter,
    Stage,
    State,
)
from apps.okrs.queries.check_ins import unread_by
from apps.okrs.queries.health import due_on, with_last
from apps.okrs.queries.negotiations import SOON, reported_to
from apps.okrs.rules.numbers import many

MOST: Final = 100
LONGEST: Final = 80  # one line
TEXTS: Final = ("row_title", "row_who", "row_other", "row_place", "row_team", "row_about")


@dataclass(frozen=True)
class _Row:
    """One line of the union: what it is, and the few words that its kind shows."""

    kind: str
    pk: int
    title: str
    who: str
    other: str
    place: str
    team: str
    about: str
    on: date | None


def waiting_for(person: User, *, now: datetime) -> list[Todo]:
    """Return what waits for one person in goals. Two queries, or one for who belongs to no team.

    Answers, nos and check-ins to read; findings of a quarter together; check-ins from their day on. Only who
    speaks for a team owes its answers and decides about its findings, so an administrator never does.
    """
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    rows = _waiting(
        person_id=person.pk,
        lead_ids=person.lead_ids,
        voice_ids=[] if person.is_admin else person.lead_ids,
        member_ids=[] if person.is_admin else person.team_ids,
    )
    by_kind: dict[str, list[_Row]] = {"answer": [], "done": [], "no": [], "finding": [], "unread": []}
    for values in rows:
        by_kind[values[0]].append(_Row(*values))
    is_member = bool(person.team_ids)
    teams = {"team_ids": person.team_ids, "lead_ids": person.lead_ids}
    quarters = _quarters(person_id=person.pk, **teams) if is_member else []
    return [
        *(_answer(one, today=today) for one in by_kind["answer"]),
        *map(_done, by_kind["done"]),
        *_check_ins(quarters, today=today),
        *map(_again, by_kind["no"]),
        *_findings(by_kind["finding"]),
        *_unread(by_kind["unread"]),
    ]


@statement()
def _waiting(
    *, person_id: int, lead_ids: list[int], voice_ids: list[int], member_ids: list[int]
) -> QuerySet[Any, Any]:
    """Return all but the check-ins that are due: their day follows from dates in more than one way."""
    nos = No.objects.filter(state=No.State.EXPIRED, holder=person_id)
    accountable = Q(objective__accountable=person_id) | Q(key_result__accountable=person_id)
    speaks = Q(owes__in=voice_ids) | Q(owes__in=member_ids, owes=F("objective__team")) & accountable
    owed = Negotiation.objects.filter(speaks, stage=Stage.OPEN)
    grave = Q(severity=Finding.Severity.HIGH) | Q(is_blocking=True)
    found = Finding.objects.open().filter(grave, team__in=voice_ids, gone_at=None)
    found = found.exclude(cycle__state=CycleState.CLOSED)
    other = Case(
        When(owes=F("initiator"), then=F("counterpart__name")),
        default=F("initiator__name"),
        output_field=TextField(),
    )
    first = _line(nos, "no", row_title=F("what"), row_who=F("state_reason"), on=F("until_on"))
    parts = [
        _line(
            owed, "answer", row_title=F("title"), row_who=F("owes__name"), row_other=other, on=F("respond_by")
        ),
        _line(
            found,
            "finding",
            row_title=F("message"),
            row_who=F("team__name"),
            row_other=F("cycle__name"),
            row_place=F("cycle__slug"),
            row_team=F("team__slug"),
            row_about=F("objective__title"),
        ),
        _line(
            Negotiation.objects.filter(reported_to(voice_ids)),
            "done",
            row_title=F("title"),
            row_who=_doer(voice_ids),
        ),
        _line(
            unread_by(person_id=person_id, lead_ids=lead_ids),
            "unread",
            row_who=F("author__name"),
            row_title=F("quarter__team__name"),
            on=F("on_date"),
        ),
    ]
    return first.union(*parts, all=True).order_by("row_kind", "row_place", "row_team", "pk")[:MOST]


def _doer(voice_ids: list[int]) -> Case:
    return Case(
        When(initiator__in=voice_ids, then=F("counterpart__name")),
        default=F("initiator__name"),
        output_field=TextField(),
    )


def _line(rows: QuerySet[Any], kind: str, **columns: Any) -> QuerySet[Any, Any]:
    """Return the columns that all share; what one kind does not have is empty."""
    texts = {name: Cast(columns.get(name, Value("")), TextField()) for name in TEXTS}
    on = Cast(columns.get("on", Value(None)), DateField())
    rows = rows.order_by().annotate(row_kind=Value(kind, output_field=TextField()), **texts, row_on=on)
    return rows.values_list("row_kind", "pk", *TEXTS, "row_on")


@statement()
def _quarters(*, person_id: int, team_ids: list[int], lead_ids: list[int]) -> QuerySet[Quarter]:
    """Return the running pages of which somebody is reminded: as a lead, or as accountable for something."""
    bound = Objective.objects.filter(
        team=OuterRef("team"), cycle=OuterRef("cycle"), state__in=[State.AGREED, State.ACTIVE]
    )
    mine = Q(team__in=lead_ids) | Exists(bound.filter(accountable=person_id))
    rows = Quarter.objects.filter(
        mine, Exists(bound), team__in=team_ids, cycle__state=CycleState.ACTIVE, has_check_ins=True
    )
    return with_last(rows.filter(team__is_archived=False).select_related("team")).order_by("pk")[:MOST]


def _answer(one: _Row, *, today: date) -> Todo:
    return Todo(
        title=_short(one.title),
        detail=f"{one.other} waits for the answer of {one.who}",
        url=reverse("okrs:negotiation", args=[one.pk]),
        action="Answer",
        when=noon(one.on),
        is_urgent=one.on is not None and one.on <= today + SOON,
        icon="arrows-exchange",
    )


def _done(one: _Row) -> Todo:
    return Todo(
        title=_short(f"Was that it? {one.title}"),
        detail=f"{one.who} says that it is done",
        url=reverse("okrs:negotiation", args=[one.pk]),
        action="Look at it",
        icon="arrows-exchange",
    )


def _check_ins(quarters: list[Quarter], *, today: date) -> Iterator[Todo]:
    for one in quarters:
        day = due_on(one)
        if day is not None and day <= today:
            yield Todo(
                title=f"Check in for {one.team}",
                detail=f"{one.cycle}: how it goes, what was learned, what help is wanted",
                url=reverse("okrs:write_check_in", args=[one.cycle.slug, one.team.slug]),
                action="Check in",
                when=noon(day),
                is_urgent=(today - day).days >= rules.LATE_AFTER,
                icon="message",
            )


def _again(no: _Row) -> Todo:
    return Todo(
        title=_short(f"Decide again: {no.title}"),
        detail=no.who,
        url=reverse("okrs:no", args=[no.pk]),
        action="Decide",
        when=noon(no.on),
        icon="circle-off",
    )


def _findings(rows: list[_Row]) -> Iterator[Todo]:
    """Say the findings of one team's quarter together: a plan has several on its first day."""
    for (cycle, team), some in groupby(rows, key=lambda one: (one.place, one.team)):
        found = list(some)
        first = found[0]
        is_one = len(found) == 1
        url = f"{reverse('okrs:findings', args=[cycle])}?team={team}" if cycle else ""
        place = f"{first.who}, {first.other}" if first.other else first.who
        yield Todo(
            title=_short(first.title) if is_one else f"{many(len(found), 'finding')} to decide about",
            detail=f"“{first.about}”, {place}" if is_one and first.about else place,
            url=reverse("okrs:finding", args=[first.pk]) if is_one or not cycle else url,
            action="Look at it" if is_one else "Look at them",
            icon="alert-triangle",
        )


def _unread(rows: list[_Row]) -> Iterator[Todo]:
    """Say the check-ins to read together, with their teams: whoever reviews many reads them in a row."""
    if not rows:
        return
    teams = ", ".join(sorted({one.title for one in rows}))
    is_one = len(rows) == 1
    yield Todo(
        title=_short(
            f"Read the check-in of {teams}" if is_one else f"{len(rows)} check-ins to read: {teams}"
        ),
        detail=f"{rows[0].who} waits for a sign that somebody did"
        if is_one
        else "A sign that somebody read them",
        url=reverse("okrs:check_in", args=[rows[0].pk]) if is_one else f"{reverse('okrs:check_ins')}#unread",
        action="Read" if is_one else "Read them",
        when=noon(min((one.on for one in rows if one.on), default=None)),
        icon="message",
    )


def _short(title: str) -> str:
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"


def noon(day: date | None) -> datetime | None:
    """Return the middle of a day, for what has no hour."""
    return datetime.combine(day, time(12), UTC) if day else None
