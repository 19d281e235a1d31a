"""People are lent from the ask to the agreement: a cost that both sides see, and a waiver where even that is not enough."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.okrs import KeyResultFactory, ObjectiveFactory
from tests.okrs.sides import capacity_of
from tests.stories.conftest import link_in, text_of
from tests.stories.goals import DESK, PHONE, found_organisation, read_inbox

GOAL = "Buyers see where their parcel is"


def test_people_are_lent_and_both_sides_see_the_cost(
    site, worker, transactional_db, mailbox, browse, complaints
):
    complaints.expect(409)
    people = found_organisation()
    objective = ObjectiveFactory(
        title=GOAL, team=people.checkout, cycle=people.now, state="agreed", accountable=people.cleo
    )
    KeyResultFactory(objective=objective, title="Half of all buyers open it")
    capacity_of(people.tracking, people.now, has="50", promised="36")
    cleo, ada = browse(people.cleo, viewport=DESK), browse(people.ada, viewport=PHONE)

    plan(cleo)
    begin(cleo)
    expect(cleo.locator("main")).to_contain_text("The team has promised 1.11 times what it has.")
    cleo.get_by_role("link", name="Leave it as it is").click()
    expect(cleo.get_by_role("heading", level=1)).to_have_text("Checkout, Spring")
    ask_for_people(cleo, people)
    lend(ada, mailbox, people)
    both_see_it(cleo, ada, mailbox, people)
    promise_too_much(cleo)
    allow(browse(people.vera), cleo)


def plan(cleo):
    """Five people, ten weeks, a tenth keeps the lights on: 45; and 50 are promised."""
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    cleo.get_by_role("link", name="Capacity").click()
    expect(cleo.locator("main")).to_contain_text("Nobody has said yet how many people Checkout has")
    cleo.get_by_label("People").fill("5")
    cleo.get_by_label("Weeks", exact=True).fill("10")
    cleo.get_by_label("Keeps the lights on, %").fill("10")
    cleo.get_by_label("Keeps the lights on, %").press("Enter")
    expect(cleo.get_by_role("row", name=re.compile("^Available"))).to_contain_text("45")

    promise(cleo, 50)
    expect(cleo.locator("main")).to_contain_text("More is promised than there is.")
    expect(cleo.get_by_role("row", name="Promised ÷ available")).to_contain_text("1.11")


def promise(cleo, weeks):
    cleo.get_by_label("For which objective").select_option(GOAL)
    cleo.get_by_label("Person-weeks", exact=True).fill(f"{weeks}")
    cleo.get_by_role("button", name="Promise", exact=True).click()


def begin(cleo):
    """Ask to begin the work; what stands against it is said in the dialog."""
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    cleo.get_by_label(f"What can be done with {GOAL}").click()
    cleo.get_by_role("link", name="Begin work").click()
    cleo.get_by_role("dialog").get_by_role("button", name="Begin work").click()


def ask_for_people(cleo, people):
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    cleo.get_by_label(f"What can be done with {GOAL}").click()
    cleo.get_by_role("link", name="Ask another team for it").click()
    cleo.get_by_role("link", name="Lend people").click()
    cleo.get_by_label("Who is asked").select_option("Tracking")
    cleo.get_by_label("How much").fill("8")
    cleo.get_by_label("From", exact=True).fill(timezone.localdate().isoformat())
    cleo.get_by_label("Until", exact=True).fill(people.now.ends_on.isoformat())
    cleo.get_by_label("Skills").fill("Whoever knows the events of the scanners")
    cleo.get_by_label("What you say to it").fill("Two of you for four weeks?")
    cleo.get_by_role("button", name="Ask them").click()
    expect(cleo.get_by_role("status").filter(has_text="Asked.")).to_be_visible()


def lend(ada, mailbox, people):
    """Tracking has room for it only if something makes room: above 0.80 a yes says what."""
    ada.goto(link_in(mailbox.to(people.ada, GOAL), "/okrs/negotiations/"))
    expect(ada.locator("main")).to_contain_text("14 of 50 person-weeks free")
    ada.get_by_role("link", name="Accept").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("What makes room for it").fill("The new courier app waits until summer")
    dialog.get_by_role("button", name="Accept").click()
    expect(ada.get_by_text("● agreed")).to_be_visible()
    expect(ada.locator("main")).to_contain_text("The new courier app waits until summer")


def both_see_it(cleo, ada, mailbox, people):
    ada.goto("/okrs/this-quarter/teams/tracking/capacity/")
    expect(ada.get_by_role("row", name="lent to Checkout")).to_contain_text("\N{MINUS SIGN} 8")
    expect(ada.get_by_role("row", name="Promised ÷ available")).to_contain_text("0.86")

    assert "8 person-weeks" in text_of(mailbox.to(people.cleo, "Agreed with Tracking"))
    cleo.goto("/okrs/this-quarter/teams/checkout/capacity/")
    expect(cleo.get_by_role("row", name="lent by Tracking: 8")).to_contain_text("+ 6.4")
    expect(cleo.get_by_role("row", name="Promised ÷ available")).to_contain_text("0.97")


def promise_too_much(cleo):
    cleo.get_by_label("For what").fill("Returns at the counter")
    cleo.get_by_label("Person-weeks", exact=True).fill("5")
    cleo.get_by_role("button", name="Promise", exact=True).click()
    expect(cleo.get_by_role("row", name="Promised ÷ available")).to_contain_text("1.07")
    begin(cleo)
    expect(cleo.locator("main")).to_contain_text("promised 1.07 times what it has")


def allow(vera, cleo):
    """A lead of the organisation's team allows it until a day; then work begins."""
    vera.goto("/okrs/this-quarter/")
    vera.get_by_role("link", name="Checkout").first.click()
    vera.get_by_role("link", name="Capacity").click()
    vera.get_by_label("Up to").fill("1.1")
    vera.get_by_label("Until").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    vera.get_by_label("Why").fill("Returns are promised to the counters since last year")
    vera.get_by_role("button", name="Allow it").click()
    expect(vera.locator("main")).to_contain_text("a waiver allows up to 1.1")

    read_inbox(cleo, "Returns are promised to the counters since last year")
    begin(cleo)
    expect(cleo.get_by_role("status").filter(has_text=GOAL)).to_be_visible()
