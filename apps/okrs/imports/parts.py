"""What the file of a quarter holds: its parts, in the order in which they can be written again.

Grades, and what is said beside them, are in no part: they leave the pages of goals nowhere (ADR 13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Field, Model

from apps.okrs import models

FORMAT: Final = "roadworthy.okrs"
VERSION: Final = 1
TEAM, PERSON, SERVICE, QUARTER = "team", "person", "service", "quarter"
OUTSIDE: Final = (TEAM, PERSON, SERVICE)  # what a file names and does not bring
CYCLE_FIELDS: Final = ("slug", "name", "starts_on", "ends_on", "state", "grace_days", "reopened_because")


@dataclass(frozen=True)
class Part:
    """One kind of rows: what is written as it is, and what names another row.

    `links` lead from a field to a part or to one of OUTSIDE, and to QUARTER by the slug of its team; `late`
    are those that may lead to a row further down; `lists` hold keys of objectives.
    """

    name: str
    model: type[Model]
    fields: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    late: frozenset[str] = frozenset()
    lists: tuple[str, ...] = ()
    prefix: str = ""  # of the keys, where other rows name these

    def field(self, name: str) -> "Field[Any, Any]":
        """Return the column of a field or of a link."""
        found = self.model._meta.get_field(self.column(name))  # noqa: SLF001
        assert isinstance(found, Field)  # noqa: S101 -- parts name columns alone
        return found

    def column(self, name: str) -> str:
        """Return the name of the column; one holds a person's key without being a relation."""
        return "person_id" if (self.name, name) == ("rank_changes", "person") else name

    def attribute(self, name: str) -> str:
        """Return where a row holds the key that a link leads to."""
        return self.field(name).attname

    @property
    def names(self) -> frozenset[str]:
        """Return what a row of the file has, no more and no less."""
        own = {"key"} if self.prefix else set()
        own |= {"is_in_backlog"} if self.name == "objectives" else set()
        return frozenset(own | {*self.fields, *self.links, *self.lists})


PARTS: Final = (
    Part(
        "strategy",
        models.StrategyItem,
        (
            "horizon",
            "statement",
            "theme",
            "precision",
            "begins_on",
            "target_low",
            "target_high",
            "planned_change",
            "unit",
            "confidence",
            "verdict",
            "revalidated_on",
            "position",
        ),
        {"parent": "strategy"},
        late=frozenset({"parent"}),
        prefix="strategy",
    ),
    Part(
        "metrics",
        models.Metric,
        (
            "key",
            "name",
            "unit",
            "unit_kind",
            "numerator",
            "denominator",
            "good",
            "lower_bound",
            "upper_bound",
            "cadence_days",
            "source",
            "segment",
            "archived_at",
        ),
        {"team": TEAM},
    ),
    Part(
        "values",
        models.MetricValue,
        ("on_date", "value", "source", "note", "author_name", "recorded_at", "is_current"),
        {"metric": "metrics", "author": PERSON, "supersedes": "values"},
        late=frozenset({"supersedes"}),
        prefix="value",
    ),
    Part("tensions", models.MetricTension, ("note",), {"a": "metrics", "b": "metrics"}),
    Part(
        "objectives",
        models.Objective,
        (
            "title",
            "why",
            "instead_of",
            "horizon",
            "ambition",
            "state",
            "tags",
            "evidence_url",
            "visibility",
            "embargo_until",
            "restricted_because",
            "status_override",
            "override_reason",
            "made_at",
            "proposed_at",
            "agreed_at",
            "activated_at",
            "activated_over",
            "closed_on",
            "verdict",
            "close_note",
        ),
        {
            "team": TEAM,
            "authored_by": TEAM,
            "accountable": PERSON,
            "reviewer": PERSON,
            "strategy_item": "strategy",
        },
        prefix="objective",
    ),
    Part(
        "key_results",
        models.KeyResult,
        (
            "title",
            "kind",
            "baseline",
            "baseline_on",
            "target",
            "asked_target",
            "offered_target",
            "band_low",
            "band_high",
            "required_share",
            "carry_days",
            "curve",
            "starts_on",
            "ends_on",
            "ambition",
            "indicator",
            "position",
            "dropped_on",
            "drop_reason",
        ),
        {
            "objective": "objectives",
            "metric": "metrics",
            "accountable": PERSON,
            "guardrail_for": "metrics",
        },
        prefix="key-result",
    ),
    Part(
        "milestones",
        models.Milestone,
        ("title", "due_on", "done_on", "evidence_url", "position"),
        {"key_result": "key_results"},
    ),
    Part(
        "target_changes",
        models.TargetChange,
        ("field", "old", "new", "why", "reason", "person_name", "on_date", "at"),
        {"key_result": "key_results"},
    ),
    Part(
        "quarters",
        models.Quarter,
        ("toward", "agreed_at", "has_check_ins", "check_in_days"),
        {"team": TEAM},
        lists=("ordered_ids",),
    ),
    Part(
        "rank_changes",
        models.RankChange,
        ("reason", "person_name", "at"),
        {"quarter": QUARTER, "person": PERSON},
        lists=("before", "after"),
    ),
    Part("rank_snapshots", models.RankSnapshot, ("week_on",), {"quarter": QUARTER}, lists=("ordered_ids",)),
    Part("participants", models.Participant, ("part",), {"objective": "objectives", "team": TEAM}),
    Part(
        "ties",
        models.AlignmentLink,
        ("kind", "statement", "needed_on"),
        {
            "objective": "objectives",
            "to_objective": "objectives",
            "to_key_result": "key_results",
            "to_strategy_item": "strategy",
        },
        prefix="tie",
    ),
    Part("services", models.ServiceLink, ("note",), {"objective": "objectives", "service": SERVICE}),
    Part(
        "potholes",
        models.Pothole,
        ("key", "title", "url", "reason", "person_name", "at"),
        {"quarter": QUARTER, "objective": "objectives"},
    ),
    Part(
        "negotiations",
        models.Negotiation,
        ("kind", "title", "stage", "rounds", "respond_by", "opened_at", "closed_at", "displaced"),
        {
            "initiator": TEAM,
            "counterpart": TEAM,
            "owes": TEAM,
            "objective": "objectives",
            "key_result": "key_results",
            "changes": "negotiations",
            "terms": "terms",
        },
        late=frozenset({"changes", "terms"}),
        prefix="negotiation",
    ),
    Part(
        "terms",
        models.Terms,
        ("version", "payload", "sha256", "made_at"),
        {"negotiation": "negotiations", "team": TEAM},
        prefix="terms",
    ),
    Part(
        "moves",
        models.Move,
        ("seq", "act", "reason_code", "reason", "at"),
        {"negotiation": "negotiations", "terms": "terms", "team": TEAM, "person": PERSON},
    ),
    Part(
        "capacity",
        models.CapacityPlan,
        ("people", "weeks", "upkeep_share", "leave_share"),
        {"quarter": QUARTER},
    ),
    Part(
        "allocations",
        models.Allocation,
        ("kind", "label", "person_weeks"),
        {
            "quarter": QUARTER,
            "objective": "objectives",
            "key_result": "key_results",
            "negotiation": "negotiations",
        },
    ),
    Part(
        "loans",
        models.Loan,
        ("person_weeks", "starts_on", "ends_on", "ramp", "return_note", "instead_of", "ended_on"),
        {
            "negotiation": "negotiations",
            "lender": QUARTER,
            "borrower": QUARTER,
            "key_result": "key_results",
        },
    ),
    Part(
        "waivers",
        models.Waiver,
        ("reason", "up_to", "expires_on", "at"),
        {"quarter": QUARTER, "approver": PERSON},
    ),
    Part(
        "nos",
        models.No,
        (
            "kind",
            "what",
            "reason_code",
            "reason",
            "decided_at",
            "until_on",
            "reopen_when",
            "threshold_way",
            "threshold",
            "tags",
            "state",
            "state_reason",
        ),
        {
            "team": TEAM,
            "decided_by": PERSON,
            "holder": PERSON,
            "metric": "metrics",
            "requester": TEAM,
            "negotiation": "negotiations",
            "objective": "objectives",
            "dependency": TEAM,
        },
        prefix="no",
    ),
    Part(
        "no_exceptions",
        models.NoException,
        ("reason", "person_weeks", "at"),
        {"no": "nos", "granted_by": PERSON, "objective": "objectives"},
    ),
    Part(
        "check_ins",
        models.TeamCheckIn,
        ("on_date", "priorities", "next_four_weeks", "health", "published_at", "acknowledged_at"),
        {"quarter": QUARTER, "author": PERSON, "corrects": "check_ins", "acknowledged_by": PERSON},
        late=frozenset({"corrects"}),
        prefix="check-in",
    ),
    Part(
        "check_in_lines",
        models.CheckIn,
        ("status", "hint", "changed", "learned", "help_wanted"),
        {"team_check_in": "check_ins", "objective": "objectives"},
        prefix="line",
    ),
    Part(
        "check_in_items",
        models.CheckInItem,
        ("value", "confidence", "note", "snapshot"),
        {"check_in": "check_in_lines", "key_result": "key_results"},
    ),
    Part(
        "findings",
        models.Finding,
        (
            "code",
            "severity",
            "is_blocking",
            "message",
            "evidence",
            "state",
            "resolution",
            "decided_at",
            "reason",
            "found_at",
            "gone_at",
        ),
        {
            "team": TEAM,
            "objective": "objectives",
            "key_result": "key_results",
            "other_team": TEAM,
            "other_objective": "objectives",
            "decided_by": PERSON,
        },
    ),
)
PART: Final = {part.name: part for part in PARTS}
SHARED: Final = ("strategy", "metrics", "values", "tensions")  # what outlives a quarter
