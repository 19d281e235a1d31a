"""What goes on from one quarter into the next: copies as drafts, which their teams plan anew."""

from datetime import date, datetime
from typing import Any

from apps.accounts.models import Actor
from apps.activity.transitions import record
from apps.core.transactions import one_transaction
from apps.okrs import queries, rules
from apps.okrs.events import CarriedOver
from apps.okrs.models import (
    AlignmentLink,
    Cycle,
    Horizon,
    KeyResult,
    Kind,
    Milestone,
    Objective,
    Quarter,
    State,
    Verdict,
)
from apps.okrs.transitions.locking import make_pages

SAME = (
    "title",
    "why",
    "instead_of",
    "team",
    "accountable",
    "reviewer",
    "strategy_item",
    "ambition",
    "tags",
    "evidence_url",
    "visibility",
    "embargo_until",
    "restricted_because",
)
SAME_TERMS = (
    "title",
    "kind",
    "metric",
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "required_share",
    "carry_days",
    "curve",
    "accountable",
    "ambition",
    "indicator",
    "guardrail_for",
)


@one_transaction
def carry_over(cycle: Cycle, *, into: Cycle, by: Actor, at: datetime) -> list[Objective]:
    """Copy what is to be kept or changed into another quarter, once each; the old quarter is locked.

    A copy is a draft: even what is kept is agreed on anew. Its numbers go on from the newest value, and its
    sentences say so.
    """
    closed = list(
        Objective.objects.filter(cycle=cycle, state=State.CLOSED, verdict__in=[Verdict.KEEP, Verdict.CHANGE])
        .exclude(pk__in=Objective.objects.exclude(carried_from=None).values("carried_from"))
        .select_related("team", "cycle")
        .order_by("pk")
    )
    if not closed:
        return []
    pages = _pages(cycle, into, {one.team_id for one in closed}, by=by, at=at)
    copies = Objective.objects.bulk_create(
        [
            Objective(
                **{name: getattr(one, name) for name in SAME},
                authored_by=one.team,
                cycle=into,
                horizon=Horizon.NOW,
                state=State.DRAFT,
                made_at=at,
                carried_from=one,
            )
            for one in closed
        ]
    )
    _copy_sentences({copy.carried_from_id: copy for copy in copies}, on=rules.today_of(by, at))
    _keep_order(pages, cycle, into, copies)

    for copy in copies:
        before = copy.carried_from
        verdict = before.get_verdict_display().lower() if before else ""
        record(
            CarriedOver(before=str(cycle), verdict=verdict), by=by, at=at, subject=copy.subject(on=at.date())
        )
    return copies


def _pages(
    cycle: Cycle, into: Cycle, team_ids: set[int], *, by: Actor, at: datetime
) -> dict[tuple[int, int], Quarter]:
    """Return the locked pages of some teams in both quarters; those that are missing are made."""
    make_pages(team_ids, into, by=by, at=at)
    rows = Quarter.objects.select_for_update(no_key=True).filter(cycle__in=[cycle, into], team__in=team_ids)
    return {(row.cycle_id, row.team_id): row for row in rows.order_by("pk")}


def _copy_sentences(copies: dict[int | None, Objective], *, on: date) -> None:
    """Copy the key results that were not dropped, the milestones that were not reached, and the links."""
    old = list(
        KeyResult.objects.filter(objective__in=[pk for pk in copies if pk], dropped_on=None)
        .select_related("metric", "objective__cycle")
        .order_by("position", "pk")
    )
    standings = queries.progress_of_key_results(old, on=on)
    new = KeyResult.objects.bulk_create(
        [
            KeyResult(
                **_terms(one, standings[one.pk].progress),
                objective=copies[one.objective_id],
                position=one.position,
            )
            for one in old
        ]
    )
    sentences = {one.pk: copy for one, copy in zip(old, new, strict=True)}
    open_ones = Milestone.objects.filter(key_result__in=sentences, done_on=None).order_by("position", "pk")
    Milestone.objects.bulk_create(
        [
            Milestone(key_result=sentences[one.key_result_id], title=one.title, position=one.position)
            for one in open_ones
        ]
    )
    links = AlignmentLink.objects.filter(
        objective__in=[pk for pk in copies if pk], kind=AlignmentLink.Kind.CONTRIBUTES
    ).exclude(to_strategy_item=None)
    AlignmentLink.objects.bulk_create(
        [
            AlignmentLink(
                kind=one.kind,
                objective=copies[one.objective_id],
                to_strategy_item_id=one.to_strategy_item_id,
                statement=one.statement,
            )
            for one in links.order_by("pk")
        ]
    )


def _terms(key_result: KeyResult, progress: rules.Progress) -> dict[str, Any]:
    """Return what a copy says: it starts where the old one stands, unless that reached its target."""
    terms = {name: getattr(key_result, name) for name in SAME_TERMS}
    old = key_result.baseline
    new = rules.new_start(baseline=old, target=key_result.target, value=progress.value)
    if key_result.kind != Kind.METRIC or old is None or new is None:
        return terms
    title = rules.renumbered(key_result.title, old, new)[: rules.LONGEST_KEY_RESULT]
    return terms | {"title": title, "baseline": new, "baseline_on": progress.as_of}


def _keep_order(
    pages: dict[tuple[int, int], Quarter], cycle: Cycle, into: Cycle, copies: list[Objective]
) -> None:
    """Put the copies behind what is planned already, in the order that they had."""
    for (cycle_id, team_id), page in pages.items():
        if cycle_id != into.pk:
            continue
        ours = {copy.carried_from_id or 0: copy.pk for copy in copies if copy.team_id == team_id}
        old = pages.get((cycle.pk, team_id))
        order = rules.order_of(old.ordered_ids if old else [], set(ours))
        page.ordered_ids = [*page.ordered_ids, *(ours[pk] for pk in order)]
        page.revision += 1
        page.save(update_fields=["ordered_ids", "revision"])
