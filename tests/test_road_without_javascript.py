"""The whole road with plain links and forms: what scripts make quicker works without them."""

import io
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from pypdf import PdfReader

from apps.accounts.models import Actor, User
from apps.catalog.models import Phase, Service
from apps.jobs import transitions as jobs
from apps.notifications import transitions as notifications
from apps.readiness.models import Answer, Assessment, Kind
from apps.walkthroughs.models import State, Walkthrough
from tests.company import CATALOG, REHEARSED, answer_what_is_open, found_company
from tests.plain_browser import PlainBrowser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SYSTEM = Actor.system("tests")
PASSWORD = "a sentence is a good password"
MINE = "Requests go to the second zone.\nRehearsed in May."
THEIRS = "Requests go to the second zone.\nRehearsed in June, with the people on call."
MERGED = "Requests go to the second zone.\nRehearsed in May and June, with the people on call."
ROAD = "/services/parcel-tracking/"


def work_in_the_background():
    """Do what a worker would do: the jobs that wait, then the letters."""
    while jobs.run_next(by=SYSTEM, at=timezone.now()):
        pass
    notifications.deliver(by=SYSTEM, at=timezone.now())


def letter(to, about):
    """Return the text of the latest letter to somebody with these words in its subject."""
    return next(
        one.body for one in reversed(mail.outbox) if one.to == [to] and about.lower() in one.subject.lower()
    )


def link_in(text, start):
    return urlsplit(re.search(rf"http\S*{re.escape(start)}\S+", text)[0]).path


def answer(item, kind=Kind.READINESS):
    return Answer.objects.get(assessment__kind=kind, item=item)


def test_a_person_walks_the_whole_road_without_a_script():
    call_command("publish_editions", verbosity=0)
    company = found_company()
    import_the_catalog(company)
    ada, ben = come_in(company)
    register_and_talk(company, ada)
    prepare(ada)
    answer_in_two_browsers(ada, ben)
    exempt(company, ada)
    walkthrough = schedule(company, ada)
    hold(company, ada, walkthrough)
    sign_and_launch(company, ada, walkthrough)
    download(ada, walkthrough)


def import_the_catalog(company):
    noor = PlainBrowser(company.noor).get("/import/")

    noor.press("Import", uploads=SimpleUploadedFile("catalog-info.yaml", CATALOG))
    assert noor.path.startswith("/jobs/")
    work_in_the_background()
    noor.get(noor.path).follow("See the result")

    assert "Services 1" in noor.text
    assert "no name like this" in noor.text
    noor.follow("See the services").follow("parcel-ledger")
    assert "Live" in noor.text


def come_in(company):
    """The administrator invites both, they choose a password, and enablement makes Ada a lead."""
    browsers = []
    for name in ("ada", "ben"):
        person = User.objects.get(email=f"{name}@example.org")
        PlainBrowser(company.admin).get(person.get_absolute_url()).press("Send the link")
        work_in_the_background()
        newcomer = PlainBrowser().get(
            link_in(letter(person.email, "welcome"), "/accounts/password/reset/key/")
        )
        newcomer.press("Keep it and sign in", password1=PASSWORD, password2=PASSWORD)
        newcomer.get("/accounts/logout/").press("Sign out")
        newcomer.get("/").press("Sign in", login=person.email, password=PASSWORD)
        assert person.name.split()[0] in newcomer.text
        browsers.append(newcomer)
    PlainBrowser(company.noor).get("/teams/").follow("Parcel Tracking Team").press("Make Ada Lind a lead")
    return browsers


def register_and_talk(company, ada):
    ada.get("/").follow("Register a service")
    ada.press(
        "Register it",
        name="Parcel Tracking",
        purpose="Tells everybody where their parcel is",
        tier="2",
        data_class="confidential",
        exposure="internet",
    )
    assert ada.path == ROAD

    ada.follow("Start the conversation").press(
        "Start the conversation",
        expected_users="40,000 recipients a day",
        target_quarter="2027-Q2",
        sponsor="",
    )
    assert "A conversation with Noor Haddad" in ada.text
    ada.press("Save GL-01", state="answered", text="People ask where their parcel is, 900 times a day.")
    assert answer("GL-01", Kind.CONVERSATION).state == "answered"

    ada.follow("talk with the advisor", within="GL-02").press("Say it", text="What's HA?")
    work_in_the_background()
    noor = PlainBrowser(company.noor).get(link_in(letter("noor@example.org", "GL-02"), ROAD))
    noor.follow("1 comment", within="GL-02").press("Say it", text="Two of everything, and nobody notices.")
    work_in_the_background()
    assert "Two of everything, and nobody notices." in letter("ada@example.org", "GL-02")


def prepare(ada):
    ada.get(ROAD).follow("Prepare for production").press("Prepare for production")

    assert "The ten areas are open" in ada.text
    assert Service.objects.get(slug="parcel-tracking").phase == Phase.READY


def answer_in_two_browsers(ada, ben):
    """Both open the same item; who saves last sees both texts and makes one of them."""
    ben.get(f"{ROAD}readiness/rel/")
    ada.get(f"{ROAD}readiness/rel/").press("Save REL-02", state="in_place", text=THEIRS)

    ben.press("Save REL-02", state="in_place", text=MINE)
    assert ben.status == 409
    assert "Ada Lind saved REL-02 meanwhile" in ben.text
    for piece in ("Rehearsed in May", "Rehearsed in June"):
        assert piece in ben.text
    assert answer("REL-02").text == THEIRS  # nothing was written over

    ben.press("Save the merged text", text=MERGED)
    assert ben.status == 200
    assert answer("REL-02").text == MERGED

    ada.press("Save REL-02", state="not_applicable", text="Kept although it was refused")
    assert ada.status == 422
    assert "Not applicable needs a reason" in ada.text
    assert ada.value_of("text") == "Kept although it was refused"


def exempt(company, ada):
    ada.get(f"{ROAD}readiness/rel/").press("Save REL-03", state="gap", text="Nobody restored it yet.")
    ada.follow("Ask for an exemption", within="REL-03").press(
        "Ask for an exemption",
        reason="The store moves in June.",
        measure="A copy is kept in the other zone.",
        ends_on=(timezone.now() + timedelta(days=60)).date(),
    )
    work_in_the_background()

    noor = PlainBrowser(company.noor).get(link_in(letter("noor@example.org", "REL-03"), ROAD))
    noor.follow("Exemption asked for", within="REL-03").press("Approve", reason="Two months are fine.")
    assert answer("REL-03").is_exempt

    ada.get(f"{ROAD}readiness/rel/").follow("evidence", within="REL-02")
    ada.press("Add the link", url="https://example.org/rehearsal", title="Notes of the rehearsal")
    assert "Notes of the rehearsal" in ada.text
    assessment = Assessment.objects.get(kind=Kind.READINESS)
    answer_what_is_open(assessment, person=User.objects.get(name="Ada Lind"), at=timezone.now())
    ada.get(f"{ROAD}readiness/all/").press("Submit for the walkthrough")
    assert "Submitted." in ada.text


def schedule(company, ada):
    """Schedule with the proposed panel; somebody replies by the link in the mail."""
    walkthrough = Walkthrough.objects.get()
    ada.get("/").follow("Schedule: Schedule the walkthrough")
    day = (timezone.now() + timedelta(days=9)).date()
    ada.press("Schedule and invite", day=day.isoformat(), time="14:00", time_zone="Europe/Stockholm")
    assert "Scheduled. Everybody was invited" in ada.text
    for person in company.panel:
        assert person.name in ada.text

    work_in_the_background()
    link = link_in(letter("pia@example.org", "Parcel Tracking"), "/walkthroughs/reply/")
    pia = PlainBrowser().get(link)
    assert "You have not replied yet" in pia.text
    pia.press("I come", note="With questions about the cache")
    assert "Your reply so far: comes" in pia.text
    ada.get(walkthrough.get_absolute_url())
    assert "With questions about the cache" in ada.text
    return walkthrough


def hold(company, ada, walkthrough):
    where = walkthrough.get_absolute_url()
    ada.get(where).follow("Begin the meeting").press("Begin the meeting")
    ada.follow("Write").press("Save the minutes", text="Failover was shown live.")
    pia = PlainBrowser(company.pia).get(where).press("strong: Deployment")
    assert "strong Pia Stone" in pia.text

    ada.get(where).press("Note it", text="Write down who restores the archive", must_fix="on")
    assert "before the launch" in ada.text
    ada.press("End the meeting")
    assert "The meeting is over" in ada.text
    ada.press("F-1 is done", note="It is in the runbook")


def sign_and_launch(company, ada, walkthrough):
    ada.get(f"{ROAD}launch/")
    assert "cannot pass over them" in ada.text  # high risk
    for person in company.panel:
        reviewer = PlainBrowser(person).get("/").follow("Sign: Sign what you saw")
        reviewer.press("Sign", decision="approve", note="")
        assert "Signed: approve" in reviewer.text
    walkthrough.refresh_from_db()
    assert (walkthrough.state, walkthrough.decision) == (State.DECIDED, "approved")

    ada.get(f"{ROAD}launch/").press("Launch")
    assert "Parcel Tracking is live" in ada.text
    assert Service.objects.get(slug="parcel-tracking").phase == Phase.LIVE


def download(ada, walkthrough):
    ada.get(walkthrough.get_absolute_url()).press("Prepare the report")
    work_in_the_background()
    ada.get(ada.path).follow("Download the PDF")

    report = PdfReader(io.BytesIO(ada.answer.content))
    text = " ".join("".join(page.extract_text() for page in report.pages).split())
    for words in (
        "Parcel Tracking",
        "Approved",
        "Failover was shown live.",
        "Reliability / Failover",
        REHEARSED,
    ):
        assert words in text
