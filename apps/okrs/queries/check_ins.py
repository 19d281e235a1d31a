"""How check-ins are read: the form with what was typed, what was published, and what waits for whom."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404

from apps.accounts.models import Actor, User
from apps.catalog.queries import people_of
from apps.core.statements import first, statement
from apps.okrs import rules
from apps.okrs.models import (
    CheckIn,
    CheckInItem,
    Cycle,
    CycleState,
    KeyResult,
    Kind,
    Objective,
    Participant,
    Quarter,
    State,
    TeamCheckIn,
)
from apps.okrs.queries.finding import readable
from apps.okrs.queries.health import due_on, published, with_last
from apps.okrs.queries.progress import Standing, progress_of_key_results

CHECKED = (State.AGREED, State.ACTIVE, State.GRADING)
RECENT = 20


@dataclass(frozen=True)
class ItemRow:
    """One key result in the form: its numbers, what is typed, and what was said last time."""

    standing: Standing
    item: CheckInItem | None
    before: CheckInItem | None
    takes_value: bool  # the team keeps its metric

    @property
    def key_result(self) -> KeyResult:
        """Return what the row is about."""
        return self.standing.key_result


@dataclass(frozen=True)
class LineRow:
    """One objective in the form."""

    objective: Objective
    line: CheckIn | None
    before: CheckIn | None
    items: list[ItemRow]

    @property
    def hint(self) -> str:
        """Return the weakest hint of its key results; a person decides."""
        return rules.weakest_status(row.standing.hint or "" for row in self.items) or ""


@dataclass(frozen=True)
class Sheet:
    """The form of one team: the draft, if one is begun, and a row for each objective."""

    draft: TeamCheckIn | None
    lines: list[LineRow]
    is_part: bool = False  # for a contributor's lead: what their team contributes to
    may_be_published: bool = True  # by whoever fills it in


@dataclass(frozen=True)
class Rhythm:
    """One team in one quarter, as its people see it on their list."""

    quarter: Quarter
    last_on: date | None
    due_on: date | None
    is_stale: bool
    has_draft: bool
    objectives: int


def scope_of(quarter: Quarter, *, by: Actor) -> frozenset[int] | None:
    """Return the objectives of which somebody may speak; none says all, of their own team. One query at most.

    The lead of a team that contributes to some of them speaks of those (OKRS 1.6).
    """
    if rules.may_check_in(by, quarter.team):
        return None
    if by.person is None or by.team_id is not None:
        return frozenset()
    return _contributed(quarter, by.person)


def _contributed(quarter: Quarter, person: User) -> frozenset[int]:
    if not person.lead_ids:
        return frozenset()
    rows = _contributions(lead_ids=list(person.lead_ids), team_id=quarter.team_id, cycle_id=quarter.cycle_id)
    return frozenset(rows)


@statement()
def _contributions(*, lead_ids: list[int], team_id: int, cycle_id: int) -> QuerySet[Participant, int]:
    rows = Participant.objects.filter(part=Participant.Part.CONTRIBUTOR, team__in=lead_ids)
    rows = rows.filter(objective__team=team_id, objective__cycle=cycle_id)
    return rows.filter(objective__state__in=CHECKED).values_list("objective_id", flat=True)


def checked_objectives(quarter: Quarter, *, also: int | None = None) -> list[Objective]:
    """Return what a team is bound to, in its order, and what a check-in to correct spoke of. One query."""
    rows = _checked(team_id=quarter.team_id, cycle_id=quarter.cycle_id, also=also)
    places = {pk: place for place, pk in enumerate(quarter.ordered_ids)}
    return sorted(rows, key=lambda row: (places.get(row.pk, len(places)), row.pk))


@statement()
def _checked(*, team_id: int, cycle_id: int, also: int | None) -> QuerySet[Objective]:
    of_team = Q(team=team_id, cycle=cycle_id, state__in=CHECKED)
    if also is not None:
        of_team |= Q(pk__in=CheckIn.objects.filter(team_check_in=also).values("objective"))
    return Objective.objects.filter(of_team).select_related("team", "cycle").order_by("pk")


def checked_key_results(objective_ids: Collection[int]) -> list[KeyResult]:
    """Return the key results of some objectives that were not dropped, in order. One query."""
    return _checked_key_results(ids=list(objective_ids))


@statement()
def _checked_key_results(*, ids: list[int]) -> QuerySet[KeyResult]:
    rows = KeyResult.objects.filter(objective__in=ids, dropped_on=None)
    rows = rows.select_related("metric__team", "objective__cycle", "objective__team")
    return rows.order_by("objective", "position", "pk")


def draft_of(quarter: Quarter) -> TeamCheckIn | None:
    """Return the draft of a page, with what it corrects. One query."""
    return None if quarter.pk is None else first(_draft(quarter_id=quarter.pk))


@statement()
def _draft(*, quarter_id: int) -> QuerySet[TeamCheckIn]:
    rows = TeamCheckIn.objects.filter(quarter=quarter_id, published_at=None)
    return rows.select_related("corrects", "author").order_by("pk")[:1]


def sheet(
    quarter: Quarter,
    draft: TeamCheckIn | None,
    *,
    person: User,
    on: date,
    scope: frozenset[int] | None = None,
) -> Sheet:
    """Return the form of a team, or a part of it. Seven queries, for any number of objectives."""
    asked = checked_objectives(quarter, also=draft.corrects_id if draft else None)
    objectives = [one for one in asked if scope is None or one.pk in scope]
    key_results = checked_key_results([one.pk for one in objectives])
    standings = progress_of_key_results(key_results, on=on)
    lines, items = _typed(draft)
    lines_before, items_before = _last_said(quarter)
    rows = []
    for one in objectives:
        own = [row for row in key_results if row.objective_id == one.pk]
        found = [
            ItemRow(standings[row.pk], items.get(row.pk), items_before.get(row.pk), _takes_value(row, person))
            for row in own
        ]
        rows.append(LineRow(one, lines.get(one.pk), lines_before.get(one.pk), found))
    has_squares = draft is not None and rules.has_squares(draft)
    may_publish = rules.may_publish([one.pk for one in asked], scope, has_squares=has_squares)
    return Sheet(draft, rows, is_part=scope is not None, may_be_published=may_publish)


def _takes_value(key_result: KeyResult, person: User) -> bool:
    metric = key_result.metric
    is_measured = key_result.kind in {Kind.METRIC, Kind.MAINTAIN}
    return (
        is_measured
        and metric is not None
        and metric.archived_at is None
        and metric.team_id in person.team_ids
    )


def _typed(draft: TeamCheckIn | None) -> tuple[dict[int, CheckIn], dict[int, CheckInItem]]:
    if draft is None or draft.pk is None:
        return {}, {}
    lines = {line.objective_id: line for line in draft.lines.all()}
    items = CheckInItem.objects.filter(check_in__team_check_in=draft)
    return lines, {item.key_result_id: item for item in items}


def _last_said(quarter: Quarter) -> tuple[dict[int, CheckIn], dict[int, CheckInItem]]:
    """Return the lines and items of the newest published check-in of a page. One query."""
    if quarter.pk is None:
        return {}, {}
    items = _newest_items(quarter_id=quarter.pk)
    lines = {item.check_in.objective_id: item.check_in for item in items}
    return lines, {item.key_result_id: item for item in items}


@statement()
def _newest_items(*, quarter_id: int) -> QuerySet[CheckInItem]:
    newest = published().filter(quarter=quarter_id).order_by("-on_date", "-pk").values("pk")[:1]
    return CheckInItem.objects.filter(check_in__team_check_in__in=newest).select_related("check_in")


def draft_to_change(pk: int, *, person: User) -> TeamCheckIn:
    """Return a check-in with its page, team and cycle, or 404: a draft is its team's alone. One query."""
    rows = TeamCheckIn.objects.select_related(
        "quarter__team", "quarter__cycle", "author", "acknowledged_by", "corrects"
    )
    row = rows.filter(pk=pk).first()
    if row is None or (row.published_at is None and not _may_see_draft(row.quarter, person)):
        raise Http404
    return row


def _may_see_draft(quarter: Quarter, person: User) -> bool:
    return quarter.team_id in person.team_ids or bool(_contributed(quarter, person))


def said_lines(
    check_in: TeamCheckIn, *, person: User, on: date, scope: frozenset[int] | None = None
) -> list[CheckIn]:
    """Return what was said of each objective that somebody may read, with items. Two queries."""
    items = CheckInItem.objects.select_related("key_result").order_by("key_result__position", "pk")
    rows = check_in.lines.filter(objective__in=readable(person, on=on)).select_related("objective")
    rows = rows if scope is None else rows.filter(objective__in=scope)
    return list(rows.prefetch_related(Prefetch("items", items)).order_by("pk"))


def correction_of(check_in: TeamCheckIn) -> TeamCheckIn | None:
    """Return the published check-in that took the place of one. One query."""
    return TeamCheckIn.objects.filter(corrects=check_in, published_at__isnull=False).first()


def reviewers_of(check_in: TeamCheckIn) -> list[User]:
    """Return who reviews the objectives of a check-in, else the leads of the team above. Two queries."""
    return reviewers([check_in])[check_in.pk]


def reviewers(check_ins: Sequence[TeamCheckIn]) -> dict[int, list[User]]:
    """Return the reviewers of some check-ins, loaded with `quarter__team`, by key. Two queries at most."""
    found: dict[int, list[User]] = {row.pk: [] for row in check_ins}
    lines = CheckIn.objects.filter(team_check_in__in=list(found), objective__reviewer__is_active=True)
    for line in lines.select_related("objective__reviewer").order_by("pk"):
        person = line.objective.reviewer
        if person is not None and person not in found[line.team_check_in_id]:
            found[line.team_check_in_id].append(person)
    above = {row.quarter.team.parent_id for row in check_ins if not found[row.pk]} - {None}
    people = people_of({pk for pk in above if pk is not None}) if above else {}
    for row in check_ins:
        if not found[row.pk]:
            leads = people.get(row.quarter.team.parent_id or 0, [])
            found[row.pk] = [one.person for one in leads if one.is_lead]
    return found


def rhythms_of(person: User, *, on: date) -> list[Rhythm]:
    """Return a person's teams in the quarters that run, the most urgent first. Three queries."""
    running = Cycle.objects.filter(state__in=[CycleState.ACTIVE, CycleState.GRADING])
    rows = Quarter.objects.filter(team__in=person.team_ids, team__is_archived=False, cycle__in=running)
    drafts = TeamCheckIn.objects.filter(quarter=OuterRef("pk"), published_at=None)
    dated = with_last(rows).select_related("team", "cycle").annotate(has_draft=Exists(drafts))
    quarters = list(dated.order_by("pk"))
    counts = _bound(quarters)
    found = []
    for row in quarters:
        count = counts.get((row.team_id, row.cycle_id), 0)
        due = due_on(row) if count else None
        found.append(
            Rhythm(
                quarter=row,
                last_on=row.last_on,  # type: ignore[attr-defined]
                due_on=due,
                is_stale=rules.is_stale(due, today=on),
                has_draft=row.has_draft,
                objectives=count,
            )
        )
    return sorted(found, key=lambda row: (row.due_on or date.max, row.quarter.pk))


def _bound(quarters: Iterable[Quarter]) -> dict[tuple[int, int | None], int]:
    """Return how many objectives each team is bound to. One query."""
    pairs = {(row.team_id, row.cycle_id) for row in quarters}
    rows = Objective.objects.filter(
        team__in={team for team, _ in pairs}, cycle__in={cycle for _, cycle in pairs}, state__in=CHECKED
    )
    counts: dict[tuple[int, int | None], int] = {}
    for pair in rows.values_list("team_id", "cycle_id"):
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def unread(person: User) -> list[TeamCheckIn]:
    """Return the check-ins that wait for somebody's acknowledgement, the oldest first. One query."""
    rows = unread_by(person_id=person.pk, lead_ids=person.lead_ids)
    return list(rows.order_by("published_at", "pk")[:RECENT])


def unread_by(*, person_id: int, lead_ids: list[int]) -> QuerySet[TeamCheckIn]:
    """Return those whose objective somebody reviews; without a reviewer, the team above's leads are it."""
    own = CheckIn.objects.filter(team_check_in=OuterRef("pk"), objective__reviewer=person_id)
    any_reviewer = CheckIn.objects.filter(team_check_in=OuterRef("pk"), objective__reviewer__is_active=True)
    rows = waiting_for_reviewers().filter(
        Exists(own) | (~Exists(any_reviewer) & Q(quarter__team__parent__in=lead_ids))
    )
    return rows.exclude(author=person_id)


def waiting_for_reviewers() -> QuerySet[TeamCheckIn]:
    """Return the check-ins of quarters that are not closed, which nobody has acknowledged."""
    rows = published().filter(acknowledged_at=None).exclude(quarter__cycle__state=CycleState.CLOSED)
    return rows.select_related("quarter__team", "quarter__cycle", "author")


def recent(team_ids: Collection[int]) -> list[TeamCheckIn]:
    """Return the newest check-ins of some teams. One query."""
    rows = published().filter(quarter__team__in=team_ids)
    rows = rows.select_related("quarter__team", "quarter__cycle", "author", "acknowledged_by")
    return list(rows.order_by("-on_date", "-pk")[:RECENT])
