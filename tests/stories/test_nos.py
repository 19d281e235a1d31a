"""A no with a reason, a holder and a way back: it collides, its condition is met, and it is decided again."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory
from tests.stories.goals import DESK, found_organisation, open_from_inbox, read_inbox, run_jobs

NO = "A live map of couriers"
GOAL = "Buyers watch their courier come closer"


@pytest.fixture
def people(transactional_db):
    return found_organisation()


def test_a_no_collides_comes_back_and_is_reopened(site, people, browse):
    MetricFactory(team=people.tracking, name="Calls that ask where a parcel is", key="calls")
    ada, cleo = browse(people.ada, viewport=DESK), browse(people.cleo)

    say_no(ada)
    read_inbox(cleo, "Nobody would watch it")
    collide(people, cleo)
    ask_to_reopen(ada, cleo)
    meet_the_condition(ada)
    reopen(ada, cleo)


def say_no(ada):
    ada.goto("/okrs/this-quarter/")
    ada.get_by_role("link", name="Nos", exact=True).click()
    ada.get_by_role("link", name="Write a no down").first.click()
    ada.get_by_label("What you do not do").fill(NO)
    ada.get_by_label("Why", exact=True).select_option("Worth less than what it would displace")
    ada.get_by_label("In a sentence").fill("Nobody would watch it while calls are this many.")
    ada.get_by_label("Or when this metric").select_option("Calls that ask where a parcel is")
    ada.get_by_label("Falls or rises").select_option("falls below")
    ada.get_by_label("This number").fill("5000")
    ada.get_by_label("Who had asked").select_option("Checkout")
    ada.get_by_label("Tags").fill("live map")
    ada.get_by_role("button", name="Say no").click()
    expect(ada.get_by_role("heading", level=1)).to_have_text(NO)
    facts = ada.get_by_role("complementary")
    expect(facts).to_contain_text("Who holds itAda Lind")
    expect(ada.locator("main")).to_contain_text("“Calls that ask where a parcel is” falls below 5,000")


def collide(people, cleo):
    """Cleo plans the same without knowing: the rules notice, and the margin says it."""
    objective = ObjectiveFactory(title=GOAL, team=people.checkout, cycle=people.now)
    KeyResultFactory(objective=objective, title="Half of all buyers open it")
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    cleo.get_by_label(f"What can be done with {GOAL}").click()
    cleo.get_by_role("link", name="Owner, ambition, readers").click()
    cleo.get_by_role("dialog").get_by_label("Tags").fill("live map")
    cleo.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(cleo.get_by_role("heading", level=1)).to_have_text(GOAL)
    expect(cleo.locator("#collisions")).to_contain_text(
        "Tracking said no to something close to this until “Calls that ask"
    )
    run_jobs(timezone.now(), "look")
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    margin = cleo.get_by_role("complementary", name=f"In the margin of {GOAL}")
    margin.get_by_text(re.compile(r"^\s*\d+ questions?$")).click()
    expect(margin).to_contain_text(NO)
    margin.get_by_role("link", name="K9: look at it").click()
    expect(cleo.get_by_role("heading", level=1)).to_have_text("There was a no")
    cleo.get_by_role("link", name="The nos of Tracking").click()


def ask_to_reopen(ada, cleo):
    cleo.get_by_role("link", name=NO).first.click()
    cleo.get_by_role("link", name="Ask to reopen it").click()
    cleo.get_by_role("dialog").get_by_label("Why").fill("Buyers ask for it every day.")
    cleo.get_by_role("dialog").get_by_role("button").first.click()
    read_inbox(ada, "Buyers ask for it every day.")


def meet_the_condition(ada):
    ada.goto("/okrs/metrics/calls/")
    ada.get_by_role("textbox", name="Value").fill("4,800")
    ada.get_by_role("button", name="Record it").click()
    expect(ada.get_by_role("row").filter(has_text="4,800")).to_be_visible()
    first, again = (run_jobs(timezone.now(), "decide_again")["decide_again"] for _time in range(2))
    assert (first, again) == (1, 0)

    open_from_inbox(ada, "To be decided again")
    expect(ada.get_by_text("To be decided again:").locator("..")).to_contain_text("To be decided again:")
    expect(ada.get_by_text("To be decided again:").locator("..")).to_contain_text("is 4,800")


def reopen(ada, cleo):
    ada.get_by_role("link", name="Reopen it").click()
    ada.get_by_role("dialog").get_by_label("Why").fill("Now it would be watched.")
    ada.keyboard.press("Enter")
    expect(ada.locator("main")).to_contain_text("Now it would be watched.")
    read_inbox(cleo, "Now it would be watched.")

    run_jobs(timezone.now(), "look")
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    expect(cleo.get_by_role("complementary", name=f"In the margin of {GOAL}")).not_to_contain_text(NO)


def test_a_no_comes_back_on_its_day_and_is_held(site, people, browse):
    day = timezone.localdate() + timedelta(days=1)
    ada = browse(people.ada, color_scheme="dark")
    ada.goto("/okrs/nos/new/")
    ada.get_by_label("What you do not do").fill(NO)
    ada.get_by_label("Why", exact=True).select_option("No capacity")
    ada.get_by_label("In a sentence").fill("The peak is in December.")
    ada.get_by_label("Decide again on").fill(day.isoformat())
    ada.get_by_role("button", name="Say no").click()
    assert run_jobs(timezone.now(), "decide_again") == {"decide_again": 0}
    assert run_jobs(timezone.now() + timedelta(days=2), "decide_again") == {"decide_again": 1}

    ada.goto("/okrs/nos/")
    expect(ada.get_by_role("row").filter(has_text=NO)).to_contain_text("◐")
    ada.get_by_role("link", name=NO).click()
    expect(ada.get_by_text("To be decided again:").locator("..")).to_contain_text("has come")
    ada.get_by_role("link", name="Hold it").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Decide again on").fill((day + timedelta(days=60)).isoformat())
    dialog.get_by_label("Why it stands").fill("The peak is longer this year.")
    dialog.get_by_role("button", name="It stands on").click()
    expect(ada.locator("main")).to_contain_text("The peak is longer this year.")
