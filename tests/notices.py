"""Kinds of notices of no app at all: one for at once, one for the daily mail, one that is urgent."""

from apps.notifications.models import Way
from apps.notifications.rules import Kind

EXAMPLE = {"recipient": {"name": "Tomás Rey"}, "problem": "550 no such user"}
KINDS = [
    Kind(
        key=f"tests/{name}",
        group="Tests",
        title=f"Some {name}",
        to="everybody",
        when="now",
        action="Read it",
        example=EXAMPLE,
        **more,
    )
    for name, more in {
        "message": {"way": Way.AT_ONCE},
        "news": {},
        "alarm": {"way": Way.AT_ONCE, "is_urgent": True},
    }.items()
]
