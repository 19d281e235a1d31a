"""What can happen to checklists and their answers."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class EditionPublished(EventKind):
    """A new version of a checklist can be answered from now on."""

    verb = "readiness.edition_published"
    sentence = "{actor} published {subject}"
    about = "Operational readiness, edition 1"
    icon = "versions"
    example = {"key": "operational-readiness", "number": 1, "sha256": "9f86d081"}

    key: str
    number: int
    sha256: str


@dataclass(frozen=True)
class ConversationStarted(EventKind):
    """A team and its advisor began to talk."""

    verb = "readiness.conversation_started"
    sentence = "{actor} started the green-light conversation; {advisor} advises"
    about = "the green-light conversation of Parcel Tracking"
    icon = "messages"
    example = {"advisor": "Maya Sund", "expected_users": "All drivers", "target_quarter": "2027-Q1"}

    advisor: str
    expected_users: str
    target_quarter: str


@dataclass(frozen=True)
class ReadinessOpened(EventKind):
    """The ten areas can be answered."""

    verb = "readiness.opened"
    sentence = "{actor} opened {subject}: {applicable} questions apply, {inherited} have a text to confirm"
    about = "the readiness of Parcel Tracking"
    icon = "road"
    example = {"edition": 1, "applicable": 84, "inherited": 12}

    edition: int
    applicable: int
    inherited: int


@dataclass(frozen=True)
class AssessmentClosed(EventKind):
    """A checklist became history because its service moved back."""

    verb = "readiness.closed"
    sentence = "{actor} closed {subject}; it is kept as it was"
    about = "the readiness of Parcel Tracking"
    icon = "archive"
    example = {"kind": "readiness"}

    kind: str


@dataclass(frozen=True)
class AnswerSaved(EventKind):
    """An answer changed; its words stand in its versions."""

    verb = "readiness.answer_saved"
    sentence = "{actor} answered {subject}: {after}"
    about = "REL-03 of Parcel Tracking"
    icon = "clipboard-text"
    example = {"item": "REL-03", "revision": 4, "before": "Open", "after": "In place"}

    item: str
    revision: int
    before: str
    after: str


@dataclass(frozen=True)
class InheritedConfirmed(EventKind):
    """A text that was taken over is still true."""

    verb = "readiness.inherited_confirmed"
    sentence = "{actor} confirmed the text of {subject}: {after}"
    about = "REL-03 of Parcel Tracking"
    icon = "check"
    example = {"item": "REL-03", "revision": 1, "after": "In place"}

    item: str
    revision: int
    after: str


@dataclass(frozen=True)
class EvidenceAdded(EventKind):
    """A link shows that an answer is true."""

    verb = "readiness.evidence_added"
    sentence = "{actor} added evidence to {subject}: {title}"
    about = "REL-03 of Parcel Tracking"
    icon = "paperclip"
    example = {"title": "Failover rehearsal of 3 November", "url": "https://wiki.example/failover"}

    title: str
    url: str


@dataclass(frozen=True)
class EvidenceRemoved(EventKind):
    """A link no longer belongs to an answer."""

    verb = "readiness.evidence_removed"
    sentence = "{actor} removed evidence from {subject}: {title}"
    about = "REL-03 of Parcel Tracking"
    icon = "paperclip"
    example = {"title": "Failover rehearsal of 3 November", "url": "https://wiki.example/failover"}

    title: str
    url: str


@dataclass(frozen=True)
class ExemptionAsked(EventKind):
    """A team asked for a "not now"."""

    verb = "readiness.exemption_asked"
    sentence = "{actor} asked for an exemption for {subject} until {ends_on}"
    about = "REL-03 of Parcel Tracking"
    icon = "shield-half"
    example = {"reason": "The new store comes in May.", "measure": "Daily copies.", "ends_on": "2027-05-31"}

    reason: str
    measure: str
    ends_on: str


@dataclass(frozen=True)
class ExemptionApproved(EventKind):
    """Somebody independent agreed to a "not now"."""

    verb = "readiness.exemption_approved"
    sentence = "{actor} approved the exemption for {subject} until {ends_on}"
    about = "REL-03 of Parcel Tracking"
    icon = "shield-check"
    example = {"reason": "Daily copies are enough until then.", "ends_on": "2027-05-31"}

    reason: str
    ends_on: str


@dataclass(frozen=True)
class ExemptionRefused(EventKind):
    """Somebody independent did not agree to a "not now"."""

    verb = "readiness.exemption_refused"
    sentence = "{actor} refused the exemption for {subject}: {reason}"
    about = "REL-03 of Parcel Tracking"
    icon = "circle-x"
    example = {"reason": "A restore was never tried."}

    reason: str


@dataclass(frozen=True)
class ExemptionWithdrawn(EventKind):
    """The team no longer asks for, or needs, a "not now"."""

    verb = "readiness.exemption_withdrawn"
    sentence = "{actor} withdrew the exemption for {subject}"
    about = "REL-03 of Parcel Tracking"
    icon = "shield-half"
    example = {"before": "approved"}

    before: str


@dataclass(frozen=True)
class ExemptionEnded(EventKind):
    """An approved "not now" reached its last day."""

    verb = "readiness.exemption_ended"
    sentence = "The exemption for {subject} ended on {ends_on}"
    about = "REL-03 of Parcel Tracking"
    icon = "shield-half"
    example = {"ends_on": "2027-05-31"}

    ends_on: str


@dataclass(frozen=True)
class VerdictGiven(EventKind):
    """A reviewer said how an area looks."""

    verb = "readiness.verdict_given"
    sentence = "{actor} finds {subject} {value}"
    became = "value"
    about = "Reliability of Parcel Tracking"
    icon = "list-check"
    example = {"area": "REL", "before": "", "value": "adequate", "note": "Rehearse the failover."}

    area: str
    before: str
    value: str
    note: str


@dataclass(frozen=True)
class AnswersReturned(EventKind):
    """A reviewer asked the team to look at some items again."""

    verb = "readiness.answers_returned"
    sentence = "{actor} returned {items} of {subject}"
    about = "the readiness of Parcel Tracking"
    icon = "arrow-back-up"
    example = {"items": "REL-03, OPS-07", "note": "Who is called at night?"}

    items: str
    note: str


@dataclass(frozen=True)
class Submitted(EventKind):
    """A team says that its checklist is ready to be walked through."""

    verb = "readiness.submitted"
    sentence = "{actor} submitted {subject}: {answered} of {applicable} answered"
    about = "the readiness of Parcel Tracking"
    icon = "checkbox"
    example = {"answered": 80, "applicable": 84}

    answered: int
    applicable: int


@dataclass(frozen=True)
class ConditionsApplied(EventKind):
    """The service's own facts changed, and with them which items count."""

    verb = "readiness.conditions_applied"
    sentence = "{subject} follows the service: {added} items more, {removed} fewer"
    about = "the readiness of Parcel Tracking"
    icon = "adjustments"
    example = {"added": 3, "removed": 1}

    added: int
    removed: int
