"""What can happen between two teams that negotiate."""

from dataclasses import dataclass

from apps.activity.models import EventKind

_TERMS = {"deliverable": "Tracking inside the order page", "person_weeks": "4"}
_SEEN = "9f86d081884c7d65"


@dataclass(frozen=True)
class AskDrafted(EventKind):
    """Somebody wrote down what they want to ask another team."""

    verb = "okrs.ask_drafted"
    sentence = "{actor} drafted a question of {side} to {other}: {subject}"
    example = {"side": "Checkout", "other": "Tracking", "kind": "contribution", "terms": _TERMS}

    side: str
    other: str
    kind: str
    terms: dict[str, str]


@dataclass(frozen=True)
class Asked(EventKind):
    """A team asked another one for something."""

    verb = "okrs.asked"
    sentence = "{side} asks {other}: {subject}"
    example = {
        "side": "Checkout",
        "other": "Tracking",
        "terms": _TERMS,
        "content": _SEEN,
        "respond_by": "2026-12-11",
    }

    side: str
    other: str
    terms: dict[str, str]
    content: str  # the beginning of the terms' sha256
    respond_by: str


@dataclass(frozen=True)
class AskAmended(EventKind):
    """A team changed what it had asked before it was answered."""

    verb = "okrs.ask_amended"
    sentence = "{side} changes its terms: {subject} ({changed})"
    example = {"side": "Checkout", "changed": "deliverable", "terms": _TERMS, "content": _SEEN}

    side: str
    changed: str
    terms: dict[str, str]
    content: str


@dataclass(frozen=True)
class AskCountered(EventKind):
    """A team answered with other terms."""

    verb = "okrs.ask_countered"
    sentence = "{side} counters: {subject} ({changed})"
    example = {"side": "Tracking", "changed": "ends_on", "terms": _TERMS, "content": _SEEN, "round": 1}

    side: str
    changed: str
    terms: dict[str, str]
    content: str
    round: int


@dataclass(frozen=True)
class TermsAgreed(EventKind):
    """Both sides agreed on the same terms."""

    verb = "okrs.agreed"
    sentence = "{side} and {other} agreed: {subject}"
    example = {
        "side": "Checkout",
        "other": "Tracking",
        "terms": _TERMS,
        "content": _SEEN,
        "rounds": 1,
        "displaced": "",
    }

    side: str
    other: str
    terms: dict[str, str]
    content: str
    rounds: int
    displaced: str


@dataclass(frozen=True)
class AskDeclined(EventKind):
    """A team said no; the register keeps it."""

    verb = "okrs.declined"
    sentence = "{side} said no to {subject}: {reason}"
    example = {"side": "Tracking", "code": "no_capacity", "reason": "Peak is in December.", "no": 7}

    side: str
    code: str
    reason: str
    no: int


@dataclass(frozen=True)
class AskDeferred(EventKind):
    """A team said not now, and when it is decided again."""

    verb = "okrs.ask_deferred"
    sentence = "{side} said not now to {subject}, until {until_on}: {reason}"
    example = {
        "side": "Tracking",
        "code": "wrong_time",
        "reason": "After the peak.",
        "until_on": "2027-01-15",
        "no": 7,
    }

    side: str
    code: str
    reason: str
    until_on: str
    no: int


@dataclass(frozen=True)
class AskWithdrawn(EventKind):
    """A team took back what it had asked."""

    verb = "okrs.ask_withdrawn"
    sentence = "{side} withdrew {subject}"
    example = {"side": "Checkout", "reason": "We found another way."}

    side: str
    reason: str


@dataclass(frozen=True)
class AskDiscarded(EventKind):
    """A draft was thrown away before anybody had seen it."""

    verb = "okrs.ask_discarded"
    sentence = "{actor} discarded the draft of {side}: {subject}"
    example = {"side": "Checkout"}

    side: str


@dataclass(frozen=True)
class AskLapsed(EventKind):
    """Nobody answered in time: that is no yes."""

    verb = "okrs.ask_lapsed"
    sentence = "{owed} did not answer by {respond_by}: {subject} lapsed"
    example = {"owed": "Tracking", "respond_by": "2026-12-11"}

    owed: str
    respond_by: str


@dataclass(frozen=True)
class DoneReported(EventKind):
    """The side that does it says that it is done."""

    verb = "okrs.done_reported"
    sentence = "{side} says that {subject} is done"
    example = {"side": "Tracking", "note": "In both markets since Tuesday."}

    side: str
    note: str


@dataclass(frozen=True)
class DoneConfirmed(EventKind):
    """The side that asked is satisfied."""

    verb = "okrs.done_confirmed"
    sentence = "{side} is satisfied: {subject}"
    example = {"side": "Checkout", "note": ""}

    side: str
    note: str


@dataclass(frozen=True)
class DoneDisputed(EventKind):
    """The side that asked is not satisfied yet."""

    verb = "okrs.done_disputed"
    sentence = "{side} is not satisfied with {subject}: {reason}"
    example = {"side": "Checkout", "reason": "The US page shows nothing."}

    side: str
    reason: str


@dataclass(frozen=True)
class AgreementRevoked(EventKind):
    """One side no longer keeps what was agreed."""

    verb = "okrs.agreement_revoked"
    sentence = "{side} revoked {subject}: {reason}"
    example = {"side": "Tracking", "reason": "Two people left.", "person_weeks": "4"}

    side: str
    reason: str
    person_weeks: str  # that become free
