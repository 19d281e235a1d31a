"""Whoever types on while the server is slow, or uses keys alone: no word, no focus and no click is lost."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.stories.goals import DESK, PHONE, found_organisation

LATENCY = 700  # milliseconds there and back; typing takes longer than that
CLEAR = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return at === document.body || !at.closest("main") || (top && (at.contains(top) || top.contains(at)));
}"""
HERE = "/okrs/next-quarter/teams/tracking/"
CALLS, FALL, HALF = "Receivers stop calling us", "Calls fall to 5,000 a week", "Half of all receivers look"
COURIERS = "Couriers trust the times that we show them, and plan by them"


@pytest.fixture
def ben(transactional_db, browse):
    ben = browse(found_organisation().ben, viewport=DESK)
    ben.goto(HERE)
    ben.get_by_label("The first objective").fill(f"{CALLS}\n{FALL}")
    ben.get_by_role("button", name="Write it down").click()
    expect(ben.get_by_label("Another objective")).to_be_visible()
    return ben


@contextmanager
def slow(page):
    """Let each answer take its time."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", conditions | {"latency": LATENCY})
    yield
    network.send("Network.emulateNetworkConditions", conditions | {"latency": 0})


def add(page, sentence):
    page.get_by_label(f"A key result of {CALLS}").fill(sentence)
    page.get_by_role("button", name="Add").click()


def test_who_writes_the_next_objective_is_not_called_back(ben):
    with slow(ben):
        add(ben, HALF)
        ben.get_by_label("Another objective").click()
        ben.keyboard.type(COURIERS, delay=25)
        expect(ben.get_by_label(f"Key result: {HALF}")).to_be_visible()

    expect(ben.get_by_label("Another objective")).to_have_value(COURIERS)
    expect(ben.get_by_label("Another objective")).to_be_focused()
    expect(ben.get_by_label(f"A key result of {CALLS}")).to_have_value("")


def test_who_mends_a_sentence_keeps_it_while_another_is_added(ben):
    mended = ben.get_by_label(f"Key result: {FALL}")
    with slow(ben):
        add(ben, HALF)
        mended.press("End")
        ben.keyboard.type(", and stay there through December", delay=25)
        expect(ben.get_by_label(f"Key result: {HALF}")).to_be_visible()

    expect(mended).to_have_value(f"{FALL}, and stay there through December")
    expect(mended).to_be_focused()


def test_who_writes_line_after_line_loses_none(ben):
    line = ben.get_by_label(f"A key result of {CALLS}")
    with slow(ben):
        add(ben, HALF)
        line.press("End")
        ben.keyboard.type("\nNobody waits")
        expect(ben.get_by_label(f"Key result: {HALF}")).to_be_visible()

    expect(line).to_have_value("Nobody waits")
    expect(line).to_be_focused()
    ben.get_by_role("button", name="Add").dblclick()
    expect(line).to_have_value("")
    expect(line).to_be_focused()
    ben.reload()
    expect(ben.get_by_label("Key result: ")).to_have_count(3)


@pytest.mark.parametrize("leads_on", ["button", "link"])
def test_a_click_waits_for_the_words_before_it(ben, leads_on):
    ben.get_by_label("Another objective").fill(COURIERS)
    with slow(ben):
        ben.get_by_label("Instead of").fill("Rebuilding the courier app")
        if leads_on == "button":
            ben.get_by_role("button", name="Write it down").click(no_wait_after=True)
            expect(ben.get_by_role("region", name="Objective 2")).to_be_visible()
        else:
            ben.get_by_role("link", name="Ranks").click(no_wait_after=True)
            expect(ben.get_by_role("heading", level=1)).to_contain_text("What comes first")

    ben.goto(HERE)
    expect(ben.get_by_label("Instead of").first).to_have_value("Rebuilding the courier app")


def test_a_dialog_keeps_the_focus_and_gives_it_back(ben):
    menu = ben.get_by_label(f"What can be done with {CALLS}")
    menu.press("Enter")
    ben.get_by_role("link", name="Owner, ambition, readers").press("Enter")
    dialog = ben.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(30):
        ben.keyboard.press("Tab")
        assert ben.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    ben.keyboard.press("Escape")

    expect(menu).to_be_focused()
    menu.press("Enter")
    for _ in range(8):
        ben.keyboard.press("Tab")
    expect(ben.locator("details.menu[open]")).to_have_count(0)  # whoever goes on leaves no menu open


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_no_bar_covers_what_has_the_focus(ben, viewport, key):
    ben.get_by_label("Another objective").fill("\n".join([COURIERS, *(f"Sentence {n}" for n in range(10))]))
    ben.get_by_role("button", name="Write it down").click()
    expect(ben.get_by_role("region", name="Objective 2")).to_be_visible()
    ben.set_viewport_size(viewport)
    ben.goto(HERE)

    for _ in range(60):
        ben.keyboard.press(key)
        ben.wait_for_function(CLEAR, timeout=5000)
