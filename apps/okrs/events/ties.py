"""What can happen to what an objective is tied to."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class ObjectiveLinked(EventKind):
    """An objective contributes to something, or depends on it."""

    verb = "okrs.linked"
    sentence = "{actor} said that {subject} {kind} “{target}”: {statement}"
    example = {"kind": "contributes to", "target": "Churn falls to 3 %", "statement": "Fewer late parcels"}

    kind: str
    target: str
    statement: str


@dataclass(frozen=True)
class ObjectiveUnlinked(EventKind):
    """A link was taken away."""

    verb = "okrs.unlinked"
    sentence = "{actor} took away that {subject} {kind} “{target}”"
    example = {"kind": "depends on", "target": "Payments answer within a second"}

    kind: str
    target: str


@dataclass(frozen=True)
class ServiceLinked(EventKind):
    """An objective is about a service."""

    verb = "okrs.service_linked"
    sentence = "{actor} named {service} as what {subject} is about"
    example = {"service": "Parcel Tracking"}

    service: str


@dataclass(frozen=True)
class ServiceUnlinked(EventKind):
    """An objective is no longer about a service."""

    verb = "okrs.service_unlinked"
    sentence = "{actor} took {service} away from {subject}"
    example = {"service": "Parcel Tracking"}

    service: str


@dataclass(frozen=True)
class PotholeTaken(EventKind):
    """A team takes a gap of its services up as an objective."""

    verb = "okrs.pothole_taken"
    sentence = "{actor} took up “{pothole}” in {subject}"
    example = {"pothole": "REL-03 of Parcel Tracking"}

    pothole: str


@dataclass(frozen=True)
class PotholeLeft(EventKind):
    """A team leaves a gap of its services for this quarter, and says why."""

    verb = "okrs.pothole_left"
    sentence = "{actor} left “{pothole}” in {subject}: {reason}"
    example = {"pothole": "REL-03 of Parcel Tracking", "reason": "The service ends in May."}

    pothole: str
    reason: str


@dataclass(frozen=True)
class PotholesLeft(EventKind):
    """A team takes up none of its candidates: a recorded no."""

    verb = "okrs.potholes_left"
    sentence = "{actor} left all {count} candidates of {subject}: {reason}"
    example = {"count": 4, "reason": "The whole team is lent to Billing."}

    count: int
    reason: str
