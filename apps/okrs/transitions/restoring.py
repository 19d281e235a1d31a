"""How a quarter comes back from its file: whole, into a portal where it is empty, or not at all (ADR 13).

This is the only place that writes history which happened elsewhere: rows keep the names and moments of the
file, no step is taken in anybody's name, nobody is told, and one event says who restored what.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from typing import Any, Final

from django.db import DataError, IntegrityError, transaction
from django.db.models import Model

from apps.accounts.models import Actor, User
from apps.activity.transitions import record
from apps.catalog.models import Service, Team
from apps.core.transactions import one_by_one, one_transaction
from apps.okrs import imports, queries, rules
from apps.okrs.events import CycleRestored
from apps.okrs.models import (
    Act,
    AlignmentLink,
    Cycle,
    CycleState,
    Finding,
    Metric,
    MetricTension,
    MetricValue,
    Quarter,
    Stage,
    StrategyItem,
)
from apps.okrs.rules.terms import digest

AT_ONCE: Final = 200  # rows in one statement
KEPT: Final = frozenset({Stage.AGREED, Stage.REPORTED, Stage.CLOSED})
OWN_CYCLE: Final = frozenset({"quarters", "negotiations", "findings"})
MISSING: Final = {
    imports.TEAM: ("There is no team “{}” here.", "Create the team, or import the catalog first."),
    imports.PERSON: (
        "Nobody here has the address “{}”.",
        "Invite them first; they may be deactivated again. Nobody's work is given to somebody else.",
    ),
    imports.SERVICE: ("There is no service “{}” here.", "Register it, or import the catalog first."),
}
Ids = dict[str, dict[str, int]]  # by part and key


@dataclass
class Restored:
    """What became of a file: what was written, or why nothing was."""

    cycle: str = ""  # its slug, once the file could be read
    created: dict[str, int] = field(default_factory=dict)
    problems: list[imports.Problem] = field(default_factory=list)
    is_preview: bool = False

    @property
    def state(self) -> str:
        """Return in one word what happened: refused, unchanged, preview or restored."""
        if self.problems:
            return "refused"
        if not self.created:
            return "unchanged"
        return "preview" if self.is_preview else "restored"

    def as_dict(self) -> dict[str, Any]:
        """Return it as the command prints it and the result of a job holds it."""
        return {
            "state": self.state,
            "cycle": self.cycle,
            "created": self.created,
            "problems": [one.as_dict() for one in self.problems],
        }


class _UndoneError(Exception):
    """Takes everything back that was written, and brings the outcome out of the transaction."""

    def __init__(self, outcome: Restored) -> None:
        super().__init__(outcome.state)
        self.outcome = outcome


def restore_quarter(content: bytes, *, by: Actor, at: datetime, is_preview: bool = False) -> Restored:
    """Write a quarter back from its file; a preview writes everything, looks at it and takes it back."""
    rules.check_may_restore(by)
    file = imports.read_quarter_file(content)
    if isinstance(file, list):
        return Restored(problems=file, is_preview=is_preview)
    checksum = sha256(content).hexdigest()
    try:
        return _restore(file, checksum=checksum, by=by, at=at, is_preview=is_preview)
    except _UndoneError as error:
        return error.outcome


@one_transaction
def _restore(
    file: imports.QuarterFile, *, checksum: str, by: Actor, at: datetime, is_preview: bool
) -> Restored:
    one_by_one("okrs.restore")
    outcome = Restored(cycle=str(file.cycle["slug"]), is_preview=is_preview)
    ids = _outside(file, outcome)
    _check_terms(file, outcome)
    _check_spoken(file, outcome)
    _check_circles(file, outcome)
    known = Cycle.objects.select_for_update(no_key=True).filter(slug=outcome.cycle).first()
    if known is not None and _holds_something(known):
        outcome.problems += queries.differences(file.content, queries.quarter_file(known).content)
    _end_if_refused(outcome)
    if known is not None and _holds_something(known):
        return outcome

    cycle = _cycle(known, file, outcome)
    loader = _Loader(cycle, file, ids, outcome)
    loader.load(at)
    outcome.problems += queries.differences(file.content, queries.quarter_file(cycle).content)
    _end_if_refused(outcome)
    rows = sum(outcome.created.values())
    record(CycleRestored(rows=rows, sha256=checksum), by=by, at=at, subject=cycle.subject)
    if is_preview:
        raise _UndoneError(outcome)
    return outcome


def _end_if_refused(outcome: Restored) -> None:
    if outcome.problems:
        outcome.problems = outcome.problems[: imports.MOST_PROBLEMS]
        outcome.created = {}
        raise _UndoneError(outcome)


def _holds_something(cycle: Cycle) -> bool:
    """Tell whether anybody has written anything into a quarter yet; a page that was opened is nothing."""
    content = queries.quarter_file(cycle).content
    apart = {*imports.SHARED, "quarters"}
    if any(content[part.name] for part in imports.PARTS if part.name not in apart):
        return True
    return any(row["toward"] or row["agreed_at"] for row in content["quarters"])


def _outside(file: imports.QuarterFile, outcome: Restored) -> Ids:
    """Return the keys of all teams, people and services that the file names; say which are not here."""
    named: dict[str, dict[str, str]] = {name: {} for name in imports.OUTSIDE}
    for part in imports.PARTS:
        for number, row in enumerate(file.parts[part.name]):
            for name, to in part.links.items():
                if to in named and row[name] is not None:
                    named[to].setdefault(row[name], f"{part.name}[{number}].{name}")
    ids: Ids = {
        imports.TEAM: dict(Team.objects.values_list("slug", "pk")),
        imports.PERSON: {
            key: one.pk for one in User.objects.only("email", "handle") if (key := queries.person_key(one))
        },
        imports.SERVICE: dict(Service.objects.values_list("slug", "pk")),
    }
    for to, found in named.items():
        message, todo = MISSING[to]
        for key, path in found.items():
            if key not in ids[to]:
                outcome.problems.append(imports.Problem(path, message.format(key[:80]), todo))
    return ids


def _check_terms(file: imports.QuarterFile, outcome: Restored) -> None:
    """Refuse terms that are no longer those to which both sides agreed."""
    for number, row in enumerate(file.parts["terms"]):
        if digest(row["payload"]) != row["sha256"]:
            message = "These terms are not those that the sides saw: their digest is another."
            outcome.problems.append(imports.Problem(f"terms[{number}].sha256", message))


def _check_spoken(file: imports.QuarterFile, outcome: Restored) -> None:
    """Refuse an agreement that nobody made: it takes moves of both sides, and a yes to the terms it has."""
    moves: dict[str, list[Mapping[str, Any]]] = {}
    for row in file.parts["moves"]:
        moves.setdefault(row["negotiation"], []).append(row)
    for number, row in enumerate(file.parts["negotiations"]):
        made = moves.get(row["key"], [])
        have_spoken = {one["team"] for one in made} >= {row["initiator"], row["counterpart"]}
        accepted = {one["terms"] for one in made if one["act"] == Act.ACCEPT}
        if row["stage"] in KEPT and not (have_spoken and row["terms"] in accepted):
            message = "This is agreed, and its moves do not say that both sides spoke and one said yes to it."
            outcome.problems.append(imports.Problem(f"negotiations[{number}].stage", message))


def _check_circles(file: imports.QuarterFile, outcome: Restored) -> None:
    """Refuse contributions, parents and corrections that come back to where they began."""
    objective_of = {row["key"]: row["objective"] for row in file.parts["key_results"]}
    serves: dict[str, list[str]] = {}
    for row in file.parts["ties"]:
        aim = row["to_objective"] or objective_of.get(row["to_key_result"])
        if row["kind"] == AlignmentLink.Kind.CONTRIBUTES and aim is not None:
            serves.setdefault(row["objective"], []).append(aim)
    graphs = [("ties", serves)]
    for part in imports.PARTS:
        for name in sorted(part.late):
            if part.links[name] == part.name:
                rows = [row for row in file.parts[part.name] if row[name] is not None]
                graphs.append((f"{part.name}.{name}", {row["key"]: [row[name]] for row in rows}))
    for path, graph in graphs:
        if circle := _circle(graph):
            message = f"These come back to where they began: {', '.join(circle[:10])}."
            outcome.problems.append(imports.Problem(path, message))


def _circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(one) for one in error.args[1]]
    return []


def _cycle(known: Cycle | None, file: imports.QuarterFile, outcome: Restored) -> Cycle:
    """Return the quarter as the file has it, made if it was not there."""
    others = Cycle.objects.exclude(slug=file.cycle["slug"])
    days = (file.cycle["starts_on"], file.cycle["ends_on"])
    todo = "Quarters are cut by FISCAL_YEAR_STARTS: both portals need the same."
    if days[0] >= days[1]:
        outcome.problems.append(imports.Problem("cycle.ends_on", "The quarter ends before it begins."))
    if known is not None and (known.starts_on, known.ends_on) != days:
        message = f"Here {known} lasts from {known.starts_on} to {known.ends_on}."
        outcome.problems.append(imports.Problem("cycle.starts_on", message, todo))
    if known is None and (found := others.filter(starts_on__lte=days[1], ends_on__gte=days[0]).first()):
        message = f"These days belong to {found} here."
        outcome.problems.append(imports.Problem("cycle.starts_on", message, todo))
    active = others.filter(state=CycleState.ACTIVE).first()
    if file.cycle["state"] == CycleState.ACTIVE and active is not None:
        todo = f"End {active} first, or import into a portal without an active quarter."
        message = f"{active} is active here, and only one quarter is at a time."
        outcome.problems.append(imports.Problem("cycle.state", message, todo))
    _end_if_refused(outcome)
    cycle = known or Cycle()
    for name, value in file.cycle.items():
        setattr(cycle, name, value)
    cycle.save()
    return cycle


class _Loader:
    """Writes the parts of one file, in their order."""

    def __init__(self, cycle: Cycle, file: imports.QuarterFile, ids: Ids, outcome: Restored) -> None:
        self.cycle, self.file, self.ids, self.outcome = cycle, file, ids, outcome
        self.rows: dict[str, list[Model]] = {}
        self.new: set[int] = set()  # objects that were not there; all others keep their links

    def load(self, at: datetime) -> None:
        """Write all parts, then the links that lead to what comes later."""
        for part in imports.PARTS:
            made = [self._instance(part, row) for row in self.file.parts[part.name]]
            if part.name == "findings":
                self._fingerprint(made, at)
            self._write(part, made)
            self.rows[part.name] = made
            self._remember(part, made)
        for part in imports.PARTS:
            if part.late:
                self._link_late(part)

    def _instance(self, part: imports.Part, row: Mapping[str, Any]) -> Model:
        values = {name: row[name] for name in part.fields}
        for name, to in part.links.items():
            if name not in part.late and row[name] is not None:
                values[part.attribute(name)] = self.ids[to][row[name]]
        for name in part.lists:
            values[name] = [self.ids["objectives"][key] for key in row[name]]
        if part.name in OWN_CYCLE or (part.name == "objectives" and not row["is_in_backlog"]):
            values["cycle"] = self.cycle
        made = part.model(**values)
        if isinstance(made, MetricTension):
            made.a_id, made.b_id = sorted((made.a_id, made.b_id))
        if isinstance(made, Finding):
            made.evidence = queries.evidence_with(made.evidence, self._number)
        return made

    def _number(self, part: str, key: Any) -> Any:  # noqa: ANN401 -- JSON
        return self.ids[part].get(str(key), key)

    def _fingerprint(self, found: Iterable[Model], at: datetime) -> None:
        """Give findings the digests that the rules will find here, so that what was decided stays decided.

        What the rules no longer see gets one of its own; the next run ends it.
        """
        rows = [one for one in found if isinstance(one, Finding)]
        seen: dict[str, list[str]] = {}
        for one in queries.noticed(self.cycle, on=at.date()) if rows else ():
            seen.setdefault(_same(one), []).append(one.fingerprint)
        for number, row in enumerate(rows):
            same = seen.get(_same(row))
            own = sha256(f"restored:{self.cycle.pk}:{number}:{_same(row)}".encode()).hexdigest()
            row.fingerprint = same.pop(0) if same else own

    def _write(self, part: imports.Part, made: list[Model]) -> None:
        """Insert what is not there yet; of what outlives quarters, take what is."""
        known = self._known(part, made)
        new = []
        for row in made:
            before = known.get(_mark(row))
            if before is None:
                new.append(row)
            elif isinstance(row, Quarter):  # somebody had opened its page
                row.pk = before
                row.save()
            else:
                row.pk = before
        try:
            with transaction.atomic():
                part.model._default_manager.bulk_create(new, batch_size=AT_ONCE)  # noqa: SLF001
        except (IntegrityError, DataError):
            self._blame(part, made, new)
        self.new |= {id(row) for row in new}
        if new:
            self.outcome.created[part.name] = len(new)

    def _known(self, part: imports.Part, made: list[Model]) -> dict[object, int]:
        """Return the keys of rows that may be there already, by what makes them the same."""
        rows: Iterable[Model] = ()
        if part.name == "strategy":
            rows = StrategyItem.objects.all()
        if part.name == "metrics":
            rows = Metric.objects.filter(key__in=[row["key"] for row in self.file.parts["metrics"]])
        if part.name == "values":
            rows = MetricValue.objects.filter(metric__in={row.metric_id for row in _of(MetricValue, made)})
        if part.name == "tensions":
            rows = MetricTension.objects.all()
        if part.name == "quarters":
            rows = Quarter.objects.filter(cycle=self.cycle)
        return {_mark(row): row.pk for row in rows}

    def _blame(self, part: imports.Part, made: list[Model], new: list[Model]) -> None:
        """Find the row that the database refuses, and end with what it said."""
        for row in new:
            row.pk = None
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except (IntegrityError, DataError) as error:
                path = f"{part.name}[{made.index(row)}]"
                message = f"This row cannot be kept: {str(error).splitlines()[0][:200]}"
                self.outcome.problems.append(imports.Problem(path, message))
                _end_if_refused(self.outcome)

    def _remember(self, part: imports.Part, made: list[Model]) -> None:
        """Note under which keys later rows find these."""
        rows = self.file.parts[part.name]
        if part.prefix or part.name == "metrics":
            self.ids[part.name] = {row["key"]: one.pk for row, one in zip(rows, made, strict=True)}
        if part.name == "quarters":
            self.ids[imports.QUARTER] = {row["team"]: one.pk for row, one in zip(rows, made, strict=True)}

    def _link_late(self, part: imports.Part) -> None:
        changed = []
        for row, one in zip(self.file.parts[part.name], self.rows[part.name], strict=True):
            wanted = {name: row[name] for name in part.late if row[name] is not None}
            links = {name: self.ids[part.links[name]][key] for name, key in wanted.items()}
            for name, pk in links.items():
                setattr(one, part.attribute(name), pk)
            if links and id(one) in self.new:
                changed.append(one)
        if changed:
            columns = [part.column(name) for name in part.late]
            part.model._default_manager.bulk_update(changed, columns, batch_size=AT_ONCE)  # noqa: SLF001


def _of(model: type[MetricValue], rows: Iterable[Model]) -> list[MetricValue]:
    return [row for row in rows if isinstance(row, model)]


MARKS: Final[dict[type[Model], tuple[str, ...]]] = {  # what makes a row the same in two portals
    StrategyItem: ("horizon", "statement"),
    Metric: ("key",),
    MetricValue: ("metric_id", "on_date", "value", "recorded_at"),
    MetricTension: ("a_id", "b_id"),
    Quarter: ("team_id",),
}


def _mark(row: Model) -> object:
    """Return what makes a row the same, for what may be there already; else the row itself."""
    names = MARKS.get(type(row))
    return tuple(getattr(row, name) for name in names) if names else id(row)


def _same(row: Finding) -> str:
    """Return what makes two findings say the same of the same rows."""
    about = [row.team_id, row.objective_id, row.key_result_id, row.other_team_id, row.other_objective_id]
    return json.dumps([row.code, about, row.evidence], sort_keys=True, ensure_ascii=False)
