"""Finding one thing, or 404; and what somebody may read."""

from collections.abc import Collection
from datetime import date
from typing import TypedDict

from django.conf import settings
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.statements import first, one_or_404, statement
from apps.okrs.models import (
    Cycle,
    CycleState,
    KeyResult,
    Milestone,
    Objective,
    ObjectiveQuerySet,
    Participant,
    Quarter,
    everybody_reads,
)
from apps.okrs.queries.promises import with_promise


def readable(person: User, *, on: date) -> ObjectiveQuerySet:
    """Return what somebody may read: open ones, their teams', and where a team of theirs takes part."""
    return Objective.objects.all() if person.is_admin else readable_by(reader_teams=person.team_ids, on=on)


def readable_by(*, reader_teams: list[int], on: date) -> ObjectiveQuerySet:
    """Return what anybody but an administrator may read, for statements that are built once."""
    return Objective.objects.filter(may_be_read("", reader_teams=reader_teams, on=on))


def may_be_read(path: str, *, reader_teams: list[int], on: date) -> Q:
    """Return the same as a condition on what stands at the end of a path: "to_objective__"."""
    taking_part = Participant.objects.filter(team__in=reader_teams).values("objective")
    return (
        everybody_reads(path, on=on)
        | Q(**{f"{path}team__in": reader_teams})
        | Q(**{f"{path}pk__in": taking_part})
    )


def kept_back(cycle: Cycle, *, on: date, teams: Collection[Team] | None = None) -> list[Objective]:
    """Return what not everybody may read in a cycle, or in some teams' quarters of it. One query."""
    rows = Objective.objects.filter(cycle=cycle).exclude(everybody_reads(on=on)).select_related("team")
    return list((rows if teams is None else rows.filter(team__in=teams)).order_by("pk"))


class Reader(TypedDict):
    """Somebody who reads, as statements that are built once take them; None and None read everything."""

    reader_teams: list[int] | None
    on: date | None


def reader(person: User, *, on: date) -> Reader:
    """Return as whom somebody reads on a day."""
    if person.is_admin:
        return Reader(reader_teams=None, on=None)
    return Reader(reader_teams=person.team_ids, on=on)


def seen_by(*, reader_teams: list[int] | None, on: date | None) -> ObjectiveQuerySet:
    """Return what a `reader` may read, for statements that are built once."""
    if reader_teams is None or on is None:
        return Objective.objects.all()
    return readable_by(reader_teams=reader_teams, on=on)


def objective(pk: int, *, person: User, on: date) -> Objective:
    """Return one objective that somebody may read, with team and cycle, or 404. One query."""
    rows = readable(person, on=on).select_related("team", "authored_by", "cycle", "accountable", "reviewer")
    return get_object_or_404(rows, pk=pk)


def key_result(pk: int, *, person: User, on: date) -> KeyResult:
    """Return one key result that somebody may read, with all around it, or 404. One query."""
    seen = readable(person, on=on).values("pk")
    rows = KeyResult.objects.filter(objective__in=seen).select_related(
        "metric", "accountable", "objective__team", "objective__cycle", "objective__authored_by"
    )
    return get_object_or_404(rows, pk=pk)


def milestone(pk: int, *, person: User, on: date) -> Milestone:
    """Return one milestone of what somebody may read, or 404. One query."""
    seen = readable(person, on=on).values("pk")
    rows = Milestone.objects.filter(key_result__objective__in=seen)
    return get_object_or_404(rows.select_related("key_result__objective"), pk=pk)


def cycle_of(slug: str) -> Cycle:
    """Return one cycle, or 404. One query."""
    return one_or_404(_cycles(slug=slug))


@statement()
def _cycles(*, slug: str) -> QuerySet[Cycle]:
    return Cycle.objects.filter(slug=slug)


def current_cycle(*, on: date) -> Cycle | None:
    """Return the active cycle; before the first one is active, the one that the day lies in. One query."""
    rows = Cycle.objects.filter(Q(state=CycleState.ACTIVE) | Q(starts_on__lte=on, ends_on__gte=on))
    return rows.order_by("state", "-starts_on").first()  # "active" comes before the other words


def quarter(cycle_slug: str, team_slug: str) -> Quarter:
    """Return a team's page in a cycle, or 404; unsaved until somebody writes on it. Two or three queries."""
    found = first(_quarters(cycle_slug=cycle_slug, team_slug=team_slug))
    return found or Quarter(
        cycle=cycle_of(cycle_slug), team=get_object_or_404(Team, slug=team_slug, is_archived=False)
    )


@statement()
def _quarters(*, cycle_slug: str, team_slug: str) -> QuerySet[Quarter]:
    return with_promise(Quarter.objects.filter(cycle__slug=cycle_slug, team__slug=team_slug))


def root_team() -> Team | None:
    """Return the organisation's team: settings.ROOT_TEAM, else the only one without a parent. One query."""
    if settings.ROOT_TEAM:
        return first(_named(slug=settings.ROOT_TEAM))
    found = _topmost()
    return found[0] if len(found) == 1 else None


@statement()
def _named(*, slug: str) -> QuerySet[Team]:
    return Team.objects.filter(is_archived=False, slug=slug)


@statement()
def _topmost() -> QuerySet[Team]:
    return Team.objects.filter(is_archived=False, parent=None).order_by("pk")[:2]
