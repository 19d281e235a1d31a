"""One run: fill, serve, measure, print."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from django.utils import timezone

from bench.measuring import Result, measure
from bench.pages import pages
from bench.paper import Printing, measure_report
from bench.servers import WORKER, postmaster
from bench.sites import organisations, served, use
from bench.table import growth, in_words, keep, table


def run(sizes: list[int], folder: Path) -> int:
    """Measure organisations of these sizes; return 1 if a part of it could not be measured."""
    begun = monotonic()
    found = organisations(sizes)
    database = postmaster(folder / "postgresql" / "data")
    scene = found[0].scene
    with ExitStack() as stack:
        sites = [stack.enter_context(served(one, folder)) for one in found]
        results = measure(sites, pages(scene), postmaster=database)
    use(found[0].database)
    printing = measure_report(scene.walkthrough_id, postmaster=database)
    told = "\n".join([*map(_told, results), growth(results), in_words(printing)])
    print(f"\n{told}\n{(monotonic() - begun) / 60:.0f} minutes", flush=True)
    if os.environ.get("WRITE") == "1":
        keep(told)
    return _verdict(results, printing)


def _told(result: Result) -> str:
    return (
        f"{result.size:,} services, {timezone.now():%-d %B %Y}. "
        f"The floor took {result.floor:.2f} ms of CPU for each request (gunicorn's {WORKER} worker).\n\n"
        f"{table(result.rows)}"
    )


def _verdict(results: list[Result], printing: Printing) -> int:
    problems = [f"{one.size:,}: {row.problem}" for one in results for row in one.rows if row.problem]
    if printing.problem:
        problems.append(f"report: {printing.problem}")
    for problem in problems:
        print(f"bench: {problem}", file=sys.stderr)
    return 1 if problems else 0
