"""What negotiations, nos and waivers tell people."""

from datetime import date
from typing import Any, Final

from apps.notifications.models import Way
from apps.notifications.rules import Kind, in_words
from apps.okrs.rules.negotiating import REMIND_BEFORE

GROUP: Final = "Negotiations and nos"

_ASK: Final[dict[str, Any]] = {
    "actor": "Ada Lind",
    "side": "Checkout",
    "what": "Show tracking inside our order page",
    "lines": [("What", "Tracking inside the order page"), ("Costs", "4 person-weeks")],
    "message": "Both markets, if you can.",
    "respond_by": date(2026, 3, 9),
}
_NO: Final[dict[str, Any]] = {
    "actor": "Ada Lind",
    "side": "Tracking",
    "what": "Show tracking inside our order page",
    "is_later": True,
    "code": "No capacity",
    "reason": "The peak is in December.",
    "until_on": date(2026, 4, 1),
}
_SIDES: Final = "the leads of the other side, and who is accountable there"

KINDS: Final = [
    Kind(
        key="okrs/asked",
        group=GROUP,
        title="Another team asks yours",
        to="the leads of the team that is asked, and who is accountable there",
        when="when it is sent, or asked differently",
        action="Answer",
        way=Way.AT_ONCE,
        example=_ASK | {"is_new": True},
    ),
    Kind(
        key="okrs/answer_due",
        group=GROUP,
        title="An answer of your team is waited for",
        to="the leads of the team that owes it, and who is accountable there",
        when=f"{in_words([REMIND_BEFORE.days])} before the last day",
        action="Answer",
        is_reminder=True,
        example={
            "side": "Checkout",
            "what": "Show tracking inside our order page",
            "respond_by": date(2026, 3, 9),
        },
    ),
    Kind(
        key="okrs/countered",
        group=GROUP,
        title="Other terms are on the table",
        to=_SIDES,
        when="with each counter",
        action="Answer",
        way=Way.AT_ONCE,
        example=_ASK | {"round": 2},
    ),
    Kind(
        key="okrs/agreed",
        group=GROUP,
        title="Something is agreed",
        to=_SIDES,
        when="when the terms are accepted",
        action="See what was agreed",
        way=Way.AT_ONCE,
        example=_ASK | {"displaced": "The new courier app"},
    ),
    Kind(
        key="okrs/said_no",
        group=GROUP,
        title="A team said no, or not now",
        to=_SIDES,
        when="once, with the reason",
        action="See why",
        way=Way.AT_ONCE,
        example=_NO,
    ),
    Kind(
        key="okrs/moved",
        group=GROUP,
        title="The other side withdrew, reported, or revoked",
        to=_SIDES,
        when="with the step",
        action="Look at it",
        example=_ASK | {"deed": "says that it is done"},
    ),
    Kind(
        key="okrs/lapsed",
        group=GROUP,
        title="A question was not answered in time",
        to="the leads of both sides",
        when="on the day after the last one",
        action="Look at it",
        example=_ASK | {"owed": "Tracking"},
    ),
    Kind(
        key="okrs/decide_again",
        group=GROUP,
        title="A no is to be decided again",
        to="its holder, and the leads of the team that had asked",
        when="once, when its day has come or its condition is met",
        action="Decide again",
        example={
            "what": "A second data centre",
            "team": "Tracking",
            "because": "its day, 1 April 2026, has come",
            "reason": "The saved nights pay more.",
            "is_holder": True,
        },
    ),
    Kind(
        key="okrs/no_changed",
        group=GROUP,
        title="A no was reopened, let go, or gone against",
        to="its holder, and the leads of the team that had asked",
        when="with the step",
        action="See the no",
        example={
            "actor": "Ada Lind",
            "what": "A second data centre",
            "team": "Tracking",
            "deed": "asks to reopen it",
            "reason": "We would lend two people.",
        },
    ),
    Kind(
        key="okrs/waived",
        group=GROUP,
        title="Your team may promise more than it has",
        to="the leads of the team",
        when="when a lead of the organisation allows it",
        action="See the person-weeks",
        example={
            "actor": "Mira Falk",
            "quarter": "Q1 2026 of Tracking",
            "up_to": "1.15",
            "expires_on": date(2026, 3, 31),
            "reason": "The peak is short.",
        },
    ),
]
