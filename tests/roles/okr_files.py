"""What leaves and comes as files of the world's quarter."""

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.files import store
from apps.jobs.models import Job

DONE = {"state": "done", "title": "A file", "url": "/okrs/"}


def file_names(names, *, now):
    """Return what the addresses of the table call them: an export, and a file that was looked at."""
    stored = store(b"{}", media_type="application/json")
    moments = {"asked_at": now, "due_at": now, "finished_at": now}
    result = {"file": stored.pk, "size": 2, "counts": {}, "left_out": {}}
    about = {"subject_type": "cycle", "subject_id": names["cycle_pk"]}
    Job.objects.create(kind="okrs.export", result=result, **about, **DONE, **moments)
    seen = {"state": "preview", "cycle": "2026-q9", "created": {"objectives": 2}, "problems": []}
    about = {"subject_type": "quarter_file", "subject_id": stored.pk}
    payload = {"name": "q.json", "is_preview": True}
    looked = Job.objects.create(kind="okrs.restore", result=seen, payload=payload, **about, **DONE, **moments)
    return {"quarter_file": stored.pk, "looked_at": looked.pk}


def file_bodies():
    """Return what the rows send."""
    return {
        "/teams/{team}/import/": {"text": "objective\nQuiet nights\n"},
        "/sheet/": {"text": "objective\nQuiet nights\n"},
        "/sheet/?preview=1": {"text": "objective\nQuiet nights\n"},
        "/okrs/restores/": {},
        "/restores/{looked_at}/confirm/": {},
        "/cycles/{cycle}/export/": {},
        "/okrs/restore/": {"upload": SimpleUploadedFile("q.json", b"{}")},
    }
