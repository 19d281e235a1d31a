"""What can happen to background work, beyond what its row tells."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class JobFailed(EventKind):
    """Work ended without a result."""

    verb = "jobs.failed"
    sentence = "{actor} could not finish: {subject} ({problem})"
    about = "Report of Parcel Tracking"
    icon = "alert-triangle"
    example = {"problem": "The file is not a zip archive."}

    problem: str


@dataclass(frozen=True)
class JobRetried(EventKind):
    """Somebody asked for failed work once more."""

    verb = "jobs.retried"
    sentence = "{actor} asked once more for: {subject}"
    about = "Report of Parcel Tracking"
    icon = "refresh"
    example = {}
