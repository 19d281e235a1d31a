"""What can happen to the service at the end of the road."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class Launched(EventKind):
    """The service went live."""

    verb = "walkthroughs.launched"
    sentence = "{actor} launched {service}"
    about = "the walkthrough of Parcel Tracking"
    icon = "rocket"
    example = {"service": "Parcel Tracking", "look_back_on": "2027-01-13", "follow_ups": ["OPS-07"]}

    service: str
    look_back_on: str
    follow_ups: list[str]  # items that were planned, and are now followed up


@dataclass(frozen=True)
class LaunchedOver(EventKind):
    """The service went live although conditions were not met."""

    verb = "walkthroughs.launched_over"
    sentence = "{actor} launched {service} over {titles}: {reason}"
    about = "the walkthrough of Parcel Tracking"
    icon = "rocket"
    example = {
        "service": "Parcel Tracking",
        "titles": "“No objection stands”",
        "reason": "The season starts on Monday; Priya's point is F-2.",
        "over": [{"code": "no_objection", "title": "No objection stands", "reason": "Priya Nair objects."}],
        "look_back_on": "2027-01-13",
        "follow_ups": ["OPS-07"],
    }

    service: str
    titles: str
    reason: str
    over: list[dict[str, str]]
    look_back_on: str
    follow_ups: list[str]


@dataclass(frozen=True)
class MovedBack(EventKind):
    """A service went back by one phase."""

    verb = "walkthroughs.moved_back"
    sentence = "{actor} moved {subject} back to {phase}: {reason}"
    icon = "road"
    example = {"phase": "green-light", "reason": "The sponsor changed."}

    phase: str
    reason: str


@dataclass(frozen=True)
class Archived(EventKind):
    """A service is no longer in use."""

    verb = "walkthroughs.archived"
    sentence = "{actor} archived {subject}: {reason}"
    icon = "archive"
    example = {"reason": "Replaced by Tracking 2."}

    reason: str


@dataclass(frozen=True)
class Restored(EventKind):
    """An archived service is in use again."""

    verb = "walkthroughs.restored"
    sentence = "{actor} restored {subject} into {phase}: {reason}"
    icon = "arrow-back-up"
    example = {"phase": "playground", "reason": "The experiment goes on."}

    phase: str
    reason: str


@dataclass(frozen=True)
class ReportPrinted(EventKind):
    """The worker finished a report; the content is the snapshot that it shows."""

    verb = "walkthroughs.report_printed"
    sentence = "{actor} printed the report of {subject}, {pages} pages"
    about = "the walkthrough of Parcel Tracking"
    icon = "file-type-pdf"
    example = {"pages": 9, "content": "3f9c2a71e05d88b4"}

    pages: int
    content: str


@dataclass(frozen=True)
class ReportAsked(EventKind):
    """Somebody asked for the report."""

    verb = "walkthroughs.report_asked"
    sentence = "{actor} asked for the report of {subject}"
    about = "the walkthrough of Parcel Tracking"
    icon = "file-type-pdf"
    example = {}
