"""An app with reminders, as settings.REMINDERS names one: what is due, and what still is."""

from apps.notifications.rules import Due
from tests.subjects import TEMPLATE, subject

people = []
given_up = set()  # keys
asked = []  # moments
mishaps = []  # an error that asking ends in


def due(*, now):
    for person in people:
        for kind in ("countdown", "reply"):
            yield Due(
                recipient=person,
                key=f"tests:{person.pk}:{kind}:{now:%Y%m%d}",
                kind=f"tests.{kind}",
                template=TEMPLATE,
                subject=subject(),
                context={"recipient": {"name": kind}},
                at=now,
            )


def due_and_broken(*, now):
    """Find as `due` does, and break at the end."""
    yield from due(now=now)
    message = "secret detail"
    raise ValueError(message)


def still_due(keys, *, now):
    asked.append(now)
    for error in mishaps:
        raise error
    return set(keys) - given_up
