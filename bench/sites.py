"""One portal for each size, all at once, in databases of the same PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Final

from django.db import connection
from django.utils import timezone

from bench.organisation import Scene, fill, multiply
from bench.servers import Server, free_port, gunicorn
from bench.visitor import Passes, Visitor

FIRST: Final = "postgres"  # the database that comes with the server; the others are copies of it
BLOCK: Final = 1000  # services that Python makes; the database makes the rest


@dataclass(frozen=True)
class Organisation:
    """A database with so many services."""

    size: int
    database: str
    scene: Scene
    passes: Passes


@dataclass(frozen=True)
class Site:
    """An organisation with the portal that serves it, and the floor on the same database."""

    organisation: Organisation
    portal: Server
    floor: Server
    visitor: Visitor


def organisations(sizes: list[int]) -> list[Organisation]:
    """Fill a database for each size: one from nothing, and copies of it with more of the same."""
    begun = monotonic()
    use(FIRST)
    block = block_of(sizes)
    scene = fill(block, at=timezone.now())
    passes = Passes.make(scene)
    print(f"{block:,} services made in {monotonic() - begun:.0f} s", flush=True)
    found = []
    for size in sizes:
        begun = monotonic()
        one = copied(Organisation(block, FIRST, scene, passes), f"services_{size}", size=size)
        multiply(size // block - 1)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (FREEZE, ANALYZE)")
        found.append(one)
        print(f"{size:,} services filled in {monotonic() - begun:.0f} s", flush=True)
    return found


def block_of(sizes: list[int]) -> int:
    """Return how many services are made before they are copied; every size is a multiple of it."""
    block = BLOCK if all(size % BLOCK == 0 for size in sizes) else min(sizes)
    if any(size % block for size in sizes):
        message = f"bench: these sizes are no multiples of {block}: {sizes}"
        raise SystemExit(message)
    return block


def use(database: str) -> None:
    """Let this process read and write another database."""
    connection.close()
    connection.settings_dict["NAME"] = database


def copied(first: Organisation, name: str, *, size: int) -> Organisation:
    """Return a copy of what Python has made, in a database of its own that this process uses from now on."""
    use("template1")  # a database is copied only while nobody is in it
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {FIRST}")
    use(name)
    return replace(first, size=size, database=name)


@contextmanager
def served(organisation: Organisation, folder: Path) -> Iterator[Site]:
    """Serve an organisation, and the floor beside it, as long as the block."""
    os.environ["DATABASE_URL"] = f"postgres:///{organisation.database}"
    port, name = free_port(), organisation.database
    with ExitStack() as stack:
        log = folder / f"{name}.log"
        portal = gunicorn("portal.wsgi", port=port, log=log, config="python:portal.gunicorn")
        floor = gunicorn("bench.floor", port=free_port(), log=folder / f"{name}-floor.log")
        yield Site(
            organisation=organisation,
            portal=stack.enter_context(portal),
            floor=stack.enter_context(floor),
            visitor=Visitor(organisation.scene, organisation.passes, port=port),
        )
