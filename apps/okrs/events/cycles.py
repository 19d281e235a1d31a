"""What can happen to a quarter and to the order in it."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class CycleMade(EventKind):
    """The job laid out a quarter ahead."""

    verb = "okrs.cycle_made"
    sentence = "{actor} laid out {subject}, from {starts_on} to {ends_on}"
    example = {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}

    starts_on: str
    ends_on: str


@dataclass(frozen=True)
class CycleBegun(EventKind):
    """A quarter became the active one."""

    verb = "okrs.cycle_begun"
    sentence = "{actor} began {subject}"
    example = {}


@dataclass(frozen=True)
class GradingBegun(EventKind):
    """A quarter's work ended, and what was active in it is graded."""

    verb = "okrs.cycle_grading_begun"
    sentence = "{actor} began the grading of {subject}: {objectives} objectives"
    example = {"objectives": 38}

    objectives: int


@dataclass(frozen=True)
class CycleClosed(EventKind):
    """A quarter was closed: what goes on was copied, what was never agreed went into the backlog."""

    verb = "okrs.cycle_closed"
    sentence = "{actor} closed {subject}: {carried} carried over, {put_back} into the backlog"
    example = {"carried": 11, "put_back": 4}

    carried: int
    put_back: int


@dataclass(frozen=True)
class CycleReopened(EventKind):
    """An administrator opened a closed quarter again."""

    verb = "okrs.cycle_reopened"
    sentence = "{actor} reopened {subject}: {reason}"
    example = {"reason": "Two grades were entered for the wrong team."}

    reason: str


@dataclass(frozen=True)
class CarriedOver(EventKind):
    """An objective that is kept or changed was copied into the next quarter as a draft."""

    verb = "okrs.carried_over"
    sentence = "{actor} carried {subject} over from {before}, to {verdict} it"
    example = {"before": "Q3 2026", "verdict": "keep"}

    before: str
    verdict: str


@dataclass(frozen=True)
class OrderChanged(EventKind):
    """A lead said what comes first."""

    verb = "okrs.order_changed"
    sentence = "{actor} put {subject} into another order: {moves}"
    example = {"moves": "The night is quiet: 2 → 1", "reason": "Two outages in a week.", "order": [7, 5]}

    moves: str
    reason: str
    order: list[int]


@dataclass(frozen=True)
class RanksSnapped(EventKind):
    """The job wrote down on a Monday in which order everything stands."""

    verb = "okrs.ranks_snapped"
    sentence = "{actor} wrote down the orders of {quarters} teams for the week of {week_on} in {subject}"
    example = {"week_on": "2026-11-23", "quarters": 20}

    week_on: str
    quarters: int


@dataclass(frozen=True)
class CycleRestored(EventKind):
    """A quarter was written back from a file; its rows say who did what, and this says who wrote them."""

    verb = "okrs.cycle_restored"
    sentence = "{actor} restored {subject} from a file of {rows} rows"
    example = {"rows": 412, "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}

    rows: int
    sha256: str
