"""What can happen to what the rules noticed."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class FindingOpened(EventKind):
    """A rule noticed something of high severity; milder remarks are only counted."""

    verb = "okrs.finding_opened"
    sentence = "{actor} noticed {subject}"
    example = {"code": "K1", "severity": "high"}

    code: str
    severity: str


@dataclass(frozen=True)
class RulesRun(EventKind):
    """The rules went over a cycle, and something came or went."""

    verb = "okrs.rules_run"
    sentence = "{actor} went over {subject}: {opened} new, {gone} no longer so"
    example = {"opened": 3, "gone": 1}

    opened: int
    gone: int


@dataclass(frozen=True)
class FindingAccepted(EventKind):
    """Somebody knows about it and goes on."""

    verb = "okrs.finding_accepted"
    sentence = "{actor} accepted {subject} as a risk: {reason}"
    example = {"reason": "Billing moves first; if it is late, we ship without invoices."}

    reason: str


@dataclass(frozen=True)
class FindingDismissed(EventKind):
    """Somebody says that it does not matter here; it returns when its values change."""

    verb = "okrs.finding_dismissed"
    sentence = "{actor} dismissed {subject}: {reason}"
    example = {"reason": "The number stands in the name of the product."}

    reason: str


@dataclass(frozen=True)
class FindingReopened(EventKind):
    """Somebody took a decision about a finding back."""

    verb = "okrs.finding_reopened"
    sentence = "{actor} opened {subject} again"
    example = {"was": "dismissed"}

    was: str


@dataclass(frozen=True)
class ResolutionChosen(EventKind):
    """Two sides know how they come together; the finding goes away when the plans have changed."""

    verb = "okrs.resolution_chosen"
    sentence = "{actor} chose for {subject}: {resolution}. {reason}"
    example = {"resolution": "one after the other", "reason": "Billing first, then Checkout."}

    resolution: str
    reason: str
