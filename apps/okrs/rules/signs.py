"""Five signs that a team plans projects instead of outcomes: shares, without a total (OKRS 2.7)."""

from dataclasses import dataclass
from typing import Final

from apps.okrs.rules.negotiation_measures import Share

CYCLES: Final = 3  # over which what was never touched is looked for


@dataclass(frozen=True)
class Sign:
    """One share, and what it counts."""

    key: str
    title: str
    share: Share
    words: str


def signs_of(
    *, outputs: Share, milestones: Share, dictated: Share, dates: Share, untouched: Share
) -> list[Sign]:
    """Return the five signs in the order of the page."""
    return [
        Sign("outputs", "Deliveries", outputs, "key results say what is delivered"),
        Sign("milestones", "Milestones", milestones, "key results are lists of milestones"),
        Sign("dictated", "Dictated", dictated, "goals came from elsewhere and were accepted without a word"),
        Sign("dates", "Promised dates", dates, "key results commit to a date"),
        Sign(
            "untouched", "Never touched", untouched, "goals of three quarters were never stopped or changed"
        ),
    ]
