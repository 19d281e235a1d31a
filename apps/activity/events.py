"""What can happen in every app."""

from dataclasses import dataclass

from apps.activity.models import EventKind


@dataclass(frozen=True)
class Exported(EventKind):
    """Somebody took a file along: a report, a list, a copy of events; the filter is what the address said.

    For the person and administrators only: nobody counts who reads what.
    """

    verb = "activity.exported"
    sentence = "{actor} took along {what}"
    icon = "download"
    example = {"what": "the list of services", "filter": "phase=live&tier=1"}

    what: str
    filter: str
