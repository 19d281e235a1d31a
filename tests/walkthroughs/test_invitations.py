"""Calendar entries, parsed back, and the page behind their link."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.signing import Signer
from icalendar import Calendar

from apps.accounts.models import User
from apps.notifications.models import Delivery
from apps.walkthroughs import rules, transitions
from apps.walkthroughs.models import Capacity, Reply, Seat
from tests.factories import UserFactory
from tests.factories.walkthroughs import (
    MEETING,
    NOW,
    fresh,
    holder,
    in_progress,
    scheduled,
    seat_as,
)
from tests.history import told

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def sent_to(person):
    """Return the calendar entries that somebody was sent, oldest first."""
    texts = Delivery.objects.filter(recipient=person).exclude(calendar="").order_by("pk")
    return [Calendar.from_ical(text) for text in texts.values_list("calendar", flat=True)]


def entry(calendar):
    (event,) = calendar.walk("VEVENT")
    return event


@pytest.fixture
def seat():
    return seat_as(scheduled(), Capacity.PEER)


def test_an_invitation_is_a_request_that_calendars_understand(seat, settings):
    (calendar,) = sent_to(seat.person)
    event = entry(calendar)

    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert event["DTSTART"].dt == MEETING["starts_at"]
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=80)
    assert (event["SUMMARY"], event["LOCATION"]) == (f"Walkthrough of {seat.walkthrough.service}", "Room 4")
    assert event["ORGANIZER"].startswith("MAILTO:")
    assert len(event["ATTENDEE"]) == 3
    invited = {str(one): one.params for one in event["ATTENDEE"]}[f"MAILTO:{seat.person.email}"]
    assert (invited["CN"], invited["RSVP"], invited["PARTSTAT"]) == (seat.person.name, "TRUE", "NEEDS-ACTION")
    assert f"{settings.SITE_URL}/walkthroughs/reply/" in event["DESCRIPTION"]


def test_a_time_that_was_chosen_in_a_zone_is_sent_in_utc_so_that_no_calendar_guesses(seat):
    later = MEETING["starts_at"] + timedelta(days=1)
    by = holder(seat_as(seat.walkthrough, Capacity.PRESENTER))
    there = MEETING | {"starts_at": later.astimezone(ZoneInfo("Europe/Berlin"))}

    transitions.move(seat.walkthrough, by=by, at=NOW, **there)

    text = Delivery.objects.filter(recipient=seat.person).exclude(calendar="").last().calendar
    assert f"DTSTART:{later.astimezone(UTC):%Y%m%dT%H%M%SZ}" in text
    assert "TZID" not in text


def test_everybody_has_a_link_of_their_own(seat):
    other = seat_as(seat.walkthrough, Capacity.ENABLEMENT)

    ours, theirs = (entry(sent_to(one.person)[0])["DESCRIPTION"] for one in (seat, other))

    assert ours.split("/reply/")[1] != theirs.split("/reply/")[1]


def test_a_move_is_the_same_entry_with_a_higher_number(seat):
    lead = seat.walkthrough.service.team
    later = MEETING | {"starts_at": MEETING["starts_at"] + timedelta(days=1)}
    by = holder(seat_as(seat.walkthrough, Capacity.PRESENTER))

    transitions.move(seat.walkthrough, by=by, at=NOW, **later)

    first, second = (entry(one) for one in sent_to(seat.person))
    assert first["UID"] == second["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second["DTSTART"].dt == later["starts_at"]
    assert lead


def test_a_cancellation_takes_it_out(seat):
    by = holder(seat_as(seat.walkthrough, Capacity.PRESENTER))

    transitions.cancel(seat.walkthrough, reason="The store is late.", by=by, at=NOW)

    calendar = sent_to(seat.person)[-1]
    event = entry(calendar)
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert event["DESCRIPTION"] == "The store is late."
    assert event["UID"] == entry(sent_to(seat.person)[0])["UID"]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        'Ledger; with, all \\ signs: "quoted"',
        "Two\nlines\r\nATTENDEE:MAILTO:evil@example.org",
        "Ünïcödé 🚗 " + "x" * 190,
    ],
)
def test_names_are_text_and_cannot_add_lines(name):
    walkthrough = scheduled(name=name[:200])
    person = seat_as(walkthrough, Capacity.PEER).person
    type(person).objects.filter(pk=person.pk).update(name=name[:200])
    walkthrough = fresh(walkthrough)
    seats = list(Seat.objects.filter(walkthrough=walkthrough).select_related("person").order_by("pk"))

    text = rules.calendar(walkthrough, seats, to=seats[1], at=NOW)

    event = entry(Calendar.from_ical(text))
    assert len(event["ATTENDEE"]) == 3
    assert not any("evil" in str(one) for one in event["ATTENDEE"])
    assert str(event["SUMMARY"]) == f"Walkthrough of {name[:200]}".replace("\r\n", "\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_somebody_without_an_address_is_no_attendee(seat):
    walkthrough = fresh(seat.walkthrough)
    seats = list(Seat.objects.filter(walkthrough=walkthrough).select_related("person").order_by("pk"))
    seats[1].person.email = None

    event = entry(Calendar.from_ical(rules.calendar(walkthrough, seats, to=seats[0], at=NOW)))

    assert len(event["ATTENDEE"]) == 2


def link(seat):
    return rules.reply_url(seat, fresh(seat.walkthrough))


@time_machine.travel(NOW, tick=False)
def test_the_link_shows_one_invitation_without_sign_in_and_changes_nothing(client, seat):
    response = client.get(link(seat))

    html = response.content.decode()
    seat.refresh_from_db()
    assert (response.status_code, seat.reply) == (200, Reply.NONE)
    assert f"{seat.person}, do you come?" in html
    assert "Mon 30 March 2026, 14:00 Stockholm" in html
    others = Seat.objects.exclude(pk=seat.pk).select_related("person")
    assert not any(one.person.name in html or one.person.email in html for one in others)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("reply", ["yes", "maybe", "no"])
def test_a_button_behind_the_link_replies(client, seat, reply):
    response = client.post(link(seat), {"reply": reply, "note": "<b>See you</b>"})

    seat.refresh_from_db()
    assert (response.status_code, seat.reply, seat.reply_note) == (302, reply, "<b>See you</b>")
    assert told(seat.walkthrough)[0].startswith(f"{seat.person.name} (invitation link) replied ")
    assert "&lt;b&gt;See you&lt;/b&gt;" in client.get(link(seat)).content.decode()


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("data", [{}, {"reply": "perhaps"}, {"reply": "yes", "note": "x" * 501}])
def test_a_wrong_reply_comes_back(client, seat, data):
    response = client.post(link(seat), data)

    seat.refresh_from_db()
    assert (response.status_code, seat.reply) == (422, Reply.NONE)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_leads_nowhere(client, seat, method):
    url = link(seat)
    other = Signer(salt="something else").sign_object({"seat": seat.pk, "until": "2030-01-01"})
    forged = [url[:-3] + "x/", url.replace("reply/", "reply/x"), f"/walkthroughs/reply/{other}/"]

    answers = {getattr(client, method)(one, {"reply": "yes"}).status_code for one in forged}

    seat.refresh_from_db()
    assert (answers, seat.reply) == ({404}, Reply.NONE)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_ends_with_its_meeting(client, seat, method):
    url = link(seat)

    with time_machine.travel(MEETING["starts_at"] + timedelta(hours=1), tick=False):
        begun = getattr(client, method)(url, {"reply": "yes"})
    with time_machine.travel(MEETING["starts_at"] + timedelta(days=3), tick=False):
        over = getattr(client, method)(url, {"reply": "yes"})

    assert [begun.status_code, over.status_code] == [410, 410]
    assert "This invitation is over" in over.content.decode()


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("change", [{"is_active": False}, {"is_demo": True}])
def test_a_link_speaks_for_nobody_who_may_not_sign_in(client, seat, settings, change):
    settings.DEMO = False
    User.objects.filter(pk=seat.person.pk).update(**change)

    response = client.post(link(seat), {"reply": "no"})

    seat.refresh_from_db()
    assert (response.status_code, seat.reply) == (410, Reply.NONE)


@time_machine.travel(NOW, tick=False)
def test_a_link_ends_with_the_seat_and_with_a_cancellation(client, seat):
    url = link(seat)
    transitions.hand_over(seat, person=UserFactory(reviews=True), by=holder(seat), at=NOW)
    left = client.get(url)
    other = seat_as(seat.walkthrough, Capacity.ENABLEMENT)
    url = link(other)
    by = holder(seat_as(seat.walkthrough, Capacity.PRESENTER))
    transitions.cancel(seat.walkthrough, reason="<i>Later</i>", by=by, at=NOW)
    cancelled = client.get(url)

    assert [left.status_code, cancelled.status_code] == [410, 410]
    assert "&lt;i&gt;Later&lt;/i&gt;" in cancelled.content.decode()


@time_machine.travel(NOW, tick=False)
def test_a_link_to_what_has_begun_says_so(client):
    seat = seat_as(in_progress(), Capacity.PEER)

    assert client.get(link(seat)).status_code == 410
