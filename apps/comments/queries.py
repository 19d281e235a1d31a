"""How conversations are read. Whoever shows one has found its subject first, and so may see it."""

from collections.abc import Collection

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from apps.comments.models import Comment, Thread
from apps.core.statements import statement


def threads(subject_type: str, subject_ids: Collection[int]) -> dict[int, Thread]:
    """Return the threads of some objects by the id of the object. One query."""
    found = _threads(subject_type=subject_type, subject_ids=list(subject_ids))
    return {thread.subject_id: thread for thread in found}


@statement()
def _threads(*, subject_type: str, subject_ids: list[int]) -> QuerySet[Thread]:
    return Thread.objects.about(subject_type, subject_ids).select_related("last_by")


def conversation(subject_type: str, subject_id: int) -> list[Comment]:
    """Return what was said about one object, oldest first, with its authors. One query."""
    return _conversation(subject_type=subject_type, subject_id=subject_id)


@statement()
def _conversation(*, subject_type: str, subject_id: int) -> QuerySet[Comment]:
    about = Comment.objects.filter(thread__subject_type=subject_type, thread__subject_id=subject_id)
    return about.select_related("author").order_by("pk")


def latest(
    subject_type: str, subject_ids: Collection[int], *, most: int
) -> dict[int, tuple[int, list[Comment]]]:
    """Return for each object that was talked about the number of comments and the newest few, oldest first.

    One query, none without objects.
    """
    if not subject_ids:
        return {}
    rows = _latest(subject_type=subject_type, subject_ids=list(subject_ids), most=most)
    found: dict[int, tuple[int, list[Comment]]] = {}
    for comment in sorted(rows, key=lambda row: row.pk):
        thread = comment.thread
        found.setdefault(thread.subject_id, (thread.count, []))[1].append(comment)
    return found


@statement(shaped_by=["most"])
def _latest(*, subject_type: str, subject_ids: list[int], most: int) -> QuerySet[Comment]:
    newest = Window(RowNumber(), partition_by="thread", order_by="-pk")
    about = Comment.objects.filter(thread__subject_type=subject_type, thread__subject_id__in=subject_ids)
    return about.annotate(back=newest).filter(back__lte=most).select_related("author", "thread")
