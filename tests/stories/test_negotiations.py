"""Teams and leadership agree in a real browser: four moves; three rounds, and a yes to what nobody says any more."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from apps.okrs.models import Negotiation
from tests.factories.okrs import KeyResultFactory, ObjectiveFactory
from tests.okrs.sides import capacity_of
from tests.stories.conftest import link_in, text_of
from tests.stories.goals import DESK, found_organisation

THIS = "Calls that ask where a parcel is fall to 5,000 a week"
THAT = "Partners see the same times as receivers, in both markets"
PART = "Partners in Sweden see the same times as receivers"
GOAL = "Anyone waiting for a parcel knows where it is"
FRAME = "Tracking inside the order page"


@pytest.fixture
def people(transactional_db):
    return found_organisation()


def open_from_mail(page, mailbox, person, about):
    """Follow the link of the latest letter; return what the letter says."""
    letter = mailbox.to(person, about)
    page.goto(link_in(letter, "/okrs/negotiations/"))
    return text_of(letter)


def countered(page, words, **fields):
    """Counter with other values in the fields that have these labels."""
    page.get_by_role("link", name="Counter").click()
    for label, value in fields.items():
        name = label.replace("_", " ").capitalize()
        page.get_by_label(re.compile(rf"^\s*{name}( \(optional\))?\s*$")).fill(value)
    page.get_by_label("What you say to it").fill(words)
    page.get_by_role("button", name="Send the counter").click()
    expect(page.get_by_role("status").filter(has_text="Countered.")).to_be_visible()


def test_the_founding_dialogue_in_four_moves(site, worker, people, mailbox, browse):
    capacity_of(people.tracking, people.next, has="40", promised="30")
    capacity_of(people.whole, people.next, has="60", promised="20")
    vera, ada = browse(people.vera, viewport=DESK), browse(people.ada, color_scheme="dark")

    propose(vera)
    open_from_mail(ada, mailbox, people.ada, GOAL)
    expect(ada.get_by_text("Tracking owes the answer")).to_be_visible()
    countered(
        ada,
        "Do you want this or that? I only have resources for this.",
        key_results=THIS,
        instead_of="The partner pages",
    )
    expect(ada.get_by_role("row", name="Key results")).to_contain_text("1 left out")
    expect(ada.get_by_role("complementary")).to_contain_text("10 of 40 person-weeks free")

    said = open_from_mail(vera, mailbox, people.vera, GOAL)
    assert "I only have resources for this." in said
    lend(vera)
    open_from_mail(ada, mailbox, people.ada, GOAL)
    expect(ada.get_by_role("row", name="Lent for it")).to_contain_text("8 person-weeks")
    countered(ada, "Sure, but we can only accomplish part of that.", key_results=f"{THIS}\n{PART}")

    open_from_mail(vera, mailbox, people.vera, GOAL)
    vera.get_by_role("button", name="Accept").click()
    expect(vera.get_by_text("● agreed")).to_be_visible()
    moves = vera.get_by_role("region", name="How it went").get_by_role("listitem")
    expect(moves).to_contain_text(
        ["Both, please.", "Do you want this or that?", "engineers I can lend", "part of that", "accepts"]
    )
    look_at_the_outcome(ada)


def propose(vera):
    vera.goto("/okrs/")
    vera.get_by_role("link", name="Negotiations").click()
    vera.get_by_role("link", name="Ask a team").first.click()
    vera.get_by_role("link", name="Propose an objective").click()
    vera.get_by_label("Who is asked").select_option("Tracking")
    vera.get_by_label("For the quarter").select_option("Summer")
    vera.get_by_label("Objective", exact=True).fill(GOAL)
    vera.get_by_label("Key results").fill(f"{THIS}\n{THAT}")
    vera.get_by_label("What you say to it").fill("Both, please.")
    vera.get_by_label("What you say to it").press("Enter")
    expect(vera.get_by_role("status").filter(has_text="Proposed.")).to_be_visible()


def lend(vera):
    vera.get_by_role("link", name="Counter").click()
    vera.get_by_label("Key results").fill(f"{THIS}\n{THAT}")
    vera.get_by_text("The asking side lends people for it").click()
    vera.get_by_label("Lent for it").fill("8")
    vera.get_by_label("What you say to it").fill("I have engineers I can lend this quarter.")
    vera.get_by_role("button", name="Send the counter").click()
    expect(vera.get_by_role("status").filter(has_text="Countered.")).to_be_visible()


def look_at_the_outcome(ada):
    """It stands in Tracking's quarter with the key results that were agreed, and people came along."""
    ada.goto("/okrs/next-quarter/")
    ada.get_by_role("link", name="Tracking").first.click()
    objective = ada.get_by_role("region", name="Objective 1")
    for words in (GOAL, "Agreed", "written by Everybody", "Instead of the partner pages", THIS, PART):
        expect(objective).to_contain_text(words)
    expect(objective.get_by_text(THAT)).to_be_hidden()  # dropped, and folded away
    ada.get_by_role("link", name="Capacity").click()
    expect(ada.locator("main")).to_contain_text("lent by Everybody: 8")
    expect(ada.get_by_role("row", name=re.compile("^Available"))).to_contain_text("46.4")


def test_three_rounds_and_a_yes_to_what_nobody_says_any_more(
    site, worker, people, mailbox, browse, complaints
):
    complaints.expect(409)
    objective = ObjectiveFactory(
        title="Buyers see where their parcel is", team=people.checkout, cycle=people.next, state="agreed"
    )
    KeyResultFactory(objective=objective, title="Half of all buyers open it")
    cleo, ada = browse(people.cleo, viewport=DESK), browse(people.ada)

    ask(cleo)
    look_on_paper(ada)
    open_from_mail(ada, mailbox, people.ada, FRAME)
    countered(ada, "Only a link, this time.", what="A link from the order page", costs="2")

    open_from_mail(cleo, mailbox, people.cleo, FRAME)
    accept_what_changes(cleo, ada)
    countered(cleo, "With the map, and we wait until August.", what=FRAME, costs="3")
    open_from_mail(ada, mailbox, people.ada, FRAME)
    agree(ada)
    assert "3 person-weeks" in text_of(mailbox.to(people.cleo, f"Agreed with Tracking: {FRAME}"))
    fail_to_agree(people, cleo, ada, browse)


def look_on_paper(ada):
    """The margin prints what is asked, on the one sheet, and nothing that only a screen can do."""
    ada.goto("/okrs/next-quarter/teams/tracking/")
    expect(ada.get_by_role("link", name="Counter")).to_be_visible()
    (sheet,) = PdfReader(io.BytesIO(ada.pdf(format="A4"))).pages
    text = " ".join(sheet.extract_text().split())
    assert "Checkout asks Tracking" in text
    assert FRAME in text
    assert not re.search("Accept|Counter|Say no", text)


def accept_what_changes(cleo, ada):
    """While one accepts, the other changes the terms: the new ones are shown, and nothing is agreed."""
    cleo.get_by_role("link", name="Accept").click()
    expect(cleo.get_by_role("dialog")).to_contain_text("Both sides are bound to exactly these words")
    ada.get_by_role("link", name="Change it").click()
    ada.get_by_label("What", exact=True).fill("A link from the order page, without the map")
    ada.get_by_role("button", name="Put it on the table").click()
    expect(ada.get_by_role("status").filter(has_text="Changed.")).to_be_visible()
    cleo.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(cleo.get_by_role("alert")).to_contain_text("The terms changed while you looked.")
    expect(cleo.get_by_role("row", name="What")).to_contain_text("without the map")
    expect(cleo.get_by_text("Checkout owes the answer")).to_be_visible()
    assert Negotiation.objects.get().stage == "open"


def agree(ada):
    expect(ada.get_by_text("round 2")).to_be_visible()
    ada.get_by_role("link", name="Accept").click()
    expect(ada.get_by_role("dialog")).to_contain_text("3 person-weeks")
    ada.get_by_role("dialog").get_by_role("button", name="Accept").click()
    expect(ada.get_by_text("● agreed")).to_be_visible()


def ask(cleo):
    """From the objective's menu in the quarter, by keyboard."""
    cleo.goto("/okrs/next-quarter/teams/checkout/")
    cleo.get_by_label("What can be done with Buyers see").focus()
    cleo.keyboard.press("Enter")
    cleo.get_by_role("link", name="Ask another team for it").focus()
    cleo.keyboard.press("Enter")
    expect(cleo.get_by_role("heading", level=1)).to_have_text("Ask a team")
    cleo.get_by_label("Who is asked").select_option("Tracking")
    cleo.get_by_label("What", exact=True).fill(FRAME)
    cleo.get_by_label("Costs").fill("4")
    cleo.get_by_label("What you say to it").fill("Both markets, if you can.")
    cleo.get_by_role("button", name="Ask them").click()
    expect(cleo.get_by_role("status").filter(has_text="Asked.")).to_be_visible()


def fail_to_agree(people, cleo, ada, browse):
    """Three counters without a yes: leadership sees both last terms, and overrules nobody."""
    cleo.goto("/okrs/negotiations/new/")
    cleo.get_by_label("Who is asked").select_option("Tracking")
    cleo.get_by_label("For the quarter").select_option("Summer")
    cleo.get_by_label("What", exact=True).fill("Times in minutes")
    cleo.get_by_label("Costs").fill("6")
    cleo.get_by_role("button", name="Ask them").click()
    where = cleo.url
    for page, what in (
        (ada, "Times in hours"),
        (cleo, "Times in quarters of an hour"),
        (ada, "Times in half hours"),
    ):
        page.goto(where)
        countered(page, "Let us meet.", what=what)
    expect(ada.get_by_text("3 rounds, and no agreement yet.")).to_be_visible()

    vera = browse(people.vera)
    vera.goto("/okrs/next-quarter/")
    vera.get_by_role("link", name="Leadership").click()
    waiting = vera.get_by_role("region", name="Needs a decision")
    for words in (
        "Times in minutes",
        "3 rounds, waits for Checkout",
        "Times in quarters of an hour",
        "Times in half hours",
    ):
        expect(waiting).to_contain_text(words)
    waiting.get_by_role("link", name="Times in minutes").click()
    expect(vera.get_by_role("button", name="Accept")).to_have_count(0)
    expect(vera.locator("main")).to_contain_text("A lead of Checkout, or who is accountable there, answers.")
