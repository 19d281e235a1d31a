"""What is kept of a printed report."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core import files
from apps.core.transactions import one_transaction
from apps.jobs.models import Job
from apps.notifications.transitions import notify
from apps.walkthroughs import rules
from apps.walkthroughs.events import ReportPrinted
from apps.walkthroughs.models import ContentSnapshot, Report, Walkthrough

MEDIA_TYPE = "application/pdf"


@one_transaction
def keep_report(  # noqa: PLR0913 -- what a printed report is
    walkthrough: Walkthrough,
    *,
    job: Job,
    document: bytes,
    pages: int,
    content: rules.Content,
    by: Actor,
    at: datetime,
) -> Report:
    """Keep the file with the content that it shows, and tell who asked; a job that ran twice keeps one."""
    kept = Report.objects.filter(job=job).first()
    if kept is not None:
        return kept
    snapshot, _is_new = ContentSnapshot.objects.get_or_create(
        sha256=rules.digest(content), defaults={"schema": rules.SCHEMA, "content": content, "made_at": at}
    )
    report = Report.objects.create(
        walkthrough=walkthrough,
        job=job,
        snapshot=snapshot,
        file=files.store(document, media_type=MEDIA_TYPE),
        pages=pages,
        made_at=at,
    )

    record(
        ReportPrinted(pages=pages, content=snapshot.sha256[:16]), by=by, at=at, subject=walkthrough.subject
    )
    if job.asked_by is not None:
        notify(
            [job.asked_by],
            key=f"report:{report.pk}",
            template="walkthroughs/report",
            by=by,
            at=at,
            subject=walkthrough.subject,
            context={"pages": pages},
        )
    return report
