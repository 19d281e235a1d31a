"""A team's quarter from the first sentence to its grades, and what of it goes on in the next."""

import io
import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.stories.goals import DESK, PHONE, found_organisation, open_from_inbox, run_jobs

HERE = "/okrs/this-quarter/teams/tracking/"
CALLS = "Receivers stop calling us to ask where their parcel is"
FALL = "Calls that ask “where is it?” fall from 9,400 to 5,000 a week"
DEPOTS = "Every depot scans parcels as they leave"
COURIERS = "Couriers trust the times that we show them"
TRUST = "Nine in ten couriers say that they plan by them"
METRIC = "Calls that ask where a parcel is"


def test_a_quarter_from_planning_to_grades(site, transactional_db, browse, complaints):
    complaints.expect(422)
    people = found_organisation(state="planning", days_left=10)
    ben, ada, vera = browse(people.ben, viewport=DESK), browse(people.ada, viewport=DESK), browse(people.vera)

    write(ben)
    measure(ada)
    plan_steps(ada)
    agree(ada)
    begin_the_quarter(vera)
    begin_work(ada)
    put_into_another_order(ada)
    record_values(ben, people)
    check_in(browse(people.ben, viewport=PHONE, has_touch=True, color_scheme="dark"))
    acknowledge(vera)
    begin_grading(vera)
    grade(ada)
    close_the_quarter(vera)
    go_on(ada)


def write(ben):
    """The quarter begins as a text, typed by keyboard; each line is kept by itself."""
    ben.goto("/okrs/this-quarter/")
    ben.get_by_role("link", name="Open Tracking").click()
    ben.get_by_label("The first objective").fill(f"{CALLS}\n{FALL}")
    ben.get_by_role("button", name="Write it down").click()
    ben.get_by_label("Toward").fill("Nobody waits for a parcel in the dark.")
    ben.keyboard.press("Tab")
    expect(ben.locator("#toward-saved")).to_contain_text("saved")
    first = ben.get_by_role("region", name="Objective 1")
    first.get_by_label("Instead of").fill("Rebuilding the courier app")
    ben.keyboard.press("Tab")
    expect(first.get_by_text(re.compile("^saved")).first).to_be_visible()
    first.get_by_label(f"A key result of {CALLS}").fill(DEPOTS)
    first.get_by_role("button", name="Add").click()
    expect(first.get_by_label(f"Key result: {DEPOTS}")).to_be_visible()
    ben.get_by_label("Another objective").fill(f"{COURIERS}\n{TRUST}")
    ben.get_by_role("button", name="Write it down").click()
    expect(ben.get_by_role("region", name="Objective 2")).to_be_visible()


def measure(ada):
    """Metric, baseline and target on the line; what is refused is mended where it was typed."""
    ada.goto(HERE)
    first = ada.get_by_role("region", name="Objective 1")
    first.get_by_role("link", name="Measure it").first.click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("From one number to another").check()
    dialog.get_by_label("A new metric").fill(METRIC)
    dialog.get_by_label("Its unit").fill("calls a week")
    dialog.get_by_label(re.compile("^From")).fill("9,400")
    dialog.get_by_label(re.compile("^To( |$)")).fill("9400")
    dialog.get_by_role("button", name="Save").click()
    expect(ada.locator("main")).to_contain_text("Write 9,400 without separators of thousands")
    expect(ada.get_by_label("A new metric")).to_have_value(METRIC)  # nothing typed is lost
    ada.get_by_label(re.compile("^From")).fill("9400")
    ada.get_by_role("button", name="Save").click()
    expect(ada.locator("main")).to_contain_text("Baseline and target are the same.")
    ada.get_by_label(re.compile("^To( |$)")).fill("5000")
    ada.get_by_role("button", name="Save").click()
    expect(first).to_contain_text("9,400")


def plan_steps(ada):
    first = ada.get_by_role("region", name="Objective 1")
    first.get_by_label(f"More about: {DEPOTS}").click()
    first.get_by_role("link", name="Milestones").click()
    for title in ("Depots in Sweden", "Depots in Norway"):
        ada.get_by_label("Milestone").last.fill(title)
        ada.get_by_label("Milestone").last.press("Enter")
        expect(ada.get_by_text(title)).to_be_visible()


def agree(ada):
    for number, title in ((1, CALLS), (2, COURIERS)):
        ada.goto(HERE)
        if number == 1:
            choose(ada, title, "Owner, ambition, readers")
            ada.get_by_role("dialog").get_by_label("Accountable").select_option("Ada Lind")
            ada.get_by_role("dialog").get_by_role("button", name="Save").click()
        choose(ada, title, "Agree to it")
        ada.get_by_role("dialog").get_by_role("button", name="Agree to it").click()
        expect(ada.get_by_role("region", name=f"Objective {number}")).to_contain_text("Agreed")


def choose(page, title, step):
    page.get_by_label(f"What can be done with {title}").click()
    page.get_by_role("link", name=step).first.click()


def turn(vera, step):
    vera.goto("/okrs/this-quarter/")
    vera.get_by_label("More", exact=True).click()
    vera.get_by_role("link", name=step).click()
    vera.get_by_role("dialog").get_by_role("button").first.click()


def begin_the_quarter(vera):
    turn(vera, "Begin the quarter")
    expect(vera.get_by_role("status").filter(has_text="Spring is active now.")).to_be_visible()


def begin_work(ada):
    """The rules have looked; what stands against one of them is passed over with a reason."""
    run_jobs(timezone.now(), "look")
    for title, reason in ((CALLS, ""), (COURIERS, "We find somebody this week.")):
        ada.goto(HERE)
        choose(ada, title, "Begin work")
        dialog = ada.get_by_role("dialog")
        if reason:
            expect(dialog).to_contain_text("Nobody is accountable.")
            dialog.get_by_label("Why").fill(reason)
        dialog.get_by_role("button", name="Begin work").click()
        expect(ada.get_by_role("status").filter(has_text="active")).to_be_visible()


def put_into_another_order(ada):
    """While people rely on the order, a change of it says why."""
    ada.get_by_role("link", name="Ranks").click()
    ada.get_by_role("button", name=f"Up: {COURIERS}").click()
    expect(ada.get_by_label("Why the order changes")).to_be_focused()  # the browser asks for it
    ada.get_by_label("Why the order changes").fill("The couriers' contract ends in June.")
    ada.get_by_role("button", name=f"Up: {COURIERS}").click()
    expect(ada.get_by_role("region", name="What moved, and why")).to_contain_text("The couriers' contract")


def record_values(ben, people):
    """Two columns out of a spreadsheet, seen before they are recorded; one line is refused."""
    days = [people.now.starts_on + timedelta(days=7 * week) for week in range(1, 9)]
    lines = [f"{day.isoformat()}\t{9400 - 500 * week:,}" for week, day in enumerate(days, start=1)]
    ben.goto(HERE)
    ben.get_by_role("heading", name=CALLS).get_by_role("link").click()
    ben.get_by_role("link", name=METRIC).first.click()
    ben.get_by_role("link", name="Paste values").click()
    ben.get_by_label("Dates and values").fill("\n".join([*lines, "10/05/2026\t5,000"]))
    ben.get_by_role("button", name="Look at the lines").click()
    expect(ben.get_by_role("region", name="What would happen")).to_contain_text("8 to record, 1 left out")
    ben.get_by_role("button", name="Record 8 values, leave 1 out").click()
    expect(ben.locator("main")).to_contain_text("5,400")
    ben.goto(HERE)
    expect(ben.locator("main")).to_contain_text("5,400")


def check_in(ben):
    """On the bus."""
    ben.goto(HERE)
    ben.get_by_role("link", name="Check in").click()
    ben.get_by_label("Priorities").fill("The depots in Norway")
    ben.get_by_label("Value today", exact=False).fill("5,200")
    ben.get_by_label(f"Confidence in {FALL}").select_option("8")
    ben.get_by_role("radio", name="At risk").first.check()
    ben.get_by_label("Help wanted").first.fill("Somebody who knows the scanners in Oslo")
    ben.get_by_label("Help wanted").first.blur()
    expect(ben.locator("#check-in-saved")).to_contain_text("saved")
    ben.get_by_role("button", name="Publish").click()
    refusal = ben.get_by_role("alert").filter(has_text=f"Say how “{CALLS}” goes")
    expect(refusal).to_be_in_viewport()
    ben.get_by_role("radio", name="On track").last.check()
    ben.get_by_role("button", name="Publish").click()
    expect(ben.get_by_role("heading", level=1)).to_contain_text("Tracking,")
    for words in ("The depots in Norway", "5,200", "At risk", "scanners in Oslo", "not acknowledged yet"):
        expect(ben.locator("main")).to_contain_text(words)
    ben.context.close()


def acknowledge(vera):
    open_from_inbox(vera, "Tracking checked in")
    vera.get_by_role("button", name="I have read it").click()
    expect(vera.locator("main")).to_contain_text("read by Vera Holm")


def begin_grading(vera):
    turn(vera, "End the work, begin grading")
    expect(vera.get_by_role("status").filter(has_text="Spring is")).to_be_visible()


def grade(ada):
    """Each key result gets a grade with a reason, proposed from the numbers; each objective a verdict."""
    open_from_inbox(ada, "Spring of Tracking is to be graded")
    ada.get_by_role("heading", name=CALLS).get_by_role("link").click()
    give(ada, FALL, "1.0", "Nearly half of the calls are gone")
    give(ada, DEPOTS, "0.5", "Sweden scans, Norway does not")
    close(ada, "Change", "Norway goes on, with people from there.")

    ada.goto(HERE)
    ada.get_by_role("heading", name=COURIERS).get_by_role("link").click()
    give(ada, TRUST, "Not measured", "Nobody asked the couriers")
    close(ada, "Stop", "We ask first next time.")
    ada.goto(HERE)


def give(ada, title, grade, why):
    row = ada.get_by_role("region", name=re.compile(re.escape(title)))
    row.get_by_label("Grade", exact=True).select_option(grade)
    row.get_by_label("Why, in one line").fill(why)
    row.get_by_label("Why, in one line").press("Enter")
    expect(row).to_contain_text(why)


def close(ada, verdict, note):
    ada.get_by_role("radio", name=verdict, exact=True).check()
    ada.get_by_label("What you take along").fill(note)
    ada.get_by_role("button", name="Close the objective").click()
    expect(ada.get_by_role("region", name=verdict)).to_contain_text(note)


def close_the_quarter(vera):
    turn(vera, "Close the quarter")
    expect(vera.get_by_role("status").filter(has_text="Spring is closed now.")).to_be_visible()


def go_on(ada):
    """What changes is a draft of the next quarter, with its key results; and the old one fits on a page."""
    ada.goto("/okrs/next-quarter/teams/tracking/")
    objective = ada.get_by_role("region", name="Objective 1")
    expect(objective.get_by_label("Objective 1", exact=True)).to_have_value(CALLS)
    expect(ada.get_by_text(COURIERS)).to_have_count(0)

    ada.goto(HERE)
    sheet = PdfReader(io.BytesIO(ada.pdf(format="A4")))
    text = " ".join(sheet.pages[0].extract_text().split())
    assert len(sheet.pages) == 1
    for words in ("Tracking, Spring", CALLS, DEPOTS, COURIERS, "Instead of rebuilding the courier app"):
        assert words in text
    assert "Write it down" not in text
