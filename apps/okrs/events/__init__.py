"""What can happen to goals."""

from apps.okrs.events.measuring import (
    CheckInAcknowledged,
    CheckInDiscarded,
    CheckInPublished,
    KeyResultGraded,
    MetricArchived,
    MetricCreated,
    MetricEdited,
    MetricRestored,
    ObjectiveClosed,
    ObjectiveStatusSaid,
    ReadInConfidence,
    TensionDeclared,
    TensionEnded,
    TermsChanged,
    ValueRecorded,
    ValuesPasted,
)

__all__ = [
    "CheckInAcknowledged",
    "CheckInDiscarded",
    "CheckInPublished",
    "KeyResultGraded",
    "MetricArchived",
    "MetricCreated",
    "MetricEdited",
    "MetricRestored",
    "ObjectiveClosed",
    "ObjectiveStatusSaid",
    "ReadInConfidence",
    "TensionDeclared",
    "TensionEnded",
    "TermsChanged",
    "ValueRecorded",
    "ValuesPasted",
]
