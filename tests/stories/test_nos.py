"""A no with a reason, a holder and a way back: it collides, its condition is met, and it is decided again."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.okrs import KeyResultFactory, MetricFactory, ObjectiveFactory
from tests.stories.conftest import link_in, text_of
from tests.stories.goals import DESK, found_organisation, snap

NO = "A live map of couriers"
GOAL = "Buyers watch their courier come closer"


def run_jobs(moment, *jobs):
    """Let the jobs of goals run at a moment; return what each says that it did."""
    said = StringIO()
    call_command("turn_okrs", *jobs, at=moment.isoformat(), json=True, yes=True, stdout=said)
    return json.loads(said.getvalue())


@pytest.fixture
def people(transactional_db):
    return found_organisation()


def test_a_no_collides_comes_back_and_is_reopened(site, worker, people, mailbox, browse):
    MetricFactory(team=people.tracking, name="Calls that ask where a parcel is", key="calls")
    ada, cleo = browse(people.ada, viewport=DESK), browse(people.cleo)

    say_no(ada)
    assert "Nobody would watch it" in text_of(mailbox.to(people.cleo, NO))
    collide(people, cleo)
    ask_to_reopen(ada, cleo, mailbox, people)
    meet_the_condition(ada, mailbox, people)
    reopen(ada, cleo, mailbox, people)


def say_no(ada):
    ada.goto("/okrs/this-quarter/")
    ada.get_by_role("link", name="Nos", exact=True).click()
    snap(ada, "o1-none")
    ada.get_by_role("link", name="Write a no down").first.click()
    ada.get_by_label("What you do not do").fill(NO)
    ada.get_by_label("Why", exact=True).select_option("Worth less than what it would displace")
    ada.get_by_label("In a sentence").fill("Nobody would watch it while calls are this many.")
    ada.get_by_label("Or when this metric").select_option("Calls that ask where a parcel is")
    ada.get_by_label("Falls or rises").select_option("falls below")
    ada.get_by_label("This number").fill("5000")
    ada.get_by_label("Who had asked").select_option("Checkout")
    ada.get_by_label("Tags").fill("live map")
    snap(ada, "o2-say-no")
    ada.get_by_role("button", name="Say no").click()
    snap(ada, "o3-no")
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
    snap(cleo, "o4-details")
    cleo.get_by_role("dialog").get_by_label("Tags").fill("live map")
    cleo.get_by_role("dialog").get_by_role("button", name="Save").click()
    run_jobs(timezone.now(), "look")
    cleo.reload()
    snap(cleo, "o5-collision")
    margin = cleo.get_by_role("complementary", name=f"In the margin of {GOAL}")
    expect(margin).to_contain_text(NO)


def ask_to_reopen(ada, cleo, mailbox, people):
    cleo.get_by_role("link", name=NO).first.click()
    cleo.get_by_role("link", name="Ask to reopen it").click()
    cleo.get_by_role("dialog").get_by_label("Why").fill("Buyers ask for it every day.")
    cleo.get_by_role("dialog").get_by_role("button").first.click()
    snap(cleo, "o6-asked")
    assert "Buyers ask for it every day." in text_of(mailbox.to(people.ada, NO))


def meet_the_condition(ada, mailbox, people):
    ada.goto("/okrs/metrics/calls/")
    ada.get_by_label("Value").fill("4,800")
    ada.get_by_role("button", name="Record it").click()
    snap(ada, "o7-metric")
    expect(ada.get_by_role("row").filter(has_text="4,800")).to_be_visible()
    first, again = (run_jobs(timezone.now(), "decide_again")["decide_again"] for _time in range(2))
    assert (first, again) == (1, 0)

    letter = mailbox.to(people.ada, "ecide")
    assert "4,800" in text_of(letter)
    ada.goto(link_in(letter, "/okrs/nos/"))
    snap(ada, "o8-again")
    expect(ada.get_by_text("To be decided again:").locator("..")).to_contain_text("To be decided again:")
    expect(ada.get_by_text("To be decided again:").locator("..")).to_contain_text("is 4,800")


def reopen(ada, cleo, mailbox, people):
    ada.get_by_role("link", name="Reopen it").click()
    ada.get_by_role("dialog").get_by_label("Why").fill("Now it would be watched.")
    ada.keyboard.press("Enter")
    snap(ada, "o9-reopened")
    expect(ada.locator("main")).to_contain_text("Now it would be watched.")
    assert "Now it would be watched." in text_of(mailbox.to(people.cleo, "reopens"))

    run_jobs(timezone.now(), "look")
    cleo.goto("/okrs/this-quarter/teams/checkout/")
    expect(cleo.get_by_role("complementary", name=f"In the margin of {GOAL}")).not_to_contain_text(NO)


def test_a_no_comes_back_on_its_day_and_is_held(site, worker, people, mailbox, browse):
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
    snap(ada, "o10-nos-dark")
    expect(ada.get_by_role("row").filter(has_text=NO)).to_contain_text("◐")
    ada.get_by_role("link", name=NO).click()
    expect(ada.get_by_text("To be decided again:").locator("..")).to_contain_text("has come")
    ada.get_by_role("link", name="Hold it").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Decide again on").fill((day + timedelta(days=60)).isoformat())
    dialog.get_by_label("Why it stands").fill("The peak is longer this year.")
    dialog.get_by_role("button", name="Hold it").click()
    snap(ada, "o10-held-dark")
    expect(ada.locator("main")).to_contain_text("decided again")
