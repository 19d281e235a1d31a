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


@dataclass(frozen=True)
class HistoryBroken(EventKind):
    """Whoever followed the chain of seals found that history is not what was written."""

    verb = "activity.broken"
    sentence = "{actor} found a break in {subject}: {problem}"
    about = "the history"
    icon = "alert-triangle"
    example = {"problem": "The chain has a gap at seal 4812: it is missing; the next one is 4813."}

    problem: str


@dataclass(frozen=True)
class HistoryWhole(EventKind):
    """All seals hold again, after a break: somebody put back what was written."""

    verb = "activity.whole"
    sentence = "{actor} found {subject} whole again, to seal {seal}"
    about = "the history"
    icon = "circle-check"
    example = {"seal": 4900}

    seal: int
