"""Where two plans cannot both hold, or something is missing between them; facts in, drafts out.

A background job fills the facts from rows and stores the drafts by fingerprint. A finding is always about
rows and the values that say so: nothing is inferred about people.
"""

from collections.abc import Collection, Iterable

from apps.okrs.rules.findings.catalogue import CHECK, CHECKS, Check, Kind, Severity
from apps.okrs.rules.findings.checks import (
    collisions,
    contended,
    inverted,
    loose,
    opposite,
    unconfirmed,
)
from apps.okrs.rules.findings.facts import (
    DEFAULTS,
    Candidate,
    Demand,
    DependencyFacts,
    Draft,
    Facts,
    Limits,
    NoFacts,
    Party,
    Provider,
    Push,
    Thread,
)

__all__ = [
    "CHECK",
    "CHECKS",
    "Candidate",
    "Check",
    "Demand",
    "DependencyFacts",
    "Draft",
    "Facts",
    "Kind",
    "Limits",
    "NoFacts",
    "Party",
    "Provider",
    "Push",
    "Severity",
    "Thread",
    "collisions",
    "drafts",
    "standing",
]


def drafts(facts: Facts, limits: Limits = DEFAULTS) -> list[Draft]:
    """Return all drafts, in the order of their codes and rows; the same facts give the same list."""
    return [
        *opposite(facts.pushes),
        *contended(facts.providers, limits),
        *unconfirmed(facts.dependencies),
        *inverted(facts.dependencies, limits),
        *collisions(facts.candidates, facts.nos),
        *loose(facts.threads),
    ]


def standing(found: Iterable[Draft], dismissed: Collection[str]) -> list[Draft]:
    """Return what is left; a dismissed finding returns when its values, and so its fingerprint, change."""
    return [draft for draft in found if draft.fingerprint not in dismissed]
