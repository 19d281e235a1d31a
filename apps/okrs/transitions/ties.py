"""What an objective contributes to, what it depends on, and which services it is about."""

from collections import defaultdict
from datetime import date, datetime

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.catalog.models import Service
from apps.catalog.queries import leads_of
from apps.core.days import check_day
from apps.core.errors import InvalidMoveError
from apps.core.text import clean_line
from apps.core.transactions import one_by_one, one_transaction
from apps.notifications.transitions import notify
from apps.okrs import rules
from apps.okrs.events import ObjectiveLinked, ObjectiveUnlinked, ServiceLinked, ServiceUnlinked
from apps.okrs.models import AlignmentLink, KeyResult, Objective, ServiceLink, StrategyItem
from apps.okrs.transitions.locking import locked_objective

CONTRIBUTES = AlignmentLink.Kind.CONTRIBUTES


@one_transaction
def link_objective(  # noqa: PLR0913 -- a link says to what, how, and by when
    objective: Objective,
    *,
    kind: str,
    target: Objective | KeyResult | StrategyItem,
    statement: str,
    by: Actor,
    at: datetime,
    needed_on: date | None = None,
) -> AlignmentLink:
    """Say how an objective serves something, or what it depends on; the same once more is that link.

    Links are made one at a time: two at once could close a circle that neither of them saw.
    """
    objective = locked_objective(objective, by=by, at=at)
    one_by_one("okrs.link_objective")
    rules.check_may_draft(by, objective.team)
    rules.check_not_over(objective)
    rules.check_kind(kind, is_strategy=isinstance(target, StrategyItem))
    statement = clean_line(statement, field="statement", limit=rules.LONGEST_STATEMENT, is_required=True)
    if needed_on is not None:
        check_day(needed_on, field="needed_on")
    rules.check_needed(kind, needed_on, objective.cycle)
    place = _place(target)
    if known := AlignmentLink.objects.filter(objective=objective, kind=kind, **place).first():
        return known
    rules.check_room(AlignmentLink.objects.filter(objective=objective).count())
    aim = _aim(target)
    if aim is not None:
        rules.check_overlap(objective.cycle, aim.cycle)
        edges = _edges() if kind == CONTRIBUTES else {}
        rules.check_no_circle(edges, objective_id=objective.pk, aim_id=aim.pk, name=aim.title)

    link = AlignmentLink.objects.create(
        objective=objective, kind=kind, statement=statement, needed_on=needed_on, **place
    )

    record_link(link, objective, target, by=by, at=at)
    if aim is not None and kind != CONTRIBUTES and aim.team_id != objective.team_id:
        notify(
            [
                lead
                for lead in leads_of(aim.team_id)
                if lead.pk != by.person_id and objective.is_open(on=at.date())
            ],
            key=f"okrs:link:{link.pk}",
            template="okrs/depended_on",
            by=by,
            at=at,
            subject=objective.subject(on=at.date()),
            context={"actor": by.name, "objective": objective, "target": str(target), "link": link},
        )
    return link


def record_link(
    link: AlignmentLink,
    objective: Objective,
    target: Objective | KeyResult | StrategyItem,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Write a new link into the history of the objective that it starts from, load its team first."""
    words = link.get_kind_display().lower()
    event = ObjectiveLinked(
        kind=words, target=_named(target, objective, on=at.date()), statement=link.statement
    )
    record(event, by=by, at=at, subject=objective.subject(on=at.date()))


def _place(target: Objective | KeyResult | StrategyItem) -> dict[str, Objective | KeyResult | StrategyItem]:
    if isinstance(target, Objective):
        return {"to_objective": target}
    return {"to_key_result" if isinstance(target, KeyResult) else "to_strategy_item": target}


def _aim(target: Objective | KeyResult | StrategyItem) -> Objective | None:
    if isinstance(target, StrategyItem):
        return None
    return target if isinstance(target, Objective) else target.objective


def _named(target: Objective | KeyResult | StrategyItem, objective: Objective, *, on: date) -> str:
    """Return the words of a target, unless fewer people may read it than the objective."""
    aim = _aim(target)
    return str(target) if aim is None or aim.is_open(on=on) or aim.team_id == objective.team_id else "…"


def _edges() -> dict[int, list[int]]:
    """Return what contributes to what, from objective to objective. One query."""
    edges = defaultdict(list)
    rows = AlignmentLink.objects.filter(kind=CONTRIBUTES, to_strategy_item=None)
    for source, whole, part in rows.values_list(
        "objective_id", "to_objective_id", "to_key_result__objective_id"
    ):
        edges[source].append(whole or part)
    return edges


@one_transaction
def unlink_objective(link: AlignmentLink, *, by: Actor, at: datetime) -> None:
    """Take a link away; history keeps it."""
    objective = locked_objective(link.objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_not_over(objective)
    around = ("to_objective", "to_key_result__objective", "to_strategy_item")
    fresh = AlignmentLink.objects.select_related(*around).filter(pk=link.pk).first()
    if fresh is None:
        message = "Somebody took it away already."
        raise InvalidMoveError(message)

    target = fresh.to_objective or fresh.to_key_result or fresh.to_strategy_item
    words = fresh.get_kind_display().lower()
    fresh.delete()

    event = ObjectiveUnlinked(kind=words, target=_named(target, objective, on=at.date()) if target else "")
    record(event, by=by, at=at, subject=objective.subject(on=at.date()))


@one_transaction
def link_service(
    objective: Objective, *, service: Service, by: Actor, at: datetime, note: str = ""
) -> ServiceLink:
    """Name a service that an objective is about: evidence, which never moves a score."""
    objective = locked_objective(objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_not_over(objective)
    note = clean_line(note, field="note", limit=200)
    link, is_new = ServiceLink.objects.get_or_create(
        objective=objective, service=service, defaults={"note": note}
    )
    if is_new:
        record(ServiceLinked(service=service.name), by=by, at=at, subject=objective.subject(on=at.date()))
    return link


@one_transaction
def unlink_service(link: ServiceLink, *, by: Actor, at: datetime) -> None:
    """Take a service away from an objective."""
    objective = locked_objective(link.objective, by=by, at=at)
    rules.check_may_draft(by, objective.team)
    rules.check_not_over(objective)
    fresh = ServiceLink.objects.select_related("service").filter(pk=link.pk).first()
    if fresh is None:
        message = "Somebody took it away already."
        raise InvalidMoveError(message)

    name = fresh.service.name
    fresh.delete()

    record(ServiceUnlinked(service=name), by=by, at=at, subject=objective.subject(on=at.date()))
