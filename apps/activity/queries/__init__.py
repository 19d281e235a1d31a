"""How history is read."""

from apps.activity.queries.audit import Line, Wanted, everything, exported, page_of
from apps.activity.queries.kinds import Explained, explained, kinds
from apps.activity.queries.timelines import Entry, has_happened, of_person, of_services, of_team, timeline
from apps.activity.queries.verifying import Verdict, unguarded, verify
from apps.activity.queries.words import Change, Detail, Piece, said, sentence

__all__ = [
    "Change",
    "Detail",
    "Entry",
    "Explained",
    "Line",
    "Piece",
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
    "said",
    "sentence",
    "timeline",
    "unguarded",
    "verify",
]
