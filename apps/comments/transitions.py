"""How people talk; whom to tell is known to the app whose subject it is."""

from dataclasses import asdict
from datetime import datetime

from django.db.models import F

from apps.accounts.models import Actor
from apps.activity.models import Subject
from apps.activity.transitions import record
from apps.comments import rules
from apps.comments.events import Said
from apps.comments.models import Comment, Thread
from apps.core.transactions import one_transaction


@one_transaction
def say(subject: Subject, *, text: str, by: Actor, at: datetime) -> Comment:
    """Add a comment to the thread of a subject, which the first one makes; a double click adds one."""
    thread = _locked_thread(subject)
    author = rules.speaker(by)
    text = rules.clean_comment(text)
    lately = thread.comments.filter(at__gt=at - rules.SAID_AGAIN)
    if known := lately.filter(author=author, text=text).order_by("pk").first():
        return known

    comment = Comment.objects.create(thread=thread, author=author, text=text, at=at)
    Thread.objects.filter(pk=thread.pk).update(count=F("count") + 1, last_by=author, last_at=at)

    record(Said(comment.pk), by=by, at=at, subject=subject)
    return comment


def _locked_thread(subject: Subject) -> Thread:
    """Return the one thread of a subject, with the labels that it has today."""
    labels = {
        f"subject_{name}" if name in {"type", "id", "name"} else name: value
        for name, value in asdict(subject).items()
    }
    key = {name: labels.pop(name) for name in ("subject_type", "subject_id")}
    thread, _is_new = Thread.objects.select_for_update(no_key=True).update_or_create(**key, defaults=labels)
    return thread
