"""What each check between plans is for, with what it finds and what it lets pass."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How two goals stand to each other (after van Lamsweerde: a divergence holds under a condition only)."""

    CONFLICT = "conflict"
    DIVERGENCE = "divergence"
    GAP = "gap"
    COLLISION = "collision"


class Severity(StrEnum):
    """How soon somebody should look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Check:
    """One check for the help page, with what it finds and what it lets pass."""

    code: str
    title: str
    kind: Kind
    severity: Severity  # the highest
    why: str
    weak: str
    strong: str


CHECKS: Final = (
    Check(
        "K1",
        "Opposite ways on one metric",
        Kind.CONFLICT,
        Severity.HIGH,
        "Two key results move one metric in opposite directions at the same time. One of them will"
        " fail, and both teams will have worked.",
        "Sales: discounts from 4 % to 9 % of revenue. Finance: discounts from 4 % to 2 % of revenue",
        "Sales: discounts for new customers up to 9 %. Finance: discounts for old customers down to 2 %",
    ),
    Check(
        "K4",
        "More asked of a team than it has",
        Kind.DIVERGENCE,
        Severity.HIGH,
        "What others ask of a team in this cycle is more than it has left. Somebody waits in vain;"
        " better that all of them know now, in the order of the organisation's ranks.",
        "Three teams ask Platform for 26 person-weeks, and it has 20",
        "Three teams ask Platform for 18 person-weeks, and it has 20",
    ),
    Check(
        "K5",
        "A dependency that nobody agreed to",
        Kind.GAP,
        Severity.HIGH,
        "The quarter begins, and what an objective depends upon was not agreed or its question lapsed."
        " Silence is never a yes.",
        "Checkout needs Payments; Payments did not answer",
        "Checkout needs Payments; Payments agreed to half of it by May",
    ),
    Check(
        "K7",
        "First here, last there",
        Kind.DIVERGENCE,
        Severity.MEDIUM,
        "One team ranks an objective among its first three, and the team it needs ranks that work below"
        " what it can hold. Both lists are right for those who wrote them; together they promise what"
        " will not come.",
        "First of Checkout, seventh of nine in Payments",
        "First of Checkout, second of nine in Payments",
    ),
    Check(
        "K9",
        "There was a no",
        Kind.COLLISION,
        Severity.MEDIUM,
        "A no that still holds concerns the same metric, dependency or tag. It can be reopened or"
        " passed over as an exception, but not forgotten.",
        "Objective tagged “second region”, to which Platform said no until autumn",
        "The same objective after the no was reopened",
    ),
    Check(
        "K11",
        "Without a thread to the rest",
        Kind.GAP,
        Severity.LOW,
        "A key result of the organisation that no team contributes to is moved by nobody. A team's"
        " objective without a link or a stated contribution may be right, and nobody else can see why.",
        "Organisation: churn from 4 % to 3 %. No team has a part in it",
        "Organisation: churn from 4 % to 3 %. Support and Billing each say what they contribute",
    ),
)
CHECK: Final = {check.code: check for check in CHECKS}
