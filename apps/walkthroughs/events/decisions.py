"""What can happen while a panel signs."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class Signed(EventKind):
    """A seat signed: approved, with conditions, objected or vetoed."""

    verb = "walkthroughs.signed"
    sentence = "{actor} signed {subject} as {capacity}: {label}"
    became = "decision"
    about = "the walkthrough of Parcel Tracking"
    icon = "signature"
    example = {
        "capacity": "peer",
        "label": "Approve",
        "decision": "approve",
        "note": "",
        "content": "9f86d081884c7d65",
        "before": "",
    }

    capacity: str
    label: str
    decision: str
    note: str
    content: str  # the beginning of the snapshot's sha256
    before: str


@dataclass(frozen=True)
class SignatureConfirmed(EventKind):
    """A signer looked at what changed and stands by the signature."""

    verb = "walkthroughs.signature_confirmed"
    sentence = "{actor} confirmed the signature for {subject} after {changes} changes"
    about = "the walkthrough of Parcel Tracking"
    icon = "signature"
    example = {"changes": 3, "worse": ["REL-03: in place became gap"], "content": "9f86d081884c7d65"}

    changes: int
    worse: list[str]
    content: str


@dataclass(frozen=True)
class VetoRaised(EventKind):
    """An expert seat stops the launch."""

    verb = "walkthroughs.veto_raised"
    sentence = "{actor} vetoed the launch of {service}: {reason}"
    about = "the walkthrough of Parcel Tracking"
    icon = "hand-stop"
    example = {
        "service": "Parcel Tracking",
        "reason": "Customer addresses leave the region.",
        "items": ["SEC-04"],
        "lifted_by_what": "The store is in the region.",
        "review_on": "2026-12-16",
    }

    service: str
    reason: str
    items: list[str]
    lifted_by_what: str
    review_on: str


@dataclass(frozen=True)
class VetoKept(EventKind):
    """The author of a veto looked at it again and keeps it."""

    verb = "walkthroughs.veto_kept"
    sentence = "{actor} keeps the veto on {service} until {review_on}: {note}"
    about = "the walkthrough of Parcel Tracking"
    icon = "hand-stop"
    example = {"service": "Parcel Tracking", "note": "The move is half done.", "review_on": "2026-12-30"}

    service: str
    note: str
    review_on: str


@dataclass(frozen=True)
class VetoLifted(EventKind):
    """A veto no longer stands."""

    verb = "walkthroughs.veto_lifted"
    sentence = "{actor} lifted the veto of {author} on {service}: {reason}"
    about = "the walkthrough of Parcel Tracking"
    icon = "hand-stop"
    example = {"author": "Sam Okoro", "service": "Parcel Tracking", "reason": "The store has moved."}

    author: str
    service: str
    reason: str


@dataclass(frozen=True)
class Decided(EventKind):
    """Every required seat has signed."""

    verb = "walkthroughs.decided"
    sentence = "{actor} signed last: {subject} is decided, {label}"
    about = "the walkthrough of Parcel Tracking"
    icon = "circle-check"
    example = {"label": "approved with conditions", "decision": "conditions"}

    label: str
    decision: str


@dataclass(frozen=True)
class DecidedAnew(EventKind):
    """A later signature, or a veto that was lifted, changed what was decided."""

    verb = "walkthroughs.decided_anew"
    sentence = "{actor} {step}: {subject} is decided anew, {label}"
    became = "decision"
    about = "the walkthrough of Parcel Tracking"
    icon = "circle-check"
    example = {
        "step": "lifted a veto",
        "label": "approved with conditions",
        "decision": "conditions",
        "before": "veto",
    }

    step: str
    label: str
    decision: str
    before: str


@dataclass(frozen=True)
class DecisionTakenBack(EventKind):
    """The risk rose after the decision, and the seat that it asks for was added: it signs too."""

    verb = "walkthroughs.decision_taken_back"
    sentence = "{actor} opened {subject} again, which was {label}: {capacity} signs too"
    about = "the walkthrough of Parcel Tracking"
    icon = "arrow-back-up"
    example = {"label": "approved", "decision": "approved", "capacity": "security"}

    label: str
    decision: str
    capacity: str


@dataclass(frozen=True)
class RiskFrozenAnew(EventKind):
    """Enablement let a changed risk count for a walkthrough."""

    verb = "walkthroughs.risk_frozen"
    sentence = "{actor} let the risk of {subject} count as {after}"
    about = "the walkthrough of Parcel Tracking"
    icon = "adjustments"
    example = {"before": "high", "after": "medium"}

    before: str
    after: str
