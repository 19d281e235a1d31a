"""Everybody can use every page: axe finds nothing, nothing scrolls sideways, the keyboard goes everywhere.

The portal runs as it does for people, with the demo; pages are found by following the links of each role.
"""

import re
from collections import Counter, deque
from contextlib import contextmanager
from importlib.resources import files
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.urls import Resolver404, get_resolver, resolve
from django.utils.timezone import localdate
from playwright.sync_api import expect

from apps.notifications.rules import Wish, unsubscribe_url
from apps.okrs.rules import period_of
from tests.company import CATALOG
from tests.stories.conftest import PATIENCE, SAY_VIOLATIONS, Mailbox, text_of
from tests.stories.portal import PASSWORD, Portal

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
VARIED = {"home:service", "okrs:milestones", "okrs:quarter", "walkthroughs:walkthrough"}  # differ much
DIFFERENT = {"home:my_work", "home:service", "walkthroughs:walkthrough"}  # by who looks
DIFFERENT |= {"okrs:cycle", "okrs:horizons", "okrs:objective", "okrs:quarter"}
FEW, MANY = 1, 8  # pages of each kind that are looked at
SERVICES = [
    f"/services/{slug}/" for slug in ("parcel-tracking", "ledger-export", "label-printing", "locker-network")
]
SERVICES += [
    f"/services/{slug}/" for slug in ("slot-auction", "blank-page", "shelved-page", "returns-portal")
]
WALKTHROUGHS = [f"/walkthroughs/{pk}/" for pk in range(1, 9)]
HEAVY = [
    "/",
    "/services/",
    "/services/parcel-tracking/",
    "/services/parcel-tracking/readiness/rel/",
    "/walkthroughs/1/",
]
QUARTER = f"/okrs/{period_of(localdate(), year_starts=1).slug}/"
HEAVY += [QUARTER, f"{QUARTER}teams/tracking/", f"{QUARTER}map/"]
HEAVY += [
    "/services/parcel-tracking/readiness/all/",
    "/services/returns-portal/green-light/",
    "/inbox/",
    "/teams/",
]
BESIDE_THE_MEETING = [
    "/services/green-page/prepare/",
    "/walkthroughs/6/notes/",
    "/walkthroughs/6/follow-ups/",
    "/walkthroughs/1/report/",
]
FOR_ENABLEMENT = ["/services/sorting-simulator/", "/services/address-lookup/", "/walkthroughs/7/"]
FEWER_MAILS = urlsplit(unsubscribe_url(Wish(1, "daily"), today=localdate())).path  # stands in a mail only
SECOND_FACTOR = "/settings/second-factor/"  # the architect has one
ROLES = {  # who looks, and where they begin
    "": ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", FEWER_MAILS],
    "lead": ["/", *SERVICES, *WALKTHROUGHS, *BESIDE_THE_MEETING],
    "enablement": ["/", "/import/", "/import/1/", "/jobs/1/", "/teams/", *FOR_ENABLEMENT],
    "reviewer": ["/"],
    "architect": ["/", SECOND_FACTOR, f"{SECOND_FACTOR}reauthenticate/", "/accounts/reauthenticate/"],
    "leadership": ["/", "/okrs/horizons/new/", "/okrs/horizons/1/", "/okrs/milestones/5/reach/"],
    "member": ["/"],
    "admin": ["/", "/okrs/restore/", "/settings/people/1/history/", "/accounts/logout/"],
}
# What no link leads to: answers to forms only, files, data, and what is told by mail.
NOT_PAGES = re.compile(
    r"^(api:.*|okr_.*|api_nothing|events|services_file|me|me_notifications|schema|healthz|readyz|metrics|mfa_download_recovery_codes"
    r"|account_(signup|inactive|reset_password_from_key_done)|.*:(export|events_export|event_names|live"
    r"|theme|report_file|open|(roles|invite|invite_again|deactivate|reactivate|take_second_factor"
    r"|lead|add_member|remove_member|read_all|snooze|bring_back|mail_html|retry|revoke_token|submit|return_answers"
    r"|save|confirm|remove_evidence|decide|withdraw|item|next_open"
    r"|verdict|reply|hold|finish|keep_veto|ask_again|freeze_risk|plan))"
    r"|okrs:(add_(to_backlog|key_results|service|objective|decision)|save_(objective|key_result|toward)"
    r"|(objective|key_result)_item|place_key_result|remove_(milestone|service)|(archive|record)_(metric|value)"
    r"|declare_tension|end_tension|(discard|correct|acknowledge)_check_in|say_of_objective|close_objective"
    r"|grade_key_result|say|(promise|change|free)_weeks|waive|argue|(reopen|decide)_finding|untie"
    r"|revalidate_item|finish_decision|(prepare|print)_offsite|offsite_file|take_pothole"
    r"|leave_(pothole|all_potholes)|example|(cycle|quarter)_list|export_file|restored)|accounts:hours)$"
)
SEARCH = """
  async (options) => {
    const found = await window.axe.run(document, { ...options, resultTypes: ["violations"], preload: false });
    return found.violations.map((one) =>
      `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
  }
"""
# Gives each control a number, and the buttons of one choice the same: the Tab key stops at one of them.
NUMBER_CONTROLS = """
  () => {
    const numbers = new Map();
    const forms = [...document.forms];
    document.querySelectorAll("a[href],button,input,select,textarea,summary").forEach((control) => {
      if (!control.checkVisibility() || control.disabled || control.tabIndex < 0 || control.type === "hidden") return;
      const key = control.type === "radio" ? `${forms.indexOf(control.form)} ${control.name}` : control;
      if (!numbers.has(key)) numbers.set(key, `${numbers.size + 1}`);
      control.dataset.control = numbers.get(key);
    });
    return [...numbers.values()];
  }
"""
# In a picture a link is no HTML: its address is no text.
READ_LINKS = "(links) => links.map((link) => new URL(link.getAttribute('href'), document.baseURI).href)"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    portal = Portal(tmp_path_factory.mktemp("portal"))
    portal.fill()
    portal.start()
    yield portal
    portal.stop()


@pytest.fixture
def open_as(portal, browser, complaints):
    """Sign in as somebody of the demo; nothing moves, so that colours are what they will be."""
    contexts = []

    def open_as(role="", **options):
        options = {"viewport": DESK, "reduced_motion": "reduce", "base_url": portal.address} | options
        context = browser.new_context(**options)
        contexts.append(context)
        context.add_init_script(f"{SAY_VIOLATIONS}\n{AXE}")
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints.listen(page)
        if role:
            sign_in(page, role)
            expect(page.get_by_role("heading", level=1)).to_contain_text("Good ")
        return page

    yield open_as
    for context in contexts:
        context.close()


def sign_in(page, role):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(f"{role}@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("(?<!login)/$"))


def kind_of(address):
    """Return the name of the page's view; nothing for what is no page of ours."""
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
    return "" if NOT_PAGES.match(name) else name


def all_kinds():
    """Return the names of all pages."""

    def names(resolver, space=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern, f"{pattern.namespace}:" if pattern.namespace else space)
            elif pattern.name:
                yield f"{space}{pattern.name}"

    return {name for name in names(get_resolver()) if not NOT_PAGES.match(name)}


def links_of(page):
    """Return the addresses of the portal to which a page links, in its order."""
    found = page.eval_on_selector_all("a[href]", READ_LINKS)
    parts = [urlsplit(one) for one in found]
    host = urlsplit(page.url).netloc
    inside = [f"{one.path}{'?' if one.query else ''}{one.query}" for one in parts if one.netloc == host]
    return list(dict.fromkeys(inside))


class Tour:
    """Decides which pages are worth a look: some of each kind, and for each role what looks different to it."""

    def __init__(self):
        self.seen = Counter()
        self.refused = []

    def walk(self, page, starts):
        """Follow links from these addresses; yield each address that is to be looked at, once it is open."""
        own, waiting, done = Counter(), deque(starts), set()
        origin = dict.fromkeys(starts, "nowhere")
        while waiting:
            address = waiting.popleft()
            kind = kind_of(address)
            if not kind or address in done or not (address in starts or self._is_worth(kind, own)):
                continue
            done.add(address)
            answer = page.goto(address)
            if not answer.ok:
                self.refused.append(f"{address}, linked from {origin[address]}: {answer.status}")
                continue
            landed = kind_of(page.url)  # some pages lead to others
            self.seen.update({kind, landed})
            own.update({kind, landed})
            for link in links_of(page):
                waiting.append(link)
                origin.setdefault(link, address)
            yield address

    def _is_worth(self, kind, own):
        limit = MANY if kind in VARIED else FEW
        return self.seen[kind] < limit or (kind in DIFFERENT and not own[kind])


def problems_of(page):
    """Return what axe finds on a desk in light and on a phone in dark; and whether the phone scrolls sideways."""
    found = []
    for theme, size in (("light", DESK), ("dark", PHONE)):
        whole = {"domain": urlsplit(page.url).hostname, "path": "/"}  # else each folder has its own
        page.context.add_cookies([{"name": "theme", "value": theme, **whole}])
        page.set_viewport_size(size)
        page.reload()
        found += [f"{theme}, {size['width']} px: {one}" for one in page.evaluate(SEARCH, {"runOnly": TAGS})]
    wider = page.evaluate(WIDER)
    return found + ([f"scrolls sideways by {wider} px"] if wider > 0 else [])


def test_axe_finds_nothing_on_any_page_for_anybody(portal, open_as):
    bring_every_page_about(portal, open_as)
    tour, problems = Tour(), {}

    for role, starts in (ROLES | {"": [*ROLES[""], *links_in_mails(portal)]}).items():
        page = open_as(role)
        if role == "architect":
            take_a_second_factor(page)
        problems |= toured(tour, page, starts, role)
    page = open_as()
    sign_in(page, "architect")
    problems |= toured(tour, page, [f"{SECOND_FACTOR}authenticate/"], "architect at the door")

    assert "\n".join(f"{place}: {one}" for place, found in problems.items() for one in found) == ""
    assert tour.refused == []  # no page leads anybody to one that is not theirs
    assert all_kinds() - set(tour.seen) == set()


def toured(tour, page, starts, who):
    """Return what is wrong with the pages that are worth a look, by who looked and where."""
    wrong = {f"{who or 'signed out'} {address}": problems_of(page) for address in tour.walk(page, starts)}
    page.context.close()
    return {place: found for place, found in wrong.items() if found}


def take_a_second_factor(page):
    page.goto(f"{SECOND_FACTOR}totp/activate/")
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    secret = page.locator("#secret").input_value()
    counter = next(iter(yield_hotp_counters_from_time()))
    page.locator("main input[name=code]").fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="Switch it on").click()
    page.wait_for_url(re.compile("recovery-codes/|second-factor/$"))


def links_in_mails(portal):
    """Return the two pages that people reach from a mail before they sign in."""
    letters = "\n".join(text_of(letter) for letter in Mailbox(portal.home / "mail").all())
    starts = ("walkthroughs/reply", "accounts/password/reset/key")
    return [re.findall(rf"(/{start}/\S+)", letters)[-1] for start in starts]


def bring_every_page_about(portal, open_as):
    """Take the steps after which there is a page of each kind: an import, a planned and a running meeting …"""
    enablement = open_as("enablement")
    enablement.goto("/import/")
    enablement.get_by_label("Files").set_input_files(
        {"name": "catalog-info.yaml", "mimeType": "application/yaml", "buffer": CATALOG}
    )
    enablement.get_by_role("button", name="Import").click()
    enablement.goto("/walkthroughs/7/")
    enablement.get_by_role("button", name="silent again").click()
    _invite(open_as("admin"))
    portal.work()
    _take_the_lead(open_as("lead"))


def _invite(admin):
    admin.goto("/settings/people/")
    admin.get_by_label("E-mail").fill("new@example.org")
    admin.get_by_label("Name").fill("Somebody New")
    admin.get_by_role("button", name="Send the invitation").click()


def _take_the_lead(lead):
    for name in ("Blank page", "Shelved page", "Green page"):
        lead.goto("/services/new/")
        lead.get_by_label("Name").fill(name)
        lead.get_by_label("Purpose").fill("Has nothing yet")
        lead.get_by_role("button", name="Register it").click()
    lead.get_by_role("link", name="Start the conversation").last.click()
    lead.get_by_label("Expected users").fill("Nobody yet")
    lead.get_by_label("Target quarter").fill("2027-Q2")
    lead.get_by_role("button", name="Start the conversation").click()
    lead.goto("/services/shelved-page/archive/")
    lead.get_by_label("Reason").fill("Nobody asked for it")
    lead.get_by_role("button", name="Archive it").click()
    lead.goto("/services/returns-portal/prepare/")
    lead.get_by_role("button", name="Prepare for production").click()
    lead.goto("/walkthroughs/1/")
    lead.get_by_role("button", name=re.compile("Prepare")).last.click()
    lead.goto("/walkthroughs/6/")
    lead.get_by_role("link", name="Begin the meeting").click()
    lead.get_by_role("button", name="Begin the meeting").click()
    expect(lead.get_by_role("link", name="End the meeting")).to_be_visible()


def test_the_keyboard_reaches_every_control_and_leaves_it_again(open_as):
    page = open_as("lead")
    for address in (
        "/",
        "/services/parcel-tracking/",
        "/services/parcel-tracking/readiness/rel/",
        "/walkthroughs/6/",
        f"{QUARTER}teams/tracking/",
        f"{QUARTER}teams/tracking/check-in/",
        "/okrs/negotiations/",
    ):
        page.goto(address)
        wanted = set(page.evaluate(NUMBER_CONTROLS))

        reached = set()
        for _key in range(4 * len(wanted)):  # a date takes several keys
            page.keyboard.press("Tab")
            reached.add(page.evaluate("() => document.activeElement.dataset.control"))
            if wanted <= reached:
                break

        assert wanted - reached == set(), address


def test_the_skip_link_leads_past_the_frame(open_as):
    page = open_as("lead")
    page.goto("/services/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("Tab")

    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_single_keys_can_be_switched_off(open_as):
    page = open_as("member")
    page.goto("/services/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Find a service").first).to_be_focused()
    page.goto("/settings/")
    page.get_by_label("Single-key shortcuts", exact=False).uncheck()
    page.get_by_role("button", name="Save").first.click()

    page.goto("/services/")
    page.keyboard.press("/")

    assert page.evaluate("() => document.activeElement.tagName") == "BODY"


def test_pages_are_light(portal, open_as):
    """DESIGN section 8: a first visit of at most 150 KB in 8 requests, and later pages of at most 20 KB."""
    page = open_as()
    with weighed(page) as first:
        page.goto("/accounts/login/", wait_until="networkidle")
    assert first.bytes <= 150 * 1024
    assert first.requests <= 8

    page.get_by_label("Email").fill("lead@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good ")
    weights = {}
    for address in HEAVY:
        with weighed(page) as later:
            page.goto(address, wait_until="networkidle")
        weights[address] = later.bytes
    assert {address: weight for address, weight in weights.items() if weight > 20 * 1024} == {}


@contextmanager
def weighed(page):
    """Count what comes over the wire, headers and all, while the block runs."""
    weight, session = SimpleNamespace(bytes=0, requests=0), page.context.new_cdp_session(page)

    def finished(event):
        weight.bytes += event["encodedDataLength"]
        weight.requests += event["encodedDataLength"] > 0  # else it came from the cache

    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    yield weight
    session.detach()
