"""The list of walkthroughs: filters that live in the address, pages by key, and who is waited for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypedDict

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import RiskLevel
from apps.core.statements import statement
from apps.core.text import key_in
from apps.walkthroughs.models import (
    SIGNING,
    Decision,
    Reply,
    Seat,
    State,
    WalkthroughQuerySet,
)
from apps.walkthroughs.queries.meetings import AHEAD, walkthroughs
from apps.walkthroughs.rules import moment_in_words

PAGE: Final = 50
STATES: Final = {
    "coming": AHEAD,
    "held": {State.HELD},
    "decided": {State.DECIDED},
    "cancelled": {State.CANCELLED},
}
WAITING: Final = (State.SCHEDULED, State.HELD)  # for replies, for signatures
SHOWN: Final = {
    "coming": "Coming",
    "held": "Waiting for signatures",
    "silent": "Waiting for replies",
    "decided": "Decided",
    "cancelled": "Cancelled",
}
COLUMNS: Final = (
    "pk",
    "state",
    "decision",
    "risk_level",
    "starts_at",
    "planned_on",
    "time_zone",
    "service__name",
    "service__team__name",
)


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; each value comes from the address."""

    show: str = "coming"
    risk: str = ""
    is_mine: bool = False
    after: int | None = None

    @classmethod
    def of(cls, values: dict[str, str]) -> "Filters":
        """Read the filters of an address; what makes no sense is left out."""
        return cls(
            show=values["show"] if values.get("show") in SHOWN else "coming",
            risk=values["risk"] if values.get("risk") in RiskLevel.values else "",
            is_mine=values.get("mine") == "1",
            after=key_in(values.get("after", "")),
        )


class Row(TypedDict):
    """One walkthrough as the list shows it, ready to be written out."""

    pk: int
    service: str
    team: str
    state: str
    decision: str
    word: str  # the decision, or else the state, in words
    risk: str  # in words
    when: str
    moment: date  # a day while it is only planned
    waits_for: list[str]  # who has not replied or not signed yet, by name


@dataclass(frozen=True)
class Listing:
    """One page of the list, and the key from which the next one goes on."""

    rows: list[Row]
    next_after: int | None


def listing(person: User, filters: Filters, *, now: datetime) -> Listing:
    """Return one page of walkthroughs with who is silent or has not signed. Three queries at most."""
    rows = filtered(person, filters, now=now).after(
        filters.after,
        field="starts_at" if filters.show in {"coming", "silent"} else "-starts_at",
        is_filled=filters.show in {"held", "decided"},
    )
    page = list(rows.values(*COLUMNS)[: PAGE + 1])
    shown = page[:PAGE]
    waiting: dict[int, list[str]] = {}
    scheduled, held = ([one["pk"] for one in shown if one["state"] == state] for state in WAITING)
    for pk, name in _waited_for(scheduled=scheduled, held=held):
        waiting.setdefault(pk, []).append(name)
    return Listing(
        rows=[_row(values, waiting.get(values["pk"], [])) for values in shown],
        next_after=shown[-1]["pk"] if len(page) > PAGE else None,
    )


def filtered(person: User, filters: Filters, *, now: datetime) -> WalkthroughQuerySet:
    """Return the walkthroughs that the filters name, in no order yet. One query."""
    rows = walkthroughs()
    if filters.risk:
        rows = rows.filter(risk_level=filters.risk)
    if filters.is_mine:
        own = Seat.objects.filter(walkthrough=OuterRef("pk"), person=person, left_at=None)
        rows = rows.filter(Q(Exists(own)) | Q(service__team__in=person.team_ids))
    if filters.show == "silent":
        return rows.upcoming(now=now).filter(Exists(_silent_seats()))
    if filters.show == "coming":
        # Said in the words of its index too, which has all three states in one order.
        rows = rows.filter(held_at=None, cancelled_at=None)
    return rows.filter(state__in=STATES[filters.show])


def _silent_seats() -> QuerySet[Seat]:
    return Seat.objects.filter(walkthrough=OuterRef("pk"), left_at=None, invited_at__isnull=False, reply="")


@statement()
def _waited_for(*, scheduled: list[int], held: list[int]) -> QuerySet[Seat, tuple[int, str]]:
    """Return who has not replied to what is scheduled, or not signed what was held. One query.

    The page knows its walkthroughs' states: joined to them, the database would read all that there are.
    """
    rows = Seat.objects.annotate(
        standing=FilteredRelation("sign_offs", condition=Q(sign_offs__replaced_at=None))
    )
    is_silent = Q(walkthrough__in=scheduled, invited_at__isnull=False, reply=Reply.NONE)
    signs = Q(walkthrough__in=held, is_required=True, capacity__in=SIGNING, standing=None)
    rows = rows.filter(is_silent | signs, left_at=None)
    return rows.order_by("pk").values_list("walkthrough_id", "person__name")


def _row(values: dict[str, Any], waits_for: list[str]) -> Row:
    state, decision, risk = values["state"], values["decision"], values["risk_level"]
    starts_at, planned_on = values["starts_at"], values["planned_on"]
    return Row(
        pk=values["pk"],
        service=values["service__name"],
        team=values["service__team__name"] or "without a team",
        state=state,
        decision=decision,
        word=Decision(decision).label if decision else State(state).label,
        risk=RiskLevel(risk).label.lower() if risk else "",
        when=moment_in_words(starts_at, planned_on, time_zone=values["time_zone"]),
        moment=starts_at or planned_on,
        waits_for=waits_for,
    )
