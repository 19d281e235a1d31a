"""What a report costs: our whole job against WeasyPrint alone on the same HTML, in one warm process."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.utils import timezone
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from apps.accounts.models import Actor
from apps.core.pdf import render_html
from apps.jobs.models import State
from apps.jobs.transitions import run_next
from apps.walkthroughs import queries, reports
from apps.walkthroughs.models import Report, Walkthrough
from apps.walkthroughs.transitions import prepare_report
from bench.servers import cpu_seconds

MOST_OF_WEASYPRINT: Final = 1.2
TIMES: Final = 3
SYSTEM: Final = Actor.system("bench")


@dataclass(frozen=True)
class Printing:
    """What one report takes, in seconds of CPU; or why it could not be measured."""

    whole: float = 0.0
    alone: float = 0.0
    pages: int = 0
    problem: str = ""

    @property
    def ratio(self) -> float:
        """Return our job as a multiple of WeasyPrint alone."""
        return self.whole / self.alone if self.alone else 0.0


class JobFailedError(Exception):
    """The report was not printed."""


def measure_report(walkthrough_id: int, *, postmaster: int) -> Printing:
    """Print the report of a walkthrough several times: the job as a worker does it, and the bare HTML."""
    walkthrough = queries.walkthrough(walkthrough_id)
    html = _html(walkthrough)

    def cost(work: Callable[[], object]) -> float:
        before = cpu_seconds(os.getpid(), postmaster)
        work()
        return cpu_seconds(os.getpid(), postmaster) - before

    try:
        _job(walkthrough)  # warm: fonts, templates, imports
    except JobFailedError as error:
        return Printing(problem=str(error))
    _alone(html)
    pairs = [(cost(lambda: _job(walkthrough)), cost(lambda: _alone(html))) for _each in range(TIMES)]
    return Printing(
        whole=median(whole for whole, _alone in pairs),
        alone=median(alone for _whole, alone in pairs),
        pages=Report.objects.filter(walkthrough=walkthrough).latest("pk").pages,
    )


def _job(walkthrough: Walkthrough) -> None:
    """Ask for the report and do what waits, as the worker does: context, HTML, PDF, file and rows."""
    prepare_report(walkthrough, by=SYSTEM, at=timezone.now())
    job = run_next(by=SYSTEM, at=timezone.now())
    if job is None:
        message = "nothing was waiting"
        raise JobFailedError(message)
    job.refresh_from_db()
    if job.state != State.DONE:
        raise JobFailedError(job.problem)


def _html(walkthrough: Walkthrough) -> str:
    context = reports.context(walkthrough, queries.content(walkthrough), at=timezone.now())
    return render_html(reports.TEMPLATE, context)


def _alone(html: str) -> None:
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    HTML(string=html, url_fetcher=fetcher).write_pdf(pdf_variant="pdf/ua-1")
