"""Walkthroughs in all states, with panels, signatures, follow-ups, vetoes and launches."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Final, Self

from apps.accounts.models import User
from apps.catalog.models import Phase, Service
from apps.catalog.rules import risk
from apps.readiness.models import Assessment, Reviewer
from apps.walkthroughs import queries, rules
from apps.walkthroughs.models import (
    Capacity,
    ContentSnapshot,
    Decision,
    FollowUp,
    Launch,
    Reply,
    Seat,
    SignOff,
    State,
    Veto,
    Walkthrough,
)
from bench.organisation import words
from bench.organisation.checklists import Checklists
from bench.organisation.people import BATCH, People

STATES: Final = (
    State.HELD,
    State.SCHEDULED,
    State.PLANNED,
    State.SCHEDULED,
    State.DECIDED,
    State.IN_PROGRESS,
)
OVER: Final = {State.HELD, State.DECIDED}
EVERY_VETO: Final = 10  # held ones until the next that is vetoed, where the risk allows it


@dataclass(frozen=True)
class Meetings:
    """All walkthroughs."""

    walkthroughs: list[Walkthrough]

    @classmethod
    def make(cls, checklists: Checklists, people: People, random: Random, *, at: datetime) -> Self:
        """Insert one walkthrough for each service with the ten areas; live ones have launched."""
        peers = cycle([person for team in people.members.values() for person in team if person.reviews])
        walkthroughs = []
        for number, assessment in enumerate(checklists.readiness):
            is_live = assessment.service.phase == Phase.LIVE
            state = State.DECIDED if is_live else STATES[number % len(STATES)]
            walkthroughs.append(_walkthrough(assessment, state, random, at=at))
        Walkthrough.objects.bulk_create(walkthroughs, BATCH)
        seats = [seat for walkthrough in walkthroughs for seat in _panel(walkthrough, people, peers, at=at)]
        Seat.objects.bulk_create(seats, BATCH)
        reviewers = [
            Reviewer(service=seat.walkthrough.service, person=seat.person) for seat in seats if seat.signs
        ]
        Reviewer.objects.bulk_create(reviewers, BATCH)
        _sign(walkthroughs, seats, at=at)
        _follow_up(walkthroughs, people, at=at)
        _launch(walkthroughs, people)
        return cls(walkthroughs)

    def of(self, service: Service) -> Walkthrough:
        """Return the walkthrough of a service."""
        return next(one for one in self.walkthroughs if one.service_id == service.pk)


def _walkthrough(assessment: Assessment, state: State, random: Random, *, at: datetime) -> Walkthrough:
    ahead = random.randint(1, 60) if state in {State.PLANNED, State.SCHEDULED} else -random.randint(1, 12)
    starts_at = at + timedelta(days=ahead)
    found = risk(assessment.service)
    walkthrough = Walkthrough(
        service=assessment.service, assessment=assessment, state=state, planned_on=starts_at.date()
    )
    if state != State.PLANNED:
        walkthrough.starts_at = starts_at
        walkthrough.time_zone = "Europe/Berlin"
        walkthrough.place = "https://meet.example.org/walkthrough"
        walkthrough.sequence = 1
        walkthrough.risk_level = found.level.value
        walkthrough.risk_parts = [{"label": part.label, "points": part.points} for part in found.parts]
    if state in OVER or state == State.IN_PROGRESS:
        walkthrough.began_at = starts_at
        walkthrough.notes = words.text(random, sentences=12)
        walkthrough.notes_revision = walkthrough.revision = 9
    if state in OVER:
        walkthrough.held_at = starts_at + timedelta(minutes=80)
    if state == State.DECIDED:
        walkthrough.decided_at = starts_at + timedelta(hours=20)
        walkthrough.decision = Decision.APPROVED
    return walkthrough


def _panel(walkthrough: Walkthrough, people: People, peers: "cycle[User]", *, at: datetime) -> list[Seat]:
    """Return a presenter, every seat that the risk asks for, and an observer; nobody sits twice."""
    if walkthrough.state == State.PLANNED:
        return []
    service = walkthrough.service
    lead = people.lead_of(service.team_id or 0)
    taken = {lead.pk}
    seats = [_seat(walkthrough, lead, Capacity.PRESENTER, at=at)]
    wanted = [*rules.needed(walkthrough.risk_level, service.data_class), Capacity.OBSERVER]
    for capacity in wanted:
        if capacity in {Capacity.PEER, Capacity.OBSERVER}:
            free = (peer for peer in peers if service.team_id not in peer.team_ids)
        else:
            free = iter(people.with_role(capacity))
        person = next(person for person in free if person.pk not in taken)
        taken.add(person.pk)
        seats.append(_seat(walkthrough, person, capacity, at=at))
    return seats


def _seat(walkthrough: Walkthrough, person: User, capacity: Capacity, *, at: datetime) -> Seat:
    is_silent = walkthrough.state == State.SCHEDULED and capacity == Capacity.PEER
    return Seat(
        walkthrough=walkthrough,
        person=person,
        capacity=capacity,
        is_required=capacity not in {Capacity.PRESENTER, Capacity.OBSERVER},
        reason="one open seat",
        invited_at=at - timedelta(days=20),
        reply=Reply.NONE if is_silent else Reply.YES,
        replied_at=None if is_silent else at - timedelta(days=18),
    )


def _sign(walkthroughs: list[Walkthrough], seats: list[Seat], *, at: datetime) -> None:
    """Let every panel of a decided walkthrough sign, and half of one that was only held."""
    signing: dict[int, list[Seat]] = {}
    for seat in seats:
        if seat.signs:
            signing.setdefault(seat.walkthrough_id, []).append(seat)
    held = [walkthrough for walkthrough in walkthroughs if walkthrough.state in OVER]
    signed = [
        (walkthrough, signing[walkthrough.pk][: None if walkthrough.state == State.DECIDED else 2])
        for walkthrough in held
    ]
    snapshots = {walkthrough.pk: _snapshots(walkthrough, at=at) for walkthrough in held}
    ContentSnapshot.objects.bulk_create([one for pair in snapshots.values() for one in pair], BATCH)
    rows = [
        _signature(seat, snapshots[walkthrough.pk][number == 0], is_old=number == 0)
        for walkthrough, panel in signed
        for number, seat in enumerate(panel)
    ]
    SignOff.objects.bulk_create(rows, BATCH)
    _veto([row for row in rows if row.seat.walkthrough.state == State.HELD], at=at)


def _snapshots(walkthrough: Walkthrough, *, at: datetime) -> list[ContentSnapshot]:
    """Return the present content, and what it was before three answers changed."""
    present = queries.content(walkthrough)
    before = deepcopy(present)
    for item in list(before["items"].values())[:3]:
        item["text"] = "We had not thought of it."
    return [
        ContentSnapshot(sha256=rules.digest(one), schema=rules.SCHEMA, content=one, made_at=at)
        for one in (present, before)
    ]


def _signature(seat: Seat, snapshot: ContentSnapshot, *, is_old: bool) -> SignOff:
    walkthrough = seat.walkthrough
    return SignOff(
        seat=seat,
        decision=SignOff.Decision.CONDITIONS if is_old else SignOff.Decision.APPROVE,
        note="Show the restore once more." if is_old else "",
        snapshot=snapshot,
        content_version=walkthrough.assessment.content_version - 3 * is_old,
        service_version=walkthrough.service.version,
        signed_at=walkthrough.held_at,
    )


def _veto(signatures: list[SignOff], *, at: datetime) -> None:
    found = [row for row in signatures if rules.may_veto(row.seat, row.seat.walkthrough.risk_level)]
    vetoed = found[1::EVERY_VETO]
    for row in vetoed:
        row.decision, row.note = SignOff.Decision.VETO, "Nobody has restored it yet."
    SignOff.objects.bulk_update(vetoed, ["decision", "note"], BATCH)
    rows = [
        Veto(
            service=row.seat.walkthrough.service,
            sign_off=row,
            author=row.seat.person,
            capacity=row.seat.capacity,
            reason=row.note,
            items=["REL-01"],
            lifted_by_what="A restore that we see.",
            review_on=(at + timedelta(days=30)).date(),
            made_at=row.signed_at,
        )
        for row in vetoed
    ]
    Veto.objects.bulk_create(rows, BATCH)


def _follow_up(walkthroughs: list[Walkthrough], people: People, *, at: datetime) -> None:
    """Insert three follow-ups for each meeting that was held; one is done, one must be before the launch."""
    rows = []
    for walkthrough in (one for one in walkthroughs if one.state in OVER):
        owner = people.lead_of(walkthrough.service.team_id or 0)
        for number in (1, 2, 3):
            is_done = number == 1 or walkthrough.service.phase == Phase.LIVE
            rows.append(
                FollowUp(
                    walkthrough=walkthrough,
                    number=number,
                    text=words.SENTENCES[number],
                    item="REL-01",
                    owner=owner,
                    due_on=(at + timedelta(days=7 * number)).date(),
                    must_fix=number == 2,  # noqa: PLR2004
                    made_by=people.specialists[0],
                    made_at=walkthrough.held_at,
                    done_at=walkthrough.held_at if is_done else None,
                    done_by=owner if is_done else None,
                )
            )
    FollowUp.objects.bulk_create(rows, BATCH)


def _launch(walkthroughs: list[Walkthrough], people: People) -> None:
    launched = [one for one in walkthroughs if one.service.phase == Phase.LIVE]
    rows = [
        Launch(
            service=one.service,
            walkthrough=one,
            by=people.lead_of(one.service.team_id or 0),
            at=one.decided_at,
            look_back_on=(one.decided_at + timedelta(days=30)).date(),
        )
        for one in launched
        if one.decided_at
    ]
    Launch.objects.bulk_create(rows, BATCH)
