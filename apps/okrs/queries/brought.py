"""What did not happen here, but came with the file of a quarter."""

from django.db.models import Exists, OuterRef

from apps.activity.models import Event
from apps.okrs.events import AskDrafted, CycleRestored
from apps.okrs.models import Negotiation


def has_first_word() -> Exists:
    """Return, of a row of negotiations, whether its first word stands in the history."""
    return Exists(
        Event.objects.filter(subject_type="negotiation", subject_id=OuterRef("pk"), verb=AskDrafted.verb)
    )


def brought_by(negotiation: Negotiation) -> Event | None:
    """Return the event of whoever brought a negotiation with a file, or none if it was held here.

    What was held here has its first word in the sealed history; a file brings rows, and no word of anybody.
    Load it by `negotiation`. One query, or none for what was held here.
    """
    if vars(negotiation)["was_held_here"]:
        return None
    restored = Event.objects.filter(
        subject_type="cycle", subject_id=negotiation.cycle_id, verb=CycleRestored.verb
    )
    return restored.order_by("-pk").first()
