"""The rules about one key result."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from apps.okrs.rules import wording
from apps.okrs.rules.fingerprints import number
from apps.okrs.rules.lint.facts import (
    DEFAULTS,
    MAINTAIN,
    METRIC,
    PERCENT,
    KeyResultFacts,
    Limits,
    ObjectiveFacts,
    Remark,
    remark,
)

ORDINALS: Final = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


def lint_key_result(
    key_result: KeyResultFacts, objective: ObjectiveFacts, limits: Limits = DEFAULTS
) -> list[Remark]:
    """Return the remarks about one key result, as its line in the document shows them."""
    return [
        *_output(key_result),
        *_no_baseline(key_result, limits),
        *_impossible(key_result),
        *_no_denominator(key_result),
        *_no_guardrail(key_result, objective),
        *_unmoved(key_result, limits),
        *_seldom(key_result, limits),
    ]


def says_what_is_delivered(title: str, *, has_metric: bool) -> bool:
    """Tell whether a key result is a delivery without a metric; the habits of a team count these."""
    return not has_metric and wording.read(title).phrasing is wording.Phrasing.OUTPUT


def _output(key_result: KeyResultFacts) -> Iterator[Remark]:
    if not says_what_is_delivered(key_result.title, has_metric=key_result.metric is not None):
        return
    seen = wording.read(key_result.title)
    what = "This says what you will deliver."
    if seen.is_completeness:
        what = "This says how much of the work will be done."
    elif seen.counts_what_is_made:
        what = "This counts what you will make."
    message = f"{what} What will be different for whom when it is there?"
    yield remark("L1", key_result.about, message, title=key_result.title)


def _no_baseline(key_result: KeyResultFacts, limits: Limits) -> Iterator[Remark]:
    is_measured = key_result.metric is not None or key_result.target is not None
    if key_result.kind != METRIC or not is_measured or key_result.baseline is not None:
        return
    start = key_result.starts_on
    day = start + timedelta(limits.days_for_baseline) if start else None
    until = f"by {day.day} {day:%B}" if day else "in the first weeks"
    message = f"Where do you start from? Add today's value, or begin with “find the baseline {until}”."
    yield remark("L2", key_result.about, message, target=key_result.target)


def _impossible(key_result: KeyResultFacts) -> Iterator[Remark]:
    if key_result.kind == MAINTAIN:
        yield from _empty_band(key_result)
    if key_result.kind != METRIC or key_result.target is None:
        return
    target = key_result.target
    if key_result.baseline == target:
        message = f"It starts and ends at {number(target)}. Should it stay there? Then keep it in a band."
        yield remark("L3", key_result.about, message, target=target, baseline=target)
    low, high = key_result.metric.bounds if key_result.metric else (None, None)
    if low is not None and target < low:
        message = f"The target is {number(target)}, and this metric cannot be below {number(low)}."
        yield remark("L3", key_result.about, message, target=target, bound=low)
    if high is not None and target > high:
        message = f"The target is {number(target)}, and this metric cannot be above {number(high)}."
        yield remark("L3", key_result.about, message, target=target, bound=high)


def _empty_band(key_result: KeyResultFacts) -> Iterator[Remark]:
    low, high = key_result.band_low, key_result.band_high
    if low is None and high is None:
        message = "The band has no limit. Say from where, up to where, or both."
        yield remark("L3", key_result.about, message, low=low, high=high)
    elif low is not None and high is not None and low > high:
        message = f"No value lies in this band: it begins at {number(low)} and ends at {number(high)}."
        yield remark("L3", key_result.about, message, low=low, high=high)


def _no_denominator(key_result: KeyResultFacts) -> Iterator[Remark]:
    metric = key_result.metric
    if metric:
        if metric.unit_kind == PERCENT and not metric.denominator.strip():
            message = f"A percentage of what? Name the denominator of “{metric.name}”."
            yield remark("L4", key_result.about, message, metric=metric.id)
        return
    bare = wording.read(key_result.title).bare_percentages
    if bare:
        message = f"{bare[0]} of what? Name the denominator, such as “of orders”."
        yield remark("L4", key_result.about, message, title=key_result.title)


def _no_guardrail(key_result: KeyResultFacts, objective: ObjectiveFacts) -> Iterator[Remark]:
    metric = key_result.metric
    if not metric or key_result.kind != METRIC or key_result.guardrail_for is not None:
        return
    kept = {
        one.metric.id
        for one in objective.key_results
        if one.metric and (one.kind == MAINTAIN or one.guardrail_for == key_result.id)
    }
    for other, name in sorted(metric.tensions.items()):
        if other not in kept:
            message = f"Pushing “{metric.name}” may cost “{name}”. Add a key result that keeps it in a band."
            yield remark("L8", key_result.about, message, metric=metric.id, tension=other)


def _unmoved(key_result: KeyResultFacts, limits: Limits) -> Iterator[Remark]:
    target, metric = key_result.target, key_result.metric
    if target is None or metric is None:
        return
    cycles = 1
    for earlier in key_result.earlier_targets:
        if earlier != target:
            break
        cycles += 1
    if cycles >= limits.cycles_unmoved:
        which = ORDINALS.get(cycles, f"{cycles}th")
        message = (
            f"This is the {which} cycle with {number(target)} for “{metric.name}”. Keep, change or stop it?"
        )
        yield remark("L14", key_result.about, message, metric=metric.id, target=target, cycles=cycles)


def _seldom(key_result: KeyResultFacts, limits: Limits) -> Iterator[Remark]:
    metric, start, end = key_result.metric, key_result.starts_on, key_result.ends_on
    if not metric or not metric.cadence_days or not start or not end:
        return
    days = (end - start).days
    if metric.cadence_days > days * limits.share_of_cycle:
        message = (
            f"“{metric.name}” has a value every {metric.cadence_days} days, and this lasts {days}."
            " What can you watch meanwhile?"
        )
        yield remark("L16", key_result.about, message, cadence=metric.cadence_days, days=days)
