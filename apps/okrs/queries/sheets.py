"""What a table of objectives would bring into a team's quarter, before anybody says yes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from apps.core.errors import InvalidInputError
from apps.okrs import imports, rules
from apps.okrs.models import EXITS, Kind, Metric, Objective, Quarter
from apps.okrs.rules import lint

UNASKED: Final = frozenset({"L9", "L12", "L13"})  # about what a table does not say: owner, capacity, author


@dataclass(frozen=True)
class SheetRow:
    """One objective of a table: what would happen to it, and what the rules would say."""

    objective: imports.SheetObjective
    is_known: bool  # the quarter has this sentence already; nothing would happen
    wrong: list[imports.Wrong] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Tell whether it would be written down."""
        return not self.is_known and not self.wrong


@dataclass(frozen=True)
class SheetPreview:
    """What a table would bring."""

    sheet: imports.Sheet
    rows: list[SheetRow]
    remarks: list[str] = field(default_factory=list)  # about the quarter as a whole

    @property
    def wrong(self) -> list[imports.Wrong]:
        """Return everything that is wrong, from the top down; nothing is written while there is any."""
        found = [*self.sheet.wrong, *(one for row in self.rows for one in row.wrong)]
        return sorted(found, key=lambda one: (one.line, one.column))

    @property
    def wanted(self) -> list[imports.SheetObjective]:
        """Return what would be written down: all that is new, or nothing while something is wrong."""
        return [] if self.wrong else [row.objective for row in self.rows if row.is_new]

    @property
    def key_results(self) -> int:
        """Return how many key results would come with them."""
        return sum(len(one.key_results) for one in self.wanted)


def sheet_preview(quarter: Quarter, text: str) -> SheetPreview:
    """Return what a table would bring into a quarter. Two queries."""
    sheet = imports.read_sheet(text)
    here = Objective.objects.filter(team=quarter.team_id, cycle=quarter.cycle_id).exclude(state__in=EXITS)
    titles = list(here.values_list("title", flat=True))
    metrics = Metric.objects.filter(team=quarter.team_id, archived_at=None).order_by("-pk")
    known = {one.name.casefold(): one for one in metrics}
    taken = set(titles)
    rows = []
    for one in sheet.objectives:
        facts = _facts(one, quarter, known)
        unit = lint.UnitFacts(id=0, name=quarter.team.name, has_plan=True, objectives=(facts,))
        said = [remark for remark in lint.lint_objective(facts, unit) if remark.rule not in UNASKED]
        rows.append(
            SheetRow(
                one,
                is_known=one.title in taken,
                wrong=list(_wrong(one, quarter, known, sheet)),
                remarks=[f"{remark.rule}: {remark.message}" for remark in said],
            )
        )
    return SheetPreview(sheet, rows, _about_all(quarter, titles, rows))


def _wrong(
    one: imports.SheetObjective, quarter: Quarter, known: dict[str, Metric], sheet: imports.Sheet
) -> Iterable[imports.Wrong]:
    """Return what the steps would refuse, by line and column."""

    def wrong(line: int, column: str, error: InvalidInputError) -> imports.Wrong:
        return imports.Wrong(line, sheet.headings.get(column, column), str(error))

    try:
        rules.clean_words(one.title, one.why, one.instead_of)
    except InvalidInputError as error:
        yield wrong(one.line, "objective" if error.field == "title" else error.field, error)
    try:
        rules.clean_tags(one.tags)
    except InvalidInputError as error:
        yield wrong(one.line, "tags", error)
    if len(one.key_results) > rules.MOST_KEY_RESULTS:
        late = one.key_results[rules.MOST_KEY_RESULTS]
        message = f"An objective has at most {rules.MOST_KEY_RESULTS} key results; this is one more."
        yield imports.Wrong(late.line, sheet.headings.get("key_result", ""), message)
    for row in one.key_results:
        try:
            rules.clean_key_result(row.title, field="key_result")
            if row.metric:
                _check_measured(row, quarter, known)
        except InvalidInputError as error:
            yield wrong(row.line, error.field, error)


def _check_measured(row: imports.SheetKeyResult, quarter: Quarter, known: dict[str, Metric]) -> None:
    rules.clean_metric_name(row.metric, row.unit)
    metric = known.get(row.metric.casefold())
    kind = metric.unit_kind if metric else rules.unit_kind_of(row.unit)
    lower, upper = rules.bounds(
        kind, metric.lower_bound if metric else None, metric.upper_bound if metric else None
    )
    cycle = quarter.cycle
    rules.check_measure(
        rules.Measure(
            kind=Kind.METRIC,
            starts_on=cycle.starts_on,
            ends_on=cycle.ends_on,
            baseline=row.baseline,
            target=row.target,
            lower_bound=lower,
            upper_bound=upper,
        )
    )


def _facts(one: imports.SheetObjective, quarter: Quarter, known: dict[str, Metric]) -> lint.ObjectiveFacts:
    """Return an objective as the lint looks at it; its line stands for its key."""
    return lint.ObjectiveFacts(
        id=one.line,
        title=one.title,
        instead_of=one.instead_of,
        ambition=one.ambition,
        owner=quarter.team.name,
        key_results=tuple(
            _sentence(row, quarter.cycle.starts_on, quarter.cycle.ends_on, known) for row in one.key_results
        ),
    )


def _sentence(
    row: imports.SheetKeyResult, starts_on: date, ends_on: date, known: dict[str, Metric]
) -> lint.KeyResultFacts:
    metric = known.get(row.metric.casefold())
    facts = None
    if row.metric:
        facts = lint.MetricFacts(
            id=metric.pk if metric else 0,
            name=row.metric,
            unit_kind=metric.unit_kind if metric else rules.unit_kind_of(row.unit),
            denominator=metric.denominator if metric else "",
            cadence_days=metric.cadence_days if metric else None,
        )
    return lint.KeyResultFacts(
        id=row.line,
        title=row.title,
        kind=Kind.METRIC if row.metric else Kind.SENTENCE,
        metric=facts,
        baseline=row.baseline,
        target=row.target,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _about_all(quarter: Quarter, titles: list[str], rows: list[SheetRow]) -> list[str]:
    """Say when the quarter would hold more than a team can look after."""
    total = len(titles) + sum(row.is_new for row in rows)
    most = lint.Limits().objectives
    if total <= most:
        return []
    whole = f"{quarter.team} would have {total} objectives in {quarter.cycle}"
    return [f"L6: {whole}; more than {most} are hard to hold."]
