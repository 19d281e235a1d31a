"""The quarter of the whole organisation: every team, compact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.querysets import LockableQuerySet
from apps.core.statements import row_of, statement
from apps.okrs import rules
from apps.okrs.models import EXITS, Cycle, Objective, Quarter, State
from apps.okrs.queries.document import ObjectiveRow, counts_in_words, drawn_rows
from apps.okrs.queries.finding import readable_by
from apps.okrs.rules.numbers import many

TEAMS_A_PAGE = 20
MOST_NAMED = 50  # teams in the foot of the page
SHOWN = ("id", "team_id", "toward", "ordered_ids")  # of a page
COUNTED = (("teams", "team"), ("objectives", "objective"), ("sentences", "key result"))


@dataclass(frozen=True)
class TeamQuarter:
    """One team in the organisation's quarter."""

    team: Team
    url: str
    toward: str
    objectives: list[ObjectiveRow]
    waiting: int  # drafts and what is asked

    @property
    def counts(self) -> str:
        """Say how much there is."""
        return counts_in_words(self.objectives)


@dataclass(frozen=True)
class CyclePage:
    """The organisation's quarter: every team, compact."""

    head: str
    teams: list[TeamQuarter]
    empty: list[Team]  # that have not written anything yet
    next_after: int | None
    own: list[Team]  # of the reader


def cycle_page(
    cycle: Cycle, *, root: Team | None, person: User, today: date, after: int | None = None
) -> CyclePage:
    """Return the quarter of the organisation, TEAMS_A_PAGE teams at a time. Seven queries.

    `after` is the last page of a team that was shown; the organisation's own comes first of all.
    """
    pages, more = _pages(cycle, root, after=after)
    rows = _in_sight(cycle, [one.team_id for one in pages], person=person, on=today) if pages else []
    ordered: list[Objective] = []
    by_team: dict[int, dict[int, Objective]] = {page.team_id: {} for page in pages}
    for one in rows:
        by_team[one.team_id][one.pk] = one
    for page in pages:
        ours = by_team[page.team_id]
        ordered += [ours[pk] for pk in rules.order_of(page.ordered_ids, set(ours))]
    drawn = drawn_rows(ordered, {cycle.pk: cycle}, today=today)
    own, empty = _other_teams(cycle, person)
    ours_of: dict[int, list[ObjectiveRow]] = {page.team_id: [] for page in pages}
    for row in drawn:
        ours_of[row.objective.team_id].append(row)
    address = cycle.get_absolute_url()
    shown = [_team_quarter(page, ours_of[page.team_id], address) for page in pages]
    return CyclePage(
        head=_cycle_head(cycle, _counts(cycle, person=person, on=today), today=today),
        teams=[one for one in shown if one.objectives or one.toward],
        empty=[team for team in empty if root is None or team.pk != root.pk],
        next_after=more,
        own=own,
    )


def _pages(cycle: Cycle, root: Team | None, *, after: int | None) -> tuple[list[Quarter], int | None]:
    """Return the pages of some teams, the organisation's first, and whether more follow. Two queries."""
    root_id = root.pk if root else 0
    if after is None:
        found = _first_pages(cycle_id=cycle.pk, root_id=root_id)
    else:
        others = _written(cycle.pk).exclude(team=root_id)
        found = list(_shown(others.after(after, field="team__name", is_filled=True)))
    first = _page_of(cycle_id=cycle.pk, team_id=root_id) if root and after is None else []
    pages = [_quarter(values) for values in (*first, *found[:TEAMS_A_PAGE])]
    return pages, pages[-1].pk if len(found) > TEAMS_A_PAGE else None


@statement()
def _first_pages(*, cycle_id: int, root_id: int) -> QuerySet[Quarter, tuple[Any, ...]]:
    return _shown(_written(cycle_id).exclude(team=root_id).after(None, field="team__name", is_filled=True))


@statement()
def _page_of(*, cycle_id: int, team_id: int) -> QuerySet[Quarter, tuple[Any, ...]]:
    return _shown(_written(cycle_id).filter(team=team_id))


def _written(cycle_id: int) -> LockableQuerySet[Quarter]:
    return Quarter.objects.filter(cycle=cycle_id, team__is_archived=False)


def _shown(rows: QuerySet[Quarter]) -> QuerySet[Quarter, tuple[Any, ...]]:
    return rows.values_list(*SHOWN, "team__slug", "team__name")[: TEAMS_A_PAGE + 1]


def _quarter(values: tuple[Any, ...]) -> Quarter:
    page = row_of(Quarter, SHOWN, values)
    page.team = row_of(Team, ("id", "slug", "name"), (page.team_id, *values[len(SHOWN) :]))
    return page


def _in_sight(cycle: Cycle, team_ids: list[int], *, person: User, on: date) -> list[Objective]:
    """Return the objectives of some teams in a quarter that somebody may read. One query."""
    if person.is_admin:
        return list(_of_teams(Objective.objects.all(), cycle.pk, team_ids))
    return _seen(cycle_id=cycle.pk, team_ids=team_ids, on=on, reader_teams=person.team_ids)


@statement()
def _seen(*, cycle_id: int, team_ids: list[int], on: date, reader_teams: list[int]) -> QuerySet[Objective]:
    return _of_teams(readable_by(reader_teams=reader_teams, on=on), cycle_id, team_ids)


def _of_teams(seen: QuerySet[Objective], cycle_id: int, team_ids: list[int]) -> QuerySet[Objective]:
    rows = seen.filter(cycle=cycle_id, team__in=team_ids).exclude(state__in=sorted(EXITS))
    return rows.only("title", "state", "team_id", "cycle_id", "ambition").order_by("pk")


def _counts(cycle: Cycle, *, person: User, on: date) -> dict[str, int]:
    """Count teams, objectives and key results of a quarter that somebody may read. One query."""
    if person.is_admin:
        found = list(_counted(Objective.objects.all(), cycle.pk))
    else:
        found = _counts_seen(cycle_id=cycle.pk, on=on, reader_teams=person.team_ids)
    return found[0] if found else dict.fromkeys([name for name, _noun in COUNTED], 0)


@statement()
def _counts_seen(*, cycle_id: int, on: date, reader_teams: list[int]) -> QuerySet[Objective, Any]:
    return _counted(readable_by(reader_teams=reader_teams, on=on), cycle_id)


def _counted(seen: QuerySet[Objective], cycle_id: int) -> QuerySet[Objective, Any]:
    rows = seen.filter(cycle=cycle_id).exclude(state__in=sorted(EXITS)).order_by().values("cycle")
    sentences = Count("key_results", filter=Q(key_results__dropped_on=None), distinct=True)
    counts = {"teams": Count("team", distinct=True), "objectives": Count("pk", distinct=True)}
    return rows.annotate(**counts, sentences=sentences)


def _other_teams(cycle: Cycle, person: User) -> tuple[list[Team], list[Team]]:
    """Return the reader's own teams, and those that have no page yet. One query."""
    mine = set(person.team_ids)
    shown = _named(cycle_id=cycle.pk, team_ids=person.team_ids)
    return [one for one in shown if one.pk in mine], [one for one in shown if one.pk not in mine]


@statement()
def _named(*, cycle_id: int, team_ids: list[int]) -> QuerySet[Team]:
    is_own = Q(pk__in=team_ids)
    has_page = Exists(Quarter.objects.filter(cycle=cycle_id, team=OuterRef("pk")))
    rows = Team.objects.filter(is_archived=False).annotate(is_own=Case(When(is_own, then=1), default=0))
    shown = rows.filter(is_own | ~has_page).only("slug", "name")
    return shown.order_by("-is_own", "name", "pk")[:MOST_NAMED]


def _team_quarter(page: Quarter, ours: Sequence[ObjectiveRow], address: str) -> TeamQuarter:
    waits = {State.IDEA, State.DRAFT, State.PROPOSED, State.NEGOTIATING}
    return TeamQuarter(
        team=page.team,
        url=f"{address}teams/{page.team.slug}/",  # as `okrs:quarter` says
        toward=page.toward,
        objectives=[replace(row, number=number) for number, row in enumerate(ours, start=1)],
        waiting=sum(row.objective.state in waits for row in ours),
    )


def _cycle_head(cycle: Cycle, counts: dict[str, int], *, today: date) -> str:
    parts = [
        rules.week_in_words(cycle.starts_on, cycle.ends_on, today=today),
        cycle.get_state_display().lower(),
        ", ".join(many(counts[name], noun) for name, noun in COUNTED),
    ]
    return " · ".join(parts)
