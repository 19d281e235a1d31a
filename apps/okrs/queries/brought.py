"""What did not happen here, but came with the file of a quarter."""

from django.db.models import Exists

from apps.activity.models import Event
from apps.okrs.events import AskDrafted, CycleRestored
from apps.okrs.models import Negotiation


def brought_by(negotiation: Negotiation) -> Event | None:
    """Return the event of whoever brought a negotiation with a file, or none if it was held here.

    What was held here has its first word in the sealed history; a file brings rows, and no word of anybody.
    One query.
    """
    held_here = Event.objects.filter(
        subject_type="negotiation", subject_id=negotiation.pk, verb=AskDrafted.verb
    )
    restored = Event.objects.filter(
        ~Exists(held_here), subject_type="cycle", subject_id=negotiation.cycle_id, verb=CycleRestored.verb
    )
    return restored.order_by("-pk").first()
