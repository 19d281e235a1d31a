"""The checks themselves: K1, K4, K5, K7, K9 and K11."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import Final

from apps.okrs.rules.findings.catalogue import Severity
from apps.okrs.rules.findings.facts import (
    DEFAULTS,
    Candidate,
    Demand,
    DependencyFacts,
    Draft,
    Limits,
    NoFacts,
    Provider,
    Push,
    Thread,
    draft,
)
from apps.okrs.rules.fingerprints import number
from apps.okrs.rules.nos import in_common
from apps.okrs.rules.numbers import half_up

AGREED: Final = frozenset({"agreed", "reported", "closed"})
LAPSED: Final = "lapsed"


def opposite(pushes: Iterable[Push]) -> Iterator[Draft]:
    """K1: one metric, opposite directions, overlapping periods."""
    by_metric = defaultdict(list)
    for push in sorted(pushes, key=lambda push: push.party.about):
        by_metric[push.metric_id].append(push)
    for metric_id in sorted(by_metric):
        for one, other in combinations(by_metric[metric_id], 2):
            if one.is_up == other.is_up or not one.overlaps(other):
                continue
            values = {str(push.party.about): _values(push) for push in (one, other)}
            yield draft(
                "K1",
                (one.party, other.party),
                f"{one.party} moves “{one.metric}” {_way(one)}, and {other.party} {_way(other)}.",
                evidence={"metric": one.metric, "metric_id": metric_id, "pushes": values},
                salient={"metric": metric_id, "pushes": values},
            )


def contended(providers: Iterable[Provider], limits: Limits = DEFAULTS) -> Iterator[Draft]:
    """K4: what is asked of a team through what it has left."""
    for provider in providers:
        asked = sum((demand.person_weeks for demand in provider.demands), Decimal(0))
        free = max(provider.free, Decimal(0))
        if asked <= free * limits.contention:
            continue
        claims = [
            {
                "negotiation": demand.negotiation_id,
                "claimant": str(demand.claimant),
                "person_weeks": number(demand.person_weeks),
                "rank": demand.rank,
            }
            for demand in sorted(provider.demands, key=_in_rank_order)
        ]
        left = number(half_up(free, 1))
        ratio = number((asked / free).quantize(Decimal("0.01"))) if free else None
        yield draft(
            "K4",
            (provider.party, None),
            f"{number(asked)} person-weeks are asked of {provider.party.title}, and it has {left}.",
            evidence={"asked": number(asked), "free": left, "ratio": ratio, "claims": claims},
            # Another rank changes the order in which they are listed, and not that there is too little.
            salient={"free": free, "claims": _claimed(provider)},
            severity=Severity.HIGH if asked > free * limits.high_contention else Severity.MEDIUM,
        )


def unconfirmed(dependencies: Iterable[DependencyFacts]) -> Iterator[Draft]:
    """K5: lapsed at any time, or not agreed once the cycle is locked."""
    for one in dependencies:
        if one.state != LAPSED and (one.state in AGREED or not one.is_locked):
            continue
        what = "did not answer in time" if one.state == LAPSED else f"did not agree to it ({one.state})"
        seen = {"link": one.link_id, "state": one.state}
        yield draft(
            "K5",
            (one.consumer, one.provider),
            f"{one.consumer} depends on {one.provider.unit or one.provider.title}, which {what}.",
            evidence=seen,
            salient=seen,
        )


def inverted(dependencies: Iterable[DependencyFacts], limits: Limits = DEFAULTS) -> Iterator[Draft]:
    """K7: among the first of the team that needs it, below what the team that gives it can hold."""
    for one in dependencies:
        held = limits.held if one.provider_limit is None else one.provider_limit
        place = one.provider_count + 1 if one.provider_rank is None else one.provider_rank
        if one.consumer_rank is None or one.consumer_rank > limits.top or place <= held:
            continue
        score = Decimal(place - one.consumer_rank) / max(one.provider_count, 1)
        giver = one.provider.unit or one.provider.title
        where = f"number {place}" if one.provider_rank is not None else "not on the list"
        seen = {
            "link": one.link_id,
            "consumer_rank": one.consumer_rank,
            "provider_rank": one.provider_rank,
            "provider_count": one.provider_count,
            "provider_limit": held,
        }
        yield draft(
            "K7",
            (one.consumer, one.provider),
            f"“{one.consumer.title}” is number {one.consumer_rank} of {one.consumer.unit or 'its team'}"
            f" and {where} of {giver}, which can hold {held}.",
            evidence={**seen, "score": number(score.quantize(Decimal("0.01")))},
            salient=seen,
        )


def collisions(candidates: Iterable[Candidate], nos: Iterable[NoFacts]) -> Iterator[Draft]:
    """K9: an active no about the same metric, dependency or tag; similar words are no match."""
    held = sorted(nos, key=lambda no: no.party.about)
    for candidate in sorted(candidates, key=lambda one: one.party.about):
        for no in held:
            matched = in_common(
                candidate.tags,
                no.tags,
                is_metric=no.metric_id is not None and no.metric_id in candidate.metric_ids,
                is_dependency=no.dependency_id is not None and no.dependency_id in candidate.dependency_ids,
            )
            if matched:
                yield draft(
                    "K9",
                    (candidate.party, no.party),
                    _said_no(no),
                    evidence={
                        "matched": list(matched),
                        "decided_by": no.decided_by,
                        "decided_on": no.decided_on.isoformat(),
                        "until": no.until,
                        "reason": no.reason,
                    },
                    salient={"matched": list(matched), "decided_on": no.decided_on, "until": no.until},
                )


def loose(threads: Iterable[Thread]) -> Iterator[Draft]:
    """K11: nobody contributes to the organisation's key result, or an objective is tied to nothing."""
    for one in threads:
        is_tied = one.links > 0 or (not one.is_of_organisation and bool(one.contribution.strip()))
        if is_tied:
            continue
        message = f"{one.party} has no link, and does not say what it contributes to."
        if one.is_of_organisation:
            message = f"No team contributes to {one.party}."
        seen = {"is_of_organisation": one.is_of_organisation, "links": one.links}
        yield draft("K11", (one.party, None), message, evidence=seen, salient=seen)


def _values(push: Push) -> dict[str, str]:
    return {
        "baseline": number(push.baseline),
        "target": number(push.target),
        "from": push.starts_on.isoformat(),
        "to": push.ends_on.isoformat(),
    }


def _way(push: Push) -> str:
    return f"{'up' if push.is_up else 'down'} to {number(push.target)}"


def _in_rank_order(demand: Demand) -> tuple[bool, int, int]:
    """Order by the organisation's rank; what has none comes last."""
    return demand.rank is None, demand.rank or 0, demand.negotiation_id


def _claimed(provider: Provider) -> list[tuple[int, Decimal]]:
    return sorted((one.negotiation_id, one.person_weeks) for one in provider.demands)


def _said_no(no: NoFacts) -> str:
    """Say who said no, when, until when and why: "On 12 May 2027 Platform said no to …"."""
    day = f"{no.decided_on.day} {no.decided_on:%B %Y}"
    until = f" until {no.until}" if no.until else ""
    reason = no.reason.strip().rstrip(".") or "no reason was given"
    return f"On {day} {no.decided_by} said no to “{no.party.title}”{until}: {reason}."
