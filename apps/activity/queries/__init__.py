"""How history is read."""

from apps.activity.queries.audit import Line, Opened, Wanted, everything, exported, opened, page_of
from apps.activity.queries.kinds import Explained, explained, kinds
from apps.activity.queries.timelines import Entry, has_happened, of_person, of_services, of_team, timeline
from apps.activity.queries.verifying import Look, Verdict, last_checked, look, measures, unguarded, verify
from apps.activity.queries.words import Change, Detail, Piece, said, sentence

__all__ = [
    "Change",
    "Detail",
    "Entry",
    "Explained",
    "Line",
    "Look",
    "Opened",
    "Piece",
    "Verdict",
    "Wanted",
    "everything",
    "explained",
    "exported",
    "has_happened",
    "kinds",
    "last_checked",
    "look",
    "measures",
    "of_person",
    "of_services",
    "of_team",
    "opened",
    "page_of",
    "said",
    "sentence",
    "timeline",
    "unguarded",
    "verify",
]
