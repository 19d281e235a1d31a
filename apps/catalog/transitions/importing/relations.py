"""How an import brings who is in which team, and what services need, offer and use.

Only what the source changed since the last run is written: what was added or taken away here stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Manager

from apps.accounts.models import User
from apps.activity.transitions import record as tell
from apps.catalog.events import MemberAdded, MemberRemoved, RelationsImported
from apps.catalog.imports import Record
from apps.catalog.models import Dependency, Imported, Interface, Membership, Service, Team
from apps.catalog.transitions.importing.run import Run
from apps.catalog.transitions.teams import push
from apps.core.transactions import one_transaction

RELATIONS: Final = {
    "person": ("teams",),
    "team": ("members",),
    "service": ("needs", "needed_by", "provides", "consumes"),
}

Refs = dict[str, list[str]]


@dataclass(frozen=True)
class _Link:
    """One row of a table between two others."""

    table: str  # "members", "needs", "provides" or "consumes"
    left: int
    right: int
    words: str


@dataclass(frozen=True)
class _Between:
    """How the rows of one table are written."""

    rows: Manager[Any]
    left: str
    right: str
    removable: dict[str, Any]  # what somebody made more of here stays


BETWEEN: Final = {
    "members": _Between(Membership.objects, "team_id", "person_id", {"is_lead": False}),
    "needs": _Between(Dependency.objects, "service_id", "target_id", {"strength": "unknown"}),
    "provides": _Between(Interface.providers.through.objects, "service_id", "interface_id", {}),
    "consumes": _Between(Interface.consumers.through.objects, "service_id", "interface_id", {}),
}


@one_transaction
def _relations(batch: list[Record], run: Run) -> None:
    """Write the relations of people, teams or services that the source changed."""
    refs = [record.ref for record in batch]
    sources = Imported.objects.filter(ref__in=refs).order_by("pk").select_for_update(no_key=True)
    changed: list[tuple[Record, list[_Link], list[_Link]]] = []
    for source, record in _pairs(list(sources), batch):
        there = {name: list(_known(record, name, run)) for name in RELATIONS[record.kind]}
        before = {name: source.values.get(f"{name}_refs", []) for name in there}
        if there != before:
            source.values |= {f"{name}_refs": found for name, found in there.items()}
            source.save(update_fields=["values"])
            run.learn(ref for found in before.values() for ref in found)
            changed.append((record, _more(record, there, before, run), _more(record, before, there, run)))
    _lock_people([link for _record, added, removed in changed for link in (*added, *removed)])
    people: set[int] = set()
    for record, added, removed in changed:
        gone = [link for link in removed if (link.table, link.left, link.right) not in run.wanted]
        done = [link for link in added if _add(link)], [link for link in gone if _remove(link)]
        people.update(link.right for links in done for link in links if link.table == "members")
        _remember(record, *done, run)
    if people:
        push(people, by=run.by, at=run.at)


def _wanted(record: Record, run: Run) -> set[tuple[str, int, int]]:
    """Return every link that a record asks for: what one side drops and the other keeps, stays."""
    names = RELATIONS[record.kind]
    links = (
        link for name in names for ref in record.relations[name] for link in _links(record, name, ref, run)
    )
    return {(link.table, link.left, link.right) for link in links}


def _more(record: Record, these: Refs, than: Refs, run: Run) -> list[_Link]:
    """Return the links of references that stand in the first and not in the second."""
    more = [(name, ref) for name, refs in these.items() for ref in refs if ref not in than[name]]
    return [link for name, ref in more for link in _links(record, name, ref, run)]


def _pairs(sources: list[Imported], batch: list[Record]) -> Iterator[tuple[Imported, Record]]:
    by_ref = {source.ref: source for source in sources}
    for record in batch:
        yield by_ref[record.ref], record


def _known(record: Record, name: str, run: Run) -> Iterator[str]:
    """Yield those references of a relation that mean something here."""
    for ref in record.relations[name]:
        other = ref.replace("component:", "resource:", 1)
        if run.objects.get(ref) or (name in {"needs", "needed_by"} and run.objects.get(other)):
            yield ref
        else:
            run.note(record, name, f"{ref} is not known")


def _links(record: Record, name: str, ref: str, run: Run) -> Iterator[_Link]:
    """Yield the row that a reference asks for; a thing is never related to itself."""
    own = run.objects[record.ref][1]
    kind, other = run.objects.get(ref) or run.objects.get(ref.replace("component:", "resource:", 1), ("", 0))
    match name, kind:
        case "teams", "team":
            yield _Link("members", other, own, ref)
        case "members", "person":
            yield _Link("members", own, other, ref)
        case "needs", "service" if other != own:
            yield _Link("needs", own, other, f"needs {ref}")
        case "needed_by", "service" if other != own:
            yield _Link("needs", other, own, f"is needed by {ref}")
        case "provides", "interface":
            yield _Link("provides", own, other, f"provides {ref}")
        case "consumes" | "needs", "interface":
            yield _Link("consumes", own, other, f"uses {ref}")


def _lock_people(links: list[_Link]) -> None:
    """Lock teams, then people, by id: who adds a member by hand at the same moment waits."""
    members = [link for link in links if link.table == "members"]
    if members:
        teams = Team.objects.filter(pk__in={link.left for link in members}).order_by("pk")
        list(teams.select_for_update(no_key=True).values_list("pk"))
        people = User.objects.filter(pk__in={link.right for link in members}).order_by("pk")
        list(people.select_for_update(no_key=True).values_list("pk"))


def _add(link: _Link) -> bool:
    """Write a row unless it is there."""
    between = BETWEEN[link.table]
    keys: dict[str, Any] = {between.left: link.left, between.right: link.right}
    _row, is_new = between.rows.get_or_create(**keys)
    return is_new


def _remove(link: _Link) -> bool:
    """Take a row away, unless somebody made more of it here."""
    between = BETWEEN[link.table]
    keys = {between.left: link.left, between.right: link.right}
    deleted, _by_model = between.rows.filter(**keys, **between.removable).delete()
    return bool(deleted)


def _remember(record: Record, added: list[_Link], removed: list[_Link], run: Run) -> None:
    if not added and not removed:
        return
    run.flags[record.ref].add("updated")
    if stamp := run.stamp(record.ref):
        Imported.objects.filter(ref=record.ref).exclude(**stamp).update(**stamp)
    if record.kind != "service":
        for link in (*added, *removed):
            team, person = Team.objects.get(pk=link.left), User.objects.get(pk=link.right)
            kind = MemberAdded if link in added else MemberRemoved
            event = kind(person=person.name, person_id=person.pk)
            tell(event, by=run.by, at=run.at, subject=team.subject)
        return
    service = Service.objects.select_related("team").get(pk=run.objects[record.ref][1])
    relations = {"added": [link.words for link in added], "removed": [link.words for link in removed]}
    changes = RelationsImported(added=len(added), removed=len(removed), relations=relations)
    tell(changes, by=run.by, at=run.at, subject=service.subject)
