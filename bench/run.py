"""One run: fill, serve, measure, print."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from django.utils import timezone

from bench.findings import measure_findings
from bench.history import FEW, histories, measure_sealing, timelines
from bench.measuring import Result, measure
from bench.pages import Page, goal_pages, pages
from bench.paper import measure_report
from bench.reminders import measure_reminders
from bench.servers import WORKER, postmaster
from bench.sites import FIRST, Organisation, organisations, served, use
from bench.steps import measure_steps
from bench.table import growth, in_words, keep, table

EVENTS: Final = int(os.environ.get("EVENTS") or 10_000_000)


def run(sizes: list[int], folder: Path, *, parts: list[str]) -> int:
    """Measure organisations of these sizes; return 1 if a part of it could not be measured."""
    bench = _Run(folder, postmaster(folder / "postgresql" / "data"), organisations(sizes))
    for part in parts:
        begun = monotonic()
        text = f"{timezone.now():%-d %B %Y}.\n\n{PARTS[part](bench)}"
        print(f"\n{text}\n{part}: {(monotonic() - begun) / 60:.1f} minutes\n", flush=True)
        if os.environ.get("WRITE") == "1":
            keep(part, text)
    for problem in bench.problems:
        print(f"bench: {problem}", file=sys.stderr)
    return 1 if bench.problems else 0


@dataclass
class _Run:
    """What every part needs, and what could not be measured so far."""

    folder: Path
    database: int  # the first process of PostgreSQL
    organisations: list[Organisation]
    problems: list[str] = field(default_factory=list)

    def measured(self, found: list[Organisation], asked: list[Page]) -> list[Result]:
        """Serve all of these at once and measure pages on them."""
        with ExitStack() as stack:
            sites = [stack.enter_context(served(one, self.folder)) for one in found]
            results = measure(sites, asked, postmaster=self.database)
        self.problems += [
            f"{one.size:,}: {row.problem}" for one in results for row in one.rows if row.problem
        ]
        return results


def _pages(run: _Run) -> str:
    results = run.measured(run.organisations, pages(run.organisations[0].scene))
    return "\n".join([*(_told(one, "services") for one in results), growth(results)])


def _told(result: Result, what: str) -> str:
    floor = f"The floor took {result.floor:.2f} ms of CPU for each request (gunicorn's {WORKER} worker)."
    return f"{result.size:,} {what}. {floor}\n\n{table(result.rows)}"


def _report(run: _Run) -> str:
    use(run.organisations[0].database)
    printing = measure_report(run.organisations[0].scene.walkthrough_id, postmaster=run.database)
    if printing.problem:
        run.problems.append(f"report: {printing.problem}")
    return in_words(printing)


def _reminders(run: _Run) -> str:
    return measure_reminders(run.organisations, postmaster=run.database)


def _goals(run: _Run) -> str:
    """Measure the pages of goals alone."""
    results = run.measured(run.organisations, goal_pages(run.organisations[0].scene))
    return "\n".join([*(_told(one, "services") for one in results), growth(results)])


def _findings(run: _Run) -> str:
    return measure_findings(run.organisations, postmaster=run.database)


def _steps(run: _Run) -> str:
    middle = run.organisations[len(run.organisations) // 2]
    return f"{middle.size:,} services.\n\n{measure_steps(middle, postmaster=run.database)}"


def _history(run: _Run) -> str:
    found = histories(run.organisations[0], [FEW, EVENTS])
    results = run.measured(found, timelines(found[0].scene))
    return f"Events instead of services:\n\n{growth(results)}\n{measure_sealing(FIRST)}"


def _editors(run: _Run) -> str:
    """Run the long form of the test on both editions: it fails if a word is lost."""
    report = run.folder / "editors.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/faults/test_many_editors.py"]
    tests = {"DJANGO_SETTINGS_MODULE": "tests.settings", "FAULTS": "long", "FAULTS_REPORT": str(report)}
    for address in (f"postgres:///{FIRST}", ""):
        if subprocess.run(
            command, env=os.environ | tests | {"DATABASE_URL": address}, check=False
        ).returncode:
            run.problems.append(f"editors: {address or 'SQLite'}")
    lines = map(json.loads, report.read_text().splitlines() if report.exists() else [])
    told = ((seen["fault"], seen["edition"].removesuffix(" and Redis"), seen["seen"]) for seen in lines)
    return "\n".join(f"{fault} ({edition}): {seen}.\n" for fault, edition, seen in told)


PARTS: Final[dict[str, Callable[[_Run], str]]] = {
    "pages": _pages,
    "report": _report,
    "goals": _goals,
    "findings": _findings,
    "reminders": _reminders,
    "steps": _steps,
    "history": _history,
    "editors": _editors,
}
