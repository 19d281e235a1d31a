"""Cycles: which there are, what they still wait for, and what is kept of old ones."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.core.statements import statement
from apps.okrs import rules
from apps.okrs.models import EXITS, Cycle, CycleState, Horizon, KeyResult, Metric, Objective, State
from apps.okrs.queries.finding import readable


def cycles() -> list[Cycle]:
    """Return all quarters, the newest first. One query."""
    return _all_cycles()


@statement()
def _all_cycles() -> QuerySet[Cycle]:
    return Cycle.objects.order_by("-starts_on")


def open_cycles() -> list[Cycle]:
    """Return the quarters that can be planned or worked in, the next first. One query."""
    states = [CycleState.PLANNING, CycleState.ACTIVE]
    return list(Cycle.objects.filter(state__in=states).order_by("starts_on"))


def unfinished(cycle: Cycle) -> int:
    """Count the objectives that keep a quarter from being closed. One query."""
    return Objective.objects.filter(cycle=cycle, state__in=rules.UNFINISHED).count()


@dataclass(frozen=True)
class PastCycle:
    """One line of the archive."""

    cycle: Cycle
    objectives: int
    key_results: int
    kept: int
    stopped: int


def archive(person: User, *, on: date) -> list[PastCycle]:
    """Return the quarters that are over or being graded, with what was in each. Two queries."""
    seen = readable(person, on=on).filter(cycle=OuterRef("pk")).order_by().values("cycle")
    in_sight = seen.exclude(state__in=EXITS - {State.STOPPED})
    sentences = KeyResult.objects.filter(
        objective__in=readable(person, on=on).values("pk"), objective__cycle=OuterRef("pk"), dropped_on=None
    )
    rows = (
        Cycle.objects.filter(state__in=[CycleState.GRADING, CycleState.CLOSED])
        .annotate(
            objectives=Subquery(in_sight.annotate(n=Count("pk")).values("n")),
            key_results=Subquery(
                sentences.order_by().values("objective__cycle").annotate(n=Count("pk")).values("n")
            ),
            kept=Subquery(seen.filter(verdict__in=["keep", "change"]).annotate(n=Count("pk")).values("n")),
            stopped=Subquery(
                seen.filter(Q(verdict="stop") | Q(state=State.STOPPED)).annotate(n=Count("pk")).values("n")
            ),
        )
        .order_by("-starts_on")
    )
    counts = rows.values_list("pk", "objectives", "key_results", "kept", "stopped")
    found = {pk: [count or 0 for count in counts_of] for pk, *counts_of in counts}
    return [
        PastCycle(one, *found[one.pk]) for one in Cycle.objects.filter(pk__in=found).order_by("-starts_on")
    ]


def metrics_for(team: Team, *, chosen: int | None = None) -> QuerySet[Metric]:
    """Return the metrics that a key result of a team can use, its own first. One query."""
    rows = Metric.objects.filter(Q(archived_at=None) | Q(pk=chosen)).select_related("team")
    own = Q(team=team)
    return rows.annotate(foreign=Count("pk", filter=~own)).order_by("foreign", "name", "pk")


def backlog(person: User, *, on: date) -> QuerySet[Objective]:
    """Return what has no quarter, the nearer horizon first, by team. One query."""
    rows = readable(person, on=on).filter(cycle=None, state__in=rules.NEVER_AGREED)
    nearest_first = [Horizon.NEXT, Horizon.LATER]
    return (
        rows.filter(horizon__in=nearest_first).select_related("team").order_by("-horizon", "team__name", "pk")
    )
