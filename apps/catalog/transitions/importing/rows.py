"""How records become rows of teams, groupings, services and interfaces, and how later runs change them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Manager

from apps.accounts.transitions import import_person
from apps.activity.models import EventKind, Subject
from apps.activity.transitions import record as tell
from apps.catalog import rules
from apps.catalog.events import EntryImported, ServiceImported, TeamImported
from apps.catalog.imports import Record
from apps.catalog.models import (
    Grouping,
    Imported,
    Interface,
    Phase,
    PhaseChange,
    Service,
    ServiceSummary,
    Team,
)
from apps.catalog.transitions.importing.run import Run
from apps.core.transactions import one_transaction

ORIGIN_LIVE: Final = "before Roadworthy"
ORIGIN: Final = "Imported from the catalog"

Values = dict[str, Any]


@dataclass(frozen=True)
class _Table:
    """How records of one kind are kept."""

    rows: Manager[Any]
    values: Callable[[Record, Run], Values]  # fields of the row, relations as ids
    made: Callable[[Record, Values, Run], Any]  # a new row, without its slug
    event: Callable[..., EventKind]


def _team_values(record: Record, _run: Run) -> Values:
    return dict(record.values)


def _grouping_values(record: Record, run: Run) -> Values:
    return record.values | {"team_id": run.owner(record)}


def _interface_values(record: Record, run: Run) -> Values:
    return record.values | {"team_id": run.owner(record), "system_id": run.one(record, "system", "system")}


def _service_values(record: Record, run: Run) -> Values:
    return _interface_values(record, run) | {"part_of_id": run.one(record, "part_of", "service")}


def _new_service(record: Record, values: Values, run: Run) -> Service:
    """Enter as live what ran before Roadworthy; a part enters where its whole is."""
    whole = Service.objects.filter(pk=values["part_of_id"]).first() if values["part_of_id"] else None
    if whole and whole.part_of_id:  # a part of a part: Roadworthy has one level
        whole = Service.objects.get(pk=whole.part_of_id)
        values["part_of_id"] = whole.pk
    phase = Phase.LIVE if record.is_live else Phase.PLAYGROUND
    if whole:
        phase = Phase(whole.phase)
    return Service(
        phase=phase,
        phase_before=whole.phase_before if whole else "",
        phase_since=run.at,
        review_on=run.at.date() + rules.REVIEW_AFTER if phase == Phase.PLAYGROUND else None,
        origin=ORIGIN_LIVE if phase == Phase.LIVE else ORIGIN,
        **values,
    )


COUNTED: Final = {"service": "version", "team": "revision"}  # what a form on somebody's screen is based on

TABLES: Final = {
    "team": _Table(Team.objects, _team_values, lambda _record, values, _run: Team(**values), TeamImported),
    "service": _Table(Service.objects, _service_values, _new_service, ServiceImported),
    "interface": _Table(
        Interface.objects, _interface_values, lambda _record, values, _run: Interface(**values), EntryImported
    ),
} | {
    kind: _Table(
        Grouping.objects,
        _grouping_values,
        lambda record, values, _run: Grouping(kind=record.kind, **values),
        EntryImported,
    )
    for kind in ("domain", "system")
}


@one_transaction
def _people(batch: list[Record], run: Run) -> None:
    """Take over people; accounts decides what an import may change of them."""
    known = {row.ref: row for row in Imported.objects.filter(ref__in=[record.ref for record in batch])}
    for record in batch:
        values = record.values
        person, outcome = import_person(
            values["handle"], values["name"], values["email"], by=run.by, at=run.at
        )
        run.flags[record.ref].add(outcome)
        run.objects[record.ref] = ("person", person.pk)
        if values["email"] and not person.email:
            run.note(record, "email", f"{values['email']} belongs to somebody else, so it was not taken over")
        _remember(known.get(record.ref), record, person.pk, run)


def _remember(known: Imported | None, record: Record, pk: int, run: Run) -> None:
    """Write down where an entity stands; nothing is written when nothing changed."""
    if known is None:
        Imported.objects.create(
            ref=record.ref,
            kind=record.kind,
            object_id=pk,
            values=dict(record.values),
            file=record.file[-500:],
            line=record.line,
            imported_at=run.at,
            **run.stamp(record.ref),
        )
    elif known.values != known.values | record.values:
        stamp = {"values": known.values | record.values, "imported_at": run.at} | run.stamp(record.ref)
        _set(known, stamp)


@one_transaction
def _rows(batch: list[Record], run: Run) -> None:
    """Create or merge the rows of records of one kind."""
    table = TABLES[batch[0].kind]
    refs = [record.ref for record in batch]
    sources = Imported.objects.filter(ref__in=refs).order_by("pk")
    known = {source.ref: source for source in sources.select_for_update(no_key=True)}
    ids = [source.object_id for source in known.values()]
    found = table.rows.filter(pk__in=ids).order_by("pk")
    rows = {row.pk: row for row in found.select_for_update(of=("self",), no_key=True)}

    new = [record for record in batch if record.ref not in known]
    for record in batch:
        if record.ref in known:
            _merge(rows[known[record.ref].object_id], known[record.ref], record, run)
    _create(new, table, run)


def _merge(row: Any, source: Imported, record: Record, run: Run) -> None:  # noqa: ANN401 -- one of four models
    """Write what the source changed, keep what was edited here."""
    there = TABLES[record.kind].values(record, run)
    if record.kind == "service":
        there["part_of_id"] = _whole(row, there["part_of_id"], record, run)
    _apply(row, source, there, record, run)


def _apply(row: Any, source: Imported, there: Values, record: Record, run: Run) -> None:  # noqa: ANN401
    merged = rules.merged(source.values, here={name: getattr(row, name) for name in there}, there=there)
    drift = {name: value for name, value in source.drift.items() if name not in there} | merged.drift
    run.drift[record.ref] = drift
    run.flags[record.ref].update({"drifted"} if drift else set())
    if merged.changes:
        _write(row, merged.changes, record, run)
    now = {"values": merged.base, "drift": drift, "file": record.file[-500:], "line": record.line}
    if any(getattr(source, name) != value for name, value in now.items()):
        _set(source, now | {"imported_at": run.at} | run.stamp(record.ref))


def _set(source: Imported, values: Values) -> None:
    for name, value in values.items():
        setattr(source, name, value)
    source.save(update_fields=list(values))


def _write(row: Any, changes: Values, record: Record, run: Run) -> None:  # noqa: ANN401
    differences = rules.differences(row, changes)
    for name, value in changes.items():
        setattr(row, name, value)
    fields = list(changes)
    if counted := COUNTED.get(record.kind):
        setattr(row, counted, getattr(row, counted) + 1)
        fields.append(counted)
    row.save(update_fields=fields)
    if "created" not in run.flags[record.ref]:  # else its place in the tree is part of its creation
        _tell(row, record, "updated", differences, run)
    run.flags[record.ref].add("updated")


def _whole(service: Service, wanted: int | None, record: Record, run: Run) -> int | None:
    """Return the whole that an existing service may get: an import never moves a phase."""
    if wanted is None or wanted == service.part_of_id:
        return wanted
    whole = Service.objects.get(pk=wanted)
    whole = Service.objects.get(pk=whole.part_of_id) if whole.part_of_id else whole
    if whole.pk in {service.pk, service.part_of_id}:
        return service.part_of_id
    if whole.phase != service.phase:
        reason = f"{whole} is in another phase than {service}, and an import moves none: they stay apart"
    elif Service.objects.filter(part_of=service).exists():
        reason = f"{service} has parts itself, so it cannot become a part of {whole}"
    else:
        return whole.pk
    run.note(record, "part_of", reason)
    return service.part_of_id


def _create(new: list[Record], table: _Table, run: Run) -> None:
    if not new:
        return
    taken = set(table.rows.values_list("slug", flat=True))
    rows = []
    bases = []
    for record in new:
        values = table.values(record, run)
        row = table.made(record, values, run)
        row.slug = rules.slug_of(
            record.name.replace("/", "-").replace(".", "-"), taken=taken, fallback=record.kind
        )
        taken.add(row.slug)
        rows.append(row)
        bases.append(values | ({"parent_id": None} if "parent" in record.relations else {}))
    table.rows.bulk_create(rows)
    _complete(new, rows, bases, run)


def _complete(new: list[Record], rows: list[Any], bases: list[Values], run: Run) -> None:
    """Write what belongs to new rows: where they came from, summaries, first phases, history."""
    for record in new:
        run.flags[record.ref].add("created")
    Imported.objects.bulk_create(
        Imported(
            ref=record.ref,
            kind=record.kind,
            object_id=row.pk,
            values=base,
            file=record.file[-500:],
            line=record.line,
            imported_at=run.at,
            **run.stamp(record.ref),
        )
        for record, row, base in zip(new, rows, bases, strict=True)
    )
    services = [row for row in rows if isinstance(row, Service)]
    ServiceSummary.objects.bulk_create(
        ServiceSummary(service=row, **rules.first_step(row)) for row in services
    )
    PhaseChange.objects.bulk_create(
        PhaseChange(service=row, after=row.phase, reason=row.origin, by_name=run.by.name, at=run.at)
        for row in services
    )
    for record, row in zip(new, rows, strict=True):
        run.objects[record.ref] = (record.kind, row.pk)
        _tell(row, record, "created", {}, run)


def _tell(row: Any, record: Record, outcome: str, changes: Values, run: Run) -> None:  # noqa: ANN401
    event = TABLES[record.kind].event
    details: Values = {"outcome": outcome, "file": record.file, "line": record.line, "changes": changes}
    if event is EntryImported:
        details["kind"] = record.kind
        subject = Subject(type=record.kind, id=row.pk, name=row.name)
    else:
        subject = row.subject
    tell(event(**details), by=run.by, at=run.at, subject=subject)


@one_transaction
def _parents(batch: list[Record], run: Run) -> None:
    """Put teams and groupings into their trees, now that all of them exist."""
    table = TABLES[batch[0].kind]
    refs = [record.ref for record in batch]
    known = {row.ref: row for row in Imported.objects.filter(ref__in=refs).order_by("pk").select_for_update()}
    rows = table.rows.in_bulk([row.object_id for row in known.values()])
    for record in batch:
        row, source = rows[known[record.ref].object_id], known[record.ref]
        _apply(row, source, {"parent_id": _parent(row, record, run)}, record, run)


def _parent(row: Any, record: Record, run: Run) -> int | None:  # noqa: ANN401
    """Return the row above; a circle is refused."""
    kinds = ("team",) if record.kind == "team" else ("domain",)
    above = run.above.get(record.ref, "") if not record.relations["parent"] else ""
    pk = wanted = run.find(above, "team") if above else run.one(record, "parent", *kinds)
    seen = {row.pk}
    while pk is not None:
        if pk in seen:
            run.note(record, "parent", "it would stand below itself")
            return None
        seen.add(pk)
        pk = TABLES[record.kind].rows.values_list("parent_id", flat=True).get(pk=pk)
    return wanted
