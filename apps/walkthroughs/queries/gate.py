"""The launch gate of a service, and what its overview shows of the road to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from apps.accounts.models import Actor
from apps.catalog.models import Phase, Service
from apps.catalog.rules import Condition, risk
from apps.core.statements import statement
from apps.readiness.models import Assessment
from apps.readiness.queries import gate_facts
from apps.walkthroughs.models import (
    FollowUp,
    Launch,
    Seat,
    SignOff,
    State,
    Veto,
    Walkthrough,
    WalkthroughQuerySet,
)
from apps.walkthroughs.queries.content import changes
from apps.walkthroughs.queries.meetings import (
    AFTER,
    AHEAD,
    changed_at,
    has_must_fix,
    seats,
    seats_and_must_fix,
    signatures_and_vetoes,
    walkthroughs,
)
from apps.walkthroughs.rules import (
    Gate,
    Items,
    LaunchFacts,
    Signature,
    higher,
    may_launch,
    may_launch_over,
    may_move_back,
    may_plan,
    missing,
)
from apps.walkthroughs.rules import gate as weighed

OPEN_GATE: Final = frozenset({Phase.READY.value})


@dataclass(frozen=True)
class Loaded:
    """What was read about the walkthroughs of one service; a page that has it needs no second read."""

    held: Walkthrough | None
    coming: Walkthrough | None
    seats: Sequence[Seat] = ()
    sign_offs: Sequence[SignOff] = ()  # standing ones of the held one, and every veto's
    follow_ups: Sequence[FollowUp] = ()

    @property
    def latest(self) -> Walkthrough | None:
        """Return the one that people talk about: what is coming, else what was held."""
        return self.coming or self.held

    @property
    def vetoes(self) -> list[Veto]:
        """Return the vetoes on the service, newest first."""
        return [one.veto for one in self.sign_offs if hasattr(one, "veto")]


def loaded(service: Service) -> Loaded:
    """Return the latest held walkthrough and the coming one, with their people. Three queries.

    Follow-ups are those that come before the launch and are open.
    """
    found = _that_count(service_id=service.whole_id)
    held = next((one for one in found if one.state in AFTER), None)
    coming = next((one for one in found if one.state in AHEAD), None)
    ids = [one.pk for one in (held, coming) if one]
    seated: Sequence[Seat] = ()
    must_fix: Sequence[FollowUp] = ()
    if held and held.has_must_fix:  # type: ignore[attr-defined]
        seated, must_fix = seats_and_must_fix(ids, service.whole_id)
    elif ids:
        seated = seats(ids)
    return Loaded(
        held,
        coming,
        seated,
        signatures_and_vetoes(service.whole_id, held.pk if held else None),
        must_fix,
    )


@statement()
def _that_count(*, service_id: int) -> WalkthroughQuerySet:
    rows = walkthroughs().annotate(changed_at=changed_at(), has_must_fix=has_must_fix())
    rows = rows.filter(service_id=service_id, state__in=AHEAD | AFTER)
    # What was signed before the service moved back concerns a checklist that is closed.
    return rows.filter(assessment__closed_at=None).order_by("-pk")[:5]


def facts(service: Service, read: Loaded, *, now: datetime, by: Actor | None = None) -> LaunchFacts:
    """Return what decides about a launch, for the eyes of somebody where one is named.

    One query, and those of a comparison once something changed.
    """
    latest = read.held or read.coming
    url = f"{service.get_absolute_url()}readiness/"
    level = risk(service).level.value
    if latest and latest.risk_level:
        level = higher(latest.risk_level, level)
    found = signatures(read) if read.held else []
    signing = [one.seat.capacity for one in found]
    return LaunchFacts(
        service=service,
        today=now.date(),
        level=level,
        held=read.held,
        coming=read.coming,
        coming_seats=[seat for seat in read.seats if read.coming and seat.walkthrough_id == read.coming.pk],
        signatures=found,
        missing=missing(signing, level, service.data_class) if read.held else (),
        vetoes=read.vetoes,
        must_fix=[one for one in read.follow_ups if one.must_fix and one.done_at is None],
        items=_items(latest.assessment, url=url, now=now) if latest else Items(),
        items_url=url,
        may_plan=by is None or may_plan(by, service.part_of or service),
    )


def signatures(read: Loaded) -> list[Signature]:
    """Return each required seat of the held walkthrough with its signature and what changed since."""
    walkthrough = read.held
    if walkthrough is None:
        return []
    standing = {one.seat_id: one for one in read.sign_offs if one.replaced_at is None}
    seated = [seat for seat in read.seats if seat.walkthrough_id == walkthrough.pk and seat.signs]
    signed = [standing[seat.pk] for seat in seated if seat.pk in standing]
    found = changes(signed, walkthrough)
    last: datetime | None = walkthrough.changed_at  # type: ignore[attr-defined]
    return [
        Signature(
            seat,
            standing.get(seat.pk),
            found.get(standing[seat.pk].pk, ()) if seat.pk in standing else (),
            last.date() if last else None,
        )
        for seat in seated
    ]


def _items(assessment: Assessment, *, url: str, now: datetime) -> Items:
    found = gate_facts(assessment, on=now.date())
    answers = [*found.open_high, *found.high_gaps, *(one.answer for one in found.planned_high)]
    return Items(
        open_high=[answer.item for answer in found.open_high],
        high_gaps=[answer.item for answer in found.high_gaps],
        planned=[(one.item, one.due_on) for one in found.planned_high],
        urls={answer.item: f"{url}{answer.area.lower()}/#{answer.item}" for answer in answers},
    )


def launch_gate(service: Service, *, now: datetime, by: Actor | None = None) -> Gate:
    """Return the gate with what may be passed. Four queries, two more once something changed."""
    return weighed(facts(service, loaded(service), now=now, by=by))


def gate(service: Service, now: datetime) -> list[Condition]:
    """Return the conditions of a launch, open ones first. As many queries as `launch_gate`."""
    return launch_gate(service, now=now).conditions


def latest(service: Service) -> Walkthrough | None:
    """Return the walkthrough that the service's next step is about: the newest one that counts. One query."""
    rows = walkthroughs().filter(service_id=service.whole_id, assessment__closed_at=None)
    return rows.filter(state__in=AHEAD | AFTER).order_by("-pk").first()


def present_level(service: Service) -> str:
    """Return the risk level that the service has today. No query."""
    return risk(service).level.value


def latest_launch(service: Service) -> Launch | None:
    """Return the last launch of a service. One query."""
    return Launch.objects.filter(service_id=service.whole_id).select_related("by").order_by("-pk").first()


@dataclass(frozen=True)
class Overview:
    """What the service's page shows of its road to the launch, and what this person may do there."""

    walkthrough: Walkthrough | None = None  # the coming one, else the held one
    held: Walkthrough | None = None
    gate: Gate | None = None  # only while the service is ready for production
    launch: Launch | None = None
    vetoes: list[Veto] = field(default_factory=list)  # that stand
    may_prepare: bool = False
    may_plan: bool = False  # a walkthrough, where none is open
    may_launch: bool = False
    may_launch_over: bool = False
    may_move_back: bool = False
    may_archive: bool = False
    may_restore: bool = False

    @property
    def conditions(self) -> list[Condition]:
        """Return the conditions of the launch; none outside ready-for-production."""
        return self.gate.conditions if self.gate else []


def overview(service: Service, *, by: Actor, now: datetime) -> Overview:
    """Return it for the whole that a service belongs to. None in playground; up to six getting ready."""
    whole = service.part_of or service
    is_lead = by.leads(whole.team_id)
    is_part = service.part_of_id is not None
    is_archived = whole.phase == Phase.ARCHIVED
    moves: dict[str, Any] = {
        "may_prepare": is_lead and not is_part and whole.phase == Phase.GREEN_LIGHT,
        "may_move_back": not is_part and may_move_back(by, whole),
        "may_archive": is_lead and not is_part and not is_archived,
        "may_restore": is_lead and not is_part and is_archived,
    }
    if whole.phase == Phase.LIVE:
        return Overview(launch=latest_launch(whole), **moves)
    if whole.phase not in OPEN_GATE:
        return Overview(**moves)
    read = loaded(whole)
    found = weighed(facts(whole, read, now=now, by=by))
    is_free = read.coming is None and (read.held is None or read.held.state == State.DECIDED)
    return Overview(
        walkthrough=read.latest,
        held=read.held,
        gate=found,
        vetoes=[veto for veto in read.vetoes if veto.lifted_at is None],
        may_plan=is_free and may_plan(by, whole),
        may_launch=not is_part and may_launch(by, whole, found),
        may_launch_over=not is_part and may_launch_over(by, whole, found),
        **moves,
    )
