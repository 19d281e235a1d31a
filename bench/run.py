"""One run: fill, serve, measure, print."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from django.db import connection
from django.utils import timezone

from bench.measuring import Bench, Measured
from bench.organisation import Scene, fill
from bench.pages import pages
from bench.paper import Printing, measure_report
from bench.servers import WORKER, free_port, gunicorn, postmaster
from bench.table import in_words, keep, table
from bench.visitor import Visitor


def run(size: int, folder: Path, *, port: int) -> int:
    """Measure an organisation of this size; return 1 if a part of it could not be measured."""
    scene = _filled(size)
    database = postmaster(folder / "postgresql" / "data")
    rows, floor = _measured(scene, folder, port=port, database=database)
    print(f"\n{table(rows)}", flush=True)
    printing = measure_report(scene.walkthrough_id, postmaster=database)
    print(in_words(printing))
    head = (
        f"{size:,} services, {timezone.now():%-d %B %Y}. "
        f"The floor took {floor:.2f} ms of CPU for each request (gunicorn's {WORKER} worker).\n"
    )
    print(head)
    if os.environ.get("WRITE") == "1":
        keep(f"{head}\n{table(rows)}\n{in_words(printing)}")
    return _verdict(rows, printing)


def _filled(size: int) -> Scene:
    begun = monotonic()
    scene = fill(size, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FREEZE, ANALYZE)")
    print(f"{size:,} services, filled in {monotonic() - begun:.0f} s", flush=True)
    return scene


def _measured(scene: Scene, folder: Path, *, port: int, database: int) -> tuple[list[Measured], float]:
    """Return the pages' costs, and the floor's in milliseconds; both servers run meanwhile."""
    with ExitStack() as stack:
        config = "python:portal.gunicorn"
        portal = gunicorn("portal.wsgi", port=port, log=folder / "portal.log", config=config)
        floor = gunicorn("bench.floor", port=free_port(), log=folder / "floor.log")
        bench = Bench(
            portal=stack.enter_context(portal),
            floor=stack.enter_context(floor),
            postmaster=database,
            visitor=Visitor(scene, port=port),
        )
        return bench.measure(pages(scene))


def _verdict(rows: list[Measured], printing: Printing) -> int:
    problems = [row.problem for row in rows if row.problem]
    if printing.problem:
        problems.append(f"report: {printing.problem}")
    for problem in problems:
        print(f"bench: {problem}", file=sys.stderr)
    return 1 if problems else 0
