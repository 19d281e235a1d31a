"""The calendar entry of a meeting, and the link with which an invited person replies."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from icalendar import Calendar, Event, vCalAddress, vText

from apps.accounts.rules import is_time_zone
from apps.core.errors import InvalidInputError, LinkExpiredError, LinkForgedError
from apps.walkthroughs.models import Capacity, Reply, Seat, Walkthrough
from apps.walkthroughs.rules.moves import LONGEST, SHORTEST

REQUEST, CANCEL = "REQUEST", "CANCEL"
PARTICIPATION: Final = {
    Reply.NONE: "NEEDS-ACTION",
    Reply.YES: "ACCEPTED",
    Reply.MAYBE: "TENTATIVE",
    Reply.NO: "DECLINED",
}
SALT: Final = "walkthroughs.reply"
FARTHEST: Final = timedelta(days=730)


class InvitationOverError(LinkExpiredError):
    """A reply link whose meeting is over, or whose seat somebody else has."""

    title = "This invitation is over"


def check_time(starts_at: datetime, *, minutes: int, time_zone: str, at: datetime) -> None:
    """Refuse a start in the past, an unknown zone, and a meeting that is too short or too long."""
    check_zone(time_zone)
    if starts_at <= at:
        message = "The start lies in the past."
        raise InvalidInputError(message, field="starts_at")
    if starts_at > at + FARTHEST:
        message = "The start is more than two years away."
        raise InvalidInputError(message, field="starts_at")
    if not SHORTEST <= minutes <= LONGEST:
        message = f"A walkthrough takes between {SHORTEST} and {LONGEST} minutes."
        raise InvalidInputError(message, field="minutes")


def check_on_clock(starts_at: datetime) -> None:
    """Refuse an hour that clocks leave out when summer begins: everybody would come at another time."""
    there = starts_at.astimezone(UTC).astimezone(starts_at.tzinfo)
    if there.replace(tzinfo=None) != starts_at.replace(tzinfo=None):
        message = f"Clocks leave {starts_at:%H:%M} out on that day; {there:%H:%M} exists."
        raise InvalidInputError(message, field="time")


def check_zone(time_zone: str) -> None:
    """Refuse a zone that no clock knows."""
    if not is_time_zone(time_zone):
        message = f"There is no time zone “{time_zone[:64]}”. An example: Europe/Stockholm."
        raise InvalidInputError(message, field="time_zone")


def local(walkthrough: Walkthrough) -> datetime | None:
    """Return the start on the meeting's own clock."""
    starts_at = walkthrough.starts_at
    return starts_at.astimezone(ZoneInfo(walkthrough.time_zone)) if starts_at else None


def when_in_words(walkthrough: Walkthrough) -> str:
    """Say when it is: "Wed 2 December 2026, 14:00 Stockholm"."""
    return moment_in_words(walkthrough.starts_at, walkthrough.planned_on, time_zone=walkthrough.time_zone)


def moment_in_words(starts_at: datetime | None, planned_on: date, *, time_zone: str) -> str:
    """Say when a walkthrough is, on its own clock, or about when one without a time is planned."""
    if starts_at is None:
        return f"About {planned_on:%-d %B %Y}"
    return f"{starts_at.astimezone(ZoneInfo(time_zone)):%a %-d %B %Y, %H:%M} {zone_in_words(time_zone)}"


def day_in_words(walkthrough: Walkthrough) -> str:
    """Say on which day it is, on the meeting's own clock: "Wed 2 December"."""
    starts_at = local(walkthrough)
    return f"{starts_at:%a %-d %B}" if starts_at else f"About {walkthrough.planned_on:%-d %B}"


def zone_in_words(time_zone: str) -> str:
    """Say the place of a zone: "Europe/Stockholm" is "Stockholm"."""
    return time_zone.rpartition("/")[2].replace("_", " ")


def calendar(
    walkthrough: Walkthrough, seats: Iterable[Seat], *, to: Seat, method: str = REQUEST, at: datetime
) -> str:
    """Return one person's calendar entry as iTIP text, in UTC; load `service` and each `person` first.

    It names everybody, but its reply link is that of `to` alone.
    """
    entry = Event()
    entry.add("uid", f"walkthrough-{walkthrough.pk}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("sequence", walkthrough.sequence)
    entry.add("dtstamp", at)
    if walkthrough.starts_at:
        # A zone's name would need its rules in the same text: without them calendars guess the hour.
        starts_at = walkthrough.starts_at.astimezone(UTC)
        entry.add("dtstart", starts_at)
        entry.add("dtend", starts_at + timedelta(minutes=walkthrough.minutes))
    entry.add("summary", f"Walkthrough of {walkthrough.service.name}")
    entry.add("description", _description(walkthrough, to, method))
    if walkthrough.place:
        entry.add("location", walkthrough.place)
    entry.add("url", f"{settings.SITE_URL}{walkthrough.get_absolute_url()}")
    entry.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    entry.add("organizer", _organizer(), encode=False)
    for seat in seats:
        if seat.person.email:
            entry.add("attendee", _attendee(seat), encode=False)
    book = Calendar()
    for name, value in (("prodid", "-//Roadworthy//EN"), ("version", "2.0"), ("method", method)):
        book.add(name, value)
    book.add_component(entry)
    text: bytes = book.to_ical()
    return text.decode()


def _description(walkthrough: Walkthrough, to: Seat, method: str) -> str:
    if method == CANCEL:
        return walkthrough.cancel_reason or "You no longer have a seat at this walkthrough."
    lines = [
        f"You are invited as {to.get_capacity_display().lower()}.",
        f"{when_in_words(walkthrough)}, {walkthrough.minutes} minutes.",
        f"Reply: {settings.SITE_URL}{reply_url(to, walkthrough)}",
    ]
    return "\n".join(lines)


def _organizer() -> vCalAddress:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"MAILTO:{address}")
    organizer.params["CN"] = vText(name or "Roadworthy")
    return organizer


def _attendee(seat: Seat) -> vCalAddress:
    attendee = vCalAddress(f"MAILTO:{seat.person.email}")
    attendee.params["CN"] = vText(seat.person.name)
    attendee.params["ROLE"] = vText(
        "OPT-PARTICIPANT" if seat.capacity == Capacity.OBSERVER else "REQ-PARTICIPANT"
    )
    attendee.params["PARTSTAT"] = vText(PARTICIPATION[Reply(seat.reply)])
    attendee.params["RSVP"] = vText("TRUE")
    return attendee


def reply_url(seat: Seat, walkthrough: Walkthrough) -> str:
    """Return the page that shows one invitation with three buttons, also to somebody who is signed out."""
    starts_at = walkthrough.starts_at
    until = (starts_at + timedelta(days=1)).date().isoformat() if starts_at else ""
    token = Signer(salt=SALT).sign_object({"seat": seat.pk, "until": until})
    return reverse("walkthroughs:invitation", args=[token])


def seat_of_link(token: str, *, today: date) -> int:
    """Return the seat that a reply link was written for; refuse forged and expired ones."""
    try:
        said: dict[str, Any] = Signer(salt=SALT).unsign_object(token)
    except (BadSignature, ValueError) as error:
        message = "It was cut off or changed on its way. Sign in to see your invitations."
        raise LinkForgedError(message) from error
    if not said["until"] or today > date.fromisoformat(said["until"]):
        message = "The day of this meeting has passed, or it moved. Sign in to see the present state."
        raise InvitationOverError(message)
    return int(said["seat"])
