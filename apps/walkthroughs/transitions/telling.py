"""What follows from every step: reviewers below, the summary row, calendar entries and news."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from apps.accounts.models import Actor, User
from apps.activity.models import Subject
from apps.catalog.models import Phase, Service
from apps.catalog.queries import leads_of
from apps.catalog.transitions import summarise
from apps.notifications.rules import News
from apps.notifications.transitions import notify_many
from apps.readiness.transitions import set_reviewers
from apps.walkthroughs import queries, rules
from apps.walkthroughs.models import Seat, SignOff, State, Veto, Walkthrough


def touch(walkthrough: Walkthrough, *fields: str, by: Actor, at: datetime) -> None:  # noqa: ARG001
    """Save what changed, and count it for the pages that watch. One query."""
    walkthrough.revision += 1
    walkthrough.save(update_fields=[*fields, "revision"])


def push_reviewers(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> list[Seat]:
    """Let readiness know who may review; return who sits there now. Three to five queries."""
    seats = queries.seats_of(walkthrough)
    people = [seat.person for seat in seats if seat.signs] if _counts(walkthrough) else []
    set_reviewers(walkthrough.service, people=people, by=by, at=at)
    return seats


def _counts(walkthrough: Walkthrough) -> bool:
    return walkthrough.state != State.CANCELLED


def tell_summary(service: Service, walkthrough: Walkthrough | None, *, by: Actor, at: datetime) -> None:
    """Keep what lists show of the service; the summary row is locked last. Two to three queries."""
    has_veto = Veto.objects.filter(service=service, lifted_at=None).exists()
    values: dict[str, Any] = {"has_veto": has_veto}
    if service.phase == Phase.READY:
        waiting = unsigned(walkthrough, by=by, at=at) if walkthrough else 0
        values |= rules.next_step(service, walkthrough, waiting=waiting)
    summarise(service, by=by, at=at, **values)


def unsigned(walkthrough: Walkthrough, *, by: Actor, at: datetime) -> int:  # noqa: ARG001
    """Count the required seats without a signature, once they are waited for. Two queries, or none."""
    if walkthrough.state != State.HELD:
        return 0
    signing = [seat.pk for seat in queries.seats_of(walkthrough) if seat.signs]
    return len(signing) - SignOff.objects.filter(seat__in=signing, replaced_at=None).count()


def tell(  # noqa: PLR0913 -- News spells them out
    people: Iterable[User],
    *,
    key: str,
    template: str,
    subject: Subject,
    by: Actor,
    at: datetime,
    context: dict[str, Any] | None = None,
) -> None:
    """Tell each person once, but for whoever did it: they know."""
    told = {person.pk: person for person in people if person.pk != by.person_id}
    news = [
        News(
            recipient=person,
            key=f"walkthrough:{key}",
            template=f"walkthroughs/{template}",
            subject=subject,
            context={"actor": by.name} | (context or {}),
        )
        for person in told.values()
    ]
    notify_many(news, by=by, at=at)


def veto_subject(veto: Veto, *, by: Actor, at: datetime) -> Subject:  # noqa: ARG001
    """Return the labels of a veto's service with the address of the veto. No query."""
    return replace(veto.service.subject, url=reverse("walkthroughs:lift_veto", args=[veto.pk]))


def leads_and_advisor(service: Service, *, by: Actor, at: datetime) -> list[User]:  # noqa: ARG001
    """Return who looks after a service on its road. One query."""
    return [*leads_of(service.team_id), *([service.advisor] if service.advisor else [])]


def invite(walkthrough: Walkthrough, seats: list[Seat], *, template: str, by: Actor, at: datetime) -> None:
    """Send these people the meeting as it is now, each with a link of their own."""
    everybody = queries.seats_of(walkthrough)
    notify_many(_invitations(walkthrough, seats, everybody, template, by=by, at=at), by=by, at=at)


def _invitations(
    walkthrough: Walkthrough,
    seats: list[Seat],
    everybody: list[Seat],
    template: str,
    *,
    by: Actor,
    at: datetime,
) -> Iterator[News]:
    for seat in seats:
        yield News(
            recipient=seat.person,
            key=f"walkthrough:invitation:{seat.pk}:{walkthrough.sequence}",
            template=f"walkthroughs/{template}",
            subject=replace(walkthrough.subject, url=rules.reply_url(seat, walkthrough)),
            context={
                "actor": by.name,
                "when": rules.when_in_words(walkthrough),
                "minutes": walkthrough.minutes,
                "place": walkthrough.place,
                "capacity": seat.get_capacity_display().lower(),
            },
            calendar=rules.calendar(walkthrough, everybody, to=seat, at=at),
        )


def uninvite(walkthrough: Walkthrough, seats: list[Seat], *, template: str, by: Actor, at: datetime) -> None:
    """Take the meeting out of these people's calendars, with the reason."""
    news = [
        News(
            recipient=seat.person,
            key=f"walkthrough:{template}:{seat.pk}:{walkthrough.sequence}",
            template=f"walkthroughs/{template}",
            subject=walkthrough.subject,
            context={
                "actor": by.name,
                "when": rules.when_in_words(walkthrough),
                "reason": walkthrough.cancel_reason,
                "capacity": seat.get_capacity_display().lower(),
            },
            calendar=rules.calendar(walkthrough, [seat], to=seat, method=rules.CANCEL, at=at),
        )
        for seat in seats
        if seat.invited_at
    ]
    notify_many(news, by=by, at=at)
