"""What check-ins tell people, and when they are asked for."""

from datetime import date
from typing import Final

from apps.notifications.rules import Kind, in_words
from apps.okrs.rules.checking_in import LATE_AFTER, UNREAD_AFTER

GROUP: Final = "Goals"

MEASURING: Final = [
    Kind(
        key="okrs/check_in_due",
        group=GROUP,
        title="A check-in is due",
        to="the leads, and who is accountable for an objective",
        when=f"on the day, and once more {in_words([LATE_AFTER])} later",
        action="Check in",
        is_reminder=True,
        example={"team": "Tracking", "cycle": "Q1 2026", "due_on": date(2026, 3, 2), "is_late": False},
    ),
    Kind(
        key="okrs/checked_in",
        group=GROUP,
        title="A team checked in",
        to="who reviews its objectives, else the leads of the team above",
        when="when it is published",
        action="Read it",
        example={
            "actor": "Ada Lind",
            "team": "Tracking",
            "said": "1 on track, 1 at risk",
            "wants_help": True,
            "is_correction": False,
        },
    ),
    Kind(
        key="okrs/check_in_unread",
        group=GROUP,
        title="A check-in waits to be read",
        to="who reviews its objectives, else the leads of the team above",
        when=f"{in_words([UNREAD_AFTER])} after it was published",
        action="Read and acknowledge it",
        is_reminder=True,
        example={"team": "Tracking", "author": "Ada Lind", "on_date": date(2026, 3, 2)},
    ),
]
