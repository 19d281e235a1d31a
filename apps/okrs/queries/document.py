"""A quarter as it is read: objectives in their order, key results with their numbers, and the margin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.catalog.models import Team
from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import (
    EXITS,
    Cycle,
    CycleState,
    Finding,
    Horizon,
    KeyResult,
    Milestone,
    Objective,
    Quarter,
    State,
)
from apps.okrs.queries.finding import readable, readable_by
from apps.okrs.queries.guards import promise
from apps.okrs.queries.margin import Margin, margins
from apps.okrs.queries.values import values_by_metric
from apps.okrs.rules.numbers import many
from apps.okrs.rules.wordings import Stand, note_of, stand_of

TEAMS_A_PAGE = 20
MOST_NAMED = 50  # teams in the foot of the page
SHOWN = (  # of a key result; a page of sixty of them builds nothing else
    "objective_id",
    "title",
    "kind",
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "required_share",
    "carry_days",
    "curve",
    "starts_on",
    "ends_on",
    "ambition",
    "position",
    "dropped_on",
    "drop_reason",
    "grade",
    "is_not_measured",
    "revision",
    "accountable__name",
    "metric__unit",
    "metric__unit_kind",
    "metric__lower_bound",
    "metric__upper_bound",
    "metric__cadence_days",
    "metric__source",
)
TONES = {
    State.ACTIVE: "strong",
    State.AGREED: "accent",
    State.GRADING: "adequate",
    State.NEGOTIATING: "adequate",
    State.PROPOSED: "adequate",
}
COUNTED = (("teams", "team"), ("objectives", "objective"), ("sentences", "key result"))
SHAPES = {"strong": "●", "adequate": "◐", "accent": "◆"}


@dataclass(frozen=True)
class KeyResultRow:
    """One sentence of the page."""

    key_result: KeyResult
    note: str
    stand: Stand
    base: str  # its address, to which steps are added
    milestones: list[Milestone] = field(default_factory=list)
    may_edit: bool = False
    may_drop: bool = False
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class ObjectiveRow:
    """One objective of the page; `number` is its rank, from 1."""

    objective: Objective
    number: int
    base: str
    key_results: list[KeyResultRow]
    dropped: list[KeyResult]
    margin: Margin = field(default_factory=Margin)
    steps: list[rules.Step] = field(default_factory=list)
    may_edit: bool = False
    is_last: bool = False

    @property
    def tone(self) -> str:
        """Return the tone of its state."""
        return TONES.get(State(self.objective.state), "")

    @property
    def shape(self) -> str:
        """Return the shape that goes with the state's word."""
        return SHAPES.get(self.tone, "○")

    @property
    def has_state(self) -> bool:
        """Tell whether its state is worth a word: what is active speaks by its numbers."""
        return self.objective.state != State.ACTIVE


@dataclass(frozen=True)
class Document:
    """The page of one team's quarter."""

    quarter: Quarter
    head: str  # "Week 8 of 13 · agreed on 2 October · 2 objectives, 5 key results"
    objectives: list[ObjectiveRow]
    gone: list[Objective]  # stopped, declined, withdrawn: in sight, and out of the way
    backlog: list[Objective]  # without a quarter
    margin: Margin = field(default_factory=Margin)  # of the page as a whole


def document(quarter: Quarter, *, person: User, by: Actor, today: date) -> Document:
    """Return a team's quarter as one page. Eight queries."""
    whole = readable(person, on=today).filter(team=quarter.team_id)
    here = whole.filter(Q(cycle=quarter.cycle_id) | Q(cycle=None, state__in=rules.NEVER_AGREED))
    rows = list(_with_remarks(here).select_related("accountable", "authored_by", "team").order_by("pk"))
    for one in rows:
        one.cycle = quarter.cycle if one.cycle_id else None
    listed = [one for one in rows if one.cycle_id and one.state not in EXITS]
    order = rules.order_of(quarter.ordered_ids, {one.pk for one in listed})
    by_id = {one.pk: one for one in listed}
    drawn = _drawn([by_id[pk] for pk in order], {quarter.cycle_id: quarter.cycle}, today=today)
    beside = margins(quarter, ids=order)
    return Document(
        quarter=quarter,
        head=_head(quarter, drawn, today=today),
        objectives=[_for(by, row, beside[row.objective.pk], is_last=row is drawn[-1]) for row in drawn],
        gone=[one for one in rows if one.cycle_id and one.state in EXITS],
        backlog=[one for one in rows if not one.cycle_id],
        margin=beside[0],
    )


def _with_remarks(rows: QuerySet[Objective]) -> QuerySet[Objective]:
    """Add how many open remarks each objective has; the rules write them, its own page lists them."""
    remarks = Count("findings", filter=Q(findings__state=Finding.State.OPEN))
    return rows.annotate(remarks=remarks)


def _for(by: Actor, row: ObjectiveRow, margin: Margin, *, is_last: bool) -> ObjectiveRow:
    """Return a row with what somebody may do in it."""
    objective = row.objective
    may_edit = rules.may_edit(by, objective)
    may_draft = rules.may_draft(by, objective.team)
    speaks = rules.may_grade(by, objective)
    is_open = objective.state not in EXITS and objective.state != State.CLOSED
    sentences = [
        replace(
            one,
            may_edit=may_edit,
            may_drop=is_open and (may_edit or speaks),
            is_first=place == 0,
            is_last=place == len(row.key_results) - 1,
        )
        for place, one in enumerate(row.key_results)
    ]
    return replace(
        row,
        margin=margin,
        may_edit=may_edit,
        steps=rules.steps_for(by, objective) if may_draft or speaks else [],
        key_results=sentences,
        is_last=is_last,
    )


def one_row(objective: Objective, *, by: Actor, today: date) -> ObjectiveRow:
    """Return one objective of a page, as an answer to an edit of it. Four queries."""
    cycle = objective.cycle or Cycle(starts_on=today, ends_on=today)
    quarter = Quarter.objects.filter(team=objective.team_id, cycle=objective.cycle_id).first()
    others = Objective.objects.filter(team=objective.team_id, cycle=objective.cycle_id).exclude(
        state__in=EXITS
    )
    order = rules.order_of(quarter.ordered_ids if quarter else [], set(others.values_list("pk", flat=True)))
    (row,) = _drawn([objective], {objective.cycle_id: cycle}, today=today)
    number = order.index(objective.pk) + 1 if objective.pk in order else 1
    return _for(by, replace(row, number=number), Margin(), is_last=number == len(order))


def _drawn(
    objectives: Sequence[Objective], cycles: dict[int | None, Cycle], *, today: date
) -> list[ObjectiveRow]:
    """Return objectives, in the order given, with their key results and numbers. Three queries."""
    sentences: dict[int, list[KeyResult]] = {one.pk: [] for one in objectives}
    for row in _sentences(objective_ids=list(sentences)):
        sentences[row.objective_id].append(row)
    all_rows = [row for rows_of in sentences.values() for row in rows_of]
    steps = _milestones(all_rows)
    since = min((cycle.starts_on for cycle in cycles.values()), default=today)
    since = min([since, *(row.starts_on for row in all_rows if row.starts_on)])
    until = max(
        (cycle.ends_on + timedelta(days=cycle.grace_days) for cycle in cycles.values()), default=today
    )
    values = values_by_metric(
        {row.metric_id for row in all_rows if row.metric_id}, since=since, until=min(until, today)
    )
    drawn = []
    for number, one in enumerate(objectives, start=1):
        cycle = cycles[one.cycle_id]
        drawn.append(
            ObjectiveRow(
                objective=one,
                number=number,
                base=f"/okrs/objectives/{one.pk}/",
                key_results=[
                    KeyResultRow(
                        key_result=row,
                        note=note_of(row, ambition=one.ambition),
                        stand=stand_of(
                            row,
                            cycle,
                            ambition=one.ambition,
                            points=values.get(row.metric_id or 0, []),
                            milestones=steps.get(row.pk, []),
                            today=today,
                        ),
                        base=f"/okrs/key-results/{row.pk}/",
                        milestones=steps.get(row.pk, []),
                    )
                    for row in sentences[one.pk]
                    if not row.dropped_on
                ],
                dropped=[row for row in sentences[one.pk] if row.dropped_on],
            )
        )
    return drawn


@statement()
def _sentences(*, objective_ids: list[int]) -> QuerySet[KeyResult]:
    rows = KeyResult.objects.filter(objective__in=objective_ids).select_related("metric", "accountable")
    return rows.only(*SHOWN).order_by("position", "pk")


def _milestones(rows: Iterable[KeyResult]) -> dict[int, list[Milestone]]:
    """Return the milestones of key results by their id. One query, none where nobody has any."""
    found: dict[int, list[Milestone]] = {row.pk: [] for row in rows if row.kind == "milestone"}
    if found:
        for one in _steps(key_result_ids=list(found)):
            found[one.key_result_id].append(one)
    return found


@statement()
def _steps(*, key_result_ids: list[int]) -> QuerySet[Milestone]:
    return Milestone.objects.filter(key_result__in=key_result_ids).order_by("position", "pk")


def _head(quarter: Quarter, drawn: Sequence[ObjectiveRow], *, today: date) -> str:
    """Say in one line where the quarter is and how much is in it."""
    cycle = quarter.cycle
    parts = [rules.week_in_words(cycle.starts_on, cycle.ends_on, today=today)]
    if cycle.state in {CycleState.GRADING, CycleState.CLOSED}:
        parts.append(cycle.get_state_display().lower())
    if quarter.agreed_at:
        parts.append(f"agreed on {quarter.agreed_at:%-d %B}")
    parts.append(counts_in_words(drawn) if drawn else "nothing written yet")
    if found := promise(quarter, on=today):
        parts.append(found.words)
    return " · ".join(parts)


def counts_in_words(drawn: Sequence[ObjectiveRow]) -> str:
    """Say "2 objectives, 5 key results"."""
    sentences = sum(len(row.key_results) for row in drawn)
    return f"{many(len(drawn), 'objective')}, {many(sentences, 'key result')}"


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
    drawn = _drawn(ordered, {cycle.pk: cycle}, today=today)
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


def backlog(person: User, *, on: date) -> QuerySet[Objective]:
    """Return what has no quarter, the nearer horizon first, by team. One query."""
    rows = readable(person, on=on).filter(cycle=None, state__in=rules.NEVER_AGREED)
    nearest_first = [Horizon.NEXT, Horizon.LATER]
    return (
        rows.filter(horizon__in=nearest_first).select_related("team").order_by("-horizon", "team__name", "pk")
    )
