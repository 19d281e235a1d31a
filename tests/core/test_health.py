from datetime import timedelta

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from apps.core import health
from apps.core.models import Heartbeat
from apps.core.tasks import beat_seen


def test_the_process_answers_without_a_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["web-1:8000", "10.1.2.3:8000", "[2001:db8::7]:8000", "web_1"])
def test_whoever_asks_from_inside_may_use_any_name(client, settings, host):
    beat_seen()
    settings.METRICS_NETWORKS, settings.METRICS_TOKEN = [], "let-me-in"
    headers = {"Host": host, "Authorization": "Bearer let-me-in"}

    answers = {path: client.get(path, headers=headers) for path in ("/healthz", "/readyz", "/metrics")}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert all(answer["X-Content-Type-Options"] == "nosniff" for answer in answers.values())
    assert all("no-store" in answer["Cache-Control"] for answer in answers.values())
    assert client.get("/metrics", headers={"Host": host}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz/", "/metrics/more", "//readyz"])
def test_everything_else_keeps_to_the_names_of_the_portal(client, path):
    assert client.get(path, headers={"Host": "web-1:8000"}).status_code == 400


@pytest.mark.django_db
def test_a_portal_at_work_is_ready(client, django_assert_max_num_queries):
    beat_seen()

    with django_assert_max_num_queries(4):
        response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "failing": []})


@pytest.mark.django_db
def test_a_portal_whose_beat_is_silent_is_not_ready(client, caplog):
    before = client.get("/readyz")
    health.saw_beat(at=timezone.now() - timedelta(minutes=5))

    after = client.get("/readyz")

    assert (before.status_code, after.status_code) == (503, 503)
    assert before.json() == after.json() == {"status": "failing", "failing": ["beat"]}
    assert "beat: no background work was seen yet" in caplog.text
    assert "beat: no background work was seen since" in caplog.text


@pytest.mark.django_db
def test_a_database_of_an_older_version_is_not_ready_and_strangers_do_not_learn_which(client, now, caplog):
    health.saw_beat(at=now)
    MigrationRecorder.Migration.objects.filter(app="core", name__startswith="0001").delete()

    response = client.get("/readyz")

    assert (response.status_code, response.json()["failing"]) == (503, ["migrations"])
    assert "migrations: not applied: core.0001" in caplog.text


@pytest.mark.django_db
def test_the_last_sign_of_life_counts(now):
    for minutes in (0, 1):
        health.saw_beat(at=now + timedelta(minutes=minutes))

    assert Heartbeat.objects.get().seen_at == now + timedelta(minutes=1)


@pytest.mark.django_db
def test_what_the_database_says_is_for_the_log(client, tmp_path, caplog):
    path = str(tmp_path / "nowhere" / "secret-place.sqlite3")
    lost = DatabaseWrapper(
        connection.settings_dict | {"NAME": path, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    )
    ours, connections[DEFAULT_DB_ALIAS] = connections[DEFAULT_DB_ALIAS], lost

    try:
        response = client.get("/readyz")
    finally:
        connections[DEFAULT_DB_ALIAS] = ours

    assert (response.status_code, response.json()["failing"]) == (503, ["database"])
    assert "unable to open database file" in caplog.text
    lost.close()
