"""How many transitions a second one process takes, and the share of their CPU that the event takes.

The same steps run with their events and without them, in turns: the difference is what history costs.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import monotonic
from typing import Any, Final
from unittest.mock import patch

from django.utils import timezone

from apps.accounts.models import Actor, User
from apps.catalog.models import DataClass, Exposure, Kind
from apps.catalog.queries import team
from apps.catalog.transitions import register
from apps.readiness.models import Answer, State
from apps.readiness.transitions import save_answer
from apps.walkthroughs.models import Capacity, SignOff
from apps.walkthroughs.queries import seats
from apps.walkthroughs.transitions import sign_off
from bench.pages import TEXTS
from bench.servers import cpu_seconds
from bench.sites import Organisation, use

ROUNDS: Final = 5
TIMES: Final = 200
RECORDS: Final = (
    "apps.catalog.transitions.services.record",
    "apps.readiness.transitions.answers.record",
    "apps.walkthroughs.transitions.signing.record",
)
NOTES: Final = ("Restore was shown live.", "Restore was shown live, and the on-call rota.")
Step = Callable[[int], object]


def measure_steps(one: Organisation, *, postmaster: int) -> str:
    """Return what each kind of transition takes at one size, as lines of a table."""
    use(one.database)
    lines = ["| transition | a second | ms CPU | of it the event |", "|---|---:|---:|---:|"]
    for title, step in _steps(one):
        cost = _measured(step, postmaster)
        lines.append(
            f"| {title} | {cost.a_second:.0f} | {cost.milliseconds:.1f} | {100 * cost.share:.0f} % |"
        )
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class _Cost:
    a_second: float
    milliseconds: float
    share: float


def _steps(one: Organisation) -> Iterator[tuple[str, Step]]:
    scene = one.scene
    by = Actor(person=User.objects.get(pk=scene.person_id), request_id="4711")
    owner = team(scene.team)
    fields: dict[str, Any] = {
        "purpose": "Tells depots where things are.",
        "kind": Kind.SERVICE,
        "tier": 3,
        "data_class": DataClass.INTERNAL,
        "exposure": Exposure.INTERNAL,
    }

    def save(states: tuple[str, ...]) -> Step:
        answer = Answer.objects.get(pk=scene.answer_id)

        def step(number: int) -> None:
            nonlocal answer
            answer = save_answer(
                answer,
                revision=answer.revision,
                state=states[number % len(states)],
                text=TEXTS[number % 2],
                by=by,
                at=timezone.now(),
            ).row

        return step

    yield (
        "register a service",
        lambda number: register(owner, name=f"Measured {number}", by=by, at=timezone.now(), **fields),
    )
    yield "save an answer", save((State.IN_PLACE,))
    yield "save an answer in another state", save((State.IN_PLACE, State.GAP))
    yield "sign off", _signing(scene.walkthrough_id)


def _signing(walkthrough_id: int) -> Step:
    """Let one seat sign again and again, each time with another note: the same one would change nothing."""
    seat = next(one for one in seats([walkthrough_id]) if one.capacity == Capacity.PEER and one.signs)
    by = Actor(person=User.objects.get(pk=seat.person_id), request_id="4711")

    def step(number: int) -> None:
        note = NOTES[number % 2]
        sign_off(seat, decision=SignOff.Decision.APPROVE, note=note, by=by, at=timezone.now())

    return step


def _measured(step: Step, postmaster: int) -> _Cost:
    numbers = count()

    def run(times: int) -> tuple[float, float]:
        begun, before = monotonic(), cpu_seconds(os.getpid(), postmaster)
        for _each in range(times):
            step(next(numbers))
        return monotonic() - begun, cpu_seconds(os.getpid(), postmaster) - before

    run(10)
    rounds = []
    for _each in range(ROUNDS):
        seconds, whole = run(TIMES)
        with _without_events():
            _seconds, rest = run(TIMES)
        rounds.append((TIMES / seconds, 1000 * whole / TIMES, 1 - rest / whole))
    return _Cost(*(median(column) for column in zip(*rounds, strict=True)))


@contextmanager
def _without_events() -> Iterator[None]:
    """Let transitions write everything but history, here and for the measurement alone."""
    with ExitStack() as stack:
        for name in RECORDS:
            stack.enter_context(patch(name))
        yield
