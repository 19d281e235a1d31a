"""The offsite pack as a PDF, made of what was frozen."""

from datetime import date, datetime
from typing import Any, Final

from django.conf import settings

from apps.accounts.models import Actor
from apps.core import pdf
from apps.jobs.models import Job
from apps.jobs.transitions import Progress
from apps.okrs import queries, transitions
from apps.okrs.models import OffsitePack

TEMPLATE: Final = "pdf/offsite.html"
STEPS: Final = 2  # laid out, kept


def print_offsite(job: Job, *, progress: Progress, by: Actor, at: datetime) -> dict[str, int]:
    """Print the pack that a job names, outside any transaction, and keep it; the worker calls this."""
    progress(0, STEPS)
    pack = queries.offsite_pack(job.payload["pack"])
    document, pages = pdf.render_pdf(TEMPLATE, context(pack) | {"site": settings.SITE_URL})
    progress(1, STEPS)
    transitions.keep_printed_pack(pack, document=document, pages=pages, by=by, at=at)
    return {"pack": pack.pk, "pages": pages}


def context(pack: OffsitePack) -> dict[str, Any]:
    """Return what the page and the PDF show of a pack: its frozen content, with days as days. One query."""
    content = pack.content
    minutes = sum(part["minutes"] for part in content["agenda"])
    return {
        "pack": pack,
        "content": content,
        "on": date.fromisoformat(content["on"]),
        "minutes": minutes,
        "decisions": queries.decisions(pack),
    }
