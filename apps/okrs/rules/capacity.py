"""Person-weeks: what a team has, what it promised, and how full it is (OKRS 2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from apps.accounts.models import Actor
from apps.accounts.rules import check_in_person
from apps.catalog.models import Team
from apps.core.errors import InvalidInputError, InvalidMoveError, NotPermittedError
from apps.okrs.models import Allocation, CapacityPlan
from apps.okrs.rules.numbers import ONE, ZERO, half_up, plain, ratio
from apps.okrs.rules.permissions import speaks_for

SLACK: Final = Decimal("0.80")
FULL: Final = ONE
DEFAULT_RAMP: Final = Decimal("0.20")


class Fill(StrEnum):
    """How full a team is."""

    SLACK = "slack"
    FULL = "full"
    OVER = "over"


FILL_WORDS: Final = {
    Fill.SLACK: "Room for more",
    Fill.FULL: "Full",
    Fill.OVER: "Promised more than it has",
}


@dataclass(frozen=True)
class Borrowed:
    """Person-weeks that somebody lent, and the share of them that goes into getting to know."""

    person_weeks: Decimal
    ramp: Decimal = DEFAULT_RAMP

    @property
    def effective(self) -> Decimal:
        """Return what is left of them for work."""
        return self.person_weeks * (ONE - self.ramp)


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One team's quarter in person-weeks; every number shows its parts."""

    people: Decimal
    weeks: Decimal
    upkeep_share: Decimal
    leave_share: Decimal = ZERO
    allocated: tuple[tuple[str, Decimal], ...] = ()  # kind, person-weeks
    lent: Decimal = ZERO
    borrowed: tuple[Borrowed, ...] = ()
    up_to: Decimal | None = None  # what a waiver allows

    @classmethod
    def of(
        cls,
        plan: CapacityPlan,
        *,
        allocated: Iterable[tuple[str, Decimal]],
        lent: Decimal,
        borrowed: Iterable[Borrowed],
        up_to: Decimal | None = None,
    ) -> Self:
        """Return the ledger of a plan and the rows around it."""
        return cls(
            people=plan.people,
            weeks=plan.weeks,
            upkeep_share=plan.upkeep_share,
            leave_share=plan.leave_share,
            allocated=tuple(allocated),
            lent=lent,
            borrowed=tuple(borrowed),
            up_to=up_to,
        )

    @classmethod
    def of_sums(
        cls,
        plan: CapacityPlan,
        *,
        promised: Decimal,
        lent: Decimal,
        gained: Decimal,
        up_to: Decimal | None = None,
    ) -> Self:
        """Return the ledger of a plan whose rows the database has summed up: `gained` after the ramp."""
        whole = [(Allocation.Kind.OUTCOME.value, promised)] if promised else []
        hands = [Borrowed(gained, ZERO)] if gained else []
        return cls.of(plan, allocated=whole, lent=lent, borrowed=hands, up_to=up_to)

    @property
    def words(self) -> str:
        """Say "31 of 36 person-weeks promised"."""
        return f"{_weeks(self.promised)} of {_weeks(self.available)} person-weeks promised"

    @property
    def free_words(self) -> str:
        """Say "5 free", or "none free" of a team that is full."""
        return f"{_weeks(self.free)} free" if self.free > 0 else "none free"

    @property
    def own(self) -> Decimal:
        """Return cap_pw = people x weeks x (1 - upkeep - leave)."""
        return self.people * self.weeks * (ONE - self.upkeep_share - self.leave_share)

    @property
    def gained(self) -> Decimal:
        """Return Σ loans in x (1 - ramp)."""
        return sum((one.effective for one in self.borrowed), ZERO)

    @property
    def available(self) -> Decimal:
        """Return cap_eff = cap_pw - Σ loans out + Σ loans in x (1 - ramp)."""
        return self.own - self.lent + self.gained

    @property
    def promised(self) -> Decimal:
        """Return Σ allocations, of every kind."""
        return sum((weeks for _kind, weeks in self.allocated), ZERO)

    @property
    def upkeep_percent(self) -> str:
        """Return the share that keeps the lights on: "25"."""
        return plain(self.upkeep_share * 100)

    @property
    def leave_percent(self) -> str:
        """Return the share of leave and absence."""
        return plain(self.leave_share * 100)

    def of_kind(self, kind: str) -> Decimal:
        """Return Σ allocations of one kind."""
        return sum((weeks for one, weeks in self.allocated if one == kind), ZERO)

    @property
    def free(self) -> Decimal:
        """Return what is not promised; below nought where too much is."""
        return self.available - self.promised

    @property
    def rho(self) -> Decimal | None:
        """Return rho = Σ allocations ÷ cap_eff; none where nothing is available."""
        return ratio(self.promised, self.available) if self.available > 0 else None

    @property
    def fill(self) -> Fill:
        """Return the band: to 0.80 slack, to 1.00 full, above it over."""
        rho = self.rho
        if rho is None:
            return Fill.OVER if self.promised > 0 or self.available < 0 else Fill.FULL
        if rho <= SLACK:
            return Fill.SLACK
        return Fill.FULL if rho <= FULL else Fill.OVER

    @property
    def fill_words(self) -> str:
        """Return the band in words."""
        return FILL_WORDS[self.fill]

    @property
    def is_allowed(self) -> bool:
        """Tell whether nobody needs a waiver, or the one that stands allows as much."""
        return self.fill != Fill.OVER or (
            self.rho is not None and self.up_to is not None and self.rho <= self.up_to
        )

    @property
    def rho_words(self) -> str:
        """Return rho as pages show it: "0.86"."""
        return "none" if self.rho is None else f"{half_up(self.rho, 2):f}"

    def with_more(
        self, *, promised: Decimal = ZERO, lent: Decimal = ZERO, borrowed: Decimal = ZERO
    ) -> "Ledger":
        """Return the ledger as it would be."""
        more = ((Allocation.Kind.OUTCOME.value, promised),) if promised else ()
        hands = (Borrowed(borrowed),) if borrowed else ()
        return replace(
            self,
            allocated=(*self.allocated, *more),
            lent=self.lent + lent,
            borrowed=(*self.borrowed, *hands),
        )


def _weeks(number: Decimal) -> str:
    return plain(half_up(number, 1))


def check_utilisation(ledger: Ledger | None) -> None:
    """Refuse to begin more than a team has hands for, but for a waiver that allows as much."""
    if ledger is None or ledger.is_allowed:
        return
    much = f"{ledger.rho_words} times what it has" if ledger.rho is not None else "more than it has"
    message = f"The team has promised {much}. Lend, stop or shrink something, or ask for a waiver."
    raise InvalidMoveError(message)


def raises_above_slack(before: Ledger, after: Ledger) -> bool:
    """Tell whether something makes a team fuller, and more than 0.80 full."""
    if after.rho is None:
        return after.available < before.available or after.promised > before.promised
    return after.rho > SLACK and (before.rho is not None and after.rho > before.rho)


def check_room(before: Ledger, after: Ledger, *, team: Team, displaced: str) -> None:
    """Refuse a yes in mid-cycle that names nothing in exchange, or that goes above 1.00 without a waiver."""
    if not raises_above_slack(before, after):
        return
    if not displaced:
        message = (
            f"This takes {team} from {before.rho_words} to {after.rho_words} of what it has. "
            "Say what is dropped, slowed down or lent for it."
        )
        raise InvalidInputError(message, field="displaced")
    if not after.is_allowed:
        message = (
            f"{team} would have promised {after.rho_words} of what it has. "
            "Drop or lend something, or ask the organisation's leads for a waiver."
        )
        raise InvalidMoveError(message)


def check_plan(
    *, people: Decimal, weeks: Decimal, upkeep_share: Decimal | None, leave_share: Decimal
) -> None:
    """Refuse a plan without people or weeks, without a word on upkeep, or that leaves nothing."""
    for field, value, most in (("people", people, Decimal(10_000)), ("weeks", weeks, Decimal(60))):
        if not 0 < value < most:
            message = f"{field.capitalize()} must be more than 0 and less than {plain(most)}."
            raise InvalidInputError(message, field=field)
    if upkeep_share is None:
        message = "Say which share keeps the lights on: it is never nothing by itself."
        raise InvalidInputError(message, field="upkeep_share")
    for field, share in (("upkeep_share", upkeep_share), ("leave_share", leave_share)):
        if not 0 <= share < 1:
            message = "A share lies between 0 and 100 %."
            raise InvalidInputError(message, field=field)
    if upkeep_share + leave_share >= 1:
        message = "Upkeep and leave together leave nothing for anything else."
        raise InvalidInputError(message, field="upkeep_share")


def check_weeks(person_weeks: Decimal) -> None:
    """Refuse what no allocation can hold."""
    if not 0 < person_weeks < Decimal(10_000):
        message = "Person-weeks must be more than 0 and less than 10,000."
        raise InvalidInputError(message, field="person_weeks")


def may_plan(by: Actor, team: Team) -> bool:
    """Leads plan what their team has and promises."""
    return by.leads(team.pk)


def check_may_plan(by: Actor, team: Team) -> None:
    """Refuse everybody else, and a team's token: what a team has and promises binds it."""
    check_in_person(by)
    if not may_plan(by, team):
        message = f"Only a lead of {team} plans its person-weeks."
        raise NotPermittedError(message)


def may_waive(by: Actor, team: Team, root: Team | None) -> bool:
    """Let a lead of the organisation's team allow more than 1.00, never for a team of their own."""
    return root is not None and speaks_for(by, root) and not by.is_in(team.pk)


def check_may_waive(by: Actor, team: Team, root: Team | None) -> None:
    """Refuse everybody else."""
    if root is None:
        message = "No team stands for the organisation yet, so nobody can allow that."
        raise InvalidMoveError(message)
    check_in_person(by)
    if not may_waive(by, team, root):
        message = f"A lead of {root} who does not belong to {team} can allow that."
        raise NotPermittedError(message)
