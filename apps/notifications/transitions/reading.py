"""How a person puts away what they were told. No events: what somebody has read is theirs alone."""

from datetime import datetime

from apps.accounts.models import Actor
from apps.core.transactions import one_transaction
from apps.notifications.models import Notice


@one_transaction
def read(notice: Notice, *, by: Actor, at: datetime) -> None:
    """Mark one of the person's own notices as read; the first time counts."""
    Notice.objects.filter(pk=notice.pk, recipient=by.person_id).unread().update(read_at=at)


@one_transaction
def read_all(*, by: Actor, at: datetime) -> None:
    """Mark everything that this person was told until now as read; what comes meanwhile stays."""
    Notice.objects.filter(recipient=by.person_id, at__lte=at).unread().update(read_at=at)
