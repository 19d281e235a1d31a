"""What one import knows while it runs: which reference is which row, and what became of each entity."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import IntegrityError

from apps.accounts.models import Actor
from apps.catalog.imports import LeftOut, Reading, Record
from apps.catalog.models import Imported, Membership
from apps.catalog.rules import outcome

BATCH: Final = 500
WRITTEN: Final = frozenset({"created", "updated"})
TRIES: Final = 3  # against another import, or somebody who registers the same name meanwhile

RowT = TypeVar("RowT")


def _batches(rows: Sequence[RowT]) -> Iterator[list[RowT]]:
    for start in range(0, len(rows), BATCH):
        yield list(rows[start : start + BATCH])


@dataclass
class Run:
    """One import."""

    reading: Reading
    by: Actor
    at: datetime
    progress: Callable[[int, int], None]
    job_id: int | None = None  # whose report it is, also if several workers had to begin
    objects: dict[str, tuple[str, int]] = field(default_factory=dict)  # ref → kind, id
    flags: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    notes: list[LeftOut] = field(default_factory=list)
    drift: dict[str, dict[str, Any]] = field(default_factory=dict)
    only_team: dict[int, int | None] = field(default_factory=dict)  # person → their team, if it is one
    wanted: set[tuple[str, int, int]] = field(default_factory=set)  # every link that this source asks for
    above: dict[str, str] = field(default_factory=dict)  # child → parent, where only the parent says so
    done: int = 0

    def load(self) -> None:
        """Read which of all references are known from earlier runs. One query for each 500."""
        refs = {record.ref for record in self.reading.records}
        for record in self.reading.records:
            refs.update(ref for found in record.relations.values() for ref in found)
            needs = record.relations.get("needs", []) + record.relations.get("needed_by", [])
            refs.update(ref.replace("component:", "resource:", 1) for ref in needs)
        self.learn(refs)
        for record in self.of("team"):
            self.above |= dict.fromkeys(record.relations["children"], record.ref)

    def learn(self, refs: Iterable[str]) -> None:
        """Read which rows some references mean. One query for each 500."""
        for some in _batches(sorted(refs)):
            for row in Imported.objects.filter(ref__in=some).defer("values", "drift"):
                self.objects[row.ref] = (row.kind, row.object_id)
                if self.job_id and row.job_id == self.job_id:
                    self.flags[row.ref].add(row.outcome)

    def of(self, *kinds: str) -> list[Record]:
        """Return the records of some kinds in the order of their files."""
        return [record for record in self.reading.records if record.kind in kinds]

    def each(self, records: Sequence[Record], step: Callable[[list[Record], "Run"], None]) -> None:
        """Take a step with all records, 500 in one transaction; who lost a race goes once more."""
        for batch in _batches(records):
            for tried in range(TRIES):
                try:
                    step(batch, self)
                except IntegrityError:
                    if tried == TRIES - 1:
                        raise
                    self.load()
                else:
                    break
            self.done += len(batch)
            self.progress(min(self.done, self.total), self.total)

    @property
    def total(self) -> int:
        """Return how many records there are, each taken twice: itself, then its relations."""
        return 2 * len(self.reading.records)

    def find(self, ref: str, *kinds: str) -> int | None:
        """Return the id of what a reference means, if it is of one of the kinds."""
        kind, pk = self.objects.get(ref, ("", None))
        return pk if kind in kinds else None

    def one(self, record: Record, relation: str, *kinds: str) -> int | None:
        """Return the row that a relation names; a name that nobody has becomes a note."""
        refs = record.relations.get(relation, [])
        pk = self.find(refs[0], *kinds) if refs else None
        if refs and pk is None and refs[0] != record.ref:
            self.note(record, relation, f"{refs[0]} is not known")
        return pk

    def owner(self, record: Record) -> int | None:
        """Return the team that owns it; a person as owner means their only team."""
        refs = record.relations["owner"]
        if refs and refs[0].startswith("user:"):
            person = self.one(record, "owner", "person")
            team = self.team_of(person) if person else None
            if person and team is None:
                self.note(record, "owner", f"{refs[0]} is not in exactly one team, so nobody owns it yet")
            return team
        team = self.one(record, "owner", "team")
        if not refs:
            self.note(record, "owner", "no owner is named, so nobody owns it yet")
        return team

    def team_of(self, person: int) -> int | None:
        """Return the only team of a person."""
        if person not in self.only_team:
            teams = list(Membership.objects.filter(person=person).values_list("team", flat=True)[:2])
            self.only_team[person] = teams[0] if len(teams) == 1 else None
        return self.only_team[person]

    def note(self, record: Record, relation: str, reason: str) -> None:
        """Remember that a field did not go in as it stands."""
        self.notes.append(LeftOut(record.file, record.lines.get(relation, record.line), reason))

    def stamp(self, ref: str) -> dict[str, Any]:
        """Return what an entity's row keeps of what became of it, in the same transaction."""
        word = outcome(self.flags[ref])
        is_written = self.job_id is not None and word in WRITTEN
        return {"job_id": self.job_id, "outcome": word} if is_written else {}

    def counts(self, word: str) -> dict[str, int]:
        """Return how many entities were created, updated, unchanged or drifted, by kind."""
        found = Counter(
            record.kind for record in self.reading.records if outcome(self.flags[record.ref]) == word
        )
        return dict(sorted(found.items()))
