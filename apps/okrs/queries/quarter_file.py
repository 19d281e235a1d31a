"""A quarter as a file: rows by stable keys, the same bytes for the same content."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Service, Team
from apps.okrs.imports.parts import (
    CYCLE_FIELDS,
    FORMAT,
    OUTSIDE,
    PARTS,
    PERSON,
    QUARTER,
    SERVICE,
    TEAM,
    VERSION,
    Part,
)
from apps.okrs.imports.quarter_file import MOST_PROBLEMS, Problem
from apps.okrs.models import (
    AlignmentLink,
    Allocation,
    CapacityPlan,
    CheckIn,
    CheckInItem,
    Cycle,
    Finding,
    KeyResult,
    Loan,
    Metric,
    MetricTension,
    MetricValue,
    Milestone,
    Move,
    Negotiation,
    No,
    NoException,
    Objective,
    Participant,
    Pothole,
    Quarter,
    RankChange,
    RankSnapshot,
    ServiceLink,
    StrategyItem,
    TargetChange,
    TeamCheckIn,
    Terms,
    Waiver,
)

Keys = dict[str, dict[int, str]]  # of rows, by what they are
AT_ONCE: Final = 500  # keys in one condition: SQLite takes no more than some thousands
HANDLE: Final = "handle:"  # before the name of somebody who has no address
SHORT: Final = 80


@dataclass(frozen=True)
class Exported:
    """The file of a quarter, and how much it left out because it leads out of the quarter."""

    content: dict[str, Any]
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows each part has, without empty ones."""
        return {part.name: len(self.content[part.name]) for part in PARTS if self.content[part.name]}


def quarter_file(cycle: Cycle, *, at: datetime | None = None) -> Exported:
    """Return everything of a quarter but grades. At most forty queries, whatever its size."""
    found = {part.name: list(rows) for part, rows in _sources(cycle)}
    keys = _outside(found)
    left_out: dict[str, int] = {}
    for part in PARTS:
        kept = [row for row in found[part.name] if _is_whole(part, row, keys)]
        if dropped := len(found[part.name]) - len(kept):
            left_out[part.name] = dropped
        found[part.name] = kept
        keys[part.name] = _numbered(part, kept)
        if part.name == "quarters":
            keys[QUARTER] = {row.pk: keys[TEAM][row.team_id] for row in kept}
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": at.astimezone(UTC).isoformat() if at else "",
        "cycle": {name: _plain(getattr(cycle, name)) for name in CYCLE_FIELDS},
    }
    for part in PARTS:
        content[part.name] = [_row(part, row, keys) for row in found[part.name]]
    content["tensions"].sort(key=lambda row: (row["a"], row["b"]))
    content["people"] = sorted(_people(content))
    return Exported(content, left_out)


def _people(content: Mapping[str, Any]) -> set[str]:
    """Return everybody whom the rows of a file name."""
    columns = [(part.name, name) for part in PARTS for name, to in part.links.items() if to == PERSON]
    return {row[name] for part, name in columns for row in content[part] if row[name]}


def written(content: Mapping[str, Any]) -> bytes:
    """Return the bytes of a file: sorted, so that the same content is the same file."""
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[Problem]:
    """Return where a file and this portal say different things; the moment of the export is none."""
    found = list(_differences(theirs, ours))
    return found[:MOST_PROBLEMS]


def _differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[Problem]:
    for name in CYCLE_FIELDS:
        yield from _different(f"cycle.{name}", theirs["cycle"][name], ours["cycle"][name])
    for part in PARTS:
        there, here = theirs[part.name], ours[part.name]
        for number, (one, other) in enumerate(zip(there, here, strict=False)):
            for name in sorted(part.names):
                yield from _different(f"{part.name}[{number}].{name}", one[name], other[name])
        if len(there) != len(here):
            message = f"The file has {len(there):,} of them, this portal {len(here):,}."
            yield Problem(part.name, message, KEEP_BOTH, OURS_KEPT)


KEEP_BOTH: Final = "Make them equal, or import into a portal where this quarter is empty."
OURS_KEPT: Final = "What this portal has was kept as it is."


def _different(path: str, there: object, here: object) -> Iterator[Problem]:
    if there != here:
        message = f"The file says {_short(there)}, this portal {_short(here)}."
        yield Problem(path, message, KEEP_BOTH, OURS_KEPT)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _sources(cycle: Cycle) -> list[tuple[Part, Iterable[Any]]]:
    """Return the rows of every part, each in an order that does not depend on a database."""
    in_quarter = {"quarter__cycle": cycle}
    asks = Negotiation.objects.filter(cycle=cycle)
    waiting = Q(cycle=None, pk__in=asks.exclude(objective=None).values("objective"))
    wanted = Objective.objects.filter(Q(cycle=cycle) | waiting)
    sentences = KeyResult.objects.filter(objective__in=wanted.values("pk"))
    ties = AlignmentLink.objects.filter(objective__in=wanted.values("pk"))
    nos = _nos(cycle, wanted)
    said = TeamCheckIn.objects.filter(quarter__cycle=cycle, published_at__isnull=False)
    lines = CheckIn.objects.filter(team_check_in__in=said.values("pk"))
    metrics = _metrics(sentences, nos)
    rows: dict[str, QuerySet[Any] | Iterable[Any]] = {
        "strategy": _strategy(wanted, ties),
        "metrics": metrics.order_by("key"),
        "values": _values(metrics, cycle, sentences),
        "tensions": MetricTension.objects.filter(a__in=metrics.values("pk"), b__in=metrics.values("pk")),
        "objectives": wanted,
        "key_results": sentences,
        "milestones": Milestone.objects.filter(key_result__in=sentences.values("pk")),
        "target_changes": TargetChange.objects.filter(key_result__in=sentences.values("pk")),
        "quarters": Quarter.objects.filter(cycle=cycle).order_by("team__slug"),
        "rank_changes": RankChange.objects.filter(**in_quarter),
        "rank_snapshots": RankSnapshot.objects.filter(**in_quarter),
        "participants": Participant.objects.filter(objective__in=wanted.values("pk")),
        "ties": ties,
        "services": ServiceLink.objects.filter(objective__in=wanted.values("pk")),
        "potholes": Pothole.objects.filter(**in_quarter),
        "negotiations": asks,
        "terms": Terms.objects.filter(negotiation__cycle=cycle),
        "moves": Move.objects.filter(negotiation__cycle=cycle).order_by("negotiation", "seq"),
        "capacity": CapacityPlan.objects.filter(**in_quarter),
        "allocations": Allocation.objects.filter(**in_quarter),
        "loans": Loan.objects.filter(lender__cycle=cycle),
        "waivers": Waiver.objects.filter(**in_quarter),
        "nos": nos,
        "no_exceptions": NoException.objects.filter(no__in=nos.values("pk")),
        "check_ins": said,
        "check_in_lines": lines,
        "check_in_items": CheckInItem.objects.filter(check_in__in=lines.values("pk")),
        "findings": Finding.objects.filter(cycle=cycle),
    }
    return [(part, _in_order(rows[part.name])) for part in PARTS]


def _in_order(rows: "QuerySet[Any] | Iterable[Any]") -> Iterable[Any]:
    return rows.order_by("pk") if isinstance(rows, QuerySet) and not rows.query.order_by else rows


def _nos(cycle: Cycle, wanted: QuerySet[Objective]) -> QuerySet[No]:
    """Return the nos of negotiations and objectives of a quarter, and those said on its days alone."""
    begin = datetime.combine(cycle.starts_on, time.min, UTC)
    end = datetime.combine(cycle.ends_on, time.max, UTC)
    of_ask = Q(negotiation__cycle=cycle)
    of_objective = Q(negotiation=None, objective__in=wanted.values("pk"))
    alone = Q(negotiation=None, objective=None, decided_at__gte=begin, decided_at__lte=end)
    return No.objects.filter(of_ask | of_objective | alone)


def _metrics(sentences: QuerySet[KeyResult], nos: QuerySet[No]) -> QuerySet[Metric]:
    measured = sentences.exclude(metric=None).values("metric")
    guarded = sentences.exclude(guardrail_for=None).values("guardrail_for")
    watched = nos.exclude(metric=None).values("metric")
    return Metric.objects.filter(Q(pk__in=measured) | Q(pk__in=guarded) | Q(pk__in=watched))


def _values(metrics: QuerySet[Metric], cycle: Cycle, sentences: QuerySet[KeyResult]) -> QuerySet[MetricValue]:
    """Return what counts for the quarter's key results: from their first day to the end of the grace."""
    own = [day for pair in sentences.values_list("starts_on", "ends_on") for day in pair if day]
    first = min([cycle.starts_on, *own])
    last = date.fromordinal(max([cycle.ends_on, *own]).toordinal() + cycle.grace_days)
    rows = MetricValue.objects.filter(metric__in=metrics.values("pk"), on_date__range=(first, last))
    return rows.order_by("metric__key", "on_date", "recorded_at", "pk")


def _strategy(wanted: QuerySet[Objective], ties: QuerySet[AlignmentLink]) -> list[StrategyItem]:
    """Return the sentences that objectives and ties lead to, and those above them."""
    named = set(wanted.exclude(strategy_item=None).values_list("strategy_item", flat=True))
    named |= set(ties.exclude(to_strategy_item=None).values_list("to_strategy_item", flat=True))
    every = {one.pk: one for one in StrategyItem.objects.all()} if named else {}
    kept: dict[int, StrategyItem] = {}
    for pk in named:
        item = every.get(pk or 0)
        while item is not None and item.pk not in kept:
            kept[item.pk] = item
            item = every.get(item.parent_id or 0)
    return sorted(kept.values(), key=lambda one: (one.horizon, one.statement, one.pk))


def _numbered(part: Part, rows: Iterable[Model]) -> dict[int, str]:
    """Return the keys of a part's rows; a metric has one of its own, all others are counted."""
    if part.name == "metrics":
        return {row.pk: row.key for row in rows}  # type: ignore[attr-defined]
    return {row.pk: f"{part.prefix}-{number}" for number, row in enumerate(rows, start=1)}


def _outside(found: Mapping[str, list[Model]]) -> Keys:
    """Return the slugs and addresses of all teams, people and services that rows name."""
    wanted: dict[str, set[int]] = {name: set() for name in OUTSIDE}
    for part in PARTS:
        columns = [(part.attribute(name), to) for name, to in part.links.items() if to in wanted]
        for row in found[part.name]:
            for column, to in columns:
                if (pk := getattr(row, column)) is not None:
                    wanted[to].add(pk)
    return {
        TEAM: _named(Team.objects.all(), wanted[TEAM], lambda row: row.slug),
        PERSON: _named(User.objects.all(), wanted[PERSON], person_key),
        SERVICE: _named(Service.objects.all(), wanted[SERVICE], lambda row: row.slug),
    }


def person_key(person: User) -> str:
    """Return what names a person in every portal: their address, else the handle of the catalog."""
    return (person.email or "").lower() or (f"{HANDLE}{person.handle}" if person.handle else "")


def _named(rows: "QuerySet[Any]", pks: set[int], key: Callable[[Any], str]) -> dict[int, str]:
    found: dict[int, str] = {}
    ordered = sorted(pks)
    for start in range(0, len(ordered), AT_ONCE):
        for row in rows.filter(pk__in=ordered[start : start + AT_ONCE]):
            if name := key(row):
                found[row.pk] = name
    return found


def _is_whole(part: Part, row: Model, keys: Keys) -> bool:
    """Tell whether all that a row needs is in the file; what leads out of the quarter is left out."""
    needed = [(name, to) for name, to in part.links.items() if not part.field(name).null]
    if not all(getattr(row, part.attribute(name)) in keys[to] for name, to in needed):
        return False
    if isinstance(row, AlignmentLink):
        ends = ("to_objective", "to_key_result", "to_strategy_item")
        return any(getattr(row, f"{name}_id") in keys[part.links[name]] for name in ends)
    return True


def _row(part: Part, row: Model, keys: Keys) -> dict[str, Any]:
    values: dict[str, Any] = {name: _plain(getattr(row, name)) for name in part.fields}
    for name, to in part.links.items():
        values[name] = keys[to].get(getattr(row, part.attribute(name)))
    for name in part.lists:
        values[name] = [keys["objectives"][pk] for pk in getattr(row, name) if pk in keys["objectives"]]
    if part.prefix:
        values["key"] = keys[part.name][row.pk]
    if isinstance(row, Objective):
        values["is_in_backlog"] = row.cycle_id is None
    if isinstance(row, MetricTension):
        values["a"], values["b"] = sorted((values["a"], values["b"]))
    if isinstance(row, Finding):
        values["evidence"] = evidence_with(row.evidence, _by_key(keys))
    return values


def evidence_with(value: Any, named: Callable[[str, Any], Any]) -> Any:  # noqa: ANN401 -- JSON
    """Return what a finding follows from with other names for rows: `named` gets a part and a key."""
    if isinstance(value, dict):
        return {_about(name, named): _evidence(name, one, named) for name, one in value.items()}
    if isinstance(value, list):
        return [evidence_with(one, named) for one in value]
    return _about(value, named) if isinstance(value, str) else value


NUMBERED: Final = {"metric_id": "metrics", "link": "ties", "negotiation": "negotiations"}
KINDS: Final = {
    "objective": "objectives",
    "key_result": "key_results",
    "no": "nos",
    "negotiation": "negotiations",
    "unit": TEAM,
}


def _evidence(name: str, value: Any, named: Callable[[str, Any], Any]) -> Any:  # noqa: ANN401
    if name in NUMBERED and isinstance(value, int | str):
        return named(NUMBERED[name], value)
    return evidence_with(value, named)


def _about(text: str, named: Callable[[str, Any], Any]) -> str:
    """Return "key_result:7" with another key behind the colon; other words stay."""
    kind, colon, key = text.partition(":")
    return f"{kind}:{named(KINDS[kind], key)}" if colon and kind in KINDS and " " not in key else text


def _by_key(keys: Keys) -> Callable[[str, Any], Any]:
    """Return how the file names a row of the database; "?" is one that is not in it."""

    def named(part: str, pk: Any) -> str:  # noqa: ANN401
        return keys[part].get(int(pk), "?") if str(pk).isdecimal() else str(pk)

    return named


def _plain(value: Any) -> Any:  # noqa: ANN401 -- a column's value in, JSON out
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        return "0" if text == "-0" else text
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
