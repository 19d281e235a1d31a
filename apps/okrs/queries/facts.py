"""What the rules look at, made of rows: the lint asks each unit, the checks look at all plans together."""

from collections import defaultdict
from decimal import Decimal, InvalidOperation

from apps.okrs.models import AlignmentLink, Kind, Negotiation, No, State
from apps.okrs.models import KeyResult as KeyResultRow
from apps.okrs.models import Objective as ObjectiveRow
from apps.okrs.queries.rows import STANDING, Rows, period
from apps.okrs.rules.findings import (
    Candidate,
    Demand,
    DependencyFacts,
    Facts,
    NoFacts,
    Party,
    Provider,
    Push,
    Thread,
)
from apps.okrs.rules.fingerprints import About
from apps.okrs.rules.lint import KeyResultFacts, MetricFacts, ObjectiveFacts, UnitFacts

DEPENDS, CONTRIBUTES = AlignmentLink.Kind.DEPENDS_ON, AlignmentLink.Kind.CONTRIBUTES
NOT_ASKED = "not asked"
LOCKED_CYCLES = frozenset({"active", "grading", "closed"})
KEPT_BACK = "something that its team keeps to itself"
NO_OTHER = -1  # a guardrail for a metric that this objective does not push


def units(rows: Rows) -> list[UnitFacts]:
    """Return what the lint looks at: each team with a page or an objective in the cycle."""
    ours: dict[int, list[ObjectiveRow]] = defaultdict(list)
    names = {team_id: quarter.team.name for team_id, quarter in rows.quarters.items()}
    for one in rows.objectives.values():
        ours[one.team_id].append(one)
        names[one.team_id] = one.team.name
    return [_unit(team_id, names[team_id], ours[team_id], rows) for team_id in sorted(ours)]


def _unit(team_id: int, name: str, objectives: list[ObjectiveRow], rows: Rows) -> UnitFacts:
    hands = rows.hands.get(team_id)
    return UnitFacts(
        id=team_id,
        name=name,
        is_organisation=team_id == rows.root_id,
        load=hands.load if hands else None,
        has_plan=bool(hands and hands.has_plan),
        upkeep_share=hands.upkeep_share if hands else None,
        objectives=tuple(_objective(one, rows) for one in objectives),
    )


def _objective(row: ObjectiveRow, rows: Rows) -> ObjectiveFacts:
    sentences = rows.key_results[row.pk]
    return ObjectiveFacts(
        id=row.pk,
        title=row.title,
        instead_of=row.instead_of,
        ambition=row.ambition,
        accountable=(row.accountable.name,) if row.accountable else (),
        owner=row.team.name,
        author="" if row.authored_by_id == row.team_id else row.authored_by.name,
        is_answered=row.pk in rows.answered,
        has_evidence=bool(row.evidence_url),
        has_begun=row.state in {State.ACTIVE, State.GRADING, State.CLOSED},
        key_results=tuple(_key_result(one, row, sentences, rows) for one in sentences),
    )


def _key_result(
    row: KeyResultRow, objective: ObjectiveRow, beside: list[KeyResultRow], rows: Rows
) -> KeyResultFacts:
    starts_on, ends_on = period(row, rows.cycle)
    pushed = {one.metric_id: one.pk for one in beside if one.metric_id}
    level = rows.confidence.get(row.pk)
    return KeyResultFacts(
        id=row.pk,
        title=row.title,
        kind=row.kind,
        metric=_metric(row, rows),
        baseline=row.baseline,
        target=row.target,
        band_low=row.band_low,
        band_high=row.band_high,
        starts_on=starts_on,
        ends_on=ends_on,
        ambition=row.ambition,
        indicator=row.indicator,
        guardrail_for=pushed.get(row.guardrail_for_id, NO_OTHER) if row.guardrail_for_id else None,
        confidence=None if level is None else Decimal(level),
        earlier_targets=tuple(rows.targets.get((objective.team_id, row.metric_id or 0), ())),
    )


def _metric(row: KeyResultRow, rows: Rows) -> MetricFacts | None:
    metric = row.metric
    if metric is None:
        return None
    return MetricFacts(
        id=metric.pk,
        name=metric.name,
        unit_kind=metric.unit_kind,
        denominator=metric.denominator,
        lower_bound=metric.lower_bound,
        upper_bound=metric.upper_bound,
        cadence_days=metric.cadence_days,
        tensions=rows.tensions.get(metric.pk, {}),
    )


def facts(rows: Rows) -> Facts:
    """Return what the checks between plans look at."""
    return Facts(
        pushes=tuple(_pushes(rows)),
        providers=tuple(_providers(rows)),
        dependencies=tuple(_dependencies(rows)),
        nos=tuple(_no(one) for one in rows.nos if one.objective is None or rows.is_open(one.objective)),
        candidates=tuple(_candidates(rows)),
        threads=tuple(_threads(rows)),
    )


def party(objective: ObjectiveRow) -> Party:
    """Return an objective as a side of a finding."""
    return Party(about=About("objective", objective.pk), title=objective.title, unit=objective.team.name)


def _sentence(row: KeyResultRow, objective: ObjectiveRow) -> Party:
    return Party(about=About("key_result", row.pk), title=row.title, unit=objective.team.name)


def _pushes(rows: Rows) -> list[Push]:
    found = []
    seen = {pk: rows.key_results[pk] for pk, one in rows.objectives.items() if rows.is_open(one)}
    for pk, sentences in seen.items():
        for one in sentences:
            if one.kind != Kind.METRIC or not one.metric or one.baseline is None or one.target is None:
                continue
            starts_on, ends_on = period(one, rows.cycle)
            found.append(
                Push(
                    party=_sentence(one, rows.objectives[pk]),
                    metric_id=one.metric.pk,
                    metric=one.metric.name,
                    baseline=one.baseline,
                    target=one.target,
                    starts_on=starts_on,
                    ends_on=ends_on,
                )
            )
    return found


def owner_of(negotiation: Negotiation) -> ObjectiveRow | None:
    """Return the objective for which something is asked."""
    sentence = negotiation.key_result
    return negotiation.objective or (sentence.objective if sentence else None)


def giver_id(negotiation: Negotiation) -> int:
    """Return the team that would do it: the other than the objective's; without one, who was asked."""
    owner = owner_of(negotiation)
    if owner is not None and owner.team_id == negotiation.counterpart_id:
        return negotiation.initiator_id
    return negotiation.counterpart_id


def _providers(rows: Rows) -> list[Provider]:
    """Return the teams that others ask for person-weeks and that say what they have."""
    demands: dict[int, list[Demand]] = defaultdict(list)
    for one in rows.negotiations:
        weeks = _weeks(one)
        if one.stage not in STANDING or not weeks:
            continue
        giver = giver_id(one)
        owner = owner_of(one)
        taker = one.initiator if giver == one.counterpart_id else one.counterpart
        about = Party(about=About("negotiation", one.pk), title=one.title)
        if owner is not None:
            about = party(owner) if rows.is_open(owner) else Party(about=about.about, title=KEPT_BACK)
        claimant = Party(about=about.about, title=about.title, unit=taker.name)
        rank = _organisation_rank(owner, rows) if owner else None
        demands[giver].append(Demand(negotiation_id=one.pk, claimant=claimant, person_weeks=weeks, rank=rank))
    return [
        Provider(
            party=Party(about=About("unit", team_id), title=rows.quarters[team_id].team.name),
            free=rows.hands[team_id].free,
            demands=tuple(demands[team_id]),
        )
        for team_id in sorted(demands)
        if team_id in rows.hands and rows.hands[team_id].has_plan
    ]


def _weeks(negotiation: Negotiation) -> Decimal:
    """Return the person-weeks of the terms on the table; nothing where they name none."""
    said = negotiation.terms.payload.get("person_weeks", "") if negotiation.terms else ""
    try:
        return Decimal(str(said or 0))
    except InvalidOperation:
        return Decimal(0)


def _organisation_rank(objective: ObjectiveRow, rows: Rows) -> int | None:
    """Return the place of an objective in the organisation's order, or of what it contributes to."""
    order = rows.order(rows.root_id)
    served = [objective.pk] + [
        target.pk
        for link in rows.links
        if link.objective_id == objective.pk and link.kind == CONTRIBUTES and (target := aim_of(link))
    ]
    places = [order.index(pk) + 1 for pk in served if pk in order]
    return min(places, default=None)


def aim_of(link: AlignmentLink) -> ObjectiveRow | None:
    """Return the objective that a link leads to, also through one of its key results."""
    return link.to_objective or (link.to_key_result.objective if link.to_key_result else None)


def _dependencies(rows: Rows) -> list[DependencyFacts]:
    stages = _stages(rows)
    found = []
    for link in rows.links:
        target, consumer = aim_of(link), rows.objectives.get(link.objective_id)
        if link.kind != DEPENDS or target is None or consumer is None or target.team_id == consumer.team_id:
            continue
        if not (rows.is_open(consumer) and rows.is_open(target)):
            continue
        found.append(
            DependencyFacts(
                link_id=link.pk,
                consumer=party(consumer),
                provider=party(target),
                state=stages.get((consumer.pk, target.team_id), NOT_ASKED),
                is_locked=rows.cycle.state in LOCKED_CYCLES,
                consumer_rank=rows.place(consumer.team_id, consumer.pk),
                provider_rank=rows.place(target.team_id, target.pk),
                provider_count=len(rows.order(target.team_id)),
            )
        )
    return found


def _stages(rows: Rows) -> dict[tuple[int, int], str]:
    """Return how far each ask is, by objective and by the team that would do it; the newest ask counts."""
    found = {}
    for one in rows.negotiations:
        owner = owner_of(one)
        if owner is not None:
            found[owner.pk, giver_id(one)] = str(one.stage)
    return found


def _no(row: No) -> NoFacts:
    return NoFacts(
        party=Party(about=About("no", row.pk), title=row.what, unit=row.team.name),
        decided_by=row.team.name,  # units say no; who spoke for them stands in the register
        decided_on=row.decided_at.date(),
        reason=row.reason,
        until=f"{row.until_on:%-d %B %Y}" if row.until_on else "",
        metric_id=row.metric_id,
        dependency_id=row.dependency_id,
        tags=frozenset(row.tags),
    )


def _candidates(rows: Rows) -> list[Candidate]:
    needs: dict[int, set[int]] = defaultdict(set)
    for link in rows.links:
        if link.kind == DEPENDS and (target := aim_of(link)):
            needs[link.objective_id].add(target.team_id)
    return [
        Candidate(
            party=party(one),
            metric_ids=frozenset(row.metric_id for row in rows.key_results[pk] if row.metric_id),
            dependency_ids=frozenset(needs[pk]),
            tags=frozenset(one.tags),
        )
        for pk, one in rows.objectives.items()
    ]


def _threads(rows: Rows) -> list[Thread]:
    """Return the organisation's key results, and the objectives of the other teams."""
    to_sentence: dict[int, int] = defaultdict(int)
    to_whole: dict[int, int] = defaultdict(int)
    for link in rows.links_here:
        if link.kind == CONTRIBUTES and link.to_key_result_id:
            to_sentence[link.to_key_result_id] += 1
        if link.kind == CONTRIBUTES and link.to_objective_id:
            to_whole[link.to_objective_id] += 1
    leaving: dict[int, int] = defaultdict(int)
    for link in rows.links:
        leaving[link.objective_id] += link.kind == CONTRIBUTES
    found = []
    for pk, one in rows.objectives.items():
        if one.team_id == rows.root_id:
            found += [
                Thread(
                    party=_sentence(row, one),
                    is_of_organisation=True,
                    links=to_sentence[row.pk] + to_whole[pk],
                )
                for row in rows.key_results[pk]
            ]
            continue
        quarter = rows.quarters.get(one.team_id)
        links = leaving[pk] + bool(one.strategy_item_id)
        found.append(Thread(party=party(one), links=links, contribution=quarter.toward if quarter else ""))
    return found
