"""One service's whole road in a real browser, with a real worker in the background."""

import io
import json
import re
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from apps.accounts.models import User
from apps.catalog.models import Phase, Service
from apps.readiness.models import Answer, Assessment, Kind
from apps.readiness.queries import sheet
from apps.walkthroughs.models import State, Walkthrough
from apps.walkthroughs.rules import day_in_words
from tests.company import CATALOG, REHEARSED, answer_what_is_open
from tests.stories.conftest import link_in, text_of

PASSWORD = "a sentence is a good password"
ROAD = "/services/parcel-tracking/"
TYPED = "A zone went away in March. Requests moved to the second one within ninety seconds."
MINE = "Four hours away, and at most five minutes of data. Agreed with the depots."
THEIRS = "Four hours away, and at most ten minutes of data. Agreed with the drivers."
MERGED = "Four hours away, and at most five minutes of data. Agreed with the depots and the drivers."
AFTER = "Whoever merged it decides, and rolls back without asking."


def answer(item, kind=Kind.READINESS):
    return Answer.objects.get(assessment__kind=kind, item=item)


def item_of(page, code):
    return page.locator(f"#{code}")


def saved(page, code, words="saved just now"):
    """Wait until an item says that it is saved."""
    expect(item_of(page, code).locator("[data-saved]")).to_contain_text(words)


def test_a_service_comes_from_the_catalog_to_its_launch(site, worker, company, mailbox, browse, complaints):
    noor = browse(company.noor)
    import_a_catalog(noor)
    ada, ben = come_in(company, mailbox, browse)
    lead_the_team(noor)
    register(ada)
    talk(company, mailbox, ada, noor)
    prepare(ada)
    answer_by_hand(ada)
    answer_at_the_same_time(ada, ben, complaints)
    lose_the_session(ada, complaints)
    ask_for_an_exemption(company, mailbox, ada, noor)
    answer_the_rest(ada)
    walkthrough = schedule(company, mailbox, ada, browse)
    remind(walkthrough, mailbox, ada)
    hold(company, ada, browse, walkthrough)
    sign_and_launch(company, ada, browse, walkthrough)
    download(ada, walkthrough)


def import_a_catalog(noor):
    noor.goto("/import/")
    noor.get_by_label("Files").set_input_files(
        {"name": "catalog-info.yaml", "mimeType": "application/yaml", "buffer": CATALOG}
    )
    noor.get_by_role("button", name="Import").click()
    noor.get_by_role("link", name="See the result").click()

    expect(noor.get_by_role("row", name="Services")).to_contain_text("1")
    expect(noor.locator("main")).to_contain_text("no name like this")


def come_in(company, mailbox, browse):
    """The administrator invites two imported people; each chooses a password with the link of a letter."""
    pages, admin = [], browse(company.admin)
    for name in ("Ada Lind", "Ben Okoro"):
        person = User.objects.get(name=name)
        admin.goto(person.get_absolute_url())
        admin.get_by_role("button", name="Send the link").click()
        page = browse()
        page.goto(link_in(mailbox.to(person, "Welcome"), "/accounts/password/reset/key/"))
        page.get_by_label("Password", exact=False).first.fill(PASSWORD)
        page.get_by_label("Password", exact=False).last.fill(PASSWORD)
        page.get_by_role("button", name="Keep it and sign in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(name.split()[0])
        pages.append(page)
    return pages


def lead_the_team(noor):
    noor.get_by_role("link", name="Teams").first.click()
    noor.get_by_role("link", name="Parcel Tracking Team").first.click()
    noor.get_by_role("button", name="Make Ada Lind a lead").click()
    expect(noor.get_by_role("button", name="Ada Lind no longer leads")).to_be_visible()


def register(ada):
    ada.get_by_role("link", name="Register a service").first.click()
    ada.get_by_label("Name").fill("Parcel Tracking")
    ada.get_by_label("Purpose").fill("Tells everybody where their parcel is")
    ada.get_by_label("Tier").select_option("2")
    ada.get_by_label("Data", exact=True).select_option("confidential")
    ada.get_by_label("Reached from").select_option("internet")
    ada.get_by_role("button", name="Register it").click()

    expect(ada.get_by_role("heading", level=1)).to_have_text("Parcel Tracking")
    expect(ada.locator("[aria-current=step]")).to_contain_text("Playground")


def talk(company, mailbox, ada, noor):
    """The green-light conversation: an answer, a question, and the advisor's reply, each with its mail."""
    ada.get_by_role("link", name="Start the conversation").click()
    ada.get_by_label("Expected users").fill("40,000 recipients a day")
    ada.get_by_label("Target quarter").fill("2027-Q2")
    ada.get_by_role("button", name="Start the conversation").click()
    expect(ada.get_by_role("heading", name="A conversation with Noor Haddad")).to_be_visible()
    ada.get_by_label("Answer to GL-01").fill("People ask 900 times a day where their parcel is.")
    saved(ada, "GL-01")

    item_of(ada, "GL-02").get_by_role("link", name="talk with the advisor").click()
    _say(ada, "GL-02", "What's HA?")
    question = mailbox.to(company.noor, "GL-02")
    assert "What's HA?" in text_of(question)
    noor.goto(link_in(question, ROAD))
    item_of(noor, "GL-02").get_by_role("link", name="1 comment").click()
    _say(noor, "GL-02", "Two of everything, and nobody notices when one is gone.")
    reply = mailbox.to(User.objects.get(name="Ada Lind"), "GL-02")
    assert "Two of everything" in text_of(reply)


def _say(page, code, words):
    item_of(page, code).get_by_label("Your comment").fill(words)
    item_of(page, code).get_by_role("button", name="Say it").click()
    expect(item_of(page, code).locator(".comments")).to_contain_text(words)


def prepare(ada):
    ada.goto(ROAD)
    ada.get_by_role("link", name="Prepare for production").last.click()
    ada.get_by_role("button", name="Prepare for production").click()

    expect(ada.get_by_role("status").filter(has_text="The ten areas are open")).to_be_visible()
    expect(ada.locator("nav.areas a")).to_have_count(11)


def answer_by_hand(ada):
    """Type and let it be saved; move, choose and open evidence by single keys."""
    ada.goto(f"{ROAD}readiness/rel/")
    ada.get_by_label("Answer to REL-02").fill(TYPED)
    saved(ada, "REL-02")
    ada.get_by_role("heading", name="Reliability / Failover").click()  # out of the field

    for _times in range(2):
        ada.keyboard.press("j")
    focused = ada.evaluate("document.activeElement.id")
    ada.keyboard.press("k")
    assert focused != ada.evaluate("document.activeElement.id") == "REL-02"
    ada.keyboard.press("2")
    expect(item_of(ada, "REL-02").get_by_label("in place")).to_be_checked()
    expect(ada.locator("#answered")).to_contain_text("1 of ")
    item_of(ada, "REL-02").focus()
    ada.keyboard.press("e")
    evidence = item_of(ada, "REL-02").get_by_role("region", name="Evidence of REL-02")
    evidence.get_by_label("Address").fill("https://example.org/zones")
    evidence.get_by_label("Title").fill("Graph of that morning")
    evidence.get_by_role("button", name="Add the link").click()
    expect(evidence.get_by_role("link", name="Graph of that morning")).to_be_visible()

    ada.reload()
    expect(ada.get_by_label("Answer to REL-02")).to_have_value(TYPED)
    assert answer("REL-02").state == "in_place"


def answer_at_the_same_time(ada, ben, complaints):
    """Two browsers, one item: the slower one sees both texts and makes one of them by hand."""
    complaints.expect(409)
    ben.goto(f"{ROAD}readiness/rel/")
    ada.get_by_label("Answer to REL-04").fill(THEIRS)
    saved(ada, "REL-04")

    ben.get_by_label("Answer to REL-04").fill(MINE)
    conflict = ben.get_by_role("region", name="Ada Lind saved REL-04 meanwhile")
    expect(conflict).to_be_visible()
    expect(conflict.locator("ins").first).to_be_visible()
    for text in (MINE, THEIRS):
        expect(conflict.locator(".both")).to_contain_text(text)
    assert answer("REL-04").text == THEIRS  # nothing was written over
    expect(ben.get_by_label("Answer to REL-04")).to_have_value(MINE)

    conflict.get_by_text("Merge by hand").click()
    conflict.get_by_label("One text out of both").fill(MERGED)
    conflict.get_by_role("button", name="Save the merged text").click()
    expect(conflict).to_have_count(0)
    expect(ben.get_by_label("Answer to REL-04")).to_have_value(MERGED)
    assert answer("REL-04").text == MERGED


def lose_the_session(ada, complaints):
    """The session ends while somebody types; the words stay, and are saved after signing in again."""
    complaints.expect(401)
    ada.goto(f"{ROAD}readiness/dep/")
    Session.objects.filter(pk=_session_of(ada)).delete()
    ada.get_by_label("Answer to DEP-01").fill(AFTER)
    saved(ada, "DEP-01", "you are signed out")
    expect(ada.get_by_label("Answer to DEP-01")).to_have_value(AFTER)
    assert answer("DEP-01").text == ""

    with ada.context.expect_page() as opened:
        ada.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, "ada@example.org")
    opened.value.close()
    ada.reload()
    expect(ada.get_by_label("Answer to DEP-01")).to_have_value(AFTER)
    saved(ada, "DEP-01")
    assert answer("DEP-01").text == AFTER


def _session_of(page):
    (cookie,) = [one for one in page.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME]
    return cookie["value"]


def sign_in(page, email):
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good ")


def ask_for_an_exemption(company, mailbox, ada, noor):
    """A gap on a High item is asked to wait, and somebody outside the team agrees."""
    item_of(ada, "DEP-04").get_by_label("gap").check()
    saved(ada, "DEP-04")
    item_of(ada, "DEP-04").get_by_role("link", name="Ask for an exemption").click()
    ask = item_of(ada, "DEP-04").get_by_role("region", name="Exemption for DEP-04")
    ask.get_by_label("Why not now").fill("The pipeline moves in spring.")
    ask.get_by_label("What compensates meanwhile").fill("A person stands by at each release.")
    ask.get_by_label("Until").fill((timezone.now() + timedelta(days=60)).date().isoformat())
    ask.get_by_role("button", name="Ask for an exemption").click()
    expect(ask).to_contain_text("Asked")

    noor.goto(link_in(mailbox.to(company.noor, "DEP-04"), ROAD))
    item_of(noor, "DEP-04").get_by_role("link", name="Exemption asked for").click()
    decision = item_of(noor, "DEP-04").get_by_role("region", name="Exemption for DEP-04")
    decision.get_by_label("Reason of the decision").fill("Two months are fine.")
    decision.get_by_role("button", name="Approve").click()
    expect(item_of(noor, "DEP-04").locator("header")).to_contain_text("exemption")
    assert answer("DEP-04").is_exempt


def answer_the_rest(ada):
    """What is left of the ten areas is answered by the same transition, for speed."""
    assessment = Assessment.objects.get(kind=Kind.READINESS)
    person = User.objects.get(name="Ada Lind")
    answer_what_is_open(assessment, person=person, at=timezone.now())

    ada.get_by_role("link", name="All items").click()
    ada.get_by_role("button", name="Submit for the walkthrough").click()
    expect(ada.get_by_role("status").filter(has_text="Submitted.")).to_be_visible()


def schedule(company, mailbox, ada, browse):
    """Schedule with the proposed panel; people reply by the signed links of their mails."""
    ada.get_by_role("link", name="My work").first.click()
    ada.get_by_role("link", name="Schedule: Schedule the walkthrough").click()
    for person, seat in zip(company.panel, ("Peer", "Architect", "Security", "Enablement"), strict=True):
        field = ada.get_by_label(seat, exact=True)
        assert field.locator("option:checked").text_content() == person.name
    ada.get_by_label("Day").fill((timezone.now() + timedelta(days=9)).date().isoformat())
    ada.get_by_label("Start").fill("14:00")
    ada.get_by_label("Time zone").fill("Europe/Stockholm")
    ada.get_by_label("Place").fill("Room Birch")
    ada.get_by_role("button", name="Schedule and invite").click()
    expect(ada.get_by_role("status").filter(has_text="Scheduled.")).to_be_visible()

    for person in company.panel:
        letter = mailbox.to(person, "Parcel Tracking")
        (entry,) = [part for part in letter.iter_attachments() if part.get_filename() == "invite.ics"]
        assert "SUMMARY:Walkthrough of Parcel Tracking" in entry.get_content()
        stranger = browse()
        stranger.goto(link_in(letter, "/walkthroughs/reply/"))
        stranger.get_by_label("A note").fill(f"{person.name} has read it")
        stranger.get_by_role("button", name="I come").click()
        expect(stranger.locator("main")).to_contain_text("Your reply so far: comes")
        stranger.context.close()
    ada.reload()
    expect(ada.get_by_role("complementary")).to_contain_text("Pia Stone has read it")
    return Walkthrough.objects.get()


def remind(walkthrough, mailbox, ada):
    """A day before the meeting everybody is reminded, once; the inbox has it."""
    day_before = (walkthrough.starts_at - timedelta(hours=23)).isoformat()
    first, again = _remind(day_before), _remind(day_before)
    assert first["queued"]["walkthroughs/countdown"] == 5
    assert sum(again["queued"].values()) == 0

    when = day_in_words(walkthrough)
    mailbox.to(User.objects.get(name="Ada Lind"), when)
    ada.get_by_role("link", name=re.compile("Inbox")).click()
    ada.get_by_role("button", name=re.compile(f"^Open: {when}")).first.click()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Walkthrough of Parcel Tracking")


def _remind(moment):
    said = io.StringIO()
    call_command("remind", at=moment, json=True, yes=True, stdout=said)
    return json.loads(said.getvalue())


def hold(company, ada, browse, walkthrough):
    """Minutes, a verdict that the others see, and a follow-up."""
    where = walkthrough.get_absolute_url()
    ada.get_by_role("link", name="Begin the meeting").click()
    ada.get_by_role("button", name="Begin the meeting").click()
    pia = browse(company.pia)
    pia.goto(where)
    ada.get_by_role("link", name="Write").click()
    ada.get_by_role("textbox", name="Minutes").fill("Failover was shown live.")
    ada.get_by_role("button", name="Save the minutes").click()
    expect(pia.locator("#minutes")).to_contain_text("Failover was shown live.")  # within seconds

    pia.get_by_role("button", name="strong: Deployment").click()
    expect(ada.locator("#areas")).to_contain_text("strong Pia Stone")
    ada.locator("summary", has_text="Note a follow-up").click()
    ada.get_by_label("What is to be done").fill("Write down who restores the archive")
    ada.get_by_label("Must be done before the launch").check()
    ada.get_by_role("button", name="Note it").click()
    expect(ada.locator("#follow-ups")).to_contain_text("Write down who restores the archive")
    ada.get_by_role("link", name="End the meeting").click()
    ada.get_by_role("dialog").get_by_role("button", name="End the meeting").click()
    expect(ada.get_by_role("status").filter(has_text="The meeting is over")).to_be_visible()
    pia.context.close()


def sign_and_launch(company, ada, browse, walkthrough):
    """Each seat signs; the gate opens, and a lead launches."""
    ada.goto(f"{ROAD}launch/")
    expect(ada.get_by_role("button", name="Launch")).to_be_disabled()
    for person in company.panel:
        page = browse(person)
        page.goto("/")
        page.get_by_role("link", name="Sign: Sign what you saw").click()
        page.get_by_label("Approve", exact=True).check()
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(page.get_by_role("status").filter(has_text="Signed: approve")).to_be_visible()
        page.context.close()
    walkthrough.refresh_from_db()
    assert (walkthrough.state, walkthrough.decision) == (State.DECIDED, "approved")

    ada.goto(walkthrough.get_absolute_url())
    ada.get_by_label("What was done about F-1").fill("It is in the runbook")
    ada.get_by_role("button", name="F-1 is done").click()
    expect(ada.locator("#follow-ups")).to_contain_text("It is in the runbook")
    ada.get_by_role("link", name="Launch gate", exact=True).click()
    expect(ada.get_by_role("heading", name="Nothing stands between")).to_be_visible()
    ada.get_by_role("button", name="Launch").click()
    expect(ada.get_by_role("status").filter(has_text="Parcel Tracking is live")).to_be_visible()
    assert Service.objects.get(slug="parcel-tracking").phase == Phase.LIVE


def download(ada, walkthrough):
    """The worker prints the report; it holds the decision, every area and every word that was typed."""
    ada.goto(walkthrough.get_absolute_url())
    ada.get_by_role("button", name="Prepare the report").click()
    ada.get_by_role("link", name="See the result").click(timeout=60_000)
    with ada.expect_download() as download:
        ada.get_by_role("link", name=re.compile("^PDF")).click()

    report = PdfReader(download.value.path())
    text = without_breaks("".join(page.extract_text() for page in report.pages))
    areas = [area.title for area in sheet(walkthrough.assessment.edition).areas]
    facts = ("Parcel Tracking", "Approved", "4 of 4 seats signed", "Failover was shown live.")
    for words in (*facts, TYPED, MERGED, AFTER, REHEARSED, *areas):
        assert without_breaks(words) in text, words
    assert 7 <= len(report.pages) <= 25


def without_breaks(text):
    """Return a text without the ends of lines and the hyphens that a page may put into it."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)
