"""A quarter as it is read: objectives in their order, key results with their numbers, and the margin."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.core.statements import row_of, statement
from apps.okrs import rules
from apps.okrs.models import (
    EXITS,
    Cycle,
    CycleState,
    Finding,
    KeyResult,
    Metric,
    Milestone,
    Objective,
    Quarter,
    State,
)
from apps.okrs.queries.finding import readable_by
from apps.okrs.queries.health import Noted, noted_in, with_said
from apps.okrs.queries.margin import Margin, margins
from apps.okrs.queries.promises import promised_by
from apps.okrs.queries.values import values_by_metric
from apps.okrs.rules.numbers import many
from apps.okrs.rules.wordings import Stand, note_of, stand_of

SHOWN = (  # of a key result; a page of sixty of them builds nothing else
    "id",
    "objective_id",
    "metric_id",
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
    "steps",
    "reached",
    "owner",
)
SHOWN_OF_METRIC = ("unit", "unit_kind", "lower_bound", "upper_bound", "cadence_days", "source")
TONES = {
    State.ACTIVE: "strong",
    State.AGREED: "accent",
    State.GRADING: "adequate",
    State.NEGOTIATING: "adequate",
    State.PROPOSED: "adequate",
}
SHAPES = {"strong": "●", "adequate": "◐", "accent": "◆"}


@dataclass(frozen=True)
class KeyResultRow:
    """One sentence of the page."""

    key_result: KeyResult
    note: str
    stand: Stand
    base: str  # its address, to which steps are added
    steps: int = 0  # milestones
    may_edit: bool = False
    may_drop: bool = False


@dataclass(frozen=True)
class ObjectiveRow:
    """One objective of the page; `number` is its rank, from 1."""

    objective: Objective
    number: int
    base: str
    key_results: list[KeyResultRow]
    dropped: list[KeyResult]
    is_open: bool = True  # to everyone
    margin: Margin = field(default_factory=Margin)
    noted: Noted = field(default_factory=Noted)
    steps: list[rules.Step] = field(default_factory=list)
    may_edit: bool = False
    is_last: bool = False
    ask_url: str = ""  # where another team is asked for it; empty for who may not

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
    """Return a team's quarter, from `with_promise`, as one page. Nine queries at most."""
    rows = _written(quarter, person=person, on=today)
    for one in rows:
        one.team, one.cycle = quarter.team, quarter.cycle if one.cycle_id else None
    listed = [one for one in rows if one.cycle_id and one.state not in EXITS]
    order = rules.order_of(quarter.ordered_ids, {one.pk for one in listed})
    by_id = {one.pk: one for one in listed}
    drawn = drawn_rows([by_id[pk] for pk in order], {quarter.cycle_id: quarter.cycle}, today=today)
    beside = margins(quarter, ids=order, by=by, on=today)
    noted = noted_in(quarter, listed, on=today, is_own=by.is_in(quarter.team_id))
    drawn = [replace(row, noted=noted.get(row.objective.pk, row.noted)) for row in drawn]
    return Document(
        quarter=quarter,
        head=_head(quarter, drawn, today=today),
        objectives=[
            _for(by, row, beside[row.objective.pk], is_last=row is drawn[-1], today=today) for row in drawn
        ],
        gone=[one for one in rows if one.cycle_id and one.state in EXITS],
        backlog=[one for one in rows if not one.cycle_id],
        margin=beside[0],
    )


def _written(quarter: Quarter, *, person: User, on: date) -> list[Objective]:
    """Return what a team wrote for a quarter or for none, as far as somebody may read it. One query."""
    team_id, cycle_id = quarter.team_id, quarter.cycle_id
    if person.is_admin:
        return _all_written(team_id=team_id, cycle_id=cycle_id)
    return _seen(team_id=team_id, cycle_id=cycle_id, on=on, reader_teams=person.team_ids)


@statement()
def _all_written(*, team_id: int, cycle_id: int) -> QuerySet[Objective]:
    return _with_remarks(Objective.objects.all(), team_id, cycle_id)


@statement()
def _seen(*, team_id: int, cycle_id: int, on: date, reader_teams: list[int]) -> QuerySet[Objective]:
    return _with_remarks(readable_by(reader_teams=reader_teams, on=on), team_id, cycle_id)


def _with_remarks(rows: QuerySet[Objective], team_id: int, cycle_id: int) -> QuerySet[Objective]:
    """Add how many open remarks each objective has, and what was said of it lately."""
    here = Q(cycle=cycle_id) | Q(cycle=None, state__in=sorted(rules.NEVER_AGREED))
    remarks = Count("findings", filter=Q(findings__state=Finding.State.OPEN))
    found = with_said(rows.filter(here, team=team_id).annotate(remarks=remarks))
    return found.select_related("accountable", "authored_by").order_by("pk")


def _for(by: Actor, row: ObjectiveRow, margin: Margin, *, is_last: bool, today: date) -> ObjectiveRow:
    """Return a row with what somebody may do in it."""
    objective = row.objective
    may_edit = rules.may_edit(by, objective)
    may_draft = rules.may_draft(by, objective.team)
    speaks = rules.may_grade(by, objective)
    is_over = objective.state in EXITS or objective.state == State.CLOSED
    sentences = [
        replace(one, may_edit=may_edit, may_drop=not is_over and (may_edit or speaks))
        for one in row.key_results
    ]
    return replace(
        row,
        is_open=objective.is_open(on=today),
        margin=margin,
        may_edit=may_edit,
        steps=rules.steps_for(by, objective) if may_draft or speaks else [],
        key_results=sentences,
        is_last=is_last,
        ask_url=_ask_url(objective) if may_draft and not is_over else "",
    )


def _ask_url(objective: Objective) -> str:
    cycle = objective.cycle
    if cycle is None or cycle.state not in {CycleState.PLANNING, CycleState.ACTIVE}:
        return ""
    return f"{reverse('okrs:ask')}?objective={objective.pk}"


def one_row(objective: Objective, *, by: Actor, today: date) -> ObjectiveRow:
    """Return one objective of a page, as an answer to an edit of it. Five queries at most."""
    cycle = objective.cycle or Cycle(starts_on=today, ends_on=today)
    quarter = Quarter.objects.filter(team=objective.team_id, cycle=objective.cycle_id).first()
    others = Objective.objects.filter(team=objective.team_id, cycle=objective.cycle_id).exclude(
        state__in=EXITS
    )
    order = rules.order_of(quarter.ordered_ids if quarter else [], set(others.values_list("pk", flat=True)))
    (row,) = drawn_rows([objective], {objective.cycle_id: cycle}, today=today)
    number = order.index(objective.pk) + 1 if objective.pk in order else 1
    if quarter is not None:
        quarter.cycle = cycle
        said = with_said(Objective.objects.filter(pk=objective.pk))
        noted = noted_in(quarter, said, on=today, is_own=by.is_in(objective.team_id))
        row = replace(row, noted=noted.get(objective.pk, row.noted))
    return _for(by, replace(row, number=number), Margin(), is_last=number == len(order), today=today)


def drawn_rows(
    objectives: Sequence[Objective], cycles: dict[int | None, Cycle], *, today: date
) -> list[ObjectiveRow]:
    """Return objectives, in the order given, with their key results and numbers. Two queries."""
    sentences: dict[int, list[KeyResult]] = {one.pk: [] for one in objectives}
    until = max(
        (cycle.ends_on + timedelta(days=cycle.grace_days) for cycle in cycles.values()), default=today
    )
    until = min(until, today)
    for values_of_row in _sentences(objective_ids=list(sentences), until=until):
        row = _sentence(values_of_row)
        sentences[row.objective_id].append(row)
    all_rows = [row for rows_of in sentences.values() for row in rows_of]
    since = min((cycle.starts_on for cycle in cycles.values()), default=today)
    since = min([since, *(row.starts_on for row in all_rows if row.starts_on)])
    metric_ids = {row.metric_id for row in all_rows if row.metric_id}
    values = values_by_metric(metric_ids, since=since, until=until)
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
                        note=note_of(row, ambition=one.ambition, owner=vars(row)["owner"] or ""),
                        stand=stand_of(
                            row,
                            cycle,
                            ambition=one.ambition,
                            points=values.get(row.metric_id or 0, []),
                            steps=(vars(row)["steps"], vars(row)["reached"]),
                            today=today,
                        ),
                        base=f"/okrs/key-results/{row.pk}/",
                        steps=vars(row)["steps"],
                    )
                    for row in sentences[one.pk]
                    if not row.dropped_on
                ],
                dropped=[row for row in sentences[one.pk] if row.dropped_on],
            )
        )
    return drawn


@statement()
def _sentences(*, objective_ids: list[int], until: date) -> QuerySet[KeyResult, tuple[Any, ...]]:
    rows = KeyResult.objects.filter(objective__in=objective_ids).annotate(
        steps=_steps(Q()), reached=_steps(Q(done_on__lte=until)), owner=F("accountable__name")
    )
    of_metric = [f"metric__{name}" for name in SHOWN_OF_METRIC]
    return rows.order_by("position", "pk").values_list(*SHOWN, *of_metric)


def _sentence(values: tuple[Any, ...]) -> KeyResult:
    row = row_of(KeyResult, SHOWN, values)
    if row.metric_id is None:
        row.metric = None
    else:
        row.metric = row_of(Metric, ("id", *SHOWN_OF_METRIC), (row.metric_id, *values[len(SHOWN) :]))
    return row


def _steps(which: Q) -> Coalesce:
    """Return how many milestones of a key result there are: a page shows no more of them."""
    rows = Milestone.objects.filter(which, key_result=OuterRef("pk")).order_by().values("key_result")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _head(quarter: Quarter, drawn: Sequence[ObjectiveRow], *, today: date) -> str:
    """Say in one line where the quarter is and how much is in it."""
    cycle = quarter.cycle
    parts = [rules.week_in_words(cycle.starts_on, cycle.ends_on, today=today)]
    if cycle.state in {CycleState.GRADING, CycleState.CLOSED}:
        parts.append(cycle.get_state_display().lower())
    if quarter.agreed_at:
        parts.append(f"agreed on {quarter.agreed_at:%-d %B}")
    parts.append(counts_in_words(drawn) if drawn else "nothing written yet")
    if found := promised_by(quarter):
        parts.append(found.words)
    return " · ".join(parts)


def counts_in_words(drawn: Sequence[ObjectiveRow]) -> str:
    """Say "2 objectives, 5 key results"."""
    sentences = sum(len(row.key_results) for row in drawn)
    return f"{many(len(drawn), 'objective')}, {many(sentences, 'key result')}"
