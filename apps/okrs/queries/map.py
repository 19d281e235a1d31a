"""What is tied to what, as a drawing and as rows of the same."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Service, Team
from apps.core.statements import statement
from apps.okrs.models import (
    EXITS,
    AlignmentLink,
    Cycle,
    KeyResult,
    Objective,
    ServiceLink,
    State,
    StrategyItem,
)
from apps.okrs.queries.facts import aim_of
from apps.okrs.queries.finding import readable, reader, seen_by
from apps.okrs.rules.map import Edge, Layout, Node, layout

DRAWN = 120  # more boxes nobody can follow; a team's own map always fits
ROWS = 500
FOUND = 20
TONES = {"active": "strong", "agreed": "accent"}
AROUND = (
    "objective__team",
    "to_objective__team",
    "to_key_result__objective__team",
    "to_strategy_item",
)
_TEAM = ("team__name", "team__slug")
_DRAWN_OF = ("title", "state", "visibility", "embargo_until", "team__name")
ENDS = (
    *(f"objective__{name}" for name in _DRAWN_OF),
    *(f"to_objective__{name}" for name in _DRAWN_OF),
    "to_key_result__title",
    *(f"to_key_result__objective__{name}" for name in _DRAWN_OF),
    "to_strategy_item__statement",
)


@dataclass(frozen=True)
class Tie:
    """One row of the table."""

    link: AlignmentLink
    target: str
    target_unit: str
    target_url: str
    is_dependency: bool


@dataclass(frozen=True)
class MapPage:
    """The map of a cycle, or of what one team is tied to."""

    layout: Layout
    ties: list[Tie]
    loose: list[Objective]  # tied to nothing
    teams: list[Team]
    is_cut: bool


def alignment(cycle: Cycle, *, root: Team | None, person: User, on: date, team: str = "") -> MapPage:
    """Return what is tied to what in a cycle. Two queries; two more for one team."""
    who = reader(person, on=on)
    if team:
        found = _of_team(**who, cycle_id=cycle.pk, slug=team)
        near = _near({one.pk for one in found})
        listed = _some(**who, cycle_id=cycle.pk, ids=sorted(near)) if near else []
    else:
        listed = _every(**who, cycle_id=cycle.pk)
    objectives = {one.pk: one for one in listed}
    links = [one for one in _links(ids=list(objectives)) if _may_see(one, objectives, on=on)]
    ties = [tie(one) for one in links]
    tied = {one.objective_id for one in links} | {aim.pk for one in links if (aim := aim_of(one))}
    loose = [one for one in objectives.values() if one.pk not in tied and not one.strategy_item_id]
    nodes, edges = _drawn(objectives, links, tied, root)
    shown = nodes[:DRAWN]
    teams = {one.team_id: one.team for one in objectives.values()}
    return MapPage(
        layout=layout(shown, edges),
        ties=ties[:ROWS],
        loose=loose,
        teams=sorted(teams.values(), key=lambda one: one.name),
        is_cut=len(nodes) > DRAWN or len(ties) > ROWS,
    )


def _listed(*, reader_teams: list[int] | None, on: date | None, cycle_id: int) -> QuerySet[Objective]:
    """Return what a reader may see of a cycle's map."""
    rows = seen_by(reader_teams=reader_teams, on=on).filter(cycle=cycle_id)
    rows = rows.exclude(state__in=[*EXITS, State.IDEA])
    rows = rows.select_related("team").only(
        "title", "state", "visibility", "embargo_until", "strategy_item", *_TEAM
    )
    return rows.order_by("team__name", "pk")


_every = statement()(_listed)


@statement()
def _of_team(
    *, reader_teams: list[int] | None, on: date | None, cycle_id: int, slug: str
) -> QuerySet[Objective]:
    return _listed(reader_teams=reader_teams, on=on, cycle_id=cycle_id).filter(team__slug=slug)


@statement()
def _some(
    *, reader_teams: list[int] | None, on: date | None, cycle_id: int, ids: list[int]
) -> QuerySet[Objective]:
    return _listed(reader_teams=reader_teams, on=on, cycle_id=cycle_id).filter(pk__in=ids)


@statement()
def _links(*, ids: list[int]) -> QuerySet[AlignmentLink]:
    rows = AlignmentLink.objects.filter(objective__in=ids).select_related(*AROUND)
    return rows.only("kind", "statement", "needed_on", *ENDS).order_by("pk")


@statement()
def _touching(*, ids: list[int]) -> QuerySet[AlignmentLink, tuple[int, int | None, int | None]]:
    here = Q(objective__in=ids) | Q(to_objective__in=ids) | Q(to_key_result__objective__in=ids)
    rows = AlignmentLink.objects.filter(here)
    return rows.values_list("objective_id", "to_objective_id", "to_key_result__objective_id")


def _may_see(link: AlignmentLink, objectives: dict[int, Objective], *, on: date) -> bool:
    """Tell whether both ends may be read; an end in another cycle only if everybody may read it."""
    aim = aim_of(link)
    return aim is None or aim.pk in objectives or aim.is_open(on=on)


def _near(own: set[int]) -> set[int]:
    """Return a team's objectives and what is one step away, some of which a reader may not see. One query."""
    ends = {pk for row in _touching(ids=sorted(own)) for pk in row if pk is not None} if own else set()
    return own | ends


def _drawn(
    objectives: dict[int, Objective], links: list[AlignmentLink], tied: set[int], root: Team | None
) -> tuple[list[Node], list[Edge]]:
    """Return boxes and lines: the strategy, the organisation, who serves it, and who serves those."""
    serves: dict[int, set[int]] = {}
    nodes: dict[str, Node] = {}
    edges = []
    for link in links:
        aim, item = aim_of(link), link.to_strategy_item
        is_dependency = link.kind == AlignmentLink.Kind.DEPENDS_ON
        target = f"strategy:{item.pk}" if item else f"objective:{aim.pk if aim else 0}"
        edges.append(Edge(f"objective:{link.objective_id}", target, is_dependency, link.statement))
        if item is not None:
            nodes[target] = Node(target, item.statement, "Strategy", item.get_absolute_url(), 0, "strategy")
        if aim is not None and not is_dependency:
            serves.setdefault(link.objective_id, set()).add(aim.pk)
    every = dict(objectives) | {aim.pk: aim for one in links if (aim := aim_of(one))}
    for pk, one in every.items():
        if pk not in tied:
            continue
        column = _column(pk, serves, every, root, ())
        nodes[f"objective:{pk}"] = Node(
            key=f"objective:{pk}",
            title=one.title,
            unit=one.team.name,
            url=one.get_absolute_url(),
            column=column,
            tone=TONES.get(one.state, ""),
        )
    return sorted(nodes.values(), key=lambda one: (one.column, one.unit, one.key)), edges


def _column(
    pk: int,
    serves: dict[int, set[int]],
    every: dict[int, Objective],
    root: Team | None,
    path: tuple[int, ...],
) -> int:
    """Return how far an objective is from the strategy: the organisation's are next to it."""
    if pk in path or len(path) > 5:  # noqa: PLR2004 -- columns of a drawing
        return len(path)
    if root is not None and pk in every and every[pk].team_id == root.pk:
        return 1
    steps = [_column(one, serves, every, root, (*path, pk)) for one in serves.get(pk, ())]
    return 1 + max(steps, default=1 if root else 0)


def key_of(link: AlignmentLink) -> str:
    """Return what a link leads to as a form names it: "key_result:7". No query."""
    if link.to_strategy_item_id is not None:
        return f"strategy:{link.to_strategy_item_id}"
    if link.to_key_result_id is not None:
        return f"key_result:{link.to_key_result_id}"
    return f"objective:{link.to_objective_id}"


def tie(link: AlignmentLink) -> Tie:
    """Return a link as a row of the table; load both of its ends first. No query."""
    aim, sentence, item = aim_of(link), link.to_key_result, link.to_strategy_item
    if item is not None:
        return Tie(link, item.statement, "Strategy", item.get_absolute_url(), is_dependency=False)
    title = sentence.title if sentence else (aim.title if aim else "")
    url = aim.get_absolute_url() if aim else ""
    unit = aim.team.name if aim else ""
    return Tie(link, title, unit, url, is_dependency=link.kind == AlignmentLink.Kind.DEPENDS_ON)


@dataclass(frozen=True)
class TiesPage:
    """What one objective is tied to, and who is tied to it."""

    ties: list[Tie]
    here: list[AlignmentLink]
    services: list[ServiceLink]
    own_services: list[Service]


def ties_of(objective: Objective, *, person: User, on: date) -> TiesPage:
    """Return the ties of one objective that somebody may read. Four queries."""
    seen = readable(person, on=on).values("pk")
    rows = AlignmentLink.objects.filter(objective=objective).select_related(*AROUND)
    hidden = Q(to_objective__isnull=False) & ~Q(to_objective__in=seen)
    hidden |= Q(to_key_result__isnull=False) & ~Q(to_key_result__objective__in=seen)
    here = AlignmentLink.objects.filter(
        Q(to_objective=objective) | Q(to_key_result__objective=objective), objective__in=seen
    )
    services = ServiceLink.objects.filter(objective=objective).select_related("service")
    linked = list(services.order_by("service__name", "pk"))
    known = {one.service_id for one in linked}
    own = Service.objects.in_use().filter(team=objective.team_id).exclude(pk__in=known)
    return TiesPage(
        ties=[tie(one) for one in rows.exclude(hidden).order_by("kind", "pk")],
        here=list(here.select_related("objective__team", "to_key_result").order_by("pk")),
        services=linked,
        own_services=list(own.order_by("name", "pk")[:200]),
    )


@dataclass(frozen=True)
class Target:
    """Something that an objective can be tied to."""

    key: str  # "key_result:7", as the form sends it
    title: str
    unit: str


def targets(
    objective: Objective, *, root: Team | None, person: User, on: date, words: str = ""
) -> list[Target]:
    """Return what fits some words; without any, the organisation's goals and the strategy. Three queries."""
    seen = readable(person, on=on).alive().exclude(pk=objective.pk)
    seen = seen.filter(Q(cycle=objective.cycle_id) | Q(cycle=None)) if objective.cycle_id else seen
    items = StrategyItem.objects.exclude(verdict=StrategyItem.Verdict.DEAD)
    sentences = KeyResult.objects.filter(dropped_on=None, objective__in=seen.values("pk"))
    if words:
        seen = seen.filter(Q(title__icontains=words) | Q(team__name__icontains=words))
        sentences = sentences.filter(Q(title__icontains=words) | Q(objective__team__name__icontains=words))
        items = items.filter(Q(statement__icontains=words) | Q(theme__icontains=words))
    elif root is not None:
        seen, sentences = seen.filter(team=root), sentences.filter(objective__team=root)
    whole = [Target(f"objective:{one.pk}", one.title, one.team.name) for one in _first(seen)]
    parts = [
        Target(f"key_result:{one.pk}", one.title, f"key result of {one.objective.team.name}")
        for one in sentences.select_related("objective__team").order_by("pk")[:FOUND]
    ]
    strategy = [
        Target(f"strategy:{one.pk}", one.statement[:200], f"strategy, {one.get_horizon_display().lower()}")
        for one in items.order_by("position", "pk")[:FOUND]
    ]
    return [*whole, *parts, *strategy]


def _first(rows: QuerySet[Objective]) -> QuerySet[Objective]:
    return rows.select_related("team").order_by("pk")[:FOUND]


def target(key: str, *, person: User, on: date) -> Objective | KeyResult | StrategyItem | None:
    """Return what a form's choice names, if the person may read it. One query, or none."""
    kind, _colon, number = key.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 -- digits of a key
        return None
    seen = readable(person, on=on)
    if kind == "objective":
        return seen.select_related("team", "cycle").filter(pk=int(number)).first()
    if kind == "key_result":
        rows = KeyResult.objects.filter(objective__in=seen.values("pk"), dropped_on=None)
        return rows.select_related("objective__team", "objective__cycle").filter(pk=int(number)).first()
    return StrategyItem.objects.filter(pk=int(number)).first() if kind == "strategy" else None


def link(pk: int, *, person: User, on: date) -> AlignmentLink | None:
    """Return one link of an objective that somebody may read. One query."""
    rows = AlignmentLink.objects.filter(objective__in=readable(person, on=on).values("pk"))
    return rows.select_related("objective__team", "objective__cycle").filter(pk=pk).first()


def service_link(pk: int, *, person: User, on: date) -> ServiceLink | None:
    """Return one link to a service of an objective that somebody may read. One query."""
    rows = ServiceLink.objects.filter(objective__in=readable(person, on=on).values("pk"))
    return rows.select_related("objective__team", "objective__cycle", "service").filter(pk=pk).first()
