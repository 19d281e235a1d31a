"""An import from its beginning to its report, for the command and for the job of the import page."""

# ruff: noqa: SLF001 -- the steps are private to this package: nobody else may take one alone

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Subject
from apps.activity.queries import has_happened
from apps.activity.transitions import record as tell
from apps.catalog import imports, rules
from apps.catalog.events import CatalogImported
from apps.catalog.imports import LeftOut, Record, Source
from apps.catalog.transitions.importing import relations, rows
from apps.catalog.transitions.importing.run import Run
from apps.core import files
from apps.core.models import StoredFile
from apps.core.transactions import one_transaction
from apps.jobs.models import Job
from apps.jobs.transitions import enqueue

DEEPEST: Final = 20  # parts of parts of parts
MOST_LINES: Final = 2_000  # of each list that a job keeps for its page


@dataclass(frozen=True)
class Outcome:
    """What an import did; counts are by kind."""

    created: dict[str, int]
    updated: dict[str, int]
    unchanged: dict[str, int]
    drifted: dict[str, int]
    left_out: list[LeftOut]
    notes: list[LeftOut]  # went in, but one of their fields did not
    drift: list[dict[str, Any]]  # ref, field, here, there
    documents: int  # that could be read at all

    @property
    def summary(self) -> str:
        """Return it in one line: "3 created, 1 updated, 2 left out"."""
        words = [
            f"{sum(getattr(self, word).values())} {word}"
            for word in ("created", "updated", "unchanged", "drifted")
            if getattr(self, word)
        ]
        return ", ".join([*words, f"{len(self.left_out)} left out"])

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def import_catalog(
    source: Source,
    *,
    by: Actor,
    at: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    job: Job | None = None,
) -> Outcome:
    """Take a catalog over, batch by batch; what was done before a crash is found by the next run.

    Never inside a transaction of its own: each batch commits, and with it what became of its entities, so
    that the report of a job that several workers had to begin is the one of all of them.
    """
    rules.check_may_import(by)
    run = Run(imports.read(source), by, at, progress, job_id=job.pk if job else None)
    run.load()
    run.each(run.of("team"), rows._rows)
    run.each(run.of("team"), rows._parents)
    run.each(run.of("person"), rows._people)
    _link(run, "team", "person")  # before owners: a person as owner means their only team
    for kind in ("domain", "system"):
        run.each(run.of(kind), rows._rows)
    for kind in ("domain", "system"):
        run.each(run.of(kind), rows._parents)
    for level in _levels(run.of("service")):
        run.each(level, rows._rows)
    run.each(run.of("interface"), rows._rows)
    _link(run, "service")
    outcome = _outcome(run)
    _finish(outcome, job=job, by=by, at=at)
    return outcome


def _link(run: Run, *kinds: str) -> None:
    """Write relations, once all that they could mean is there."""
    records = run.of(*kinds)
    for record in records:
        run.wanted |= relations._wanted(record, run)
    for kind in kinds:
        run.each(run.of(kind), relations._relations)


def _levels(services: list[Record]) -> list[list[Record]]:
    """Return wholes, then their parts, then parts of parts: each needs the one before."""
    whole_of = {record.ref: next(iter(record.relations["part_of"]), "") for record in services}
    levels: dict[int, list[Record]] = defaultdict(list)
    for record in services:
        depth, ref = 0, whole_of[record.ref]
        while ref in whole_of and depth < DEEPEST:
            depth, ref = depth + 1, whole_of[ref]
        levels[depth].append(record)
    return [levels[depth] for depth in sorted(levels)]


def _outcome(run: Run) -> Outcome:
    return Outcome(
        **{word: run.counts(word) for word in ("created", "updated", "unchanged", "drifted")},
        left_out=run.reading.left_out,
        notes=run.reading.notes + run.notes,
        drift=[
            {"ref": ref, "field": name.removesuffix("_id")} | both
            for ref, fields in run.drift.items()
            for name, both in fields.items()
        ],
        documents=run.reading.documents,
    )


@one_transaction
def _finish(outcome: Outcome, *, job: Job | None, by: Actor, at: datetime) -> None:
    """Leave one line in the history, if anything changed; also if a worker died just after it."""
    subject = _upload(job.subject_id) if job else Subject(type="import", id=0, name="Catalog import")
    is_told = job is not None and has_happened(subject, verb=CatalogImported.verb, since=job.asked_at)
    if (outcome.created or outcome.updated) and not is_told:
        event = CatalogImported(
            summary=outcome.summary,
            created=outcome.created,
            updated=outcome.updated,
            unchanged=outcome.unchanged,
            drifted=outcome.drifted,
            left_out=len(outcome.left_out),
        )
        tell(event, by=by, at=at, subject=subject)


@one_transaction
def ask_import(uploads: Mapping[str, bytes], *, by: Actor, at: datetime) -> Job:
    """Keep what somebody uploaded, and let a worker import it: one zip, or entity files."""
    rules.check_may_import(by)
    content = imports.packed(uploads)
    stored = files.store(content, media_type="application/zip")

    names = ", ".join(sorted(uploads))
    subject = _upload(stored.pk)
    return enqueue(
        "catalog.import", title=f"Import of {names}"[:250], subject=subject, payload={}, by=by, at=at
    )


def _upload(pk: int) -> Subject:
    return Subject(
        type="import", id=pk, name="Catalog import", url=reverse("catalog:import_result", args=[pk])
    )


def run_import(job: Job, *, progress: Callable[[int, int], None], by: Actor, at: datetime) -> dict[str, Any]:
    """Import an upload, as the job of the import page; return what its page shows."""
    stored = StoredFile.objects.get(pk=job.subject_id)
    source = imports.unzipped(files.read(stored), name=job.title)
    outcome = import_catalog(source, by=by, at=at, progress=progress, job=job)
    result = outcome.as_dict()
    return result | {
        "left_out": result["left_out"][:MOST_LINES],
        "left_out_count": len(result["left_out"]),
        "notes": result["notes"][:MOST_LINES],
        "drift": result["drift"][:MOST_LINES],
        "summary": outcome.summary,
    }
