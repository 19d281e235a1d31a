"""What teams said of their objectives, whether it is old, and whether the numbers say otherwise."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from apps.accounts.models import User
from apps.core.statements import one_or_404, statement
from apps.okrs import rules
from apps.okrs.models import CheckIn, Objective, Quarter, State, Status, TeamCheckIn
from apps.okrs.queries.finding import reader, seen_by

NEUTRAL = {rules.PENDING: ("◇", ""), rules.STALE: ("◌", "adequate")}


@dataclass(frozen=True)
class Health:
    """How one objective is shown: a word and a shape, with what stands behind it."""

    word: str
    shape: str
    tone: str
    status: str  # what was published last, or the override; empty: nothing yet
    hint: str  # of the numbers, at that check-in
    last_on: date | None
    due_on: date | None
    is_stale: bool
    otherwise: str  # "says on track, numbers say off track"


def published() -> QuerySet[TeamCheckIn]:
    """Return the check-ins that count: published, and not put right by a later one."""
    later = TeamCheckIn.objects.filter(corrects=OuterRef("pk"), published_at__isnull=False)
    return TeamCheckIn.objects.filter(~Exists(later), published_at__isnull=False)


def health_of_objectives(
    objectives: Iterable[Objective], *, on: date, own: Collection[int] = ()
) -> dict[int, Health]:
    """Return how objectives are shown on a day, by key. Two queries for any number of them.

    `own` are the reader's teams: that a check-in is overdue shows to the team itself alone.
    """
    rows = list(objectives)
    said: dict[int, list[CheckIn]] = {row.pk: [] for row in rows}
    lines = CheckIn.objects.filter(objective__in=list(said), team_check_in__in=published())
    lines = lines.select_related("team_check_in").order_by("team_check_in__on_date", "team_check_in__pk")
    for line in lines:
        said[line.objective_id].append(line)
    quarters = rhythms(rows)
    found = {}
    for row in rows:
        due = due_on(quarters.get((row.team_id, row.cycle_id)))
        found[row.pk] = _health(row, said[row.pk], due, on=on, is_own=row.team_id in own)
    return found


def rhythms(objectives: Iterable[Objective]) -> dict[tuple[int, int | None], Quarter]:
    """Return the pages of some objectives' teams by team and cycle, with `last_on` and `cycle`. One query."""
    pairs = {(row.team_id, row.cycle_id) for row in objectives if row.cycle_id}
    rows = Quarter.objects.filter(
        team__in={team for team, _ in pairs}, cycle__in={cycle for _, cycle in pairs}
    )
    return {(row.team_id, row.cycle_id): row for row in with_last(rows)}


def with_last(quarters: QuerySet[Quarter]) -> QuerySet[Quarter]:
    """Add to pages when their team last checked in, and their cycle."""
    last = (
        published().filter(quarter=OuterRef("pk")).order_by().values("quarter").annotate(last=Max("on_date"))
    )
    return quarters.annotate(last_on=Subquery(last.values("last"))).select_related("cycle")


def due_on(quarter: Quarter | None) -> date | None:
    """Return when the next check-in of a page from `with_last` is due; None where there is none. No query."""
    if quarter is None:
        return None
    return rules.next_due(
        last_on=quarter.last_on,  # type: ignore[attr-defined]
        starts_on=quarter.cycle.starts_on,
        ends_on=quarter.cycle.ends_on,
        every_days=quarter.check_in_days if quarter.has_check_ins else None,
    )


def with_said(objectives: QuerySet[Objective]) -> QuerySet[Objective]:
    """Add what the two newest check-ins said and what the numbers hinted at, for `otherwise_of`."""
    later = TeamCheckIn.objects.filter(corrects=OuterRef("team_check_in"), published_at__isnull=False)
    lines = CheckIn.objects.filter(~Exists(later), objective=OuterRef("pk")).exclude(status="")
    lines = lines.filter(team_check_in__published_at__isnull=False)
    lines = lines.order_by("-team_check_in__on_date", "-team_check_in__pk")
    said = lines.annotate(said=Concat("status", Value("/"), "hint")).values("said")
    return objectives.annotate(said_last=Subquery(said[:1]), said_before=Subquery(said[1:2]))


def otherwise_of(objective: Objective) -> str:
    """Say where a team of `with_said` said one thing and the numbers another, twice in a row. No query."""
    if objective.state != State.ACTIVE:
        return ""
    words = [objective.said_before, objective.said_last]  # type: ignore[attr-defined]
    pairs = [said.partition("/") for said in words if said]
    return rules.says_otherwise([(status, hint or None) for status, _slash, hint in pairs])


def health_of(objective: Objective, lines: list[CheckIn], *, on: date, own: Collection[int] = ()) -> Health:
    """Return how an objective of `objective_with_rhythm` is shown; `lines` oldest first. No query."""
    cycle = objective.cycle
    due = None
    if cycle is not None:
        due = rules.next_due(
            last_on=objective.last_on,  # type: ignore[attr-defined]
            starts_on=cycle.starts_on,
            ends_on=cycle.ends_on,
            every_days=objective.check_in_days,  # type: ignore[attr-defined]
        )
    return _health(objective, lines, due, on=on, is_own=objective.team_id in own)


def objective_with_rhythm(pk: int, *, person: User, on: date) -> Objective:
    """Return one objective that somebody may read, with when its team checks in, or 404. One query."""
    return one_or_404(_with_rhythm(pk=pk, **reader(person, on=on)))


@statement()
def _with_rhythm(*, pk: int, reader_teams: list[int] | None, on: date | None) -> QuerySet[Objective]:
    quarters = Quarter.objects.filter(team=OuterRef("team"), cycle=OuterRef("cycle"))
    last = published().filter(quarter__team=OuterRef("team"), quarter__cycle=OuterRef("cycle"))
    rows = seen_by(reader_teams=reader_teams, on=on).annotate(
        check_in_days=Subquery(quarters.filter(has_check_ins=True).values("check_in_days")[:1]),
        last_on=Subquery(last.order_by("-on_date").values("on_date")[:1]),
    )
    return rows.select_related("team", "authored_by", "cycle", "accountable", "reviewer").filter(pk=pk)


def _health(objective: Objective, said: list[CheckIn], due: date | None, *, on: date, is_own: bool) -> Health:
    due = due if objective.state in {State.AGREED, State.ACTIVE} else None
    newest = said[-1] if said else None
    status = objective.status_override or (newest.status if newest else "")
    is_stale = rules.is_stale(due, today=on)
    word = rules.displayed_health(
        verdict=objective.verdict, is_overdue=is_stale and is_own, status=status or None
    )
    label, shape, tone = _shown(objective, word)
    return Health(
        word=label,
        shape=shape,
        tone=tone,
        status=status,
        hint=newest.hint if newest else "",
        last_on=newest.team_check_in.on_date if newest else None,
        due_on=due,
        is_stale=is_stale,
        otherwise=rules.says_otherwise([(one.status, one.hint or None) for one in said if one.status]),
    )


def _shown(objective: Objective, word: str) -> tuple[str, str, str]:
    if objective.verdict:
        return f"Closed: {objective.get_verdict_display().lower()}", "■", ""
    if word in NEUTRAL:
        return word.capitalize(), *NEUTRAL[word]
    status = Status(word)
    return status.label, *rules.look_of(status)
