"""/metrics: numbers that add up over processes, and who may read them."""

import os
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.conf import settings

from apps.core import health, metrics
from apps.core.metrics import RECORDS, Requests
from apps.notifications.models import Delivery, State
from tests.factories import UserFactory

OURS = [ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16")]


def lines(text, name):
    """Return the numbers of one metric, by what stands before them."""
    pairs = (line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(name))
    return {before.removeprefix(name): number for before, number in pairs}


def counts(requests):
    """Return how many requests there were of each kind."""
    return {key: sum(cells[:-1]) for key, cells in requests.sums().items()}


def test_processes_add_up():
    requests = Requests(areas=2)
    for _ in range(2):
        area = requests.take_area()
        child = os.fork()
        if not child:
            requests.write_into(area)
            for _ in range(3):
                requests.count("home:work", "GET", 200, 0.02)
            os._exit(0)
        os.waitpid(child, 0)

    assert counts(requests) == {("home:work", "GET", 200): 6}


def test_a_successor_goes_on_where_a_worker_ended():
    requests = Requests(areas=1)
    area = requests.take_area()
    requests.write_into(area)
    requests.count("home:work", "GET", 200, 0.02)

    requests.give_area(area)
    requests.write_into(requests.take_area())
    requests.count("home:work", "GET", 200, 0.02)
    requests.count("home:work", "GET", 404, 0.02)

    assert counts(requests) == {("home:work", "GET", 200): 2, ("home:work", "GET", 404): 1}
    assert requests.take_area() is None


def test_what_finds_no_room_is_counted_together():
    requests = Requests()

    for number in range(RECORDS + 5):
        requests.count(f"view{number}", "GET", 200, 0.02)

    assert counts(requests)["(others)", "", 0] == 6
    assert sum(counts(requests).values()) == RECORDS + 5


def test_times_stand_in_bounds_that_include_each_other(monkeypatch, now, db):
    requests = Requests()
    monkeypatch.setattr(metrics, "requests", requests)
    for seconds in (0.004, 0.03, 99):
        requests.count("home:work", "GET", 200, seconds)

    shown = lines(metrics.page(now=now), "roadworthy_request_seconds")

    of = 'view="home:work",method="GET",code="200"'
    assert shown[f'_bucket{{{of},le="0.005"}}'] == "1"
    assert shown[f'_bucket{{{of},le="0.05"}}'] == "2"
    assert shown[f'_bucket{{{of},le="10.0"}}'] == "2"
    assert shown[f'_bucket{{{of},le="+Inf"}}'] == shown[f"_count{{{of}}}"] == "3"
    assert shown[f"_sum{{{of}}}"] == "99.034000"


@pytest.mark.django_db
def test_a_request_is_counted_by_its_view(client, monkeypatch):
    monkeypatch.setattr(metrics, "requests", Requests())

    client.get("/healthz")
    client.get("/no/such/page/")
    client.generic("BREW", "/healthz")

    assert counts(metrics.requests) == {
        ("healthz", "GET", 200): 1,
        ("(none)", "GET", 404): 1,
        ("healthz", "(other)", 405): 1,
    }


@pytest.mark.django_db
def test_rows_say_what_waits(now, django_assert_max_num_queries):
    ada = UserFactory()
    for minutes, state in ((5, State.WAITING), (2, State.WAITING), (-5, State.WAITING)):
        Delivery.objects.create(
            recipient=ada, state=state, made_at=now, due_at=now - timedelta(minutes=minutes)
        )
    long_ago = now - timedelta(days=3)  # an outage held it up
    Delivery.objects.create(recipient=ada, state=State.SENT, made_at=long_ago, due_at=long_ago, sent_at=now)
    health.saw_beat(at=now - timedelta(seconds=7))

    with django_assert_max_num_queries(7):
        text = metrics.page(now=now)

    assert lines(text, "roadworthy_deliveries{") == {
        'state="waiting"}': "3",
        'state="sending"}': "0",
        'state="stopped"}': "0",
    }
    assert lines(text, "roadworthy_deliveries_sent") == {"_last_hour": "1"}
    assert lines(text, "roadworthy_outbox_age_seconds") == {"": "300"}
    assert lines(text, "roadworthy_beat_age_seconds") == {"": "7"}
    assert set(lines(text, "roadworthy_jobs{")) == {
        f'kind="{kind}",state="{state}"}}'
        for kind in settings.JOBS
        for state in ("queued", "running", "failed")
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asking", "code"),
    [
        ({"REMOTE_ADDR": "10.1.2.3"}, 200),
        ({"REMOTE_ADDR": "10.2.2.3"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "10.1.2.3", "HTTP_X_FORWARDED_FOR": "10.1.2.3"}, 404),
        ({"REMOTE_ADDR": "10.2.2.3", "HTTP_AUTHORIZATION": "Bearer let-me-in"}, 200),
        ({"REMOTE_ADDR": "10.2.2.3", "HTTP_AUTHORIZATION": "Bearer let-me-out"}, 404),
        ({"REMOTE_ADDR": "10.2.2.3", "HTTP_AUTHORIZATION": "Bearer ümlaut"}, 404),
    ],
)
def test_numbers_are_for_those_who_watch_the_portal(client, settings, asking, code):
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = OURS, "let-me-in"

    assert client.get("/metrics", **asking).status_code == code


@pytest.mark.django_db
def test_no_token_is_no_password(client, settings):
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = [], ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
