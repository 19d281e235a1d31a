"""What the stories in a real browser share."""

import os
import re
import shutil
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect

from tests.company import found_company
from tests.workers import until

# Playwright runs an event loop in the thread of the tests; the ORM is still used by one thread at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PATIENCE = 20_000  # milliseconds; the machine may be busy
BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"
expect.set_options(timeout=PATIENCE)
SAY_VIOLATIONS = """
  document.addEventListener("securitypolicyviolation",
    (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium; Playwright's own needs a download."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("stories need Chromium: apt-get install -y --no-install-recommends chromium")
    return browser_type_launch_args | {"executable_path": chromium}


@pytest.fixture
def site(live_server, settings):
    """The portal at a free port, with links in mails that lead there; return its address."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def company(transactional_db):
    """Published checklists, and everybody but the team that comes along in the story."""
    call_command("publish_editions", verbosity=0)
    return found_company()


class Complaints:
    """What browsers complained about: errors, warnings and violations of the Content-Security-Policy."""

    def __init__(self):
        self.heard = []
        self.expected = set()

    def listen(self, page):
        page.on("console", lambda said: self._hear(said.type, said.text, page.url))
        page.on("pageerror", lambda error: self._hear("error", str(error), page.url))

    def expect(self, status):
        """Let a refusal with this status happen: Chromium and htmx write each of them into the console."""
        self.expected.add(re.compile(rf"with a status of {status} |Response Status Error Code {status} "))

    def _hear(self, kind, text, url):
        if kind in {"error", "warning"}:
            self.heard.append(f"{kind} on {urlsplit(url).path}: {text}")

    @property
    def unexpected(self):
        return [one for one in self.heard if not any(words.search(one) for words in self.expected)]

    @property
    def missing(self):
        """Return what was expected and never heard."""
        return {words for words in self.expected if not any(map(words.search, self.heard))}


@pytest.fixture
def complaints():
    """Fail the test, after its end, if a browser complained about anything that the test did not expect."""
    complaints = Complaints()
    yield complaints
    assert complaints.unexpected == []
    assert complaints.missing == set()


@pytest.fixture
def browse(site, new_context, complaints):
    """Open a page in a browser of its own; with a person, one that is signed in already."""

    def browse(person=None, **options):
        context = new_context(base_url=site, **options)
        context.add_init_script(SAY_VIOLATIONS)
        if person:
            context.add_cookies(
                [{"name": portal.SESSION_COOKIE_NAME, "value": session_of(person), "url": site}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints.listen(page)
        return page

    return browse


def session_of(person):
    """Return the key of a new session of this person."""
    client = Client()
    client.force_login(person)
    return client.cookies[portal.SESSION_COOKIE_NAME].value


class Mailbox:
    """The letters that a worker has written into the home's folder."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def all(self):
        """Return every letter, oldest first."""
        files = sorted(self.folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        parts = [part for path in files for part in path.read_bytes().split(BETWEEN_LETTERS)]
        return [message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]

    def to(self, person, about):
        """Wait for the latest letter to somebody with these words in its subject."""

        def found():
            ours = [one for one in self.all() if one["To"] == person.email]
            return next((one for one in reversed(ours) if about in one["Subject"]), None)

        letter = until(found)
        assert letter, f"no letter to {person} about {about}: {[one['Subject'] for one in self.all()]}"
        return letter


@pytest.fixture
def mailbox():
    """The mails of this test: earlier ones are removed."""
    folder = portal.HOME / "mail"
    shutil.rmtree(folder, ignore_errors=True)
    return Mailbox(folder)


def text_of(letter):
    """Return what a person reads in a letter."""
    return letter.get_body(("plain",)).get_content()


def link_in(letter, start):
    """Return the path of the link in a letter that has these words."""
    return urlsplit(re.search(rf"http\S*{re.escape(start)}\S+", text_of(letter))[0]).path
