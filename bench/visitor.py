"""Somebody who is signed in and asks for pages: over the wire, or inside this process."""

import gzip
from http.client import HTTPConnection
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.readiness.models import Answer
from bench.organisation import Scene
from bench.pages import Page, form

CSRF = "a" * 32
FORM = "application/x-www-form-urlencoded"
OURS = ("BEGIN", "COMMIT")  # what wraps a transaction is not counted as a query


class RefusedError(Exception):
    """An answer that is not the page."""


class Visitor:
    """The lead of the scene, with a session of their own."""

    def __init__(self, scene: Scene, *, port: int) -> None:
        person = User.objects.get(pk=scene.person_id)
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "apps.accounts.http.PersonBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        self.cookies = {
            settings.SESSION_COOKIE_NAME: session.session_key or "",
            settings.CSRF_COOKIE_NAME: CSRF,
        }
        self.scene, self.port = scene, port
        self.wire = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, page: Page, *, times: int) -> bytes:
        """Ask one after the other, as a browser does, and return the last body as it was sent."""
        revision, body = self._revision(page), b""
        for number in range(times):
            body = self._send(page, revision + number)
        return body

    def _revision(self, page: Page) -> int:
        if not page.is_save:
            return 0
        return Answer.objects.values_list("revision", flat=True).get(pk=self.scene.answer_id)

    def _send(self, page: Page, revision: int) -> bytes:
        headers = {"Accept-Encoding": "gzip", **page.headers}
        if not page.is_anonymous:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if page.is_save:
            headers |= {"Content-Type": FORM, "X-CSRFToken": CSRF}
            body = urlencode(form(page, revision=revision))
            self.wire.request("POST", page.path, body, headers)
        else:
            self.wire.request("GET", page.path, headers=headers)
        response = self.wire.getresponse()
        content = response.read()
        if response.status != 200:  # noqa: PLR2004
            message = f"{page.path} answered {response.status}: {_readable(content)[:300]!r}"
            raise RefusedError(message)
        return content

    def queries(self, page: Page) -> list[str]:
        """Return the statements of one request: the second of two, so that caches are warm."""
        client = Client(SERVER_NAME="127.0.0.1", SERVER_PORT=self.port)
        if not page.is_anonymous:
            client.cookies.load(self.cookies)
        statements: list[str] = []
        for _each in range(2):
            revision = self._revision(page)
            with CaptureQueriesContext(connection) as captured:
                self._ask_inside(client, page, revision)
            statements = [query["sql"] for query in captured.captured_queries]
        return [statement for statement in statements if statement not in OURS]

    def _ask_inside(self, client: Client, page: Page, revision: int) -> None:
        if page.is_save:
            body = urlencode(form(page, revision=revision))
            headers = {**page.headers, "X-CSRFToken": CSRF}
            response = client.post(page.path, body, content_type=FORM, headers=headers)
        else:
            response = client.get(page.path, headers=dict(page.headers))
        if response.status_code != 200:  # noqa: PLR2004
            message = f"{page.path} answered {response.status_code}"
            raise RefusedError(message)


def plain_size(body: bytes) -> int:
    """Return how many bytes a body has before it was compressed."""
    return len(_readable(body))


def _readable(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
