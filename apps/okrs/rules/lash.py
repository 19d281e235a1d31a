"""How much a team's priorities are lashed about: five parts, 0 to 1, never one number (OKRS 2.5).

The order over the weeks is compared by rank-biased overlap with p = 0.8, extrapolated (Webber, Moffat
and Zobel, "A similarity measure for indefinite rankings", 2010, equation 32): lists may gain and lose
items, and the first place carries 40 % of the weight, the first three 73 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from apps.okrs.rules.negotiation_measures import Share
from apps.okrs.rules.numbers import ONE, ZERO, clamp, half_up, many, ratio, short

PERSISTENCE: Final = Decimal("0.8")
_SCALE: Final = (1 - PERSISTENCE) / PERSISTENCE
WEEKS: Final = 13
FEWEST: Final = 3  # weekly orders, before it is said how much they moved
CALM: Final = ratio(1, 3)  # of the goals may be committed to before everything comes first


def overlap(before: Sequence[int], after: Sequence[int]) -> Decimal:
    """Return how alike two orders are: 1 the same, 0 nothing in common. Two empty ones are the same."""
    shorter, longer = sorted((before, after), key=len)
    if not shorter:
        return ZERO if longer else ONE
    s, depth = len(shorter), len(longer)
    common = [len({*shorter[:d]} & {*longer[:d]}) for d in range(depth + 1)]
    total = sum((ratio(common[d], d) * PERSISTENCE**d for d in range(1, depth + 1)), ZERO)
    total += sum((ratio(common[s] * (d - s), s * d) * PERSISTENCE**d for d in range(s + 1, depth + 1)), ZERO)
    rest = ratio(common[depth] - common[s], depth) + ratio(common[s], s)
    return clamp(_SCALE * total + rest * PERSISTENCE**depth)


def cost(before: Sequence[int], after: Sequence[int]) -> Decimal:
    """Return how much one change moved, 0 to 1: places at the top cost most."""
    return ONE - overlap(before, after)


@dataclass(frozen=True)
class Part:
    """One of the five, with what it is made of; without a value there is nothing to judge yet."""

    key: str
    title: str
    value: Decimal | None
    words: str

    @property
    def shown(self) -> str:
        """Write it with two places, or a dash."""
        return "\N{EN DASH}" if self.value is None else f"{half_up(self.value, 2):f}"


def load(running: int, limit: int) -> Decimal:
    """Return by how much a team has more on its list than it should, in parts of what it should."""
    return clamp(ratio(running - limit, limit))


def load_part(running: int, limit: int) -> Part:
    """Say how many goals and promises are on a team's list."""
    return Part("load", "Load", load(running, limit), f"{running} on the list, {limit} are fine")


def load_of_all(loads: Sequence[tuple[Decimal, Decimal]]) -> Part:
    """Return the mean of teams' loads, each with its weight: the person-weeks that it has."""
    weight = sum((one for _load, one in loads), ZERO)
    value = ratio(sum((load * one for load, one in loads), ZERO), weight) if weight else None
    words = f"mean of {many(len(loads), 'team')}, weighted by person-weeks"
    return Part("load", "Load", value, words)


def inflation_part(promised: Share) -> Part:
    """Say whether nearly everything is in the highest class: ours are the goals that are committed to."""
    value = None if promised.ratio is None else clamp((promised.ratio - CALM) / (ONE - CALM))
    return Part(
        "inflation", "Everything first", value, f"{promised.part} of {promised.whole} are committed to"
    )


def flips_part(orders: Sequence[Sequence[int]]) -> Part:
    """Say how far weekly orders went, oldest first: one way costs half, there and back costs all of it."""
    told = orders[-WEEKS:]
    if len(told) < FEWEST:
        return Part("flips", "Order", None, f"said from the third Monday on; there {_are(len(told))}")
    path = sum((cost(one, two) for one, two in pairwise(told)), ZERO)
    apart = cost(told[0], told[-1])
    back = clamp(ONE - ratio(apart, path)) if path else ZERO
    value = min(ONE, path) * (ONE + back) / 2
    words = f"moved {short(path)} over {len(told)} Mondays, {short(apart)} from the first to the last"
    words = words if path else f"the same on {len(told)} Mondays"
    return Part("flips", "Order", value, words)


def scope_part(*, added: int, dropped: int, committed: int) -> Part:
    """Say what came and went after the quarter began, in parts of what was agreed by then."""
    if not committed:
        return Part("scope", "Scope", None, "counted once a quarter runs on what was agreed before it")
    words = f"{added} added and {dropped} dropped after it began, to {many(committed, 'key result')}"
    return Part("scope", "Scope", clamp(ratio(added + dropped, committed)), words)


def unpaired_part(unpaired: Share) -> Part:
    """Say how many yeses of the running quarter named nothing that makes room; without a yes, none did."""
    words = f"{unpaired.part} of {unpaired.whole} yeses in the quarter made no room"
    words = words if unpaired.whole else "no yes since the quarter began"
    return Part("unpaired", "Yes without room", unpaired.ratio or ZERO, words)


def _are(count: int) -> str:
    return "is one" if count == 1 else f"are {count or 'none'}"
