"""When reading leaves a trace (OKRS 1.6)."""

from datetime import date

from apps.accounts.models import Actor
from apps.okrs.models import Objective, Visibility


def is_open(objective: Objective, *, on: date) -> bool:
    """Tell whether everybody may read an objective on a day: `queries.readable` says the same of rows."""
    is_over = objective.embargo_until is not None and objective.embargo_until <= on
    return objective.visibility == Visibility.OPEN or (
        objective.visibility == Visibility.EMBARGOED and is_over
    )


def reads_in_confidence(by: Actor, objective: Objective, *, on: date) -> bool:
    """Tell whether an administrator reads what only its teams read, and is in none of them."""
    return not is_open(objective, on=on) and by.has("admin") and not by.is_in(objective.team_id)
