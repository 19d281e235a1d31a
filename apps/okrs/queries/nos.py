"""The register of nos: the list with its filters, one with its exceptions, and what collides with one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final, Self

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import Http404

from apps.accounts.models import Actor, User
from apps.core.statements import statement
from apps.core.text import key_in
from apps.okrs.models import (
    AlignmentLink,
    KeyResult,
    Metric,
    Negotiation,
    NegotiationKind,
    No,
    NoException,
    NoQuerySet,
    Objective,
    ReasonCode,
    Stage,
)
from apps.okrs.queries.finding import readable, reader, seen_by
from apps.okrs.rules import nos as rules
from apps.okrs.rules.nos import Collision

PAGE: Final = 50
SHOWN: Final = (  # in the register
    "what",
    "reason",
    "reason_code",
    "state",
    "decided_at",
    "until_on",
    "threshold",
    "threshold_way",
    "reopen_when",
    "team__name",
    "holder__name",
    "requester__name",
    "metric__name",
    "metric__unit",
)
MOST: Final = 20
STATES: Final = {
    "standing": "Standing",
    "again": "To be decided again",
    "reopened": "Reopened",
    "gone": "Let go",
    "all": "All",
}
_IN_STATE: Final = {
    "standing": [No.State.ACTIVE, No.State.EXPIRED],
    "again": [No.State.EXPIRED],
    "reopened": [No.State.REOPENED, No.State.OVERTURNED],
    "gone": [No.State.LAPSED],
}


@dataclass(frozen=True)
class Filters:
    """What the address of the register says."""

    show: str = "standing"
    is_mine: bool = False
    team: str = ""
    reason: str = ""
    after: int | None = None

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Self:
        """Return the filters of an address; what nobody knows is left out."""
        return cls(
            show=said.get("show", "") if said.get("show", "") in STATES else "standing",
            is_mine=said.get("mine") == "1",
            team=said.get("team", "")[:200],
            reason=said.get("reason", "") if said.get("reason", "") in ReasonCode.values else "",
            after=key_in(said.get("after", "")),
        )


@dataclass(frozen=True)
class Entry:
    """One no in the register."""

    no: No
    condition: str
    exceptions: int


@dataclass(frozen=True)
class Register:
    """One page of the register."""

    entries: list[Entry]
    count: str
    next_after: int | None


def visible_nos(person: User, *, on: date) -> NoQuerySet:
    """Return the nos that somebody may read: those about a hidden objective are for its readers."""
    rows = No.objects.all()
    if person.is_admin:
        return rows
    return rows.filter(Q(objective=None) | Q(objective__in=readable(person, on=on).values("pk")))


def nos(person: User, filters: Filters, *, on: date) -> NoQuerySet:
    """Return the nos that somebody may read, as far as they were asked for. One query."""
    rows = visible_nos(person, on=on)
    if filters.show != "all":
        rows = rows.filter(state__in=_IN_STATE[filters.show])
    if filters.is_mine:
        mine = Q(holder=person) | Q(team__in=person.team_ids) | Q(requester__in=person.team_ids)
        rows = rows.filter(mine)
    if filters.team:
        rows = rows.filter(Q(team__slug=filters.team) | Q(requester__slug=filters.team))
    if filters.reason:
        rows = rows.filter(reason_code=filters.reason)
    return rows.select_related("team", "holder", "requester", "metric")


def register(person: User, filters: Filters, *, on: date) -> Register:
    """Return one page of nos, newest first. Two queries."""
    rows = nos(person, filters, on=on)
    page = rows.annotate(made=Count("exceptions")).only(*SHOWN)
    page = page.filter(pk__lt=filters.after) if filters.after else page
    found = list(page.order_by("-pk")[: PAGE + 1])
    return Register(
        entries=[
            Entry(one, rules.condition(one), one.made)  # type: ignore[attr-defined]
            for one in found[:PAGE]
        ],
        count=rows.counted(),
        next_after=found[PAGE - 1].pk if len(found) > PAGE else None,
    )


def no(pk: int, *, person: User, on: date) -> No:
    """Return one no that somebody may read, with all that it names, or 404. One query."""
    rows = visible_nos(person, on=on).select_related(
        "team", "holder", "decided_by", "requester", "metric", "dependency", "objective", "negotiation"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@dataclass
class NoPage:
    """One no with everything that happened to it."""

    no: No
    condition: str
    exceptions: list[NoException]
    may_decide: bool
    holders: list[User] = field(default_factory=list)  # who could hold it
    may_ask: bool = False
    colliding: list[Objective] = field(default_factory=list)  # of the reader's teams


def no_page(found: No, *, by: Actor, person: User, holders: list[User], on: date) -> NoPage:
    """Return the page of a no; what an exception was made for shows to its readers alone. Two queries."""
    stands = found.state in rules.STANDING
    exceptions = list(
        NoException.objects.filter(no=found).select_related("granted_by", "objective").order_by("pk")
    )
    open_ids = set(
        readable(person, on=on)
        .filter(pk__in=[one.objective_id for one in exceptions if one.objective_id])
        .values_list("pk", flat=True)
    )
    for one in exceptions:
        if one.objective_id not in open_ids:
            one.objective = None
    may_decide = rules.may_decide(by, found)
    return NoPage(
        no=found,
        condition=rules.condition(found),
        exceptions=exceptions,
        may_decide=may_decide and stands,
        holders=[one for one in holders if one.pk != found.holder_id],
        may_ask=stands and not may_decide,
    )


def collisions_of(objective: Objective, *, person: User, on: date) -> list[Collision]:
    """Return the nos that stand and have a metric, a dependency or a tag in common with an objective.

    What was made an exception for it is no news; nor is the no that was said to this very objective.
    One query: three pages ask it beside all that they show. Another one where there are some.
    """
    tags = set(objective.tags)
    rows = _alike(
        objective_id=objective.pk,
        team_id=objective.team_id,
        has_tags=bool(tags),
        **reader(person, on=on),
    )
    found = {
        pk: matched
        for pk, theirs, is_metric, is_dependency in rows
        if (matched := rules.in_common(tags, theirs, is_metric=is_metric, is_dependency=is_dependency))
    }
    ids = list(found)[:MOST]
    return [Collision(one, found[one.pk]) for one in _in_the_way(ids=ids)]


@statement()
def _in_the_way(*, ids: list[int]) -> QuerySet[No]:
    rows = No.objects.filter(pk__in=ids).select_related("team", "decided_by", "holder", "metric")
    return rows.order_by("-pk")


@statement()
def _alike(
    *, objective_id: int, team_id: int, has_tags: bool, reader_teams: list[int] | None, on: date | None
) -> QuerySet[No, Any]:
    """Return key and tags of nos that can be in the way, and whether by their metric or their dependency.

    What the objective measures and needs is looked up once, and not for each no.
    """
    measured = KeyResult.objects.filter(objective=objective_id, dropped_on=None)
    by_metric = Q(metric__in=measured.filter(metric__isnull=False).values("metric"))
    needed = _needed_by(objective_id)
    by_dependency = ~Q(dependency=team_id) & reduce(or_, [Q(dependency__in=one) for one in needed])
    rows = No.objects.active()
    if reader_teams is not None:
        seen = seen_by(reader_teams=reader_teams, on=on).values("pk")
        rows = rows.filter(Q(objective=None) | Q(objective__in=seen))
    known = NoException.objects.filter(no=OuterRef("pk"), objective=objective_id)
    rows = rows.exclude(Exists(known)).exclude(objective__isnull=False, objective=objective_id)
    same = by_metric | by_dependency
    if has_tags:  # SQLite cannot look into JSON, so those that have tags are looked through in Python
        same |= ~Q(tags=[])
    found: QuerySet[Any, Any] = rows.filter(same).order_by("-pk")
    found = found.annotate(by_metric=_told(by_metric), by_dependency=_told(by_dependency))
    return found.values_list("pk", "tags", "by_metric", "by_dependency")


def _told(condition: Q) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False))


def _needed_by(objective_id: int) -> list[QuerySet[Any, Any]]:
    """Return the teams on which an objective depends: by a link, or by what is asked of that team."""
    links = AlignmentLink.objects.filter(objective=objective_id, kind=AlignmentLink.Kind.DEPENDS_ON)
    asked = Negotiation.objects.filter(
        objective=objective_id,
        kind__in=[NegotiationKind.CONTRIBUTION, NegotiationKind.LOAN],
        stage__in=[Stage.DRAFT, Stage.OPEN, Stage.AGREED],
    )
    return [
        links.filter(to_objective__isnull=False).values("to_objective__team"),
        links.filter(to_key_result__isnull=False).values("to_key_result__objective__team"),
        asked.values("initiator"),
        asked.values("counterpart"),
    ]


def metric_choices() -> list[Metric]:
    """Return the metrics that a condition can be about. One query."""
    return list(Metric.objects.filter(archived_at=None).order_by("name", "pk")[:500])
