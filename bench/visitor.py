"""People who are signed in, and a program with a token: over the wire, or inside this process."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import Actor, User
from apps.accounts.transitions import make_token
from apps.readiness.models import Answer
from bench.organisation import Scene
from bench.pages import Page, Who, form

CSRF = "a" * 32
FORM = "application/x-www-form-urlencoded"
OURS = ("BEGIN", "COMMIT")  # what wraps a transaction is not counted as a query


class RefusedError(Exception):
    """An answer that is not the page."""


@dataclass(frozen=True)
class Passes:
    """With what each of them shows who they are: the headers of their requests."""

    headers: Mapping[Who, Mapping[str, str]]

    @classmethod
    def make(cls, scene: Scene) -> Self:
        """Sign the lead and an administrator in, and make a token for the lead's program."""
        lead, admin = (User.objects.get(pk=pk) for pk in (scene.person_id, scene.admin_id))
        by = Actor.system("bench")
        _token, secret = make_token(lead, name="bench", scope="read", days=1, by=by, at=timezone.now())
        return cls(
            {
                Who.LEAD: {"Cookie": _cookies(lead)},
                Who.ADMIN: {"Cookie": _cookies(admin)},
                Who.PROGRAM: {"Authorization": f"Bearer {secret}"},
                Who.NOBODY: {},
            }
        )


def _cookies(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "apps.accounts.http.PersonBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    cookies = {settings.SESSION_COOKIE_NAME: session.session_key or "", settings.CSRF_COOKIE_NAME: CSRF}
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


class Visitor:
    """Asks one portal, in the name of whoever a page is for."""

    def __init__(self, scene: Scene, passes: Passes, *, port: int) -> None:
        self.scene, self.passes, self.port = scene, passes, port
        self.wire = HTTPConnection("127.0.0.1", port, timeout=60)

    def revision(self, page: Page) -> int:
        """Return what the next save is based on."""
        if not page.is_save:
            return 0
        return Answer.objects.values_list("revision", flat=True).get(pk=self.scene.answer_id)

    def ask(self, page: Page, *, times: int, revision: int) -> bytes:
        """Ask one after the other, as a browser does, and return the last body as it was sent."""
        body = b""
        for number in range(times):
            body = self._send(page, revision + number)
        return body

    def _headers(self, page: Page) -> dict[str, str]:
        own = {"X-CSRFToken": CSRF, "Content-Type": FORM} if page.is_save else {}
        return {"Accept-Encoding": "gzip", **self.passes.headers[page.who], **page.headers, **own}

    def _send(self, page: Page, revision: int) -> bytes:
        body = urlencode(form(page, revision=revision)) if page.is_save else None
        self.wire.request("POST" if body else "GET", page.path, body, self._headers(page))
        response = self.wire.getresponse()
        content = response.read()
        if response.status != 200:  # noqa: PLR2004
            message = f"{page.path} answered {response.status}: {_readable(content)[:300]!r}"
            raise RefusedError(message)
        return content

    def queries(self, page: Page) -> list[str]:
        """Return the statements of one request: the second of two, so that caches are warm."""
        client = Client(SERVER_NAME="127.0.0.1", SERVER_PORT=self.port)
        statements: list[str] = []
        for _each in range(2):
            revision = self.revision(page)
            with CaptureQueriesContext(connection) as captured:
                self._ask_inside(client, page, revision)
            statements = [query["sql"] for query in captured.captured_queries]
        return [statement for statement in statements if statement not in OURS]

    def _ask_inside(self, client: Client, page: Page, revision: int) -> None:
        headers = self._headers(page)
        if page.is_save:
            body = urlencode(form(page, revision=revision))
            response = client.post(page.path, body, content_type=FORM, headers=headers)
        else:
            response = client.get(page.path, headers=headers)
        if response.status_code != 200:  # noqa: PLR2004
            message = f"{page.path} answered {response.status_code}"
            raise RefusedError(message)


def plain_size(body: bytes) -> int:
    """Return how many bytes a body has before it was compressed."""
    return len(_readable(body))


def _readable(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
