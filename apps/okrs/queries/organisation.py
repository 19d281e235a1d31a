"""The quarter of the whole organisation: every team, compact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.urls import reverse

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import EXITS, Cycle, Objective, Quarter, State
from apps.okrs.queries.document import ObjectiveRow, counts_in_words, drawn_rows
from apps.okrs.queries.finding import readable_by
from apps.okrs.rules.numbers import many

TEAMS_A_PAGE = 20
MOST_NAMED = 50  # teams in the foot of the page
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
    for page in pages:
        ours = {one.pk: one for one in rows if one.team_id == page.team_id}
        ordered += [ours[pk] for pk in rules.order_of(page.ordered_ids, set(ours))]
    drawn = drawn_rows(ordered, {cycle.pk: cycle}, today=today)
    own, empty = _other_teams(cycle, person)
    shown = [_team_quarter(cycle, page, drawn) for page in pages]
    return CyclePage(
        head=_cycle_head(cycle, _counts(cycle, person=person, on=today), today=today),
        teams=[one for one in shown if one.objectives or one.toward],
        empty=[team for team in empty if root is None or team.pk != root.pk],
        next_after=more,
        own=own,
    )


def _pages(cycle: Cycle, root: Team | None, *, after: int | None) -> tuple[list[Quarter], int | None]:
    """Return the pages of some teams, the organisation's first, and whether more follow. Two queries."""
    rows = Quarter.objects.filter(cycle=cycle, team__is_archived=False).select_related("team")
    others = rows.exclude(team=root.pk if root else 0)
    found = list(others.after(after, field="team__name", is_filled=True)[: TEAMS_A_PAGE + 1])
    more = found[TEAMS_A_PAGE - 1].pk if len(found) > TEAMS_A_PAGE else None
    first = list(rows.filter(team=root.pk)) if root and after is None else []
    return [*first, *found[:TEAMS_A_PAGE]], more


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
    is_own = Q(pk__in=person.team_ids)
    has_page = Exists(Quarter.objects.filter(cycle=cycle, team=OuterRef("pk")))
    rows = Team.objects.filter(is_archived=False).annotate(is_own=Case(When(is_own, then=1), default=0))
    shown = list(rows.filter(is_own | ~has_page).order_by("-is_own", "name", "pk")[:MOST_NAMED])
    mine = set(person.team_ids)
    return [one for one in shown if one.pk in mine], [one for one in shown if one.pk not in mine]


def _team_quarter(cycle: Cycle, page: Quarter, drawn: Sequence[ObjectiveRow]) -> TeamQuarter:
    ours = [row for row in drawn if row.objective.team_id == page.team_id]
    waits = {State.IDEA, State.DRAFT, State.PROPOSED, State.NEGOTIATING}
    return TeamQuarter(
        team=page.team,
        url=reverse("okrs:quarter", args=[cycle.slug, page.team.slug]),
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
