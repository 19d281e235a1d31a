"""How history is read."""

from apps.activity.queries.audit import Line, Wanted, everything, exported, page_of
from apps.activity.queries.kinds import Explained, explained, kinds, sentence
from apps.activity.queries.timelines import Entry, has_happened, of_person, of_services, of_team, timeline
from apps.activity.queries.verifying import Verdict, unguarded, verify

__all__ = [
    "Entry",
    "Explained",
    "Line",
    "Verdict",
    "Wanted",
    "everything",
    "explained",
    "exported",
    "has_happened",
    "kinds",
    "of_person",
    "of_services",
    "of_team",
    "page_of",
    "sentence",
    "timeline",
    "unguarded",
    "verify",
]
