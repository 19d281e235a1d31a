"""A small organisation that negotiates: who leads what, in quarters around today."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import User
from apps.catalog.models import Team
from apps.okrs.models import Cycle
from tests.factories import TeamFactory, lead_of, member_of
from tests.factories.okrs import CycleFactory

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Organisation:
    """Everybody, whose lead stands for leadership, and two teams of it, in two quarters."""

    whole: Team
    tracking: Team
    checkout: Team
    vera: User  # leadership
    ada: User  # leads Tracking
    ben: User  # belongs to Tracking
    cleo: User  # leads Checkout
    now: Cycle
    next: Cycle


def found_organisation(*, state="active", days_left=41):
    """Let them in; the quarter of today has the given state and so many days, the next is being planned."""
    whole = TeamFactory(name="Everybody", slug="everybody")
    tracking = TeamFactory(name="Tracking", slug="tracking", parent=whole)
    checkout = TeamFactory(name="Checkout", slug="checkout", parent=whole)
    today = timezone.localdate()
    ends_on = today + timedelta(days=days_left)
    return Organisation(
        whole=whole,
        tracking=tracking,
        checkout=checkout,
        vera=lead_of(whole, name="Vera Holm", email="vera@example.org", is_leadership=True).person,
        ada=lead_of(tracking, name="Ada Lind", email="ada@example.org").person,
        ben=member_of(tracking, name="Ben Okoro", email="ben@example.org").person,
        cleo=lead_of(checkout, name="Cleo Marsh", email="cleo@example.org").person,
        now=CycleFactory(
            slug="this-quarter",
            name="Spring",
            starts_on=ends_on - timedelta(days=90),
            ends_on=ends_on,
            state=state,
        ),
        next=CycleFactory(
            slug="next-quarter",
            name="Summer",
            starts_on=ends_on + timedelta(days=1),
            ends_on=ends_on + timedelta(days=91),
            state="planning",
        ),
    )


def run_jobs(moment, *jobs):
    """Let the jobs of goals run at a moment; return what each says that it did."""
    said = StringIO()
    call_command("turn_okrs", *jobs, at=moment.isoformat(), json=True, yes=True, stdout=said)
    return json.loads(said.getvalue())


def read_inbox(page, words):
    """See what the portal has told somebody, without waiting for the day's one letter."""
    page.goto("/inbox/")
    expect(page.locator("main")).to_contain_text(words)


def open_from_inbox(page, words):
    """Go where a line of the inbox that begins like this leads."""
    page.goto("/inbox/")
    page.get_by_role("button", name=re.compile(f"^Open: {words}")).first.click()
