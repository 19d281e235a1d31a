"""HTML and script in every text that people type is shown as text: pages, mails, PDF, calendar."""

from datetime import timedelta

import pytest
import tinyhtml5
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from apps.accounts.models import Actor
from apps.catalog import transitions as catalog
from apps.catalog.queries import leads_of
from apps.core.pdf import render_html
from apps.notifications.models import Delivery
from apps.notifications.transitions import deliver, gather
from apps.readiness import transitions as readiness
from apps.readiness.models import Kind
from apps.readiness.queries import present
from apps.walkthroughs import queries, reports, rules
from apps.walkthroughs import transitions as walkthroughs
from apps.walkthroughs.models import Capacity, Veto
from tests.factories import TeamFactory, UserFactory, lead_of
from tests.factories.readiness import answer_of, area_of, present_readiness, publish_editions
from tests.factories.walkthroughs import ROLES, holder, seat_as, signing

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
EVIL = """<script>evil()</script>"'><img src=x onerror=evil()>{{ 7|add:7 }}{% now "Y" %}"""
AS_TEXT = "&lt;script&gt;evil()&lt;/script&gt;"
LINK = "https://example.org/?q=<script>evil()</script>"


def _register(team, lead, at):
    service = catalog.register(
        team, name=f"Service {EVIL}", purpose=EVIL, by=lead, at=at, tier=2, data_class="restricted"
    )
    changes = {"description": EVIL, "tags": [EVIL], "links": [{"title": EVIL, "url": LINK}]}
    return catalog.edit_service(service, version=service.version, changes=changes, by=lead, at=at).row


def _talk(service, lead, noor, at):
    conversation = readiness.start_green_light(
        service, expected_users=EVIL, target_quarter="2027-Q1", sponsor=EVIL, by=lead, at=at
    )
    answer = answer_of(conversation, "GL-03")
    readiness.save_answer(answer, revision=0, state="answered", text=EVIL, by=lead, at=at)
    readiness.say(answer, text=EVIL, by=lead, at=at)
    readiness.say(answer, text=EVIL, by=noor, at=at)


def _answer(service, lead, noor, at):
    assessment = present_readiness(service)
    for item, state in (("REL-01", "gap"), ("REL-02", "not_applicable")):
        answer = answer_of(assessment, item)
        readiness.save_answer(answer, revision=0, state=state, text=EVIL, reason=EVIL, by=lead, at=at)
        readiness.add_evidence(
            answer_of(assessment, item), title=EVIL, url=LINK, expires_on=None, by=lead, at=at
        )
    asked = readiness.ask_exemption(
        answer_of(assessment, "REL-01"),
        reason=EVIL,
        measure=EVIL,
        ends_on=at.date() + timedelta(days=60),
        by=lead,
        at=at,
    )
    readiness.decide_exemption(asked, approve=True, reason=EVIL, by=noor, at=at)
    readiness.give_verdict(area_of(assessment, "REL"), value="weak", note=EVIL, by=noor, at=at)
    readiness.return_answers([answer_of(assessment, "REL-03")], note=EVIL, by=noor, at=at)


def _meet(walkthrough, lead, at):
    """Schedule, reply, hold, sign with a veto, ask for it to be lifted: everything with words."""
    needed = rules.needed("critical", "restricted")
    panel = [rules.Place(Capacity.PRESENTER, lead.person)]
    panel += [rules.Place(one, UserFactory(name=f"{one} {EVIL}", **ROLES[one]), EVIL[:200]) for one in needed]
    starts_at = at + timedelta(days=9)
    meeting = {"starts_at": starts_at, "minutes": 80, "time_zone": "Europe/Stockholm", "place": EVIL}
    walkthroughs.schedule(walkthrough, panel=panel, by=lead, at=at, **meeting)
    peer = seat_as(walkthrough, Capacity.PEER)
    walkthroughs.reply(peer, reply="maybe", note=EVIL, by=holder(peer), at=at)
    walkthroughs.begin(walkthrough, by=lead, at=at)
    walkthroughs.edit_notes(walkthrough, text=EVIL, revision=0, by=lead, at=at)
    todo = {"owner": lead.person, "due_on": at.date() + timedelta(days=7), "by": lead, "at": at}
    walkthroughs.add_follow_up(walkthrough, text=EVIL, must_fix=True, **todo)
    done = walkthroughs.add_follow_up(walkthrough, text=EVIL, **todo)
    walkthroughs.finish_follow_up(done, note=EVIL, by=lead, at=at)
    walkthroughs.hold(walkthrough, by=lead, at=at)
    _sign(walkthrough, at)


def _sign(walkthrough, at):
    terms = rules.VetoTerms(items=["SEC-02"], lifted_by_what=EVIL, review_on=at.date() + timedelta(days=14))
    for seat in signing(walkthrough):
        decision = {"security": "veto", "architect": "object"}.get(seat.capacity, "conditions")
        own = {"terms": terms} if decision == "veto" else {}
        walkthroughs.sign_off(seat, decision=decision, note=EVIL, by=holder(seat), at=at, **own)


@pytest.fixture
def noor():
    """Somebody who sees every page."""
    roles = {"is_enablement": True, "is_admin": True, "is_leadership": True}
    return Actor(person=UserFactory(name=f"Noor {EVIL}", expertise=[EVIL], **roles))


@pytest.fixture
def walkthrough(noor):
    """Return a walkthrough that was vetoed, with the same evil in every text on the way there."""
    publish_editions()
    at = timezone.now()
    team = TeamFactory(name=f"Team {EVIL}", mission=EVIL, customers=[EVIL], disciplines=[EVIL], chat=EVIL)
    lead = lead_of(team, name=f"Ada {EVIL}")
    service = _register(team, lead, at)
    _talk(service, lead, noor, at)
    walkthrough = walkthroughs.prepare(service, by=lead, at=at)
    _answer(service, lead, noor, at)
    _meet(walkthrough, lead, at)
    return queries.walkthrough(walkthrough.pk)


def addresses(walkthrough):
    """Return the pages that show what people typed on this road."""
    service = walkthrough.service
    item = answer_of(present_readiness(service), "REL-01").pk
    sides = [f"answers/{item}/{side}/" for side in ("evidence", "thread", "versions", "exemption")]
    talked = answer_of(present(service, Kind.CONVERSATION), "GL-03").pk
    tabs = ["", "green-light/", "green-light/print/", "readiness/rel/", "readiness/print/", "history/"]
    tabs += [*sides, f"answers/{talked}/thread/", "walkthroughs/", "launch/", "risk/"]
    about = [f"{service.get_absolute_url()}{tab}" for tab in tabs]
    veto = Veto.objects.get()
    meeting = [walkthrough.get_absolute_url(), reverse("walkthroughs:lift_veto", args=[veto.pk])]
    people = [service.team.get_absolute_url(), "/settings/people/", "/settings/", "/settings/outbox/"]
    return [*about, *meeting, *people, "/", "/inbox/", "/services/", "/teams/", "/walkthroughs/?show=held"]


def test_pages_show_it_as_text(client, walkthrough, noor):
    deliver_all()
    client.force_login(noor.person)

    for address in addresses(walkthrough):
        check_page(client, address)
    client.force_login(leads_of(walkthrough.service.team_id)[0])
    for address in (f"{walkthrough.service.get_absolute_url()}edit/", "/settings/", "/", "/inbox/"):
        check_page(client, address)


def check_page(client, address):
    answer = client.get(address)
    html = answer.content.decode()
    assert answer.status_code == 200, address
    assert AS_TEXT in html, address
    check_is_harmless(html)


def check_is_harmless(html):
    """Parse a page as a browser does: nothing that somebody typed has become an element or an attribute."""
    tree = tinyhtml5.parse(html, namespace_html_elements=False)
    for node in tree.iter():
        assert node.tag != "script" or not (node.text or "").strip()
        assert node.tag != "img"
        assert not any(name.startswith("on") for name in node.attrib)
        assert not node.get("href", "").lower().startswith(("javascript:", "data:"))


def test_mails_hold_the_words_as_they_were_typed_and_as_text_in_their_html(walkthrough):
    deliver_all()

    assert mail.outbox
    assert any(EVIL in letter.body for letter in mail.outbox)
    for letter in mail.outbox:
        parts = [part.get_content_type() for part in letter.message().walk() if not part.is_multipart()]
        assert parts[0] == "text/plain"
        assert parts[1] == "text/html"
        assert set(parts[2:]) <= {"text/calendar"}
        assert "&lt;" not in letter.body
        check_is_harmless(letter.alternatives[0].content)


def deliver_all():
    """Send what goes out at once, and a week later the daily mails."""
    by, at = Actor.system("tests"), timezone.now() + timedelta(days=7)
    gather(by=by, at=at)
    while Delivery.objects.filter(state="waiting").exists():
        deliver(by=by, at=at)


def test_calendar_entries_hold_the_words_as_text(walkthrough):
    entries = [Calendar.from_ical(one.calendar) for one in Delivery.objects.exclude(calendar="")]

    (place,) = {str(entry.walk("VEVENT")[0]["LOCATION"]) for entry in entries}
    (summary,) = {str(entry.walk("VEVENT")[0]["SUMMARY"]) for entry in entries}
    assert place == EVIL
    assert summary == f"Walkthrough of {walkthrough.service.name}"


def test_the_report_prints_it_as_text(walkthrough):
    content = queries.content(walkthrough)

    html = render_html(reports.TEMPLATE, reports.context(walkthrough, content, at=timezone.now()))

    assert html.count(AS_TEXT) > 20
    check_is_harmless(html)
