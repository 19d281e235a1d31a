"""Whole quarters as work of the background: one is exported, another is looked at and restored."""

from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from apps.accounts.models import Actor
from apps.activity.models import Subject
from apps.core import files
from apps.core.models import StoredFile
from apps.core.transactions import one_transaction
from apps.jobs.models import Job
from apps.jobs.transitions import Progress, enqueue
from apps.okrs import queries, rules
from apps.okrs.models import Cycle
from apps.okrs.transitions.restoring import restore_quarter

EXPORT, RESTORE = "okrs.export", "okrs.restore"
MEDIA_TYPE: Final = "application/json"


@one_transaction
def ask_export(cycle: Cycle, *, by: Actor, at: datetime) -> Job:
    """Let a worker write everything of a quarter into one file."""
    rules.check_may_carry_quarters(by)
    subject = Subject(
        type="cycle", id=cycle.pk, name=cycle.name, url=reverse("okrs:export", args=[cycle.slug])
    )
    return enqueue(EXPORT, title=f"Export of {cycle}", subject=subject, payload={}, by=by, at=at)


def run_export(job: Job, *, progress: Progress, by: Actor, at: datetime) -> dict[str, Any]:
    """Write the file that a job asks for; its page hands it out."""
    rules.check_may_restore(by)
    progress(0, 1)
    exported = queries.quarter_file(Cycle.objects.get(pk=job.subject_id), at=at)
    stored = files.store(queries.written(exported.content), media_type=MEDIA_TYPE)
    return {
        "file": stored.pk,
        "size": stored.size,
        "counts": exported.counts,
        "left_out": exported.left_out,
    }


@one_transaction
def ask_restore(content: bytes, *, name: str, by: Actor, at: datetime) -> Job:
    """Keep what somebody uploaded, and let a worker say what it would bring."""
    rules.check_may_carry_quarters(by)
    stored = files.store(content, media_type=MEDIA_TYPE)
    return _enqueue(stored, name, is_preview=True, by=by, at=at)


@one_transaction
def confirm_restore(looked: Job, *, by: Actor, at: datetime) -> Job:
    """Let a worker write what somebody has looked at."""
    rules.check_may_carry_quarters(by)
    rules.check_looked_at(looked)
    stored = StoredFile.objects.get(pk=looked.subject_id)
    return _enqueue(stored, looked.payload["name"], is_preview=False, by=by, at=at)


def _enqueue(stored: StoredFile, name: str, *, is_preview: bool, by: Actor, at: datetime) -> Job:
    url = reverse("okrs:restored", args=[stored.pk])
    subject = Subject(type="quarter_file", id=stored.pk, name="File of a quarter", url=url)
    title = f"{'Look at' if is_preview else 'Restore'} {name}"[:250]
    payload = {"name": name[:200], "is_preview": is_preview}
    return enqueue(RESTORE, title=title, subject=subject, payload=payload, by=by, at=at)


def run_restore(job: Job, *, progress: Progress, by: Actor, at: datetime) -> dict[str, Any]:
    """Look at an uploaded file, or write it; the page of the file shows what came of it."""
    progress(0, 1)
    content = files.read(StoredFile.objects.get(pk=job.subject_id))
    outcome = restore_quarter(content, by=by, at=at, is_preview=job.payload["is_preview"])
    return outcome.as_dict()
