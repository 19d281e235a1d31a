"""How a checklist gets a new version."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.activity.models import Subject
from apps.activity.transitions import record
from apps.core.errors import InvalidInputError, NotPermittedError
from apps.core.transactions import one_transaction
from apps.readiness import imports
from apps.readiness.events import EditionPublished
from apps.readiness.models import Edition


@one_transaction
def publish(text: str, *, by: Actor, at: datetime) -> Edition:
    """Publish the edition that a YAML text holds; the same text again changes nothing."""
    if by.person is not None and not by.has("enablement", "admin"):
        message = "Editions are published by Developer Enablement."
        raise NotPermittedError(message)
    parsed = imports.read(text)
    if parsed.problems:
        raise InvalidInputError(" ".join(str(problem) for problem in parsed.problems), field="edition")

    edition, is_new = Edition.objects.get_or_create(
        key=parsed.key,
        number=parsed.number,
        defaults={
            "kind": parsed.kind,
            "title": parsed.title,
            "content": parsed.content,
            "sha256": parsed.sha256,
            "published_at": at,
        },
    )
    if edition.sha256 != parsed.sha256:
        message = f"{edition} is published and never changes; a correction is edition {edition.number + 1}."
        raise InvalidInputError(message, field="edition")

    if is_new:
        subject = Subject(type="edition", id=edition.pk, name=str(edition), url=edition.get_absolute_url())
        event = EditionPublished(key=edition.key, number=edition.number, sha256=edition.sha256)
        record(event, by=by, at=at, subject=subject)
    return edition
