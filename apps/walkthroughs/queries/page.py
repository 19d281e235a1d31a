"""Everything on the page of one walkthrough."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.catalog.models import Phase
from apps.catalog.queries import owning_team_ids
from apps.catalog.rules import risk
from apps.readiness.models import Area, Assessment
from apps.readiness.queries import sheet
from apps.readiness.rules import may_review
from apps.walkthroughs.models import Capacity, FollowUp, Seat, SignOff, State, Veto, Walkthrough
from apps.walkthroughs.queries.gate import Loaded, facts
from apps.walkthroughs.queries.meetings import AFTER, follow_ups, seats_of, signatures_and_vetoes, walkthrough
from apps.walkthroughs.rules import (
    IN_THE_MEETING,
    AreaState,
    Gate,
    Point,
    Signature,
    gate,
    may_finish,
    may_freeze,
    may_hold,
    may_plan,
    silent,
    when_in_words,
)
from apps.walkthroughs.rules import agenda as points

SHAPES: Final = {"strong": "●", "adequate": "◐", "weak": "○"}
TONES: Final = {
    "approved": "strong",
    "conditions": "adequate",
    "objections": "weak",
    "veto": "weak",
    "cancelled": "",
}


APPROVALS: Final = frozenset({"approved", "conditions"})


@dataclass(frozen=True)
class Said:
    """One reviewer's word on an area."""

    reviewer_id: int
    reviewer: str
    value: str
    note: str

    @property
    def shape(self) -> str:
        """Return the shape beside the word."""
        return SHAPES[self.value]


@dataclass(frozen=True)
class AreaView:
    """One area with what reviewers said of it; `own` is what this person said."""

    id: int
    key: str
    title: str
    url: str
    is_weak: bool
    open_high: int
    answered: int
    applicable: int
    said: list[Said] = field(default_factory=list)
    own: Said | None = None

    @property
    def state(self) -> AreaState:
        """Return what the agenda needs of it."""
        return AreaState(
            self.key,
            self.title,
            self.url,
            self.is_weak,
            self.open_high,
            self.applicable - self.answered,
            frozenset(one.value for one in self.said),
        )


@dataclass(frozen=True)
class Page:
    """One walkthrough as one person sees it."""

    walkthrough: Walkthrough
    by: Actor
    seats: list[Seat]
    areas: list[AreaView]
    all_follow_ups: list[FollowUp]  # of the service, earlier walkthroughs too
    sign_offs: list[SignOff]
    signatures: list[Signature]
    gate: Gate | None
    has_coming: bool  # another meeting of the service lies ahead
    missing: Sequence[Capacity]  # signing seats that the risk asks for and nobody takes
    is_ahead: bool  # scheduled, and not begun by the clock

    @cached_property
    def when(self) -> str:
        """Say when it is."""
        return when_in_words(self.walkthrough)

    @cached_property
    def own_seat(self) -> Seat | None:
        """Return this person's seat."""
        return next((seat for seat in self.seats if self.by.is_in_person(seat.person_id)), None)

    @cached_property
    def silent(self) -> list[Seat]:
        """Return who has not replied to a meeting that lies ahead."""
        return silent(self.seats) if self.walkthrough.state == State.SCHEDULED else []

    @cached_property
    def agenda(self) -> list[Point]:
        """Return what to talk about, as it was when the meeting began."""
        kept: list[dict[str, Any]] | None = self.walkthrough.agenda
        return _points(self.walkthrough, self.areas) if kept is None else [Point(**point) for point in kept]

    @cached_property
    def follow_ups(self) -> list[tuple[FollowUp, bool]]:
        """Return the follow-ups of this walkthrough, and whether this person may finish each."""
        service = self.walkthrough.service
        return [
            (one, one.done_at is None and may_finish(self.by, one, service))
            for one in self.all_follow_ups
            if one.walkthrough_id == self.walkthrough.pk
        ]

    @cached_property
    def vetoes(self) -> list[Veto]:
        """Return the vetoes on the service that stand."""
        return [one.veto for one in self.sign_offs if hasattr(one, "veto") and one.veto.lifted_at is None]

    @cached_property
    def own_signature(self) -> Signature | None:
        """Return this person's own signature, or the empty line that waits for it."""
        return next((one for one in self.signatures if self.by.is_in_person(one.seat.person_id)), None)

    @cached_property
    def team_ids(self) -> set[int]:
        """Return the owning teams, which never judge their own work. One query, in the meeting only."""
        return owning_team_ids(self.walkthrough.service)

    @property
    def can_reply(self) -> bool:
        """Tell whether this person has an invitation to a meeting that lies ahead."""
        return self.own_seat is not None and self.is_ahead

    @property
    def must_reply(self) -> bool:
        """Tell whether this person has not replied yet."""
        return self.own_seat is not None and self.is_ahead and not self.own_seat.reply

    @property
    def signed(self) -> int:
        """Return how many signatures count."""
        return sum(one.counts for one in self.signatures)

    @property
    def unsettled(self) -> str:
        """Say what a decision no longer rests on, where content or risk has changed under it."""
        if not self.walkthrough.decision or self.gate is None:
            return ""
        if self.missing:
            count = len(self.missing)
            return f"{count} seat{'' if count == 1 else 's'} to be filled"
        count = len(self.signatures)
        return f"{self.signed} of {count} signatures count" if self.signed < count else ""

    @property
    def tone(self) -> str:
        """Return the tone of the state's badge; an approval that is unsettled promises nothing."""
        if self.unsettled and self.walkthrough.decision in APPROVALS:
            return ""
        return TONES.get(self.walkthrough.decision or self.walkthrough.state, "accent")

    @property
    def shape(self) -> str:
        """Return the shape beside the state's word."""
        return SHAPES.get(self.tone, "")

    @property
    def gate_detail(self) -> str:
        """Say how many conditions are open."""
        count = len(self.gate.unmet) if self.gate else 0
        if not count:
            return "Every condition is met."
        return f"{count} condition{'' if count == 1 else 's'} not met."

    @property
    def is_watched(self) -> bool:
        """Tell whether the page asks for changes."""
        return self.walkthrough.state in {State.SCHEDULED, State.IN_PROGRESS, State.HELD}

    @property
    def may_freeze(self) -> bool:
        """Tell whether this person may let a changed risk count."""
        service = self.walkthrough.service
        has_changed = self.walkthrough.risk_level not in {"", risk(service).level.value}
        return has_changed and may_freeze(self.by, self.team_ids)

    @property
    def may_sign(self) -> bool:
        """Tell whether this person's signature is possible now."""
        is_open = self.walkthrough.state in AFTER and self.walkthrough.service.phase == Phase.READY
        return is_open and self.own_signature is not None and not self.walkthrough.has_later  # type: ignore[attr-defined]

    @property
    def may_plan(self) -> bool:
        """Tell whether this person schedules, moves, cancels and seats people."""
        return may_plan(self.by, self.walkthrough.service)

    @cached_property
    def may_seat(self) -> bool:
        """Tell whether this person may seat somebody now; what is decided takes in only who is missing."""
        state = self.walkthrough.state
        if state == State.DECIDED and (self.has_coming or not self.missing):
            return False
        return self.may_plan and state in {State.SCHEDULED, State.IN_PROGRESS, *AFTER}

    @property
    def may_hold(self) -> bool:
        """Tell whether this person runs the meeting."""
        return may_hold(self.by, self.walkthrough.service, self.seats)

    @property
    def is_open(self) -> bool:
        """Tell whether notes, verdicts and follow-ups are typed now."""
        return self.walkthrough.state in IN_THE_MEETING

    @property
    def may_review(self) -> bool:
        """Tell whether this person gives verdicts."""
        own = self.own_seat
        return may_review(self.by, self.team_ids, has_seat=own is not None and own.signs)


def page(pk: int, *, by: Actor, now: datetime) -> Page:
    """Return a walkthrough's page. Four queries before it is held, eight at most afterwards."""
    found = walkthrough(pk)
    seats = seats_of(found)
    items = follow_ups(found.service_id)
    is_held = found.state in AFTER
    sign_offs = signatures_and_vetoes(found.service_id, found.pk) if is_held else []
    ahead = Walkthrough(pk=found.coming_id) if found.coming_id else None  # type: ignore[attr-defined]  # its address will do
    read = Loaded(found if is_held else None, ahead, seats, sign_offs, items)
    has_gate = is_held and found.service.phase == Phase.READY and not found.has_later  # type: ignore[attr-defined]
    weighed = facts(found.service, read, now=now, by=by) if has_gate else None
    return Page(
        walkthrough=found,
        by=by,
        seats=seats,
        areas=areas(found.assessment, found.service.slug, by.person),
        all_follow_ups=items,
        sign_offs=sign_offs,
        signatures=list(weighed.signatures) if weighed else _plain(read),
        gate=gate(weighed) if weighed else None,
        missing=weighed.missing if weighed else (),
        has_coming=ahead is not None,
        is_ahead=found.state == State.SCHEDULED and found.starts_at is not None and found.starts_at > now,
    )


def agenda(walkthrough: Walkthrough) -> list[Point]:
    """Return what a meeting that begins now talks about. One query."""
    return _points(walkthrough, areas(walkthrough.assessment, walkthrough.service.slug, None))


def _points(walkthrough: Walkthrough, found: Sequence[AreaView]) -> list[Point]:
    return points(walkthrough.minutes, [area.state for area in found])


def _plain(read: Loaded) -> list[Signature]:
    """Return the signatures of a walkthrough whose gate is history, as they were given."""
    standing = {one.seat_id: one for one in read.sign_offs if one.replaced_at is None}
    return [Signature(seat, standing.get(seat.pk)) for seat in read.seats if read.held and seat.signs]


def areas(assessment: Assessment, slug: str, person: User | None) -> list[AreaView]:
    """Return the areas of an assessment with every reviewer's word. One query."""
    titles = {area.key: area.title for area in sheet(assessment.edition).areas}
    rows = Area.objects.filter(assessment=assessment).order_by("position", "verdicts__pk")
    columns = ("pk", "key", "is_weak", "open_high", "answered", "applicable")
    said = ("verdicts__reviewer_id", "verdicts__reviewer__name", "verdicts__value", "verdicts__note")
    found: dict[int, dict[str, Any]] = {}
    for row in rows.values(*columns, *said):
        area = found.setdefault(row["pk"], {name: row[name] for name in columns} | {"said": []})
        if row["verdicts__value"]:
            area["said"].append(Said(*(row[name] for name in said)))
    return [_view(area, titles, slug, person) for area in found.values()]


def _view(area: dict[str, Any], titles: dict[str, str], slug: str, person: User | None) -> AreaView:
    said: list[Said] = area["said"]
    return AreaView(
        id=area["pk"],
        key=area["key"],
        title=titles.get(area["key"], area["key"]),
        url=reverse("readiness:area", args=[slug, area["key"].lower()]),
        is_weak=area["is_weak"],
        open_high=area["open_high"],
        answered=area["answered"],
        applicable=area["applicable"],
        said=said,
        own=next((one for one in said if person and one.reviewer_id == person.pk), None),
    )
