"""How objectives get their order, and how it is written down every Monday."""

from collections.abc import Sequence
from datetime import datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.errors import InvalidInputError
from apps.core.results import Conflict, Saved
from apps.core.text import clean_line
from apps.core.transactions import one_by_one, one_transaction
from apps.okrs import rules
from apps.okrs.events import OrderChanged, RanksSnapped
from apps.okrs.models import EXITS, Cycle, Objective, Quarter, RankChange, RankSnapshot
from apps.okrs.transitions.locking import opened_quarter


@one_transaction
def rank(
    quarter: Quarter, *, order: Sequence[int], revision: int, by: Actor, at: datetime, reason: str = ""
) -> Saved[Quarter] | Conflict[Quarter]:
    """Put a team's objectives into an order; whoever was slower sees the order that stands now.

    Once the quarter runs, or somebody relies on the order, it needs a reason.
    """
    quarter = opened_quarter(quarter.team, quarter.cycle, by=by, at=at)
    rules.check_may_rank(by, quarter.team)
    rules.check_open_cycle(quarter.cycle)
    reason = clean_line(reason, field="reason", limit=500)
    listed = list(
        Objective.objects.filter(team=quarter.team_id, cycle=quarter.cycle_id).exclude(state__in=EXITS)
    )
    titles = {one.pk: one.title for one in listed if one.is_open(on=at.date())}
    before = rules.order_of(quarter.ordered_ids, {one.pk for one in listed})
    after = list(order)
    if after == before:
        return Saved(quarter)
    if revision != quarter.revision:
        return Conflict(quarter)
    rules.check_order(after, set(before))
    if not reason and rules.needs_reason(quarter.cycle, listed):
        message = "Say why the order changes: people rely on it."
        raise InvalidInputError(message, field="reason")

    quarter.ordered_ids = after
    quarter.revision += 1
    quarter.save(update_fields=["ordered_ids", "revision"])
    if reason:
        RankChange.objects.create(
            quarter=quarter,
            before=before,
            after=after,
            reason=reason,
            person_id=by.person_id,
            person_name=by.name,
            at=at,
        )

    moves = "; ".join(rules.flips(before, after, titles))
    record(OrderChanged(moves=moves, reason=reason, order=after), by=by, at=at, subject=quarter.subject)
    return Saved(quarter)


def take_place(objective: Objective, quarter: Quarter, *, by: Actor, at: datetime) -> None:  # noqa: ARG001
    """Put an objective at the end of the order of a quarter that is locked. One query."""
    quarter.ordered_ids = [*[pk for pk in quarter.ordered_ids if pk != objective.pk], objective.pk]
    quarter.revision += 1
    quarter.save(update_fields=["ordered_ids", "revision"])


def leave_place(objective: Objective, *, by: Actor, at: datetime) -> None:  # noqa: ARG001
    """Take an objective out of the order of its quarter, which is locked with it. Two queries at most."""
    rows = Quarter.objects.filter(team=objective.team_id, cycle=objective.cycle_id)
    quarter = rows.first() if objective.cycle_id else None
    if quarter is None or objective.pk not in quarter.ordered_ids:
        return
    quarter.ordered_ids = [pk for pk in quarter.ordered_ids if pk != objective.pk]
    quarter.revision += 1
    quarter.save(update_fields=["ordered_ids", "revision"])


@one_transaction
def snapshot_ranks(*, by: Actor, at: datetime) -> int:
    """Write down the orders of all open quarters for this week, once each; return how many are new.

    A quarter that began in the middle of a week is written down in its first hour, so that the chart has
    it from the first day. The organisation's order is that of its own team. Five queries and one for each
    cycle.
    """
    one_by_one("okrs.snapshot_ranks")
    week_on = rules.monday_of(at.date())
    known = RankSnapshot.objects.filter(week_on=week_on).values("quarter")
    quarters = list(
        Quarter.objects.filter(cycle__in=Cycle.objects.open())
        .exclude(pk__in=known)
        .select_related("cycle")
        .order_by("pk")
    )
    alive: dict[tuple[int, int | None], set[int]] = {}
    rows = Objective.objects.alive().filter(cycle__in={one.cycle_id for one in quarters})
    for pk, team_id, cycle_id in rows.values_list("pk", "team_id", "cycle_id"):
        alive.setdefault((team_id, cycle_id), set()).add(pk)

    made = [
        RankSnapshot(quarter=one, week_on=week_on, ordered_ids=rules.order_of(one.ordered_ids, found))
        for one in quarters
        if (found := alive.get((one.team_id, one.cycle_id)))
    ]
    RankSnapshot.objects.bulk_create(made)

    for cycle in {one.quarter.cycle_id: one.quarter.cycle for one in made}.values():
        count = sum(one.quarter.cycle_id == cycle.pk for one in made)
        event = RanksSnapped(week_on=week_on.isoformat(), quarters=count)
        record(event, by=by, at=at, subject=cycle.subject)
    return len(made)
