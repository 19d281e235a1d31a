"""The list of services for programs: sorted, page by page, and as a file."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from apps.activity.models import Event
from apps.catalog.models import Service
from apps.core.api import Pages
from tests.api.asking import Program
from tests.factories import ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
MARCH = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 4)]


@pytest.fixture
def program():
    return Program(UserFactory())


@pytest.fixture
def three():
    ServiceFactory(name="Ledger", phase_since=MARCH[2], summary__next_on=MARCH[1])
    ServiceFactory(name="Parcels", phase_since=MARCH[0], launch_on=MARCH[2], summary__next_on=MARCH[0])
    ServiceFactory(name="Watcher", phase_since=MARCH[1], launch_on=MARCH[0])


def pages(program, path, monkeypatch, *, size=1):
    """Return the names on each page, read to the end."""
    monkeypatch.setattr(Pages, "page_size", size)
    found = []
    while path:
        page = program("GET", path.removeprefix("http://testserver"), status=200)
        found.append([row["name"] for row in page["results"]])
        path = page["next"]
    return found


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Watcher", "Parcels", "Ledger"]),
        ("name", ["Ledger", "Parcels", "Watcher"]),
        ("-name", ["Watcher", "Parcels", "Ledger"]),
        ("since", ["Parcels", "Watcher", "Ledger"]),
        ("-since", ["Ledger", "Watcher", "Parcels"]),
        ("launch", ["Watcher", "Parcels", "Ledger"]),
        ("next", ["Parcels", "Ledger", "Watcher"]),
    ],
)
def test_the_list_is_sorted_and_pages_go_on_in_its_order(program, three, monkeypatch, sort, names):
    found = pages(program, f"services/?sort={sort}", monkeypatch)

    assert found == [[name] for name in names]


@pytest.mark.parametrize("sort", ["name", "-name", "since", "-since", "launch", "next"])
def test_equal_rows_and_rows_without_a_value_come_once(program, monkeypatch, sort):
    names = {f"s{number}" for number in range(5)}
    for name in names:
        ServiceFactory(name=name, phase_since=MARCH[0])
    Service.objects.update(name="same", purpose="")

    found = pages(program, f"services/?sort={sort}", monkeypatch, size=2)

    assert [len(page) for page in found] == [2, 2, 1]


def test_pages_go_on_where_they_were_though_the_last_row_moved(program, three, monkeypatch):
    monkeypatch.setattr(Pages, "page_size", 1)
    first = program("GET", "services/?sort=name", status=200)

    Service.objects.filter(name="Ledger").update(name="Zebra")
    second = program("GET", first["next"].removeprefix("http://testserver"), status=200)

    assert [row["name"] for row in second["results"]] == ["Parcels"]
    assert (first["previous"], second["previous"]) == (None, None)


def test_filters_hold_on_every_page(program, three, monkeypatch):
    ServiceFactory(name="Other", tier=1)

    assert pages(program, "services/?tier=1&sort=name", monkeypatch) == [["Other"]]


@pytest.mark.parametrize("cursor", ["", "x", "cD0x", "WyJuYW1lIiwgIkxlZGdlciIsIDFd:1abcde:forged"])
def test_a_cursor_that_we_did_not_make_leads_nowhere(program, three, cursor):
    answer = program("GET", f"services/?sort=name&cursor={cursor}")

    assert answer.status_code == (404 if cursor else 200)


def test_a_cursor_of_another_order_leads_nowhere(program, three, monkeypatch):
    monkeypatch.setattr(Pages, "page_size", 1)
    first = program("GET", "services/?sort=name", status=200)
    after = first["next"].removeprefix("http://testserver")

    program("GET", after.replace("sort=name", "sort=launch"), status=404)
    program("GET", after.replace("sort=name", "sort="), status=404)


@pytest.mark.parametrize("count", [1, 10])
def test_a_sorted_page_takes_two_queries(program, django_assert_num_queries, count):
    for _ in range(count):
        ServiceFactory()
    program("GET", "services/")  # once a while the token says when it was last used

    with django_assert_num_queries(2):  # the token, the rows
        program("GET", "services/?sort=next", status=200)


def test_the_file_is_that_of_the_page_and_history_says_who_took_it(program):
    ServiceFactory(name="=1+1", tier=2)
    ServiceFactory(name="Other", tier=3)

    answer = program("GET", "services/export.csv?tier=2")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=1+1"]
    (event,) = Event.objects.filter(verb="activity.exported")
    assert event.data == {"what": "the list of services", "filter": "tier=2"}


def test_whoever_asks_for_csv_is_refused_in_json():
    answer = Program()("GET", "services/export.csv", Accept="text/csv")

    assert answer.status_code == 401


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "*/*"])
def test_a_program_may_say_that_it_wants_csv(program, accept):
    assert program("GET", "services/export.csv", Accept=accept).status_code == 200
