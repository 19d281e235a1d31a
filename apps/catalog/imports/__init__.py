"""Files of a Backstage catalog → records, and a reason for everything that is left out. No database."""

from collections import deque
from dataclasses import dataclass, field

from apps.catalog.imports.documents import Document, LeftOut, documents
from apps.catalog.imports.entities import InvalidError, Record, record, targets
from apps.catalog.imports.sources import (
    DiskFiles,
    HeldFiles,
    RefusedError,
    Source,
    packed,
    problem_of,
    unzipped,
)

__all__ = [
    "DiskFiles",
    "HeldFiles",
    "LeftOut",
    "Reading",
    "Record",
    "RefusedError",
    "Source",
    "packed",
    "problem_of",
    "read",
    "unzipped",
]


@dataclass
class Reading:
    """What a source holds; `documents` counts what was readable, of whatever kind."""

    records: list[Record] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[LeftOut] = field(default_factory=list)  # went in, but a field of it did not
    documents: int = 0


def read(source: Source) -> Reading:
    """Read every file once, and what Locations point at inside the same source."""
    reading = Reading(left_out=list(source.left_out))
    seen: set[str] = set()
    first: dict[str, Record] = {}
    waiting = deque(source.names())
    while waiting:
        name = waiting.popleft()
        if source.key(name) in seen:
            continue
        seen.add(source.key(name))
        for document in _documents(source, name, reading):
            if str(document.body.get("kind", "")).lower() == "location":
                waiting.extend(_followed(source, document, reading))
            else:
                _keep(document, reading, first)
    return reading


def _documents(source: Source, name: str, reading: Reading) -> list[Document]:
    try:
        content = source.read(name)
    except RefusedError as error:
        reading.left_out.append(LeftOut(name, 1, str(error)))
        return []
    found, left_out = documents(content, file=name)
    reading.left_out += left_out
    reading.documents += len(found) + sum(one.is_readable for one in left_out)
    return found


def _followed(source: Source, location: Document, reading: Reading) -> list[str]:
    files = []
    for target, line in targets(location):
        if "://" in target:
            reading.left_out.append(
                LeftOut(location.file, line, f"{target[:200]} is an address: only files are read")
            )
        elif found := source.targets(location.file, target):
            files += found
        else:
            reason = f"the target {target[:200]} is not among the given files"
            reading.left_out.append(LeftOut(location.file, line, reason))
    return files


def _keep(document: Document, reading: Reading, first: dict[str, Record]) -> None:
    """Keep an entity; of two with one name the first stays."""
    try:
        new = record(document)
    except InvalidError as error:
        reading.left_out.append(LeftOut(document.file, error.line, str(error)))
        return
    if new.ref in first:
        known = first[new.ref]
        reason = f"{new.ref} stands already in {known.file}, line {known.line}"
        reading.left_out.append(LeftOut(new.file, new.line, reason))
        return
    first[new.ref] = new
    reading.records.append(new)
    reading.notes += [LeftOut(new.file, line, note) for line, note in new.notes]
