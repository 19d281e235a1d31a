"""What can happen to the person-weeks of a team."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class CapacityPlanned(EventKind):
    """A team said how many people it has, and which share keeps the lights on."""

    verb = "okrs.capacity_planned"
    sentence = "{actor} planned {person_weeks} person-weeks for {subject}"
    example = {
        "person_weeks": "45.5",
        "people": "5",
        "weeks": "13",
        "upkeep_share": "0.25",
        "leave_share": "0.05",
        "before": "",
    }

    person_weeks: str
    people: str
    weeks: str
    upkeep_share: str
    leave_share: str
    before: str  # person-weeks until now


@dataclass(frozen=True)
class WeeksPromised(EventKind):
    """A team promised person-weeks to something, or other ones than before."""

    verb = "okrs.weeks_promised"
    sentence = "{actor} promised {person_weeks} person-weeks of {subject} to {label}"
    example = {"label": "The night is quiet", "kind": "outcome", "person_weeks": "8", "before": ""}

    label: str
    kind: str
    person_weeks: str
    before: str


@dataclass(frozen=True)
class WeeksFreed(EventKind):
    """A team took back person-weeks."""

    verb = "okrs.weeks_freed"
    sentence = "{actor} freed {person_weeks} person-weeks of {subject} from {label}"
    example = {"label": "The night is quiet", "person_weeks": "8"}

    label: str
    person_weeks: str


@dataclass(frozen=True)
class Waived(EventKind):
    """The organisation allowed a team to promise more than it has, until a day."""

    verb = "okrs.waived"
    sentence = "{actor} allows {subject} to promise {up_to} of what it has until {expires_on}: {reason}"
    example = {"up_to": "1.15", "expires_on": "2026-12-31", "reason": "The peak is short."}

    up_to: str
    expires_on: str
    reason: str


@dataclass(frozen=True)
class PeopleLent(EventKind):
    """One team lends another one people, in both ledgers at once."""

    verb = "okrs.people_lent"
    sentence = "{lender} lends {borrower} {person_weeks} person-weeks"
    example = {
        "lender": "Payments",
        "borrower": "Tracking",
        "person_weeks": "8",
        "starts_on": "2026-10-05",
        "ends_on": "2026-12-18",
    }

    lender: str
    borrower: str
    person_weeks: str
    starts_on: str
    ends_on: str
