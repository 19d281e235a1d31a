"""The rules about one objective, and those about a unit's quarter."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from apps.okrs.rules.lint.catalogue import Level
from apps.okrs.rules.lint.facts import (
    COMMITMENT,
    LAGGING,
    MILESTONE,
    MOONSHOT,
    Limits,
    ObjectiveFacts,
    Remark,
    UnitFacts,
    remark,
)

# A number that stands alone: "30 %", "€1.5m" and "2027", and not "B2B", "OAuth2" or "24/7" in a name.
NUMBER: Final = re.compile(
    r"(?<![\w.,/-])[€$£]?\d+(?:[.,]\d+)*(?:\s?%|(?:k|m|bn|x|th|st|nd|rd|ms|s|h)\b)?(?![\w/-])", re.IGNORECASE
)
NOTHING: Final = frozenset(
    [
        "",
        "-",
        "\N{EN DASH}",
        "\N{EM DASH}",
        "n/a",
        "na",
        "nil",
        "no",
        "none",
        "not applicable",
        "nothing",
        "tba",
        "tbd",
        "?",
        "x",
    ]
)


def about_objective(objective: ObjectiveFacts, unit: UnitFacts, limits: Limits) -> Iterator[Remark]:
    """Yield the remarks about the objective itself, in the order of their codes."""
    yield from _counts(objective)
    yield from _long(objective, limits)
    yield from _many_or_few(objective, limits)
    yield from _one_kind(objective)
    yield from _accountable(objective)
    yield from _confidence(objective, limits)
    yield from _instead_of(objective, unit, limits)
    yield from _unanswered(objective)
    yield from _unfounded(objective)


def about_unit(unit: UnitFacts, limits: Limits) -> Iterator[Remark]:
    """Yield the remarks about the unit's quarter as a whole."""
    most = limits.objectives_of_organisation if unit.is_organisation else limits.objectives
    count = len(unit.objectives)
    if count > most:
        message = f"{unit.name} has {count} objectives for this cycle. Which {most} are they really?"
        yield remark("L6", unit.about, message, count=count)
    if not unit.has_plan:
        message = f"{unit.name} has no plan of its capacity, so nobody can tell whether this fits."
        yield remark("L12", unit.about, message, has_plan=False)
    elif unit.upkeep_share is None:
        message = f"Which share of its time does {unit.name} need to keep the lights on?"
        yield remark("L12", unit.about, message, has_plan=True)
    yield from _promises(unit, limits)


def _promises(unit: UnitFacts, limits: Limits) -> Iterator[Remark]:
    ambitions = [
        one.ambition or objective.ambition for objective in unit.objectives for one in objective.key_results
    ]
    promised = ambitions.count(COMMITMENT)
    if promised > len(ambitions) * limits.share_of_commitments:
        message = (
            f"{promised} of {len(ambitions)} key results of {unit.name} are commitments."
            " Which of them do others build upon?"
        )
        yield remark("L15", unit.about, message, promised=promised, of=len(ambitions))


def _counts(objective: ObjectiveFacts) -> Iterator[Remark]:
    found = NUMBER.search(objective.title)
    if found:
        message = f"“{found.group().strip()}” belongs in a key result. What will people see?"
        yield remark("L5", objective.about, message, title=objective.title)


def _long(objective: ObjectiveFacts, limits: Limits) -> Iterator[Remark]:
    count = len(objective.title.split())
    if count > limits.words:
        message = f"This has {count} words. Say it in {limits.words}, so that somebody can repeat it."
        yield remark("L5", objective.about, message, title=objective.title)


def _many_or_few(objective: ObjectiveFacts, limits: Limits) -> Iterator[Remark]:
    count = len(objective.key_results)
    message = ""
    if not count:
        message = "How will you see that it is reached? Add a key result."
    elif count < limits.fewest_key_results:
        message = "One key result shows one side only. What must not get worse meanwhile?"
    elif count > limits.most_key_results:
        message = (
            f"{count} key results are more than one keeps in mind. Which {limits.most_key_results} tell most?"
        )
    if message:
        yield remark("L6", objective.about, message, Level.WARN, count=count)


def _one_kind(objective: ObjectiveFacts) -> Iterator[Remark]:
    results = objective.key_results
    if results and all(one.kind == MILESTONE for one in results):
        message = "Milestones alone say that work was done. What will be different once they are reached?"
        yield remark("L7", objective.about, message, kinds=MILESTONE, count=len(results))
    if results and all(one.indicator == LAGGING for one in results):
        message = "All of this moves late. What could you watch every week that moves first?"
        yield remark("L7", objective.about, message, kinds=LAGGING, count=len(results))


def _accountable(objective: ObjectiveFacts) -> Iterator[Remark]:
    names = objective.accountable
    if not names:
        message = "Nobody is accountable. Name one person who speaks for it."
        yield remark("L9", objective.about, message, accountable=())
    elif len(names) > 1:
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        message = f"{listed} are accountable. Name one of them; the others help."
        yield remark("L9", objective.about, message, accountable=sorted(names))


def _confidence(objective: ObjectiveFacts, limits: Limits) -> Iterator[Remark]:
    given = [one.confidence for one in objective.key_results if one.confidence is not None]
    if not given:
        return
    mean = (sum(given, Decimal(0)) / len(given)).quantize(Decimal("0.1"))
    if mean >= limits.sure and objective.ambition != COMMITMENT:
        message = f"Confidence is {mean} from the start. Could you aim higher, or is it a commitment?"
        yield remark("L10", objective.about, message, mean=mean, ambition=objective.ambition)
    if mean <= limits.wish and objective.ambition != MOONSHOT:
        message = f"Confidence is {mean} from the start. Is it a moon shot, or what would make it likelier?"
        yield remark("L10", objective.about, message, mean=mean, ambition=objective.ambition)


def _instead_of(objective: ObjectiveFacts, unit: UnitFacts, limits: Limits) -> Iterator[Remark]:
    said = objective.instead_of.strip().rstrip(".").lower()
    if said in NOTHING and unit.load is not None and unit.load > limits.load:
        share = f"{unit.load * 100:.0f} %"
        message = (
            f"{unit.name} is at {share} of its capacity. What will it drop, slow down or not start for this?"
        )
        # The load moves daily; what counts is that it is too high and that nothing was said.
        yield remark("L11", objective.about, message, is_full=True)


def _unanswered(objective: ObjectiveFacts) -> Iterator[Remark]:
    if objective.author and not objective.is_answered:
        message = (
            f"{objective.author} wrote this for {objective.owner}. What does {objective.owner} say to it?"
        )
        yield remark("L13", objective.about, message, author=objective.author, owner=objective.owner)


def _unfounded(objective: ObjectiveFacts) -> Iterator[Remark]:
    ambitions = {objective.ambition, *(one.ambition for one in objective.key_results)}
    if COMMITMENT in ambitions and not objective.has_evidence:
        message = "This is a promise. What did you find out that says it can be kept? Link it."
        yield remark("L15", objective.about, message, has_evidence=False)
