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

AT_WORK = {State.AGREED, State.ACTIVE}  # what is checked in on
SAID = [f"said_{place}" for place in range(rules.DEFAULTS.disagreements)]  # the newest first
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
    return _due(quarter, last_on=quarter.last_on) if quarter else None  # type: ignore[attr-defined]


def _due(quarter: Quarter, *, last_on: date | None) -> date | None:
    return rules.next_due(
        last_on=last_on,
        starts_on=quarter.cycle.starts_on,
        ends_on=quarter.cycle.ends_on,
        every_days=quarter.check_in_days if quarter.has_check_ins else None,
    )


@dataclass(frozen=True)
class Noted:
    """What a team's quarter says beside an objective about its check-ins; nothing where all is well."""

    otherwise: str = ""  # "says on track, numbers say off track"
    overdue_since: date | None = None  # it counts as stale


def with_said(rows: QuerySet[Objective]) -> QuerySet[Objective]:
    """Add to objectives when their team checked in last, and what it said of each of them lately."""
    lines = CheckIn.objects.filter(objective=OuterRef("pk"), team_check_in__in=published())
    lines = lines.exclude(status="").order_by("-team_check_in__on_date", "-team_check_in__pk")
    said = lines.annotate(said=Concat("status", Value(" "), "hint")).values("said")
    lately = {name: Subquery(said[place : place + 1]) for place, name in enumerate(SAID)}
    return rows.annotate(last_on=_last_of_team(), **lately)


def noted_in(
    quarter: Quarter, objectives: Iterable[Objective], *, on: date, is_own: bool
) -> dict[int, Noted]:
    """Return what to note of a quarter's objectives, from `with_said`, by key. No query.

    `is_own`: a reader of the team; that a check-in is overdue shows to nobody else.
    """
    found = {}
    for one in objectives:
        if one.state in AT_WORK and quarter.pk is not None:
            due = _due(quarter, last_on=vars(one)["last_on"])
            said = [vars(one)[name].partition(" ") for name in reversed(SAID) if vars(one)[name]]
            found[one.pk] = Noted(
                otherwise=rules.says_otherwise([(status, hint or None) for status, _, hint in said]),
                overdue_since=due if is_own and rules.is_stale(due, today=on) else None,
            )
    return found


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
    rows = seen_by(reader_teams=reader_teams, on=on).annotate(
        check_in_days=Subquery(quarters.filter(has_check_ins=True).values("check_in_days")[:1]),
        last_on=_last_of_team(),
    )
    return rows.select_related("team", "authored_by", "cycle", "accountable", "reviewer").filter(pk=pk)


def _last_of_team() -> Subquery:
    """Return when an objective's team checked in last in its quarter."""
    rows = published().filter(quarter__team=OuterRef("team"), quarter__cycle=OuterRef("cycle"))
    return Subquery(rows.order_by("-on_date").values("on_date")[:1])


def _health(objective: Objective, said: list[CheckIn], due: date | None, *, on: date, is_own: bool) -> Health:
    due = due if objective.state in AT_WORK else None
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
