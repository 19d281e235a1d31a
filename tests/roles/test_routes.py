"""Every route and every step, as everybody of DESIGN's table of rights: table.txt says what each gets.

A row is a method, an address, and one status for each column of world.COLUMNS. Each request is undone
before the next. A route, or a method of the API, without a row fails the last test.
"""

from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve

from apps.catalog.models import Service
from apps.jobs.models import Job
from apps.walkthroughs import queries, rules
from apps.walkthroughs.models import FollowUp, Veto
from tests.api.asking import token_for, written
from tests.factories import TeamFactory
from tests.roles.bodies import body_of
from tests.roles.world import COLUMNS, MARKER, World

TABLE = Path(__file__).with_name("table.txt")
IN_PERSON = (  # what is somebody's own, and not their team's
    "GET /api/v1/me/notifications/",
    "PUT /api/v1/me/notifications/",
    "PATCH /api/v1/me/",
    "GET /api/v1/inbox/",
    "POST /api/v1/inbox/",
    "GET /api/v1/tokens/",
    "GET /api/v1/okrs/waiting/",
    "POST /api/v1/tokens/",
    "PUT /api/v1/walkthroughs/{scheduled}/reply/",
    "PUT /api/v1/walkthroughs/{decided}/signature/",
    "POST /api/v1/walkthroughs/{decided}/confirm/",
)
SEES = {"enablm", "secur", "never"}  # the security audience
ALL_EVENTS = {"/settings/events/", "/settings/events/export.jsonl", "/api/v1/events/"}
pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


def table():
    """Yield method, address and the status of each column."""
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            method, path, *cells = line.split()
            yield method, path, dict(zip(COLUMNS, cells, strict=True))


@pytest.fixture
def world(settings):
    settings.ROOT_TEAM = "owners"  # so that its lead turns quarters and writes the strategy too
    caches["process"].clear()
    world = World()
    world.seen = rules.digest(queries.content(queries.walkthrough(world.names["decided"])))
    return world


class Person:
    """One column of the table: by a session in pages, by a token in the API."""

    def __init__(self, world, column):
        self.world, self.names = world, world.names_for(column)
        self.cookies, self.secret = {}, ""
        if column != "nobody":
            client = Client()
            client.force_login(world.people[column], backend="apps.accounts.http.PersonBackend")
            self.cookies = {name: cookie.value for name, cookie in client.cookies.items()}
            self.secret = token_for(world.people[column])[0]

    def ask(self, method, path):
        """Ask, and undo whatever it did."""
        body = body_of(method, path, self.world)
        with transaction.atomic():
            answer = self._sent(method, path.format_map(self.names), body)
            text = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return answer.status_code, text.decode(errors="replace")

    def _sent(self, method, path, body):
        client = Client(raise_request_exception=False)
        if not path.startswith("/api/v1/"):
            client.cookies.load(self.cookies)  # anew each time: signing out takes them away
            return client.get(path) if method == "GET" else client.post(path, body)
        headers = {"If-Match": "*"} | ({"Authorization": f"Bearer {self.secret}"} if self.secret else {})
        data = b"" if method == "GET" else written(body)
        return client.generic(method, path, data, content_type="application/json", headers=headers)


@pytest.mark.parametrize("column", COLUMNS)
def test_everybody_gets_what_the_table_says(world, column):
    person = Person(world, column)

    wrong, leaks, seen = [], [], 0
    for method, path, cells in table():
        status, text = person.ask(method, path)
        if str(status) != cells[column]:
            wrong.append(f"{method} {path}: {status} and not {cells[column]}")
        if path in ALL_EVENTS:  # for administrators alone, as their rows say
            continue
        seen += MARKER in text
        if MARKER in text and column not in SEES:
            leaks.append(f"{method} {path}")

    assert not wrong, "\n".join(wrong)
    assert leaks == []
    assert (seen > 3) == (column in SEES)  # the word is there to be found


def api():
    return [row for row in table() if row[1].startswith("/api/v1/")]


def answers(person, rows):
    return [f"{method} {path} {person.ask(method, path)[0]}" for method, path, _cells in rows]


def test_a_team_s_token_has_nothing_of_what_its_maker_is_elsewhere(world):
    """They have a seat, advise, lead, own follow-ups and vetoes, asked for work: it speaks for others."""
    maker, other = world.people["seat"], TeamFactory()
    maker.is_enablement = maker.is_admin = maker.is_leadership = True
    maker.team_ids = maker.lead_ids = sorted([world.team.pk, other.pk])
    maker.save()
    Service.objects.update(advisor=maker)
    FollowUp.objects.update(owner=maker)
    Veto.objects.update(author=maker)
    Job.objects.update(asked_by=maker)
    program = Person(world, "seat")
    program.secret = token_for(maker, team_id=other.pk, team_name=other.name)[0]

    assert answers(program, api()) == [
        f"{ask} {403 if ask.startswith(IN_PERSON) else cells['signed']}"
        for ask, cells in ((f"{method} {path}", cells) for method, path, cells in api())
    ]


@pytest.mark.parametrize("column", ["lead", "seat", "admin", "never"])
def test_a_reading_token_reads_what_its_person_reads_and_changes_nothing(world, column):
    program = Person(world, column)
    program.secret = token_for(world.people[column], scope="read")[0]

    assert answers(program, api()) == [
        f"{method} {path} {cells[column] if method == 'GET' else 403}" for method, path, cells in api()
    ]


def routes():
    """Return every route with each of its methods, as far as the route says them."""
    pending = [get_resolver()]
    while pending:
        for pattern in pending.pop().url_patterns:
            if not isinstance(pattern, URLPattern):
                pending.append(pattern)
                continue
            actions = getattr(pattern.callback, "actions", None)
            for method in set(actions or [""]) - {"head"}:
                yield pattern.callback, method.upper()


def test_every_route_has_its_row(world):
    names = world.names_for("lead")
    known = set()
    for method, path, _cells in table():
        view = resolve(path.format_map(names).partition("?")[0]).func
        known |= {(view, method), (view, "")}

    missing = [(method, view) for view, method in routes() if (view, method) not in known]

    assert missing == []
