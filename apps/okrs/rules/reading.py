"""When reading leaves a trace (OKRS 1.6)."""

from datetime import date

from apps.accounts.models import Actor
from apps.okrs.models import Objective


def reads_in_confidence(by: Actor, objective: Objective, *, on: date) -> bool:
    """Tell whether an administrator reads what only its teams read, and is in none of them."""
    return not objective.is_open(on=on) and by.has("admin") and not by.is_in(objective.team_id)
