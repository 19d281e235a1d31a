"""How a no stands, ends and is gone against (OKRS 2.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from apps.accounts.models import Actor, User
from apps.accounts.rules import check_in_person
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.okrs.models import Metric, No, Objective
from apps.okrs.rules.numbers import plain
from apps.okrs.rules.permissions import speaks_for

STANDING = frozenset({No.State.ACTIVE, No.State.EXPIRED})


def may_decide(by: Actor, no: No) -> bool:
    """Whoever holds a no decides about it, and the leads of the team that said it; load `team` first.

    Neither an administrator nor a team's token does: a no is somebody's word.
    """
    return not by.has("admin") and speaks_for(by, no.team, accountable_id=no.holder_id)


def check_may_decide(by: Actor, no: No) -> None:
    """Refuse everybody else."""
    check_in_person(by)
    if not may_decide(by, no):
        message = f"{no.holder} holds this, and the leads of {no.team} can decide it again."
        raise NotPermittedError(message)


def check_may_say_no(by: Actor, team_name: str, team_id: int) -> None:
    """Leads say no for their team; an administrator does for none, nor does a team's token."""
    check_in_person(by)
    if by.has("admin") or not by.leads(team_id):
        message = f"Only a lead of {team_name} says no for it."
        raise NotPermittedError(message)


def may_go_on(by: Actor, objective: Objective) -> bool:
    """Tell whether somebody may go on against a no that an objective collides with; it is logged."""
    return not by.has("admin") and speaks_for(by, objective.team, accountable_id=objective.accountable_id)


def check_may_except(by: Actor, no: No, objective: Objective | None) -> None:
    """Let a lead of the team that said no grant an exception, and one whose objective collides take it."""
    if may_decide(by, no):
        return
    if objective is not None and not by.has("admin"):
        if may_go_on(by, objective):
            return
        message = f"A lead of {objective.team} goes on all the same, or a lead of {no.team} grants it."
        raise NotPermittedError(message)
    check_may_decide(by, no)


def check_stands(no: No, *, step: str) -> None:
    """Refuse to decide again what is over."""
    if no.state not in STANDING:
        now = no.get_state_display().lower()
        message = f"This is {now}: {step} is for a no that stands."
        raise InvalidMoveError(message)


def check_ends(kind: str, *, until_on: date | None, reopen_when: str) -> None:
    """Refuse a "not now" that would last for ever."""
    if kind == No.Kind.NOT_NOW and until_on is None and not reopen_when:
        message = "Say when it is decided again: on a day, or when something has come true."
        raise InvalidInputError(message, field="until_on")


def has_ended(no: No, *, at: datetime) -> bool:
    """Tell whether the day has come on which it is decided again."""
    return no.until_on is not None and no.until_on <= at.date()


def is_met(no: No, value: Decimal) -> bool:
    """Tell whether a value meets the condition under which a no is decided again."""
    if no.threshold is None:
        return False
    return value < no.threshold if no.threshold_way == No.Way.BELOW else value > no.threshold


def condition(no: No) -> str:
    """Return in words when it is decided again; load `metric` where there is one."""
    words = [f"on {no.until_on:%-d %B %Y}"] if no.until_on else []
    number = ""
    if no.threshold is not None and no.metric is not None:
        number = in_numbers(no.metric, no.threshold_way, no.threshold)
        words.append(number)
    if no.reopen_when and no.reopen_when != number:
        words.append(no.reopen_when)
    return ", or ".join(words)


def in_numbers(metric: Metric, way: str, threshold: Decimal) -> str:
    """Say "when “Pages at night” falls below 3 a month"."""
    return f"when “{metric}” {No.Way(way).label} {plain(threshold, metric.unit)}"[:300]


@dataclass(frozen=True)
class Collision:
    """A no that stands in the way of something, and what both have in common."""

    no: No
    matched: tuple[str, ...]  # "metric", "dependency", "tag parcels"

    @property
    def until(self) -> str:
        """Say until when it stands: "until 1 October 2026", or what has to come true."""
        if self.no.until_on is not None:
            return f"until {self.no.until_on:%-d %B %Y}"
        words = condition(self.no)
        return f"until {words.removeprefix('when ')}" if words else ""

    @property
    def what(self) -> str:
        """Say how close it comes: the same metric is the same wish, a team or a tag in common is less."""
        return "this" if "metric" in self.matched else "something close to this"

    @property
    def words(self) -> str:
        """Say "the same metric and the tag parcels"."""
        names = [f"the {one}" if one.startswith("tag ") else f"the same {one}" for one in self.matched]
        return " and ".join(names)


def in_common(
    ours: Iterable[object], theirs: Iterable[object], *, is_metric: bool, is_dependency: bool
) -> tuple[str, ...]:
    """Return what a no and a plan have in common: metric, dependency and tags; similar words are no match."""
    found = ["metric"] if is_metric else []
    found += ["dependency"] if is_dependency else []
    tags = {_tag(one) for one in ours} & {_tag(one) for one in theirs} - {""}
    return (*found, *(f"tag {tag}" for tag in sorted(tags)))


def _tag(tag: object) -> str:
    return str(tag).strip().casefold()


def decider(by: Actor) -> User:
    """Return who answers for a no by name."""
    if by.person is None:
        message = "Somebody has to answer for that by name."
        raise NotPermittedError(message)
    return by.person
